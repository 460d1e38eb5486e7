/** The table of chat lines, on both kinds of database. */

import { deepEqual, equal } from "node:assert/strict";
import { type StoredLine, storedLines } from "../../../src/features/chat_bridge/line_store.ts";
import { testDatabases } from "../../store/databases.ts";

const DAY_MS = 24 * 60 * 60_000;
const NOW = Date.UTC(2026, 2, 14, 9, 26, 53, 589);

function line(position: number, parts: Partial<StoredLine> = {}): StoredLine {
  return {
    position,
    content: `**Ana**: ${position}`,
    said: `Ana (Ana): ${position}`,
    seenAt: new Date(NOW),
    batch: undefined,
    messageId: undefined,
    postedAt: undefined,
    ...parts,
  };
}

function posted(position: number, parts: Partial<StoredLine> = {}): StoredLine {
  const postedAt = new Date(NOW);
  return line(position, { batch: position, messageId: `1${position}`, postedAt, ...parts });
}

testDatabases("storedLines()", async ({ db, t }) => {
  const store = storedLines(db);

  await t.step("a server without lines has none", async () => {
    deepEqual(await store.waiting("new", 10), { lines: [], count: 0 });
    deepEqual(await store.last("new"), { position: 0, messageId: undefined });
    deepEqual(await store.history("new"), { said: [], seenAt: undefined });
  });

  await t.step("lines come back as they were, in order, each server's for itself", async () => {
    const lines = [line(NOW), line(NOW + 1, { said: null, batch: NOW + 1 }), line(NOW + 2)];
    await store.save("a", lines.toReversed());
    await store.save("b", [line(5)]);
    deepEqual(await store.waiting("a", 10), { lines, count: 3 });
    deepEqual(await store.waiting("a", 2), { lines: lines.slice(0, 2), count: 3 });
    deepEqual(await store.last("a"), { position: NOW + 2, messageId: undefined });
  });

  await t.step("a line that is saved again is there once, as it is now", async () => {
    await store.save("again", [line(1), line(2)]);
    const sealed = [line(1, { content: "late", batch: 1 }), line(2, { batch: 1 }), line(3)];
    await store.save("again", sealed);
    deepEqual(await store.waiting("again", 10), { lines: sealed, count: 3 });
  });

  await t.step("what was posted stays posted, whoever comes late with older news", async () => {
    await store.save("late", [posted(1), posted(2)]);
    await store.save("late", [line(1), posted(2, { messageId: "99" }), line(3)]);
    deepEqual((await store.waiting("late", 10)).lines.map(({ position }) => position), [3]);
    deepEqual(await store.last("late"), { position: 3, messageId: "12" });
  });

  await t.step("history() gives the last 600 of what players said", async () => {
    const many = Array.from({ length: 700 }, (_, index) => line(index + 1));
    await store.save("much", [...many, line(701, { said: null, content: "Ana joined" })]);
    const { said, seenAt } = await store.history("much");
    deepEqual(said, many.slice(100).map((it) => it.said));
    deepEqual(seenAt, new Date(NOW));
  });

  await t.step("the game's log is kept until another one is", async () => {
    deepEqual(await store.gameLog("log"), []);
    const said = { kind: "chat", player: "Ana", character: "", text: "a\nb", at: NOW } as const;
    await store.keepGameLog("log", [said, said]);
    deepEqual(await store.gameLog("log"), [said, said]);
    await store.keepGameLog("log", []);
    deepEqual(await store.gameLog("log"), []);
  });

  await t.step(
    "prune() forgets who came and went, however little is said, but not the last message",
    async () => {
      const old = { postedAt: new Date(NOW - 8 * DAY_MS), said: null };
      const came = Array.from({ length: 20 }, (_, index) => posted(index + 2, old));
      const hidden = posted(30, { ...old, messageId: undefined });
      await store.save("quiet", [posted(1, { ...old, said: "Ana (Ana): hi" }), ...came, hidden]);
      await store.prune(new Date(NOW - 7 * DAY_MS));
      const rows = await db.run(5_000, (sql) =>
        sql<{ position: number }[]>`
        select position::float8 from chat_lines where server_id = 'quiet' order by position`);
      deepEqual(rows.map(({ position }) => position), [1, 21]);
      equal((await store.last("quiet")).messageId, "121");
    },
  );

  await t.step("prune() forgets old posted lines but the last 600 said", async () => {
    const old = { postedAt: new Date(NOW - 8 * DAY_MS) };
    const many = Array.from({ length: 700 }, (_, index) => posted(index + 2, old));
    await store.save("old", [line(1), ...many, posted(900, { said: null, ...old })]);
    await store.save("fresh", [posted(1), posted(2, old)]);
    await store.prune(new Date(NOW - 7 * DAY_MS));
    const [{ count }] = await db.run(5_000, (sql) =>
      sql<[{ count: number }]>`
        select count(*)::float8 as count from chat_lines where server_id = 'old'`);
    equal(count, 1 + 600 + 1, "what waits stays, however old");
    deepEqual((await store.history("old")).said, many.slice(100).map((it) => it.said));
    equal((await store.history("fresh")).said.length, 2);
  });
});
