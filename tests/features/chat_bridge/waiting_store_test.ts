/**
 * Waiting messages as they are stored: whole, in order, each server's for itself.
 */

import { deepEqual } from "node:assert/strict";
import {
  storedWaiting,
  type WaitingMessage,
} from "../../../src/features/chat_bridge/waiting_store.ts";
import { testDatabases } from "../../store/databases.ts";

const WRITTEN = Date.UTC(2026, 2, 14, 9, 26, 53, 589);

function message(id: string, wishes: Partial<WaitingMessage> = {}): WaitingMessage {
  return {
    id,
    serverId: "island",
    channelId: "1400000000000000002",
    authorId: "1400000000000000003",
    author: "Ben",
    commands: [`ServerChat [Ben]: ${id}`],
    isCut: false,
    sent: 0,
    isSending: false,
    writtenAt: new Date(WRITTEN),
    ...wishes,
  };
}

testDatabases("Messages that wait", async ({ db, t }) => {
  const store = storedWaiting(db);

  await t.step("come back as they were, in the order of their ids", async () => {
    const strange = message("999999999999999999", {
      author: `O'Neill "\\" ${"漢"} 😂 null`,
      commands: ["ServerChat [a'b]: {}[]\\u0000 $1 '; drop table chat_waiting", "ß"],
      isCut: true,
      sent: 1,
      isSending: true,
    });
    const later = message("1000000000000000000");
    await store.save([later, strange]);
    deepEqual(await store.list("island"), [strange, later]);
  });

  await t.step("are replaced by what is known later, and keep their place", async () => {
    const later = message("1000000000000000000", { sent: 1, isSending: true });
    await store.save([later]);
    const [, second, ...others] = await store.list("island");
    deepEqual([second, others], [later, []]);
  });

  await t.step("are each server's own, and are gone when they were removed", async () => {
    const other = message("5", { serverId: "ragnarok" });
    await store.save([other]);
    await store.remove((await store.list("island")).map(({ id }) => id));
    deepEqual(await store.list("island"), []);
    deepEqual(await store.list("ragnarok"), [other]);
    await store.remove(["5", "5", "6"]);
    await store.remove([]);
    await store.save([]);
    deepEqual(await store.list("ragnarok"), []);
  });
});
