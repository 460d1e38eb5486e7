/**
 * Journey A3: restarting the cluster without anger. First through BlissBot as a process of its own,
 * as far as that takes seconds; then every step, with a time that the test moves.
 */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { restartOverRcon, type RestartServer } from "../../src/features/server_restart/mod.ts";
import { shown, textOf } from "../../src/sandbox/discord/people.ts";
import type { Message } from "../../src/sandbox/discord/world.ts";
import { testPostgres } from "../store/databases.ts";
import { withTempFolder } from "../temp_folder.ts";
import { commandsOf, presences, restartStage } from "../features/server_restart/restart_stage.ts";
import { linesIn, startCluster } from "./cluster.ts";

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
    await it.says(card, /🔄 \*\*Ragnarok\*\* · went down [^]*🔄 \*\*Extinction\*\* · went down /);
    await clock.advance(240_000);
    await stage.ark("Ragnarok").start();
    await it.says(card, /^✅ \*\*Ragnarok\*\* · back after 4 min \d+ s$/m);
    match(textOf(card), /^🔄 \*\*Extinction\*\* · went down/m);
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
  await it.says(card, /Island\*\* · went down [^]*Ragnarok\*\* · went down /);
  await stage.ark("Island").start();
  await it.says(card, /✅ \*\*Island\*\*/);
  await clock.advance(900_000);
  await it.says(card, /^❌ \*\*Ragnarok\*\* · not back after 15 min: .*; look at its host$/m);
  match(textOf(card), /^\*\*Up: 1 of 2\.\*\*$/m);
  match(textOf(card), /it cannot be reached: /);
  equal(card.data.embeds[0]!.color, 0xff0000);
  await it.until(() => alerts.length > 0, () => "staff are told");
  equal(alerts.length, 1);
  match(alerts[0]!, /^Restart: ❌ \*\*Ragnarok\*\* · not back after 15 min: /);
});

testPostgres("A3 ✗: while the host says wait, it is asked once", async (databaseUrl) => {
  const asked: string[] = [];
  const host = Promise.withResolvers<void>();
  const restartServer: RestartServer = async (server) => {
    asked.push(server.name);
    await host.promise; // as after an HTTP status 429
    await restartOverRcon(server);
  };
  await using it = await restartStage({ databaseUrl, servers: ["Island"], restartServer });
  const { stage, clock } = it;
  const ivo = stage.world.person("ivo", { roles: ["admin"], globalName: "Ivo" });
  const card = await it.restarts(ivo, { server: "all", delay: 0 });
  await it.says(card, /🔄 \*\*Island\*\* · going down/);
  await it.until(() => asked.length > 0, () => "the host is asked");
  await clock.advance(60_000);
  const again = await ivo.runs("/server", { action: "restart", server: "Island", delay: 0 });
  match(textOf(shown(again)), /COOLDOWN/);
  equal(commandsOf(stage, "Island").includes("DoExit"), false);
  host.resolve();
  await it.got("Island", "DoExit");
  await stage.ark("Island").exit();
  await it.says(card, /went down/);
  await stage.ark("Island").start();
  await it.says(card, /All up, /);
  deepEqual(asked, ["Island"]);
});

testPostgres("A3 through the whole program", async (databaseUrl, t) => {
  await withTempFolder(async (folder) => {
    const servers = ["Island - (v93.19)", "Ragnarok"];
    await using cluster = await startCluster({ folder, databaseUrl, servers });
    const { world } = cluster;
    const ivo = world.person("ivo", { roles: ["admin"], globalName: "Ivo" });
    const island = cluster.ark("Island"), ragnarok = cluster.ark("Ragnarok");
    const ana = island.player("Ana"), ben = ragnarok.player("Ben");
    for (const player of [ana, ben]) player.join();
    const exits = () => ragnarok.received.filter(({ command }) => command === "DoExit").length;
    const restarts = async (options: Record<string, string | number>) => {
      const card = shown(await ivo.runs("/server", { action: "restart", ...options }));
      return shown(await ivo.presses(card, "Go"));
    };
    const says = (message: Message, pattern: RegExp) =>
      cluster.until(
        () => pattern.test(textOf(message)),
        () => `${pattern} in ${textOf(message)}`,
        20_000,
      );
    const saw = (player: typeof ana, line: string, onDiscord: Message) =>
      cluster.until(
        () => player.seen.includes(`SERVER: ${line}`),
        () => `${player.name} saw ${player.seen}; ${textOf(onDiscord)}`,
      );
    /** Whether a restart stands in the line of a server. */
    const isAnnounced = (text: string, name: string, dueAt: string) =>
      text.split("\n").some((line) =>
        line.includes(`**${name}**`) && line.includes(`🔄 restart <t:${dueAt}:R>`)
      );
    let card: Message, dueAt = "";

    await t.step("2. players are told in the game, and the board says when", async () => {
      card = await restarts({ server: "all", delay: 15, reason: "update" });
      [, dueAt = ""] = /Island\*\* · stops <t:(\d+):R>/.exec(textOf(card))!;
      for (const player of [ana, ben]) await saw(player, "Restart in 15 minutes: update", card);
      const board = await cluster.place("server-status");
      await cluster.until(
        () =>
          ["Island", "Ragnarok"].every((it) => isAnnounced(linesIn(board).join("\n"), it, dueAt)),
        () => `the board says ${linesIn(board)}`,
        45_000,
      );
    });

    await t.step("3. Island alone is spared, also on the board", async () => {
      await ivo.picks(card, ["Island"]);
      await saw(ana, "The restart is cancelled", card);
      const status = textOf(shown(await ivo.runs("/servers")));
      ok(!isAnnounced(status, "Island", dueAt), status);
      ok(isAnnounced(status, "Ragnarok", dueAt), status);
    });

    await t.step("✗ killed in the countdown, it goes on, and nobody is told twice", async () => {
      await cluster.daemon.end("SIGKILL");
      await cluster.start();
      await says(card, /🚫 \*\*Island\*\*[^]*⏳ \*\*Ragnarok\*\*/);
      const refused = textOf(
        shown(await ivo.runs("/server", { action: "restart", server: "all" })),
      );
      match(refused, new RegExp(`Ragnarok.*asked for by Ivo, due <t:${dueAt}:R>[^]*COOLDOWN`));
      await ivo.presses(card, "Abort all");
      await saw(ben, "The restart is cancelled", card);
      equal(ben.seen.filter((line) => line.includes("Restart in")).length, 1);
    });

    await t.step(
      "4. a server stops, comes back, and the card says how long that took",
      async () => {
        const stopped = ragnarok.next(/^DoExit$/);
        card = await restarts({ server: "Ragnarok", delay: 0 });
        await saw(ben, "Restart now", card);
        await stopped;
        await ragnarok.exit(); // the game itself takes 26 s
        await says(card, /🔄 \*\*Ragnarok\*\* · went down <t:/);
        await ragnarok.start();
        await says(card, /^\*\*All up, \d+ s\.\*\*$/m);
        equal(exits(), 1);
        ok(ana.isOnline);
      },
    );

    const { code, err } = await cluster.daemon.end("SIGTERM");
    equal(code, 0, err);
  });
});
