/**
 * Journey A3: restarting the cluster without anger, with Discord, game servers and database as they
 * are, and a time that the test moves.
 */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { shown, textOf } from "../../src/sandbox/discord/people.ts";
import type { Message } from "../../src/sandbox/discord/world.ts";
import { testPostgres } from "../store/databases.ts";
import { commandsOf, presences, restartStage } from "../features/server_restart/restart_stage.ts";

const SERVERS = ["Island", "Ragnarok", "Extinction"];

testPostgres("A3: restarting the cluster without anger", async (databaseUrl, t) => {
  await using it = await restartStage({ databaseUrl, servers: SERVERS });
  const { stage, clock, alerts } = it;
  const ivo = stage.world.person("ivo", { roles: ["admin"], globalName: "Ivo" });
  const jana = stage.world.person("jana", { roles: ["admin"], globalName: "Jana" });
  it.online.set("island", presences(7));
  it.online.set("ragnarok", []);
  const ana = stage.ark("Island").player("Ana"), ben = stage.ark("Ragnarok").player("Ben");
  for (const player of [ana, ben]) player.join();
  const begin = clock.now();
  const minute = (minutes: number) => begin + minutes * 60_000;
  const goTo = (minutes: number) => clock.advance(minute(minutes) - clock.now());
  const heard = (line: string, name = "Extinction") => it.got(name, `ServerChat ${line}`);

  let card: Message;

  await t.step("1. it asks, and says who is online", async () => {
    const options = { action: "restart", server: "all", delay: 15, reason: "update" };
    card = shown(await ivo.runs("/server", options));
    equal(card.onlyFor, undefined);
    match(textOf(card), /^15 min after Go$/m);
    match(textOf(card), /^Reason: update$/m);
    match(textOf(card), /^\*\*Island\*\* · 7 online$/m);
    match(textOf(card), /^\*\*Ragnarok\*\* · nobody online$/m);
    match(textOf(card), /^\*\*Extinction\*\* · who is online is not known$/m);
  });

  await t.step("2. Go: the card counts down, and the players are told", async () => {
    await ivo.presses(card, "Go");
    await heard("Restart in 15 minutes: update");
    match(textOf(card), /^Asked for by Ivo$/m);
    match(
      textOf(card),
      new RegExp(`^⏳ \\*\\*Island\\*\\* · stops <t:${minute(15) / 1000}:R>$`, "m"),
    );
    equal(it.dueAt("island")?.getTime(), minute(15)); // what the status board shows
    for (const minutes of [10, 5]) {
      await goTo(15 - minutes);
      await heard(`Restart in ${minutes} minutes: update`);
    }
  });

  await t.step("✗ a second admin is told who and when, and where", async () => {
    const refused = shown(
      await jana.runs("/server", { action: "restart", server: "Island", delay: 0 }),
    );
    ok(refused.onlyFor);
    match(textOf(refused), new RegExp(`Island.*asked for by Ivo, due <t:${minute(15) / 1000}:R>`));
    match(textOf(refused), new RegExp(`channels/${stage.world.guild.id}/.*/${card.data.id}`));
    match(textOf(refused), /COOLDOWN/);
  });

  await t.step("3. Island alone is spared", async () => {
    await jana.picks(card, ["Island"]);
    await heard("The restart is cancelled", "Island");
    match(textOf(card), /^🚫 \*\*Island\*\* · aborted by Jana$/m);
    match(textOf(card), /^⏳ \*\*Ragnarok\*\*/m);
    equal(it.dueAt("island"), undefined);
    await goTo(14);
    await heard("Restart in 1 minute: update");
  });

  await t.step("4. the others stop and come back, one by one", async () => {
    await goTo(15);
    for (const name of ["Ragnarok", "Extinction"]) await it.got(name, "DoExit");
    await it.says(card, /^🔄 \*\*Ragnarok\*\* · going down$/m);
    await Promise.all(["Ragnarok", "Extinction"].map((name) => stage.ark(name).exit()));
    await it.says(card, /🔄 \*\*Ragnarok\*\* · down since [^]*🔄 \*\*Extinction\*\* · down since /);
    await clock.advance(240_000);
    await stage.ark("Ragnarok").start();
    await it.says(card, /^✅ \*\*Ragnarok\*\* · back after 4 min \d+ s$/m);
    match(textOf(card), /^🔄 \*\*Extinction\*\* · down since/m);
    await stage.ark("Extinction").start();
    await it.says(card, /^\*\*All up, 4 min \d+ s\.\*\*$/m);
    equal(card.data.embeds[0]!.color, 0x80ff00);
    deepEqual(card.data.components, []);
    deepEqual(alerts, []);
    deepEqual(commandsOf(stage, "Ragnarok"), [
      "ServerChat Restart in 15 minutes: update",
      "ServerChat Restart in 10 minutes: update",
      "ServerChat Restart in 5 minutes: update",
      "ServerChat Restart in 1 minute: update",
      "SaveWorld",
      "DoExit",
    ]);
    ok(!commandsOf(stage, "Island").includes("DoExit"));
    ok(ana.isOnline);
    ok(!ben.isOnline);
  });
});

testPostgres("A3 ✗: a server that is not back in 15 minutes is red", async (databaseUrl) => {
  await using it = await restartStage({ databaseUrl, servers: ["Island", "Ragnarok"] });
  const { stage, clock, alerts } = it;
  const ivo = stage.world.person("ivo", { roles: ["admin"], globalName: "Ivo" });
  const card = await it.restarts(ivo, { server: "all", delay: 0 });
  for (const name of ["Island", "Ragnarok"]) {
    await it.got(name, "DoExit");
    await stage.ark(name).exit();
  }
  await it.says(card, /Island\*\* · down since [^]*Ragnarok\*\* · down since /);
  await stage.ark("Island").start();
  await it.says(card, /✅ \*\*Island\*\*/);
  await clock.advance(900_000);
  await it.says(card, /^❌ \*\*Ragnarok\*\* · not back after 15 min: .*; look at its host$/m);
  match(textOf(card), /^\*\*Up: 1 of 2\.\*\*$/m);
  match(textOf(card), /ECONNREFUSED/);
  equal(card.data.embeds[0]!.color, 0xff0000);
  await it.until(() => alerts.length > 0, () => "staff are told");
  equal(alerts.length, 1);
  match(alerts[0]!, /^Restart: ❌ \*\*Ragnarok\*\* · not back after 15 min: /);
});
