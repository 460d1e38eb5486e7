/**
 * Mutes of the bridge: whom they concern, when they end, and that a restart keeps them.
 */

import { deepEqual, equal, rejects } from "node:assert/strict";
import { LONGEST_MUTE_MS, type Mute, openMutes } from "../../../src/features/chat_bridge/mutes.ts";
import { StoreError } from "../../../src/store/errors.ts";
import { openStore } from "../../../src/store/open.ts";
import { HandClock } from "../../hand_clock.ts";
import { testPostgres } from "../../store/databases.ts";

const HOUR_MS = 3_600_000;

testPostgres("Mutes", async (url, t) => {
  const clock = new HandClock();
  const db = await openStore({ databaseUrl: url, dataDir: "" });
  const mutes = openMutes({ db, clock });
  const afterRestart = async () => {
    const again = openMutes({ db, clock });
    await again.load();
    return again;
  };
  const mute = (wishes: Partial<Mute>): Mute => ({
    kind: "member",
    key: "77",
    name: "Ben",
    until: new Date(clock.now() + HOUR_MS),
    byId: "99",
    ...wishes,
  });

  await t.step(
    "a muted member is muted until the end of the mute, over a restart too",
    async () => {
      const ben = mute({});
      await mutes.add(ben);
      equal(mutes.isMuted("member", "77"), true);
      equal(mutes.isMuted("player", "77"), false);
      equal(mutes.isMuted("member", "78"), false);
      const again = await afterRestart();
      deepEqual(again.list(), [ben]);
      await clock.advance(HOUR_MS - 1);
      equal(again.isMuted("member", "77"), true);
      await clock.advance(1);
      equal(again.isMuted("member", "77"), false);
      deepEqual([again.list(), mutes.list()], [[], []]);
      deepEqual((await afterRestart()).list(), []);
    },
  );

  await t.step("a player is muted however the name is written", async () => {
    await mutes.add(mute({ kind: "player", key: "Ána|X'; drop ", name: "Ána|X'; drop " }));
    for (const known of [mutes, await afterRestart()]) {
      equal(known.isMuted("player", "A\u0301NA|x'; DROP"), true);
      equal(known.isMuted("player", " A\u0301\u200bna|x';  dro\u3164p"), true);
      equal(known.isMuted("player", "Ana"), false);
    }
  });

  await t.step("muting somebody again changes the end", async () => {
    const later = mute({ key: "5", until: new Date(clock.now() + 2 * HOUR_MS) });
    await mutes.add(mute({ key: "5" }));
    await mutes.add(later);
    const [, last] = (await afterRestart()).list();
    deepEqual(last, later);
  });

  await t.step(
    "a mute that was taken back is gone, and there is none to take back twice",
    async () => {
      equal(await mutes.remove("member", "5"), true);
      equal(await mutes.remove("member", "5"), false);
      equal(await mutes.remove("player", "ÁNA|x'; drop"), true);
      deepEqual([mutes.list(), (await afterRestart()).list()], [[], []]);
    },
  );

  await t.step("a mute that has ended is none that can be taken back", async () => {
    await mutes.add(mute({ key: "4" }));
    await clock.advance(HOUR_MS);
    equal(await mutes.remove("member", "4"), false);
  });

  await t.step("a mute is taken back that only the store knows yet", async () => {
    await mutes.add(mute({ key: "3" }));
    equal(await openMutes({ db, clock }).remove("member", "3"), true);
    deepEqual((await afterRestart()).list(), []);
    equal(await mutes.remove("member", "3"), false);
  });

  await t.step("a mute needs an end within the longest time", async () => {
    const most = clock.now() + LONGEST_MUTE_MS;
    for (const until of [clock.now(), most + 1, NaN].map((ms) => new Date(ms))) {
      await rejects(mutes.add(mute({ until })), RangeError);
    }
    await mutes.add(mute({ until: new Date(most) }));
    equal(mutes.list().length, 1);
    await mutes.remove("member", "77");
  });

  await t.step("without the store nothing changes, and whoever wanted it is told", async () => {
    await mutes.add(mute({}));
    await db.close();
    await rejects(mutes.add(mute({ key: "6" })), StoreError);
    await rejects(mutes.remove("member", "77"), StoreError);
    deepEqual(mutes.list().map(({ key }) => key), ["77"]);
    await rejects(mutes.load(), StoreError); // so that it is tried again
    equal(mutes.isMuted("member", "77"), true);
  });
});
