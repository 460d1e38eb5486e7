/**
 * Cards that are still to be disabled, as the store keeps them.
 */

import assert from "node:assert/strict";
import { type OpenCard, storedOpenCards } from "../../src/store/open_cards.ts";
import { testDatabases } from "./databases.ts";

testDatabases(
  "storedOpenCards() gives a restarted bot its own cards back, once each",
  async ({ db }) => {
    const cards = storedOpenCards(db);
    const card: OpenCard = {
      id: "1",
      bot: "ap",
      channelId: "10",
      messageId: "100",
      token: "an'other \\ token",
      language: "de",
      disableAt: new Date("2026-11-24T12:00:00.123Z"),
    };
    const publicCard = {
      ...card,
      id: "2",
      token: undefined,
      disableAt: new Date("2026-11-24T11:00:00Z"),
    };
    await cards.save(card);
    await cards.save(publicCard);
    await cards.save({ ...card, id: "3", bot: "gp" });
    assert.deepEqual(await cards.list("ap"), [publicCard, card]);

    const later = { ...card, token: "next", disableAt: new Date("2026-11-24T12:02:00Z") };
    await cards.save(later); // turned to another page
    await cards.remove("2");
    await cards.remove("2");
    assert.deepEqual(await cards.list("ap"), [later]);
    assert.deepEqual(await cards.list("nobody"), []);
  },
);
