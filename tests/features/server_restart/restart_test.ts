/** Restarts of game servers, with everything that comes in between. */

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { RestartServer } from "../../../src/features/server_restart/mod.ts";
import { shown, textOf } from "../../../src/sandbox/discord/people.ts";
import type { Message } from "../../../src/sandbox/discord/world.ts";
import { testPostgres } from "../../store/databases.ts";
import { commandsOf, type RestartStage, restartStage } from "./restart_stage.ts";

const SERVERS = ["Island", "Ragnarok"];

/** Two admins; one of them reads German. */
function admins({ stage: { world } }: RestartStage) {
  return {
    ivo: world.person("ivo", { roles: ["admin"], globalName: "Ivo" }),
    uwe: world.person("uwe", { roles: ["admin"], globalName: "Uwe", locale: "de" }),
  };
}

function exits(it: RestartStage, name: string): number {
  return commandsOf(it.stage, name).filter((command) => command === "DoExit").length;
}

testPostgres("restarts that go well, or are called off", async (databaseUrl, t) => {
  await using it = await restartStage({ databaseUrl, servers: SERVERS });
  const { stage, clock, db } = it;
  const { ivo, uwe } = admins(it);
  const all = { action: "restart", server: "all" };

  await t.step("who is no admin cannot even ask", async () => {
    const eva = stage.world.person("eva", { roles: ["moderator"] });
    await rejects(eva.runs("/server", all), /not shown to this person/);
  });

  await t.step("what cannot be is refused with the right way", async () => {
    const answer = async (options: Record<string, string | number>) =>
      textOf(shown(await ivo.runs("/server", { ...all, ...options })));
    match(await answer({ delay: 61 }), /61 is no delay: enter 0 to 60 minutes[^]*WRONG_INPUT/);
    match(await answer({ delay: -1 }), /-1 is no delay/);
    match(await answer({ reason: "x".repeat(201) }), /has 201 of 200 signs[^]*WRONG_INPUT/);
    match(await answer({ server: "Iceland" }), /no server “Iceland”[^]*UNKNOWN_SERVER/);
  });

  await t.step("Cancel leaves nothing behind, and an old question cannot be answered", async () => {
    const card = shown(await ivo.runs("/server", all));
    await ivo.presses(card, "Cancel");
    match(textOf(card), /Ivo has called the restart off before it began/);
    deepEqual(card.data.components, []);
    const old = shown(await ivo.runs("/server", all));
    await clock.advance(600_001);
    match(textOf(shown(await ivo.presses(old, "Go"))), /EXPIRED_CARD/);
    equal(it.dueAt("island"), undefined);
  });

  await t.step("of two who press Go at once, one restarts the server", async () => {
    const one = shown(await ivo.runs("/server", { ...all, delay: 10 }));
    const other = shown(await uwe.runs("/server", { action: "restart", server: "Island" }));
    await Promise.all([ivo.presses(one, "Go"), uwe.presses(other, "Los"), ivo.presses(one, "Go")]);
    const told = [...stage.world.general.messages.values()].map(textOf);
    equal(told.filter((text) => /Ivo.*veranlasst.*COOLDOWN/s.test(text)).length, 1);
    match(textOf(one), /⏳ \*\*Island\*\*[^]*⏳ \*\*Ragnarok\*\*/);
    await it.got("Ragnarok", "ServerChat Restart in 10 minutes");
    await ivo.presses(one, "Abort all");
    match(textOf(one), /🚫 \*\*Island\*\* · aborted by Ivo[^]*🚫 \*\*Ragnarok/);
    match(textOf(one), /Nothing was restarted/);
    await clock.advance(900_000);
    equal(exits(it, "Island"), 0);
  });

  await t.step("at once, and in German", async () => {
    const card = await it.restarts(uwe, { server: "Island", delay: 0, reason: "*Größe* | DoExit" });
    match(textOf(card), /^Neustart$/m);
    match(textOf(card), /^Veranlasst von Uwe$/m);
    match(textOf(card), /^Grund: \\\*Größe\\\* \\\| DoExit$/m);
    await it.got("Island", "DoExit");
    await it.says(card, /^🔄 \*\*Island\*\* · fährt herunter$/m);
    deepEqual(card.data.components, []); // nothing can be aborted any more
    await stage.ark("Island").exit();
    await it.says(card, /^🔄 \*\*Island\*\* · heruntergefahren <t:/m);
    await stage.ark("Island").start();
    await it.says(card, /^\*\*Alle wieder da, .* s\.\*\*$/m);
    match(textOf(card), /^✅ \*\*Island\*\* · wieder da nach .* s$/m);
    match(
      commandsOf(stage, "Island").findLast((it) => it.startsWith("ServerChat"))!,
      /^ServerChat Neustart jetzt: /,
    );
    equal(exits(it, "Island"), 1);
    deepEqual(it.sent.at(-1)![0], "island");
  });

  await t.step("every act is in the audit", async () => {
    const acts = await db.run(5_000, (sql) =>
      sql<{ line: string }[]>`
      select actor_name || ' ' || what || ' ' || target || ' ' || outcome as line
      from audit order by id`);
    deepEqual(acts.map(({ line }) => line).sort(), [
      "Ivo abort restart Island done",
      "Ivo abort restart Ragnarok done",
      "Ivo restart Island waiting",
      "Ivo restart Ragnarok waiting",
      "Uwe restart Island done",
      "Uwe restart Island waiting",
    ]);
  });
  deepEqual(it.alerts, []);
});

testPostgres("restarts over a restart of the program", async (databaseUrl, t) => {
  await using it = await restartStage({ databaseUrl, servers: SERVERS });
  const { stage, clock } = it;
  const { ivo } = admins(it);

  await t.step(
    "a countdown goes on, nobody is told twice, and the server is stopped once",
    async () => {
      const card = await it.restarts(ivo, { server: "Island", delay: 15 });
      await it.got("Island", "ServerChat Restart in 15 minutes");
      await it.restartBot(() => clock.advance(240_000));
      await it.until(() => it.dueAt("island") !== undefined, () => "it goes on");
      await it.got("Island", "ServerChat Restart in 10 minutes");
      await clock.advance(600_000);
      await it.got("Island", "DoExit");
      deepEqual(
        commandsOf(stage, "Island").filter((command) => command.startsWith("ServerChat")),
        [15, 10, 5].map((minutes) => `ServerChat Restart in ${minutes} minutes`)
          .concat("ServerChat Restart in 1 minute"),
      );
      await it.restartBot(); // right after DoExit
      await it.says(card, /going down/);
      await stage.ark("Island").exit();
      await it.says(card, /went down/);
      await stage.ark("Island").start();
      await it.says(card, /All up, /);
      equal(exits(it, "Island"), 1);
      deepEqual(it.alerts, []);
    },
  );

  await t.step("what went down and came back meanwhile is not guessed at", async () => {
    const card = await it.restarts(ivo, { server: "Ragnarok", delay: 0 });
    await it.got("Ragnarok", "DoExit");
    await it.restartBot(() => stage.ark("Ragnarok").restart());
    await it.until(() => it.dueAt("ragnarok") !== undefined, () => "it goes on");
    await clock.advance(180_000);
    await it.says(card, /✅ \*\*Ragnarok\*\* · answers; BlissBot was away meanwhile/);
    equal(exits(it, "Ragnarok"), 1);
  });

  await t.step("one that nobody was told of never begins, and is in nobody's way", async () => {
    // What the store kept of a Go that was answered with "the database does not answer".
    const ask = async () =>
      shown(await ivo.runs("/server", { action: "restart", server: "Ragnarok" }));
    const ghost = async ({ data: { id, channel_id } }: Message) =>
      await it.db.run(5_000, (sql) =>
        sql`
        insert into restarts (plan_id, reason, by_id, by_name, due_at, language, channel_id,
          message_id, server_id, position, state)
        values (${id}, '', '1', 'Ivo', ${new Date(clock.now() + 60_000).toISOString()}::timestamptz,
          'en', ${channel_id}, ${id}, 'ragnarok', 0, 'announced')`);
    const exitsBefore = exits(it, "Ragnarok");
    await ghost(await ask());
    const card = await it.restarts(ivo, { server: "Ragnarok" });
    await it.says(card, /⏳ \*\*Ragnarok\*\* · stops/);
    await ivo.presses(card, "Abort all");
    const failed = await ask();
    await ghost(failed);
    await it.restartBot();
    await it.says(failed, /❌ \*\*Ragnarok\*\* · cancelled: BlissBot or its database was away/);
    await clock.advance(180_000);
    equal(exits(it, "Ragnarok"), exitsBefore);
    await it.until(() => it.alerts.length === 1, () => "staff are told");
  });

  await t.step("one that was due long ago is dropped, and that is said", async () => {
    const card = await it.restarts(ivo, { server: "Ragnarok", delay: 5 });
    await it.restartBot(() => clock.advance(421_000));
    await it.says(card, /❌ \*\*Ragnarok\*\* · cancelled: BlissBot or its database was away/);
    await it.until(() => it.alerts.length > 1, () => "staff are told");
    match(it.alerts[1]!, /Ragnarok.*cancelled/);
    equal(exits(it, "Ragnarok"), 1);
    equal(it.dueAt("ragnarok"), undefined);
  });

  await t.step("an old question and an old card say that they are old", async () => {
    const question = shown(await ivo.runs("/server", { action: "restart", server: "Ragnarok" }));
    await it.restartBot();
    match(textOf(shown(await ivo.presses(question, "Go"))), /EXPIRED_CARD/);
  });
});

testPostgres("restarts that go wrong", async (databaseUrl, t) => {
  await using it = await restartStage({ databaseUrl, servers: SERVERS });
  const { stage, clock, alerts, db } = it;
  const { ivo, uwe } = admins(it);

  await t.step(
    "a server that is dead holds up nobody, and one that stays up is told of",
    async () => {
      await stage.ark("Ragnarok").crash();
      const card = await it.restarts(ivo, { server: "all", delay: 0 });
      await it.got("Island", "DoExit"); // its process takes 26 s of real time to end
      await it.says(card, /Ragnarok\*\* · not stopped yet: it cannot be reached: .* keeps trying/);
      await it.says(
        card,
        /❌ \*\*Ragnarok\*\* · could not be told to stop within 2 min: .*not saved/,
      );
      await clock.advance(180_000);
      await it.says(card, /❌ \*\*Island\*\* · was told to stop and still runs after 3 min/);
      match(textOf(card), /Nothing was restarted/);
      await it.until(() => alerts.length === 2, () => "staff are told");
      await stage.ark("Ragnarok").start();
      await stage.ark("Island").restart();
    },
  );

  await t.step("a server that is away for a moment is saved and stopped all the same", async () => {
    await stage.ark("Ragnarok").crash();
    const before = commandsOf(stage, "Ragnarok").length;
    const card = await it.restarts(ivo, { server: "Ragnarok", delay: 0 });
    await clock.advance(10_000);
    await stage.ark("Ragnarok").start();
    await it.until(() => exits(it, "Ragnarok") > 0, () => "it is stopped");
    deepEqual(commandsOf(stage, "Ragnarok").slice(before).slice(-2), ["SaveWorld", "DoExit"]);
    await it.says(card, /^🔄 \*\*Ragnarok\*\* · going down$/m);
    await stage.ark("Ragnarok").exit();
    await it.says(card, /went down/);
    await stage.ark("Ragnarok").start();
    await it.says(card, /All up, /);
  });

  await t.step("one that is away for longer is stopped without that, once", async () => {
    const before = exits(it, "Ragnarok");
    await stage.ark("Ragnarok").crash();
    const card = await it.restarts(uwe, { server: "Ragnarok", delay: 0 });
    await it.says(card, /⏳ \*\*Ragnarok\*\* · noch nicht gestoppt: er ist nicht erreichbar: /);
    ok(!/ECONN|127\.0\.0\.1|tried again|nobody answers/.test(textOf(card)), textOf(card));
    await stage.ark("Ragnarok").start();
    await it.until(() => exits(it, "Ragnarok") > before, () => "it is stopped");
    await it.says(card, /fährt herunter \(die Welt wurde vorher nicht gespeichert: er ist nicht /);
    await stage.ark("Ragnarok").exit();
    await it.says(card, /heruntergefahren/);
    await stage.ark("Ragnarok").start();
    await it.says(card, /Alle wieder da, /);
    equal(exits(it, "Ragnarok"), before + 1);
  });

  await t.step("one that cannot be told yet can still be spared", async () => {
    const before = exits(it, "Ragnarok");
    await stage.ark("Ragnarok").crash();
    const card = await it.restarts(ivo, { server: "Ragnarok", delay: 0 });
    await it.says(card, /not stopped yet/);
    await it.until(() => card.data.components!.length > 0, () => "it can be aborted");
    await ivo.presses(card, "Abort all");
    match(textOf(card), /🚫 \*\*Ragnarok\*\* · aborted by Ivo/);
    await stage.ark("Ragnarok").start();
    await clock.advance(180_000);
    equal(exits(it, "Ragnarok"), before);
    match(textOf(card), /Nothing was restarted/);
  });

  await t.step("a connection that breaks is not taken for a server that went down", async () => {
    const before = exits(it, "Ragnarok");
    const card = await it.restarts(ivo, { server: "Ragnarok", delay: 0 });
    await it.until(() => exits(it, "Ragnarok") > before, () => "it is stopped");
    const looks = stage.ark("Ragnarok").received.length;
    // The console itself tries three times.
    stage.ark("Ragnarok").faults.next({ on: /^ListPlayers/, times: 3 }, { kind: "reset" });
    await it.until(
      () => stage.ark("Ragnarok").received.length > looks + 3,
      () => "it is looked at",
    );
    await it.says(card, /Ragnarok\*\* · going down/);
    await stage.ark("Ragnarok").exit();
    await it.says(card, /went down/);
    await clock.advance(900_000);
    await it.says(card, /not back after 15 min/);
    match(textOf(card), /^\*\*Up: 0 of 1\.\*\*$/m);
    await it.until(() => alerts.length === 3, () => "staff are told");
    await stage.ark("Ragnarok").start();
  });

  await t.step("a lost answer to DoExit is not an invitation to send it again", async () => {
    stage.ark("Island").faults.next({ on: /^DoExit/ }, { kind: "reset" });
    const card = await it.restarts(ivo, { server: "Island", delay: 0 });
    await it.until(() => exits(it, "Island") === 2, () => "it is stopped");
    await stage.ark("Island").exit();
    await it.says(card, /went down/);
    await stage.ark("Island").start();
    await it.says(card, /All up, /);
    equal(exits(it, "Island"), 2); // that of the step before, and one
  });

  await t.step(
    "while it cannot be stored that a server is stopped, it is not stopped",
    async () => {
      const hide = () => db.run(5_000, (sql) => sql`alter table restarts rename to hidden`);
      const show = () => db.run(5_000, (sql) => sql`alter table hidden rename to restarts`);
      const card = await it.restarts(ivo, { server: "Island", delay: 1 });
      await it.got("Island", "ServerChat Restart in 1 minute");
      await hide();
      const refused = textOf(await it.restarts(ivo, { server: "Ragnarok" }));
      match(refused, /database does not answer, so nothing was done[^]*INTERNAL/);
      await clock.advance(60_000);
      await stage.logs(/cannot be stored now/);
      equal(exits(it, "Island"), 2);
      await show();
      await it.until(() => exits(it, "Island") === 3, () => "it is stopped");
      await stage.ark("Island").exit();
      await it.says(card, /went down/);
      await stage.ark("Island").start();
      await it.says(card, /All up, /);
    },
  );

  await t.step("when it cannot be stored for two minutes, the restart is off", async () => {
    const card = await it.restarts(ivo, { server: "Island", delay: 1 });
    await db.run(5_000, (sql) => sql`alter table restarts rename to hidden`);
    await clock.advance(60_000);
    await stage.logs(/cannot be stored now/, 3);
    await it.says(card, /❌ \*\*Island\*\* · cancelled: BlissBot or its database was away/);
    await db.run(5_000, (sql) => sql`alter table hidden rename to restarts`);
    await it.until(() => it.dueAt("island") === undefined, () => "it is over");
    equal(exits(it, "Island"), 3);
    await it.restartBot();
    equal(it.dueAt("island"), undefined);
  });

  await t.step("without its card a restart goes on all the same", async () => {
    const card = await it.restarts(ivo, { server: "Island", delay: 0 });
    stage.world.general.messages.delete(card.data.id);
    await it.until(() => exits(it, "Island") === 4, () => "it is stopped");
    await clock.advance(180_000);
    await it.until(() => alerts.length === 5, () => "staff are told that it still runs");
    const count = () =>
      stage.world.discord.requests.filter(({ method }) => method === "PATCH").length;
    const before = count();
    await clock.advance(60_000);
    ok(count() - before <= 1, "it is edited again and again");
  });
});

testPostgres(
  "a program that is killed between its decision and DoExit sends none later",
  async (databaseUrl) => {
    const asked: string[] = [];
    const restartServer: RestartServer = ({ name }) => {
      asked.push(name);
      return new Promise(() => {}); // as far as it ever comes
    };
    await using it = await restartStage({ databaseUrl, servers: ["Island"], restartServer });
    const { ivo } = admins(it);
    const card = await it.restarts(ivo, { server: "Island", delay: 0 });
    await it.until(() => asked.length === 1, () => "it comes to that");
    await it.restartBot();
    await it.says(card, /going down/);
    await it.clock.advance(180_000);
    await it.says(card, /did not see whether it restarted/);
    deepEqual(asked, ["Island"]);
  },
);
