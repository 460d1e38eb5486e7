/**
 * What players type into the game's chat to ask for something, and what they are told.
 * @module
 */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { parseChat, type PlayerChat } from "../../../src/ark/chat.ts";
import type { GameServer, Presence } from "../../../src/features/feature.ts";
import {
  type GameCall,
  type GameCommand,
  onlineCommand,
  openGameCommands,
} from "../../../src/features/chat_bridge/game_commands.ts";
import { checkCommand } from "../../../src/rcon/command_text.ts";
import { openConsole } from "../../../src/rcon/console.ts";
import { type Clock, systemClock } from "../../../src/runtime/clock.ts";
import { openLog } from "../../../src/runtime/log.ts";
import { startArk } from "../../../src/sandbox/ark/server.ts";
import { HandClock } from "../../hand_clock.ts";

/** A server whose console is never used here. */
function serverCalled(name: string): GameServer {
  const server = { name, host: "127.0.0.1", port: 1, password: "" };
  const console = openConsole({ server, clock: systemClock, log: quiet() });
  return { id: name.toLowerCase(), name, map: undefined, console };
}

function quiet(write: (line: string) => void = () => {}) {
  return openLog("test", { write, now: () => new Date(), secrets: [] });
}

const ISLAND = serverCalled("Island");
const RAGNAROK = serverCalled("Ragnarok");

function said(text: string, player = "Ana"): PlayerChat {
  return { kind: "chat", player, character: "Survivor", text };
}

/** Commands that answer with what they were asked; answers and log lines are collected. */
function open({ clock = new HandClock(), commands, usesAscii = false }: {
  clock?: Clock;
  commands?: readonly GameCommand[];
  usesAscii?: boolean;
} = {}) {
  const calls: GameCall[] = [];
  const answers: string[] = [];
  const logged: string[] = [];
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  const report: GameCommand = {
    name: "report",
    run: (call) => Promise.resolve(`report ${calls.push(call)} received`),
  };
  const game = openGameCommands({
    commands: commands ?? [report],
    clock,
    log: quiet((line) => logged.push(line)),
    usesAscii: () => usesAscii,
    answer: (server, command) => {
      answers.push(`${server.name} ${command}`);
      resolve();
      return Promise.resolve();
    },
  });
  return { ...game, calls, answers, logged, answered };
}

Deno.test("a report typed in the game is taken with all its words, and answered there", async () => {
  const clock = new HandClock();
  const game = open({ clock });
  ok(game.take(ISLAND, said("!report someone blocked my cave")));
  ok(game.take(RAGNAROK, said(" !RePort:\nhelp\nme ", "Ben")));
  await clock.advance(0);
  deepEqual(
    game.calls.map(({ server, player, character, args }) => [server.id, player, character, args]),
    [
      ["island", "Ana", "Survivor", "someone blocked my cave"],
      ["ragnarok", "Ben", "Survivor", ":\nhelp\nme"],
    ],
  );
  deepEqual(game.answers, [
    "Island ServerChat [BlissBot]: report 1 received",
    "Ragnarok ServerChat [BlissBot]: report 2 received",
  ]);
  await game.stop();
});

Deno.test("command lines are never relayed, also when nobody answers them; other words are", async () => {
  const game = open();
  for (
    const text of [
      "!link K7QX2M",
      "!LINK k7qx2m",
      "  !link",
      "！link K7QX2M",
      "?link K7QX2M", // a server that knows only ASCII made that of the wide mark
      "?LINK:K7QX2M",
      "!link:K7QX2M",
      "!discord",
      "!online please",
      "!Report",
    ]
  ) ok(game.take(ISLAND, said(text)), text);
  for (
    const text of [
      "!linked",
      "?linked",
      "? link",
      "!onlineshop",
      "!online2",
      "!help",
      "!",
      "! link",
      "!!link",
      "link K7QX2M",
      "type !link K7QX2M",
      "hi\n!link K7QX2M",
    ]
  ) ok(!game.take(ISLAND, said(text)), text);
  await game.stop();
  equal(game.calls.length, 1);
});

Deno.test("a player is answered three times in half a minute, on each server", async () => {
  const clock = new HandClock();
  const game = open({ clock });
  for (let i = 0; i < 5; i++) ok(game.take(ISLAND, said("!report a")));
  equal(game.calls.length, 3);
  game.take(RAGNAROK, said("!report a"));
  game.take(ISLAND, said("!report a", "Ben"));
  equal(game.calls.length, 5);
  await clock.advance(29_000);
  game.take(ISLAND, said("!report a"));
  equal(game.calls.length, 5);
  await clock.advance(1_000);
  game.take(ISLAND, said("!report a"));
  equal(game.calls.length, 6);
  await game.stop();
  equal(clock.sleepers, 0);
});

Deno.test("a command that fails or hangs is logged, without what was typed, and not answered", async () => {
  const clock = new HandClock();
  const game = open({
    clock,
    commands: [
      { name: "link", run: () => Promise.reject(new Error("no such table")) },
      {
        name: "report",
        run: () => {
          throw new Error("at once");
        },
      },
      { name: "online", run: () => new Promise(() => {}) },
    ],
  });
  for (const text of ["!link K7QX2M", "!report it", "!online"]) game.take(ISLAND, said(text));
  await clock.advance(4_999);
  equal(game.logged.length, 2);
  await clock.advance(1);
  deepEqual([game.answers, game.logged.length, clock.sleepers], [[], 3, 0]);
  match(game.logged.join(""), /!link failed on Island.*no such table/);
  match(game.logged.join(""), /!online failed on Island.*longer than 5 s/);
  ok(!game.logged.join("").includes("K7QX2M"));
});

Deno.test("what is under way when the program stops is given up in silence", async () => {
  const clock = new HandClock();
  const game = open({ clock, commands: [{ name: "online", run: () => new Promise(() => {}) }] });
  game.take(ISLAND, said("!online"));
  await game.stop();
  ok(game.take(ISLAND, said("!online", "Ben")));
  deepEqual([game.answers, game.logged, clock.sleepers], [[], [], 0]);
});

Deno.test("an answer is one harmless ServerChat, whatever names it holds", async () => {
  const names = ["*Ana*", "_b_", '|DoExit"', "//x", "<RichColor>", "Zoë", "😂", "\u202ex"];
  const answer = async (text: string, usesAscii = false) => {
    const game = open({
      usesAscii,
      commands: [{ name: "discord", run: () => Promise.resolve(text) }],
    });
    game.take(ISLAND, said("!discord"));
    await game.answered;
    await game.stop();
    equal(game.answers.length, 1);
    const command = game.answers[0]!.replace("Island ", "");
    checkCommand(command);
    return command;
  };
  equal(
    await answer(names.join(" ")),
    "ServerChat [BlissBot]: *Ana* _b_ /DoExit' /x (RichColor) Zoë x",
  );
  match(await answer("Zoë", true), /: Zoe$/);
  const long = await answer("x y ".repeat(200));
  match(long, /\.\.\.$/);
  equal(long.length, "ServerChat [BlissBot]: ".length + 200);
});

function presences(...names: readonly string[]): Presence[] {
  return names.map((name) => ({ id: "0".repeat(32), name, since: new Date() }));
}

Deno.test("!online tells how many play where, and who as long as there is room", async () => {
  const extinction = serverCalled("Extinction");
  const online: Record<string, Presence[]> = { island: presences("Ana", "Ben"), ragnarok: [] };
  const command = onlineCommand([ISLAND, RAGNAROK, extinction], {
    online: (id) => online[id],
  });
  const run = () => command.run({ server: ISLAND, player: "Ana", character: "Ana", args: "" });
  equal(await run(), "Online: Island 2 (Ana, Ben), Ragnarok 0, Extinction not reachable");
  online["ragnarok"] = presences("", " ", "Cara");
  equal(await run(), "Online: Island 2 (Ana, Ben), Ragnarok 3 (Cara), Extinction not reachable");
  online["island"] = presences(...Array.from({ length: 70 }, (_, i) => `Player ${i}`));
  equal(await run(), "Online: Island 70, Ragnarok 3, Extinction not reachable");
});

Deno.test("a player who asks !online reads the answer in the game", async () => {
  await using ark = await startArk();
  const log = quiet();
  const address = { name: "Island", host: ark.host, port: ark.port, password: ark.password };
  const console = openConsole({ server: address, clock: systemClock, log });
  const island: GameServer = { id: "island", name: "Island", map: undefined, console };
  const game = openGameCommands({
    commands: [onlineCommand([island], { online: () => presences("Ana") })],
    clock: systemClock,
    log,
    usesAscii: () => false,
    answer: (server, command) => server.console.send(command),
  });
  const ana = ark.player("Ana");
  ana.join();
  ana.say("!online");
  const lines = parseChat(await console.send("GetChat"));
  const answered = ark.next(/^ServerChat/);
  deepEqual(lines.map((line) => line.kind === "chat" && game.take(island, line)), [false, true]);
  await answered;
  equal(ana.seen.at(-1), "SERVER: [BlissBot]: Online: Island 1 (Ana)");
  await game.stop();
  await console.close();
});
