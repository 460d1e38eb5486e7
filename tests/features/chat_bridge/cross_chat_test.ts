/**
 * Chat from one game server to the others.
 * @module
 */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { parseChat, type PlayerChat } from "../../../src/ark/chat.ts";
import type { GameServer } from "../../../src/features/feature.ts";
import { crossChatCommands, openCrossChat } from "../../../src/features/chat_bridge/cross_chat.ts";
import { checkCommand } from "../../../src/rcon/command_text.ts";
import { openConsole } from "../../../src/rcon/console.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { openLog } from "../../../src/runtime/log.ts";
import { type LocalArk, startArk } from "../../../src/sandbox/ark/server.ts";
import { HandClock } from "../../hand_clock.ts";

const LOG = openLog("test", { write: () => {}, now: () => new Date(), secrets: [] });

function serverOf(ark: LocalArk): GameServer {
  const { host, port, password, sessionName: name } = ark;
  const server = { name, host, port, password };
  const console = openConsole({ server, clock: systemClock, log: LOG });
  return { id: name.toLowerCase(), name, map: undefined, console };
}

/** Local servers with cross-chat between them; what was accepted is collected. */
async function cluster(...names: readonly string[]) {
  const arks = await Promise.all(names.map((name) => startArk({ sessionName: name })));
  const servers = arks.map(serverOf);
  const accepted: string[] = [];
  const [ascii, paused] = [new Set<GameServer>(), new Set<GameServer>()];
  const cross = openCrossChat({
    servers,
    clock: systemClock,
    usesAscii: (server) => ascii.has(server),
    isPaused: (server) => paused.has(server),
    sent: (server, command) => accepted.push(`${server.name} ${command}`),
  });
  return {
    arks,
    servers,
    accepted,
    ascii,
    paused,
    cross,
    /** Reads each server's chat as the bridge does, and shares what players said. */
    async look(): Promise<number> {
      let shared = 0;
      for (const server of servers) {
        for (const line of parseChat(await server.console.send("GetChat"))) {
          if (line.kind !== "chat") continue;
          cross.share(server, line);
          shared++;
        }
      }
      return shared;
    },
    async [Symbol.asyncDispose]() {
      await cross.stop();
      await Promise.all(servers.map(({ console }) => console.close()));
      await Promise.all(arks.map((ark) => ark.stop()));
    },
  };
}

function said(text: string, player = "Ana", character = player): PlayerChat {
  return { kind: "chat", player, character, text };
}

function serverChats(ark: LocalArk): string[] {
  return ark.received.map(({ command }) => command)
    .filter((command) => command.startsWith("ServerChat"));
}

Deno.test("what Ana says on the Island is read on the other servers, once, and not echoed", async () => {
  await using stage = await cluster("Island", "Ragnarok", "Extinction");
  const [island, ragnarok, extinction] = stage.arks as [LocalArk, LocalArk, LocalArk];
  const [ana, ben] = [island.player("Ana"), ragnarok.player("Ben")];
  ana.join();
  ben.join();
  ana.say("raptor *here* | DoExit");
  const heard = [ragnarok, extinction].map((ark) => ark.next(/^ServerChat/));
  equal(await stage.look(), 1);
  await Promise.all(heard);
  equal(ben.seen.at(-1), "SERVER: [Ana (Island)]: raptor *here* / DoExit");
  equal(await stage.look(), 0);
  const back = island.next(/^ServerChat/);
  ben.say("hi");
  equal(await stage.look(), 1);
  await back;
  equal(ana.seen.at(-1), "SERVER: [Ben (Ragnarok)]: hi");
  deepEqual([serverChats(island).length, serverChats(ragnarok).length], [1, 1]);
  equal(stage.accepted.length, 4);
});

Deno.test("lines keep their order, and a server that is away holds up nobody", async () => {
  await using stage = await cluster("Island", "Ragnarok", "Extinction");
  const [, ragnarok, extinction] = stage.arks as [LocalArk, LocalArk, LocalArk];
  await extinction.network("black hole");
  const last = ragnarok.next(/: 14$/);
  for (let i = 0; i < 15; i++) stage.cross.share(stage.servers[0]!, said(`${i}`));
  await last;
  deepEqual(
    serverChats(ragnarok),
    Array.from({ length: 15 }, (_, i) => `ServerChat [Ana (Island)]: ${i}`),
  );
  const began = performance.now();
  await stage.cross.stop();
  ok(performance.now() - began < 3_000);
  stage.cross.share(stage.servers[0]!, said("too late"));
  equal(serverChats(ragnarok).length, 15);
  await extinction.network("open");
});

Deno.test("more lines than twenty do not wait for a server; it misses them", async () => {
  await using stage = await cluster("Island", "Ragnarok");
  const [, ragnarok] = stage.arks as [LocalArk, LocalArk];
  const go = ragnarok.freeze();
  for (let i = 0; i < 50; i++) stage.cross.share(stage.servers[0]!, said(`${i}`));
  const last = ragnarok.next(/: 20$/);
  go();
  await last;
  await stage.servers[1]!.console.send("ListPlayers");
  deepEqual(serverChats(ragnarok).length, 21); // one was under way
});

Deno.test("a line that is said just when the one before has arrived is carried over too", async () => {
  const lines = ["second", "third"];
  await using stage = await cluster("Island", "Ragnarok");
  const [, ragnarok] = stage.arks as [LocalArk, LocalArk];
  const island = stage.servers[0]!;
  const cross = openCrossChat({
    servers: stage.servers,
    clock: systemClock,
    usesAscii: () => false,
    isPaused: () => false,
    sent() {
      const next = lines.shift(); // comes when the lane has found that nothing waits
      if (next !== undefined) queueMicrotask(() => cross.share(island, said(next)));
    },
  });
  const last = ragnarok.next(/: third$/);
  cross.share(island, said("first"));
  await last;
  deepEqual(serverChats(ragnarok).map((one) => one.slice(-5)), ["first", "econd", "third"]);
  await cross.stop();
});

Deno.test("nothing is carried into a server whose bridge is paused, nor long after it was said", async () => {
  const clock = new HandClock();
  await using stage = await cluster("Island", "Ragnarok");
  const [, ragnarok] = stage.arks as [LocalArk, LocalArk];
  const [island, other] = stage.servers as [GameServer, GameServer];
  stage.paused.add(other);
  stage.cross.share(island, said("while it is paused"));
  stage.paused.delete(other);
  stage.cross.share(island, said("😂")); // of which nothing is left
  const again = ragnarok.next(/: again$/);
  stage.cross.share(island, said("again"));
  await again;
  const go = ragnarok.freeze();
  const late = openCrossChat({
    servers: stage.servers,
    clock,
    usesAscii: () => false,
    isPaused: () => false,
    sent: () => {},
  });
  for (const text of ["under way", "late"]) late.share(island, said(text));
  await clock.advance(5_001);
  late.share(island, said("fresh"));
  const fresh = ragnarok.next(/: fresh$/);
  go();
  await fresh;
  deepEqual(serverChats(ragnarok).map((one) => one.replace(/^.*\]: /, "")), [
    "again",
    "under way",
    "fresh",
  ]);
  await late.stop();
});

Deno.test("a line whose first part failed is not continued, and nothing is sent twice", async () => {
  await using stage = await cluster("Island", "Ragnarok");
  const [, ragnarok] = stage.arks as [LocalArk, LocalArk];
  const [island, other] = stage.servers as [GameServer, GameServer];
  await other.console.send("ListPlayers");
  ragnarok.faults.next({ on: /^ServerChat/ }, { kind: "reset" });
  const next = ragnarok.next(/: next$/);
  stage.cross.share(island, said("long ".repeat(100)));
  stage.cross.share(island, said("next"));
  await next;
  equal(serverChats(ragnarok).length, 2);
  stage.ascii.add(other);
  const ascii = ragnarok.next(/größe|groesse/);
  stage.cross.share(island, said("größe"));
  match((await ascii).command, /: groesse$/);
});

Deno.test("crossChatCommands() names the player and the server, and cuts the player's name first", () => {
  const server = (name: string) => ({ name }) as GameServer;
  const start = (place: string, player: string, character = player) =>
    crossChatCommands(server(place), said("x", player, character))[0];
  equal(start("Island", "Ana"), "ServerChat [Ana (Island)]: x");
  equal(start("Island", "A".repeat(40)), `ServerChat [${"A".repeat(23)} (Island)]: x`);
  equal(
    start("The Center Cluster 3", "Quillfeather"),
    "ServerChat [Quillfeat (The Center Cluster 3)]: x",
  );
  equal(start("S".repeat(60), "Quillfeather"), `ServerChat [Quillfea (${"S".repeat(21)})]: x`);
  equal(start("S".repeat(60), "Ana"), `ServerChat [Ana (${"S".repeat(26)})]: x`);
  equal(start("Island", "", "Rex"), "ServerChat [Rex (Island)]: x");
  equal(start("Island", "😂", "***"), "ServerChat [? (Island)]: x");
  equal(start("Island", "a]: hi [Admin"), "ServerChat [a hi Admin (Island)]: x");
});

Deno.test("crossChatCommands() leaves the words of players as they are, but for what is dangerous", () => {
  const from = { name: "Island" } as GameServer;
  const words = (text: string) =>
    crossChatCommands(from, said(text)).map((command) => command.replace(/^.*?\]: /, "")).join();
  equal(words("2*3*4 **not bold** _x_ ~~y~~ `z` \\o/"), "2*3*4 **not bold** _x_ ~~y~~ `z` /o/");
  equal(
    words("# no heading\n> no quote <t:1> [a](https://b.c)"),
    "# no heading ) no quote (t:1) [a](b.c)",
  );
  deepEqual(crossChatCommands(from, said("😂")), []);
  const sign = fc.constantFrom(..."abz019*_~`[]()#+-.:;,!?'@&%$=^{} ");
  const text = fc.array(sign, { minLength: 1, maxLength: 150 }).map((all) => all.join(""));
  fc.assert(fc.property(text, (typed) => {
    const plain = typed.replace(/ +/g, " ").trim();
    equal(words(typed), plain);
  }));
  const anything = fc.string({ unit: "binary", maxLength: 400 });
  fc.assert(
    fc.property(anything, anything, anything, fc.boolean(), (player, place, text, ascii) => {
      const commands = crossChatCommands({ name: place } as GameServer, said(text, player), {
        ascii,
      });
      ok(commands.length <= 3);
      for (const command of commands) {
        match(command, /^ServerChat \[[^[\]:@#]{1,64}\]: \S/);
        checkCommand(command);
      }
    }),
  );
});
