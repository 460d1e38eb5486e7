/**
 * Places that the bots made, and the record of what staff did, as the store keeps them.
 */

import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { openLog } from "../../src/runtime/log.ts";
import { type Act, storedAudit } from "../../src/store/audit.ts";
import { StoreError } from "../../src/store/errors.ts";
import { storedPlaces } from "../../src/store/places.ts";
import type { Database } from "../../src/store/sql.ts";
import { HandClock } from "../hand_clock.ts";
import { testDatabases } from "./databases.ts";

const BAN: Act = {
  actorId: "1",
  actorName: "Ann 🦖 O'Neil",
  what: "ban",
  target: "0002abc",
  serverId: "island",
  outcome: "done",
  reason: "griefing",
};

/** A database that can be away. */
function breakable(db: Database) {
  const stage = { isAway: false };
  const refuse = () => Promise.reject(new StoreError("unreachable", "it is away"));
  const flaky: Database = {
    ...db,
    run: (...call) => stage.isAway ? refuse() : db.run(...call),
  };
  return { stage, flaky };
}

testDatabases("places and audit", async ({ db, t }) => {
  const clock = new HandClock(Date.UTC(2026, 10, 25, 12));
  const logged: string[] = [];
  const log = openLog("audit", {
    write: (line) => logged.push(line),
    now: () => new Date(),
    secrets: [],
  });
  const targets = async () => {
    const rows = await db.run(
      5_000,
      (sql) => sql<{ target: string }[]>`select target from audit order by id`,
    );
    return rows.map(({ target }) => target);
  };
  const act = (target: string): Act => ({ ...BAN, target });

  await t.step("a restarted program finds its places again, as they were last", async () => {
    const places = storedPlaces(db);
    deepEqual(await places.load(), {});
    await places.save("thread island", { id: "1", name: "The Island" });
    await places.save("channel __proto__", { id: "2", name: "it's" });
    await places.save("thread island", { id: "3", name: "Die Insel 🏝️" });
    deepEqual(
      await storedPlaces(db).load(),
      Object.fromEntries([
        ["thread island", { id: "3", name: "Die Insel 🏝️" }],
        ["channel __proto__", { id: "2", name: "it's" }],
      ]),
    );
  });

  await t.step("an act is kept with who, what, where, when and outcome", async () => {
    const audit = storedAudit({ db, clock, log });
    await audit.record(BAN);
    await audit.record({
      ...BAN,
      actorId: undefined,
      serverId: undefined,
      reason: "cut \0 in a character \ud83e",
      outcome: "unknown",
    });
    const rows = await db.run(
      5_000,
      (sql) =>
        sql`select actor_id, actor_name, what, target, server_id, outcome, reason,
        extract(epoch from at)::float8 as at from audit order by id`,
    );
    const at = clock.now() / 1000;
    const first = {
      actor_id: "1",
      actor_name: "Ann 🦖 O'Neil",
      what: "ban",
      target: "0002abc",
      server_id: "island",
      outcome: "done",
      reason: "griefing",
      at,
    };
    deepEqual(rows.map((row) => ({ ...row })), [first, {
      ...first,
      actor_id: null,
      server_id: null,
      outcome: "unknown",
      reason: "cut  in a character \ufffd",
    }]);
  });

  await t.step("the audit refuses to be changed", async () => {
    for (
      const statement of [
        "update audit set reason = 'nothing'",
        "delete from audit",
        "truncate audit",
      ]
    ) {
      await rejects(db.run(5_000, (sql) => sql.unsafe(statement)), /only ever added to/);
    }
    equal((await targets()).length, 2);
  });

  await t.step(
    "what happened while the store was away is in the log, and written soon",
    async () => {
      const { stage, flaky } = breakable(db);
      const audit = storedAudit({ db: flaky, clock, log });
      const again = () => audit.job.run(new AbortController().signal);
      stage.isAway = true;
      await Promise.all([audit.record(act("a")), audit.record(act("b"))]);
      match(logged.join(""), /Cannot write an act to the audit.*"a"[^]*Cannot write.*"b"/);
      await rejects(again(), { name: "StoreError" });
      stage.isAway = false;
      await again();
      deepEqual((await targets()).slice(2), ["a", "b"]);
      stage.isAway = true;
      await audit.record(act("c"));
      stage.isAway = false;
      await Promise.all([audit.record(act("d")), audit.record(act("e"))]);
      await again();
      deepEqual((await targets()).slice(2), ["a", "b", "c", "d", "e"]);
    },
  );

  await t.step("an act whose writing was not confirmed stands there once", async () => {
    let isLost = true;
    const deaf: Database = {
      ...db,
      async run(...call) {
        const result = await db.run(...call);
        if (isLost) throw new StoreError("timeout", "no answer");
        return result;
      },
    };
    const audit = storedAudit({ db: deaf, clock, log });
    await audit.record(act("f"));
    isLost = false;
    await audit.record(act("g"));
    deepEqual((await targets()).slice(7), ["f", "g"]);
  });

  await t.step(
    "a store that stays away fills no memory: acts beyond 1,000 go to the log",
    async () => {
      const { stage, flaky } = breakable(db);
      const audit = storedAudit({ db: flaky, clock, log });
      stage.isAway = true;
      await Promise.all(Array.from({ length: 1_001 }, (_, n) => audit.record(act(`act ${n}`))));
      match(logged.at(-1)!, /Cannot keep an act.*"act 1000"/);
      stage.isAway = false;
      await audit.record(act("last"));
      const written = (await targets()).slice(9);
      deepEqual([written.length, written[0], written[999], written.at(-1)], [
        1_001,
        "act 0",
        "act 999",
        "last",
      ]);
    },
  );
});
