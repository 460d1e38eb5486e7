/** `/rcon` and `/say` as staff use them. */

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { execute } from "../../../src/features/server_control/execute.ts";
import { sayCommand } from "../../../src/features/server_control/say.ts";
import { openSending } from "../../../src/features/server_control/sending.ts";
import { openConsole } from "../../../src/rcon/console.ts";
import { type Clock, systemClock } from "../../../src/runtime/clock.ts";
import { openLog } from "../../../src/runtime/log.ts";
import { startArk } from "../../../src/sandbox/ark/server.ts";
import { type Person, shown, textOf } from "../../../src/sandbox/discord/people.ts";
import type { Message } from "../../../src/sandbox/discord/world.ts";
import { HandClock } from "../../hand_clock.ts";
import { testPostgres } from "../../store/databases.ts";
import { controlStage, told } from "./control_stage.ts";

const LIME = 0x80FF00, RED = 0xFF0000;

testPostgres("staff send commands and words to the game servers", async (url, t) => {
  await using control = await controlStage(url, ["Island", "Ragnarok"]);
  const { stage, clock, sent } = control;
  const island = stage.ark("Island"), ragnarok = stage.ark("Ragnarok");
  const ann = stage.world.person("ann", { roles: ["admin"] });
  const mia = stage.world.person("mia", { roles: ["moderator"] });
  const uwe = stage.world.person("uwe", { roles: ["admin"], locale: "de" });
  const rcon = (person: Person, command: string, server = "Island") =>
    person.runs("/rcon", { server, command });
  /** Acts that came to the audit during `work`. */
  const acts = async (work: () => Promise<void>) => {
    const before = (await control.audit()).length;
    await work();
    return (await control.audit()).slice(before);
  };
  const received = (command: string) =>
    [...island.received, ...ragnarok.received].filter((it) => it.command === command).length;

  await t.step("the answer comes in private, with the server in front", async () => {
    island.player("Ana *1*").join();
    const rows = await acts(async () => {
      const message = shown(await rcon(mia, " cheat ListPlayers "));
      match(textOf(message), /^Island · ListPlayers\n```\n0\. Ana \*1\*, [0-9a-f]{32}\n```/);
      equal(message.data.embeds[0]!.color, LIME);
      ok(message.onlyFor !== undefined);
    });
    deepEqual(rows, ["rcon ListPlayers island done"]);
    equal(received("ListPlayers"), 1);
  });

  await t.step("an empty answer is no proof that the command exists", async () => {
    match(told(await rcon(ann, "SaveWrold")), /Done, the server sent no text\. A mistyped command/);
    match(told(await rcon(uwe, "SaveWrold")), /Erledigt, der Server hat keinen Text geschickt/);
  });

  await t.step(
    "moderators have their list, and nobody reads the chat or bans by console",
    async () => {
      const rows = await acts(async () => {
        const refused = told(await rcon(mia, "DestroyWildDinos"));
        match(refused, /Only admins may send this command\. Moderators may send: ListPlayers, /);
        match(refused, /NOT_ALLOWED/);
        match(told(await rcon(ann, "AdminCheat cheat getchat")), /the bridge reads the chat/);
        match(told(await rcon(ann, "GetTribeLog 1", "all")), /crashes the server/);
        match(
          told(await rcon(mia, "getgamelog")),
          /shows the secret codes with which players link/,
        );
        match(told(await rcon(uwe, "cheat GetGameLog")), /zeigt die geheimen Codes/);
        match(told(await rcon(uwe, "BanPlayer 0002")), /Banns laufen über/);
        match(told(await rcon(ann, "UnbanPlayer 0002")), /go through `\/ban`/);
      });
      deepEqual(rows, [
        "rcon DestroyWildDinos island refused",
        "rcon getchat island refused",
        "rcon GetTribeLog 1 island refused",
        "rcon GetTribeLog 1 ragnarok refused",
        "rcon getgamelog island refused",
        "rcon GetGameLog island refused",
        "rcon BanPlayer 0002 island refused",
        "rcon UnbanPlayer 0002 island refused",
      ]);
      ok(island.received.every(({ command }) => !/dino|chat|ban|log/i.test(command)));
    },
  );

  await t.step("what could be a second command is refused with the reason", async () => {
    const before = island.received.length;
    const cases: [string, RegExp][] = [
      ["SaveWorld | DoExit", /it has a "\|", at which the game may begin a second command/],
      ["ServerChat see http://a.b", /it has a "\/\/", after which/],
      ["ServerChat hi\nDoExit", /it has a line break/],
      ["ServerChat a\u202eb", /it has invisible characters/],
      [`ServerChat ${"x".repeat(900)}`, /it has 911 bytes, and 900 are the most/],
      ["|", /it has a "\|"/],
    ];
    for (const [command, reason] of cases) {
      const refused = told(await rcon(ann, command));
      match(refused, reason);
      match(refused, /WRONG_INPUT/);
    }
    match(told(await rcon(uwe, "a | b")), /er hat ein „\|“, ab dem/);
    equal(island.received.length, before);
  });

  await t.step("a destructive command asks first, and Cancel sends nothing", async () => {
    const card = shown(await rcon(ann, "DestroyWildDinos", "all"));
    match(textOf(card), /`DestroyWildDinos`/);
    match(textOf(card), /\*\*Island\*\* · 1 online: Ana \\\*1\\\*/);
    match(textOf(card), /\*\*Ragnarok\*\* · nobody is online\nOn all of them: 1 online\n/);
    match(textOf(card), /open until <t:\d+:R>/);
    match(told(await ann.presses(card, "Cancel")), /Cancelled, nothing was sent/);
    deepEqual(card.data.components, []);
    equal(received("DestroyWildDinos"), 0);
  });

  await t.step("Go sends it once to each server, however often it is pressed", async () => {
    const card = shown(await rcon(ann, "cheat DestroyWildDinos", "all"));
    const rows = await acts(async () => {
      const [first, second] = await Promise.all([ann.presses(card, "Go"), ann.presses(card, "Go")]);
      const texts = [first, second].map(told);
      match(texts.join("\n"), /✅ \*\*Island\*\*: Done, [^\n]*\n✅ \*\*Ragnarok\*\*: Done, /);
      match(texts.join("\n"), /EXPIRED_CARD/);
    });
    deepEqual(rows.toSorted(), [
      "rcon DestroyWildDinos island done",
      "rcon DestroyWildDinos ragnarok done",
    ]);
    equal(received("DestroyWildDinos"), 2);
  });

  await t.step("a question is open for five minutes, for whoever asked and still may", async () => {
    const late = shown(await rcon(ann, "DoExit"));
    await clock.advance(5 * 60_000);
    match(told(await ann.presses(late, "Go")), /EXPIRED_CARD/);

    const foreign = shown(await rcon(ann, "DoExit"));
    delete (foreign as { onlyFor?: unknown }).onlyFor; // as if somebody else saw its buttons
    match(told(await mia.presses(foreign, "Go")), /Only the person who was asked can decide/);

    const max = stage.world.person("max", { roles: ["admin"] });
    const card = shown(await rcon(max, "DoExit"));
    max.member.roles.splice(0, 1, stage.world.roles.moderator.id);
    match(told(await max.presses(card, "Go")), /Only admins may send this command/);
    equal(received("DoExit"), 0);
  });

  await t.step("text of the game cannot leave its block", async () => {
    const body = new TextEncoder().encode("a```\n@everyone ``b``\u202ex");
    island.faults.next({ on: /GetTribeId/ }, { kind: "body", body });
    const message = shown(await rcon(mia, "GetTribeIdPlayerList 1"));
    const { description } = message.data.embeds[0]!;
    equal(description, "```\na`\u200b`\u200b`\n@everyone `\u200b`b`\u200b`x\n```");
  });

  await t.step("answers of 4,096 bytes and of 100 kB arrive whole", async () => {
    for (const length of [4_096, 100_000]) {
      const lines = Array.from({ length: length / 32 }, (_, i) => `${i}`.padEnd(31, "."));
      lines.push(`${lines.pop()}.`);
      island.faults.next({ on: /GetTribeId/ }, { kind: "body", body: lines.join("\n") });
      const read: string[] = [];
      let message = shown(await rcon(mia, "GetTribeIdPlayerList 1"));
      const pages = Number(/Page 1\/(\d+)/.exec(textOf(message))?.[1]);
      for (let page = 0; page < pages; page++) {
        const embed = message.data.embeds[0]!;
        ok(embed.description!.length <= 4_096);
        read.push(...embed.description!.split("\n").filter((line) => line !== "```"));
        message = shown(await mia.presses(message, "Next"));
      }
      deepEqual(read, lines);
    }
  });

  await t.step(
    "a lost answer is told as what it is",
    async () => {
      const rows = await acts(async () => {
        island.faults.next({ on: /SetTimeOfDay/ }, { kind: "close" });
        const lost = shown(await rcon(mia, "SetTimeOfDay 12:00"));
        match(textOf(lost), /nobody knows whether it ran\. Look in the game/);
        equal(lost.data.embeds[0]!.color, RED);
        deepEqual(lost.data.components, []);
      });
      deepEqual(rows, ["rcon SetTimeOfDay 12:00 island unknown"]);
      equal(received("SetTimeOfDay 12:00"), 1);
    },
  );

  await t.step(
    "who waits too long is told so, and what comes of it is recorded later",
    async () => {
      ragnarok.faults.next({ on: /SaveWorld/ }, { kind: "late", ms: 200 });
      const [answer] = await Promise.all([
        rcon(mia, "SaveWorld", "Ragnarok"),
        ragnarok.next(/SaveWorld/).then(() => clock.advance(50_000)),
      ]);
      match(told(answer), /^Ragnarok · SaveWorld\nNo answer yet, the server is still at it/);
      const saves = async () => (await control.audit()).filter((row) => row.includes("SaveWorld"));
      const end = Date.now() + 10_000;
      while ((await saves()).length === 0) ok(Date.now() < end, "it was never recorded");
      deepEqual(await saves(), ["rcon SaveWorld ragnarok done"]);
    },
  );

  await t.step("/say reaches everybody as one line that is nothing else", async () => {
    const ana = island.game.online[0]!;
    const rows = await acts(async () => {
      const text = "**Update** at 8 | DoExit\n<@1> 🦖 see https://a.b";
      const answer = told(await mia.runs("/say", { server: "all", text }));
      match(answer, /> Update at 8 \\\/ DoExit/);
      match(answer, /✅ \*\*Island\*\*\n✅ \*\*Ragnarok\*\*/);
    });
    const line = "ServerChat Update at 8 / DoExit @someone see a.b";
    equal(ana.seen.at(-1), "SERVER: Update at 8 / DoExit @someone see a.b");
    deepEqual(rows.toSorted(), [`say ${line} island done`, `say ${line} ragnarok done`]);
    deepEqual(sent.slice(-2).toSorted(), [`island ${line}`, `ragnarok ${line}`]);
  });

  await t.step("/say tells of banners that they may not be seen", async () => {
    const values = { server: "Island", text: "Gleich Neustart!", stil: "Banner" };
    match(
      told(await uwe.runs("/sagen", values)),
      /✅ \*\*Island\*\*\n\nARK: .* zeigt Banner nicht/,
    );
    equal(island.game.online[0]!.seen.at(-1), "Gleich Neustart!");
  });

  await t.step("a password that an admin types stands nowhere", async () => {
    const rows = await acts(async () => {
      for (const command of ["EnableCheats geheim", "cheat requestspectator geheim"]) {
        equal(told(await rcon(ann, command)).includes("geheim"), false);
      }
      match(told(await rcon(mia, "SetServerPassword geheim")), /Only admins may/);
    });
    deepEqual(rows, [
      "rcon EnableCheats *** island done",
      "rcon requestspectator *** island done",
      "rcon SetServerPassword *** island refused",
    ]);
    equal(received("EnableCheats geheim"), 1);
    ok(!stage.logged.join("").includes("geheim"));
  });

  await t.step("/say refuses what is too long, with a counter, and what says nothing", async () => {
    const say = async (text: string) => told(await mia.runs("/say", { server: "Island", text }));
    match(await say("x".repeat(213)), /213 of 200 characters[^]*WRONG_INPUT/);
    match(await say("🦖🦖"), /Nothing of the text is left/);
    match(await say("x".repeat(200)), /✅ \*\*Island\*\*/);
  });

  await t.step("commands are suggested as far as one may send them", async () => {
    const suggested = async (person: Person, command: string) =>
      (await person.types("/rcon", { server: "Island", command }, "command"))
        .map(({ value }) => value);
    deepEqual(await suggested(ann, "de"), ["DestroyWildDinos"]);
    deepEqual(await suggested(mia, "de"), []);
    deepEqual(await suggested(mia, "s"), [
      "SaveWorld",
      "ServerChat",
      "ServerChatTo",
      "ServerChatToPlayer",
      "ShowMessageOfTheDay",
      "SetTimeOfDay",
    ]);
    deepEqual(await suggested(ann, "getg"), []);
    await rejects(stage.world.person("ben").runs("/schedule"), /not shown|Cannot/);
  });

  await t.step("with all servers a dead one has its own page and harms no other", async () => {
    await island.network("shut");
    const rows = await acts(async () => {
      const first = shown(await rcon(mia, "SaveWorld", "all"));
      match(
        textOf(first),
        /^Island · SaveWorld[^\n]*\nIsland: it cannot be reached: [^]*\.\nThe command was not sent/,
      );
      ok(!textOf(first).includes("127.0.0.1"));
      equal(first.data.embeds[0]!.color, RED);
      const second: Message = shown(await mia.presses(first, "Next"));
      match(textOf(second), /^Ragnarok · SaveWorld[^]*World Saved/);
      equal(second.data.embeds[0]!.color, LIME);
    });
    deepEqual(rows.toSorted(), ["rcon SaveWorld island failed", "rcon SaveWorld ragnarok done"]);
    const said = shown(await uwe.runs("/sagen", { server: "alle", text: "hallo" }));
    match(textOf(said), /❌ \*\*Island\*\*: er ist nicht erreichbar.*\n✅ \*\*Ragnarok\*\*/);
    equal(said.data.embeds[0]!.color, RED);
  });

  await t.step("a question that was not answered can be asked again", async () => {
    const rows = await acts(async () => {
      const question = shown(await rcon(mia, "ListPlayers"));
      const again = shown(await mia.presses(question, "Ask again"));
      match(textOf(again), /^Island · ListPlayers\nIsland: it cannot be reached/);
    });
    deepEqual(rows, ["rcon ListPlayers island failed", "rcon ListPlayers island failed"]);
  });

  await t.step("a server whose password is wrong is told without it", async () => {
    const [, server] = stage.servers;
    ragnarok.password = "other-secret";
    await ragnarok.restart();
    const { failure, answer, pages } = await execute(server!, "SaveWorld", { language: "en" });
    equal(answer, undefined);
    ok(failure);
    ok(!JSON.stringify([pages, failure.message]).includes("local-ark"));
    ok(!stage.logged.join("").includes("local-ark"));
  });
});

Deno.test("/say waits 10 s for answers, and 5 s for its turn on a server that is busy", async () => {
  await using disposal = new AsyncDisposableStack();
  const clock = new HandClock();
  const log = openLog("", { write: () => {}, now: () => new Date(), secrets: [] });
  const serverOf = async (name: string, consoleClock: Clock) => {
    const ark = await startArk({ sessionName: name });
    const { host, port, password } = ark;
    const server = { name, host, port, password };
    const console = openConsole({ server, clock: consoleClock, log });
    disposal.defer(async () => void await Promise.all([console.close(), ark.stop()]));
    return { ark, server: { id: name, name, map: undefined, console } };
  };
  const island = await serverOf("Island", systemClock);
  const silent = await serverOf("Silent", systemClock);
  const busy = await serverOf("Busy", clock);
  silent.ark.faults.next({ on: /hello/ }, { kind: "silence" });
  busy.ark.faults.next({ on: /SaveWorld/ }, { kind: "silence" });
  const save = busy.server.console.send("SaveWorld").catch(() => {});
  await busy.ark.next(/SaveWorld/);

  const isSaid = Promise.withResolvers<void>();
  const sending = openSending({
    audit: { record: () => Promise.resolve() },
    clock,
    sent: () => isSaid.resolve(),
  });
  const answer = sayCommand({
    servers: [island.server, silent.server, busy.server],
    sending,
  }).run({
    caller: { id: "1", displayName: "mia", roleIds: [], tier: "moderator", language: "en" },
    channelId: "1",
    options: { server: "all", text: "hello" },
    signal: new AbortController().signal,
  });
  await Promise.all([isSaid.promise, silent.ark.next(/hello/)]);
  await clock.advance(10_000);
  match(
    JSON.stringify(await answer),
    /✅ \*\*Island\*\*\\n⏳ \*\*Silent\*\*: No answer yet.*\\n❌ \*\*Busy\*\*: it has too much to do/,
  );
  await Promise.all([busy.server.console.close(), save]);
});
