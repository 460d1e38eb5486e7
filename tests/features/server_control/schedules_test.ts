/** `/schedule` as admins use it, and what the clock makes of it, also over restarts. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { ScheduleStore } from "../../../src/features/server_control/schedule_store.ts";
import type { Database } from "../../../src/store/sql.ts";
import { shown, textOf } from "../../../src/sandbox/discord/people.ts";
import type { Jobs } from "../../../src/runtime/jobs.ts";
import { testPostgres } from "../../store/databases.ts";
import { controlStage, told } from "./control_stage.ts";

const MINUTE_MS = 60_000, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS;

/** Looks now for what is due; when that is being done already, after it. */
async function look(jobs: Jobs, db: Database): Promise<void> {
  while (jobs.list().some(({ state }) => state === "running")) await roundTrip(db);
  await jobs.run("schedules");
}

async function roundTrip(db: Database): Promise<void> {
  await db.run(5_000, (sql) => sql`select 1`);
}

const stamp = (at: string) => `<t:${Date.parse(at) / 1000}:f>`;

testPostgres("commands are sent by the clock", async (url, t) => {
  await using control = await controlStage(url, ["Island", "Ragnarok"]);
  const { stage, clock, db, alerts, restarts } = control;
  let { jobs } = stage;
  const island = stage.ark("Island"), ragnarok = stage.ark("Ragnarok");
  const ann = stage.world.person("ann", { roles: ["admin"] });
  const uwe = stage.world.person("uwe", { roles: ["admin"], locale: "de" });
  const store = new ScheduleStore(db);
  const now = () => new Date(clock.now());
  const schedule = async (action: string, values: Record<string, string | number> = {}) =>
    told(await ann.runs("/schedule", { action, ...values }));
  const idOf = (text: string) => Number(/Schedule (\d+) added/.exec(text)![1]);
  const add = async (when: string, command: string, server = "Island") =>
    idOf(await schedule("add", { server, when, command }));
  /** The question that comes first. */
  const asked = async (action: string, values: Record<string, string | number>) =>
    shown(await ann.runs("/schedule", { action, ...values }));
  const count = (command: string) =>
    [...island.received, ...ragnarok.received].filter((it) => it.command === command).length;
  /** The list, as soon as it shows that. */
  const listed = async (pattern: RegExp) => {
    for (let tries = 0; tries < 200; tries++) {
      const list = await schedule("list");
      if (pattern.test(list)) return list;
    }
    throw new Error(`The list never showed ${pattern}:\n${await schedule("list")}`);
  };
  const clear = () => db.run(5_000, (sql) => sql`delete from schedules`);
  await look(jobs, db);
  jobs.pause("schedules");

  await t.step("what comes once is sent once, at its time", async () => {
    match(await schedule("list"), /There are no schedules/);
    const answer = await schedule("add", { server: "Island", when: "30m", command: "SaveWorld" });
    match(answer, /· `SaveWorld` · Island\nonce, <t:1773482213:f> \(<t:1773482213:R>\) · by ann/);
    await clock.advance(30 * MINUTE_MS - 1_000);
    await look(jobs, db);
    equal(count("SaveWorld"), 0);
    await clock.advance(1_000);
    const arrived = island.next(/SaveWorld/);
    await look(jobs, db);
    await arrived;
    match(await listed(/✅/), /over · by ann\n✅ last run <t:1773482213:f>/);
    await clock.advance(DAY_MS);
    await look(jobs, db);
    equal(count("SaveWorld"), 1);
    deepEqual(await control.audit(), [
      "schedule add 2026-03-14T09:56:53.000Z SaveWorld island done",
      "schedule SaveWorld island done",
    ]);
    await clock.advance(7 * DAY_MS);
    await look(jobs, db);
    match(await schedule("list"), /There are no schedules/);
  });

  await t.step("cron comes again and again, in the zone's time, to all servers", async () => {
    const today = now().toISOString().slice(0, 10); // after 10 in Berlin
    const id = await add("0 6 * * *", "ServerChat Guten Morgen", "all");
    const first = new Date(Date.parse(`${today}T05:00:00Z`) + DAY_MS);
    const list = await schedule("list");
    ok(
      list.includes(
        `\`ServerChat Guten Morgen\` · all servers\n\`0 6 * * *\` · next ${
          stamp(first.toISOString())
        }`,
      ),
      list,
    );
    await clock.advance(first.getTime() - clock.now());
    await Promise.all([island.next(/Morgen/), ragnarok.next(/Morgen/), look(jobs, db)]);
    const next = new Date(first.getTime() + DAY_MS).toISOString();
    const after = await listed(/✅ last run/);
    ok(after.includes(`next ${stamp(next)}`), after);
    await look(jobs, db);
    equal(count("ServerChat Guten Morgen"), 2);
    deepEqual(control.sent.slice(-2).toSorted(), [
      "island ServerChat Guten Morgen",
      "ragnarok ServerChat Guten Morgen",
    ]);
    match(await schedule("remove", { id }), /Schedule \d+ removed/);
    match(await schedule("remove", { id }), /There is no schedule \d+[^]*WRONG_INPUT/);
    await clock.advance(DAY_MS);
    await look(jobs, db);
    equal(count("ServerChat Guten Morgen"), 2);
  });

  await t.step("run sends at once, and asks first where /rcon would", async () => {
    const id = await add("0 6 * * *", "ListPlayers");
    match(await schedule("run", { id }), /✅ \*\*Island\*\*: No Players Connected/);
    match(await schedule("list"), /✅ last run/);
    const values = { server: "Island", when: "0 6 * * 0", command: "DestroyWildDinos" };
    const destructive = idOf(told(await ann.presses(await asked("add", values), "Go")));
    const card = await asked("run", { id: destructive });
    match(textOf(card), /Really send this\?[^]*DestroyWildDinos[^]*\*\*Island\*\* · nobody/);
    equal(count("DestroyWildDinos"), 0);
    match(told(await ann.presses(card, "Go")), /✅ \*\*Island\*\*/);
    equal(count("DestroyWildDinos"), 1);
    await clear();
  });

  await t.step("what destroys is scheduled only after a question", async () => {
    const values = { server: "all", when: "* * * * *", command: "DoExit" };
    const card = await asked("add", values);
    match(
      textOf(card),
      /^Really schedule this\?\n`DoExit`\n`\* \* \* \* \*` · next <t:\d+:f> \(<t:\d+:R>\)\n\n\*\*Island\*\* · nobody is online\n\*\*Ragnarok\*\* · nobody is online\nOn all of them: 0 online\n/,
    );
    deepEqual(await store.list(), []);
    match(told(await ann.presses(card, "Cancel")), /Cancelled/);
    deepEqual(await store.list(), []);

    const soon = await asked("add", { ...values, when: "1m" });
    await clock.advance(3 * MINUTE_MS);
    const added = told(await ann.presses(soon, "Go"));
    match(added, /Schedule \d+ added[^]*`DoExit` · all servers\nonce/);
    const [{ nextRun } = {}] = await store.list();
    equal(nextRun?.getTime(), clock.now() + MINUTE_MS);
    await clear();

    const late = await asked("add", { ...values, when: "20m" });
    restarts.set("island", new Date(clock.now() + 22 * MINUTE_MS));
    await clock.advance(2 * MINUTE_MS); // announced while the question was open
    match(told(await ann.presses(late, "Go")), /Island restarts <t:\d+:R>/);
    restarts.clear();
    deepEqual(await store.list(), []);
  });

  await t.step("a password stands neither in the list nor in the audit", async () => {
    const id = await add("2h", "EnableCheats geheim");
    match(await schedule("list"), /`EnableCheats \*\*\*` · Island/);
    match(await schedule("run", { id }), /✅ \*\*Island\*\*/);
    match(await schedule("remove", { id }), /`EnableCheats \*\*\*`/);
    equal(count("EnableCheats geheim"), 1);
    ok(!(await control.audit()).join().includes("geheim"));
  });

  await t.step("what cannot be sent or never comes is refused when it is added", async () => {
    const refused = (when: string, command: string) =>
      schedule("add", { server: "Island", when, command });
    match(await refused("2h", "GetChat"), /the bridge reads the chat/);
    match(await refused("2h", "cheat getgamelog"), /shows the secret codes/);
    match(await refused("2h", "SaveWorld | DoExit"), /second command/);
    match(await refused("0 0 31 2 *", "SaveWorld"), /is not a time, or never comes/);
    match(await schedule("add", { when: "2h", command: "SaveWorld" }), /enter `server`, `when`/);
    match(await schedule("run"), /Enter the `id`/);
    match(await schedule("run", { id: 999 }), /There is no schedule 999/);
    const values = { aktion: "anlegen", server: "Insel", wann: "bald", befehl: "SaveWorld" };
    match(told(await uwe.runs("/zeitplan", values)), /Es gibt keinen Server „Insel“/);
    match(
      told(await uwe.runs("/zeitplan", { ...values, server: "Island" })),
      /„bald“ ist keine Zeit oder kommt nie/,
    );
    restarts.set("ragnarok", new Date(clock.now() + 34 * MINUTE_MS));
    const clash = await schedule("add", { server: "all", when: "30m", command: "SaveWorld" });
    match(clash, /Ragnarok restarts <t:\d+:R>, and the command would come within 5 minutes/);
    await add("28m", "SaveWorld", "Ragnarok");
    await add("30m", "SaveWorld", "Island");
    restarts.clear();
    await clear();
  });

  await t.step("at most 100 wait at a time", async () => {
    const one = {
      serverId: undefined,
      command: "ListPlayers",
      cron: undefined,
      byId: "1",
      byName: "x",
    };
    const nextRun = new Date(clock.now() + DAY_MS);
    for (let i = 0; i < 100; i++) ok(await store.add({ ...one, nextRun }));
    const values = { server: "Island", when: "2h", command: "SaveWorld" };
    match(await schedule("add", values), /There are 100 schedules already/);
    match(await schedule("list"), /Page 1\/10/);
    await clear();
  });

  await t.step("a failure stands in the list, and staff are told", async () => {
    await ragnarok.network("shut");
    const id = await add("5m", "SaveWorld", "all");
    await clock.advance(5 * MINUTE_MS);
    const [alert] = await Promise.all([control.alerted(), look(jobs, db)]);
    const list = await listed(/❌/);
    match(list, /❌ last run <t:\d+:f>: Ragnarok: it cannot be reached/);
    match(
      alert,
      new RegExp(`^⏰ Schedule ${id} by ann, \`SaveWorld\`: Ragnarok: it cannot be reached`),
    );
    await ragnarok.network("open");
    await clear();
  });

  await t.step("staff are told when nobody knows whether it ran", async () => {
    await add("5m", "SetTimeOfDay 12:00");
    island.faults.next({ on: /SetTimeOfDay/ }, { kind: "close" });
    await clock.advance(5 * MINUTE_MS);
    const [alert] = await Promise.all([control.alerted(), look(jobs, db)]);
    match(alert, /`SetTimeOfDay 12:00`: Island: not known whether it ran, the connection broke/);
    await listed(/⚠️ last run <t:\d+:f>, not known whether it ran/);
    await clear();
  });

  await t.step(
    "what is claimed is never sent again, whoever looks and whatever crashes",
    async () => {
      const id = await add("5m", "ServerChat once");
      await clock.advance(5 * MINUTE_MS);
      const nextOf = () => undefined;
      const claims = await Promise.all([1, 2, 3].map(() => store.claimDue(now(), nextOf)));
      deepEqual(claims.flat().map((claimed) => claimed.id), [id]);
      await look(jobs, db); // as after a crash between claim and sending
      equal(count("ServerChat once"), 0);
      match(await schedule("list"), /⚠️ last run <t:\d+:f>, not known whether it ran/);
      await clear();
    },
  );

  await t.step(
    "what came while the program was off runs late, once, or is told as missed",
    async () => {
      await add("2m", "ServerChat early");
      await add("12m", "ServerChat late");
      await add("*/5 * * * *", "ServerChat again");
      const soon = new Date(clock.now() + 2 * MINUTE_MS).getUTCMinutes();
      await add(`${soon} * * * *`, "ServerChat hourly");
      alerts.length = 0;
      await stage.stopBot();
      await clock.advance(13 * MINUTE_MS);
      const arrived = Promise.all([island.next(/late/), island.next(/again/)]);
      const bot = await control.restart();
      try {
        jobs = bot.jobs;
        await arrived;
        const list = await listed(/✅[^]*✅/);
        match(list, /`ServerChat early`[^]*❌ missed: the program was off at <t:\d+:f>/);
        match(list, /`ServerChat hourly`[^]*❌ missed/);
        const words = ["early", "late", "again", "hourly"];
        deepEqual(words.map((word) => count(`ServerChat ${word}`)), [0, 1, 1, 0]);
        deepEqual(alerts.map((text) => /by ann, `ServerChat (\w+)`: missed, as/.exec(text)?.[1]), [
          "early",
          "hourly",
        ]);
      } finally {
        await bot.stopBot();
      }
    },
  );

  await t.step("a stop does not wait for a server that is silent", async () => {
    await clear();
    const bot = await control.restart();
    await look(bot.jobs, db);
    island.faults.next({ on: /silence/ }, { kind: "silence" });
    const values = { action: "add", server: "Island", when: "5m", command: "ServerChat silence" };
    await ann.runs("/schedule", values);
    await clock.advance(5 * MINUTE_MS);
    await Promise.all([island.next(/silence/), look(bot.jobs, db)]);
    await bot.stopBot();
    const [left] = await store.list();
    deepEqual([left?.lastOutcome, left?.nextRun], ["unknown", undefined]);
  });

  await t.step("while the database is away people are told so", async () => {
    const bot = await control.restart();
    try {
      const question = await asked("add", { server: "all", when: "2h", command: "DoExit" });
      await db.close();
      const calls = [
        schedule("list"),
        schedule("remove", { id: 1 }),
        schedule("run", { id: 1 }),
        schedule("add", { server: "Island", when: "2h", command: "SaveWorld" }),
        ann.presses(question, "Go").then(told),
      ];
      for (const answer of await Promise.all(calls)) {
        match(answer, /The database does not answer, so nothing was done/);
      }
    } finally {
      await bot.stopBot();
    }
  });
});
