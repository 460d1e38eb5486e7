/** Bans and watches in both kinds of database. */

import { deepEqual, equal } from "node:assert/strict";
import { type NewBan, storedBans } from "../../../src/features/moderation/ban_store.ts";
import { storedWatches, type Watch } from "../../../src/features/moderation/watch_store.ts";
import { testDatabases } from "../../store/databases.ts";

const [ANA, BEN] = ["a", "b"].map((digit) => digit.repeat(32)) as [string, string];
const at = new Date("2026-03-14T09:26:53.123Z");
const later = (minutes: number) => new Date(at.getTime() + minutes * 60_000);

const ban: NewBan = {
  accountId: ANA,
  name: "Ana'; drop table bans; --",
  reason: 'spam "x"',
  evidence: undefined,
  until: later(10),
  byId: "1",
  byName: "Hana",
  at,
};
const forEver: NewBan = { ...ban, accountId: BEN, evidence: "https://a.b/", until: undefined };

testDatabases("bans and watches are stored", async ({ db, t }) => {
  const store = storedBans(db);
  const wanted = async (serverId: string) =>
    (await store.tasks(serverId)).map(({ accountId, wantsBan, byId, byName, reason }) =>
      `${accountId[0]} ${wantsBan} ${byId} ${byName} ${reason}`
    );
  const finish = async (serverId: string) => {
    for (const task of await store.tasks(serverId)) await store.markApplied(serverId, task, at);
  };

  await t.step("a ban waits on every server, and stands once for each account", async () => {
    equal(await store.add(ban, ["island", "ragnarok"]), undefined);
    deepEqual(await store.add({ ...ban, reason: "other" }, ["island"]), {
      ...ban,
      liftedAt: undefined,
    });
    equal(await store.add(forEver, ["island"]), undefined);
    deepEqual(await wanted("island"), ['a true 1 Hana spam "x"', 'b true 1 Hana spam "x"']);
    deepEqual(await store.list(["island"]), [
      { ...forEver, liftedAt: undefined, waitingFor: ["island"] },
      { ...ban, liftedAt: undefined, waitingFor: ["island"] },
    ]);
  });

  await t.step("what was done is not to be done again, what failed is", async () => {
    const [first, second] = await store.tasks("island");
    await store.markApplied("island", first!, at);
    await store.markFailed("island", second!, { answer: "no\u0000 answer" });
    deepEqual(await wanted("island"), ['b true 1 Hana spam "x"']);
    deepEqual(await store.states(BEN), [
      { serverId: "island", isApplied: false, trouble: { answer: "no\u0000 answer" } },
    ]);
    // The end of a ban came while it was being applied: it is still to be done.
    equal(await store.lift({ accountId: BEN, byId: "2", byName: "Ivo", reason: "ok", at }), true);
    await store.markApplied("island", second!, at);
    deepEqual(await wanted("island"), ["b false 2 Ivo ok"]);
    equal(await store.lift({ accountId: BEN, byId: "2", byName: "Ivo", reason: "ok", at }), false);
    deepEqual((await store.list(["island"])).map(({ waitingFor }) => waitingFor), [["island"], []]);
    await finish("island");
    deepEqual((await store.list(["island"])).map(({ accountId }) => accountId), [ANA]);
  });

  await t.step("time ends a ban, and a later one is another one", async () => {
    await finish("ragnarok");
    await store.endTimed(later(9));
    deepEqual(await wanted("ragnarok"), []);
    await store.endTimed(later(10));
    deepEqual(await wanted("ragnarok"), ["a false undefined BlissBot time is over"]);
    equal(await store.add({ ...ban, until: undefined }, ["island", "ragnarok"]), undefined);
    deepEqual(await wanted("ragnarok"), ['a true 1 Hana spam "x"']);
    deepEqual(
      (await store.history(ANA)).map(({ liftedAt }) => liftedAt),
      [undefined, later(10)],
    );
  });

  await t.step("standing bans spread to new servers, and only to those", async () => {
    await finish("island");
    await store.spread(["island", "valguero"]);
    await store.spread(["island", "valguero"]);
    deepEqual(await wanted("island"), []);
    deepEqual(await wanted("valguero"), ['a true 1 Hana spam "x"']);
    await finish("valguero");
    equal(await store.resync("valguero"), 1);
    deepEqual(await wanted("valguero"), ['a true 1 Hana spam "x"']);
  });

  await t.step("watches are kept, replaced and removed", async () => {
    const watches = storedWatches(db);
    const watch: Watch = {
      accountId: ANA,
      name: "Ana",
      note: "",
      byId: "1",
      language: "de",
      at,
    };
    const second = { ...watch, accountId: BEN, at: later(-1) };
    await watches.save({ ...watch, note: "old", language: "en" });
    await watches.save(second);
    await watches.save(watch);
    deepEqual(await watches.list(), [second, watch]);
    await watches.remove(BEN);
    await watches.remove(BEN);
    deepEqual(await watches.list(), [watch]);
  });
});
