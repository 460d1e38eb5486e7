/** What is said in the game reaches Discord once and in order, whatever gets lost on the way. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { ChatLine } from "../../../src/ark/chat.ts";
import {
  type Drain,
  type DrainOptions,
  openDrain,
} from "../../../src/features/chat_bridge/drain.ts";
import { storedLines } from "../../../src/features/chat_bridge/line_store.ts";
import type { Outbox } from "../../../src/features/chat_bridge/outbox.ts";
import { openConsole } from "../../../src/rcon/console.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { openLog } from "../../../src/runtime/log.ts";
import type { Player } from "../../../src/sandbox/ark/players.ts";
import { type ArkOptions, type LocalArk, startArk } from "../../../src/sandbox/ark/server.ts";
import { StoreError } from "../../../src/store/errors.ts";
import { HandClock } from "../../hand_clock.ts";
import { testPostgres } from "../../store/databases.ts";
import { withTempFolder } from "../../temp_folder.ts";
import { fastClock, numbered, openTheatre, type Scene, type Theatre } from "./running_outboxes.ts";

const LATER = new AbortController().signal;

/** A game server with Ana on it, and its way to Discord. */
interface Bridge extends AsyncDisposable {
  readonly ark: LocalArk;
  readonly player: Player;
  readonly scene: Scene;
  readonly logged: string[];
  readonly drain: Drain;
  readonly outbox: Outbox;
  /** Looks until the server answers. */
  pull(): Promise<void>;
  /** A new drain and a new outbox, as after a start; the old ones are left where they are. */
  restart(changes?: Partial<DrainOptions>): void;
  /** Lines on Discord but who came and went. */
  said(): string[];
}

async function bridgeOf(
  theatre: Theatre,
  name: string,
  options: ArkOptions & { logFile?: string } = {},
): Promise<Bridge> {
  const scene = theatre.scene(name);
  const ark = await startArk({ ...options, manner: { encoding: "utf8", ...options.manner } });
  const logged: string[] = [];
  const log = openLog("chat", {
    write: (line) => void logged.push(line),
    now: () => new Date(),
    secrets: [],
    level: "debug",
  });
  const { host, port, password } = ark;
  const console = openConsole({ server: { name, host, port, password }, clock: fastClock, log });
  const server = {
    id: name,
    name,
    map: undefined,
    logFile: options.logFile ?? ark.log?.path,
    console,
  };
  const player = ark.player("Ana");
  player.join();

  function begin(changes: Partial<DrainOptions> = {}) {
    const outbox = scene.open();
    const store = storedLines(theatre.store.db);
    const hear = () => true;
    const given = { server, outbox, store, hear, clock: systemClock, log, pollMs: 60_000 };
    return { outbox, drain: openDrain({ ...given, ...changes }) };
  }

  let running = begin();
  return {
    ark,
    player,
    scene,
    logged,
    get drain() {
      return running.drain;
    },
    get outbox() {
      return running.outbox;
    },
    async pull() {
      const { lastLook } = running.drain.status();
      do await running.drain.pull(LATER); while (running.drain.status().lastLook === lastLook);
    },
    restart: (changes) => void (running = begin(changes)),
    said: () =>
      scene.lines().filter((line) => line.startsWith("**")).map((line) => line.split(": ")[1]!),
    async [Symbol.asyncDispose]() {
      await console.close();
      await ark.stop();
    },
  };
}

/** As of a process that is killed before it has stored lines for so many times and one more. */
function dyingAfter(adds: number, outbox: Outbox): DrainOptions["outbox"] {
  return {
    hasRoom: true,
    unmarked: outbox.unmarked,
    add: (lines) => adds-- > 0 ? outbox.add(lines) : new Promise(() => {}),
  };
}

const saidOn = (bridge: Bridge, text: string) => bridge.scene.sees(`**Ana**: ${text}`);

testPostgres("the game's chat on its way to Discord", async (url, t) => {
  await using theatre = await openTheatre(url);
  const step = (
    name: string,
    run: (bridge: Bridge) => Promise<void>,
    options?: ArkOptions,
  ) =>
    t.step(name, async () => {
      await using bridge = await bridgeOf(theatre, name.slice(0, 60), options);
      await run(bridge);
    });

  await step("it arrives in order, a repeated hi twice, our own lines not at all", async (it) => {
    it.player.say("hi");
    it.player.say("hi");
    it.ark.game.serverChat("[Ben]: hello");
    await it.pull();
    it.player.say("first\nsecond");
    it.player.leave();
    await it.pull();
    await it.scene.sees("⬅️ **Ana** left");
    deepEqual(it.scene.lines(), [
      "➡️ **Ana** joined",
      "**Ana**: hi",
      "**Ana**: hi",
      "**Ana**: first second",
      "⬅️ **Ana** left",
    ]);
  });

  await step("an answer of 4,096 bytes and one of 100 kB arrive whole", async (it) => {
    await it.pull();
    const rest = "Ana (Ana): \n ".length;
    it.player.say("x".repeat(4096 - rest));
    await it.pull();
    it.player.say("y".repeat(100_000) + "end");
    await it.pull();
    await theatre.ana.seesSoon(it.scene.channel, ({ data }) => data.content.endsWith("end"));
    const all = it.scene.lines().slice(1).map((line) => line.replace(/^(\*\*Ana\*\*: |… )/, ""));
    equal(all.join(""), "x".repeat(4096 - rest) + "y".repeat(100_000) + "end");
  }, { manner: { packetBytes: 4096 } });

  for (const kind of ["reset", "close"] as const) {
    await step(
      `an answer that gets lost (${kind}) is made good from the game's log`,
      async (it) => {
        it.player.say("one");
        await it.pull();
        it.player.say("two");
        it.player.say("two");
        it.ark.faults.next({ on: /^GetChat/, times: 2 }, { kind });
        await it.drain.pull(LATER);
        it.player.say("three\nfour");
        await it.pull();
        it.player.say("five");
        await it.pull();
        await saidOn(it, "five");
        deepEqual(it.said(), ["one", "two", "two", "three four", "five"]);
        equal(it.drain.status().gaps, 0);
      },
    );
  }

  await step("answers that get lost again and again cost no line", async (it) => {
    const all = numbered("line", 150);
    it.player.say("begin");
    await it.pull();
    for (const [index, line] of all.entries()) {
      it.player.say(line);
      if (index % 5 < 3) it.player.say("hi");
      if (index % 10 === 4) it.ark.faults.next({ on: /^GetChat/ }, { kind: "reset" });
      if (index % 3 === 0) await it.drain.pull(LATER);
    }
    await it.pull();
    await saidOn(it, all.at(-1)!);
    const expected = all.flatMap((line, index) => index % 5 < 3 ? [line, "hi"] : [line]);
    deepEqual(it.said(), ["begin", ...expected]);
  });

  await step("when the game's log is lost as well, or empty, that is counted", async (it) => {
    it.player.say("one");
    await it.pull();
    it.player.say("two");
    it.ark.faults.next({ on: /^GetChat/ }, { kind: "reset" });
    it.ark.faults.next({ on: /^GetGameLog/ }, { kind: "reset" });
    await it.pull();
    equal(it.drain.status().gaps, 1);
    it.ark.manner.hasGameLog = false;
    it.ark.faults.next({ on: /^GetChat/ }, { kind: "reset" });
    await it.pull();
    equal(it.drain.status().gaps, 2);
    const told = it.logged.filter((line) => line.includes("Cannot recover chat lines"));
    equal(told.filter((line) => line.includes('"warn"')).length, 1);
    it.player.say("three");
    await it.pull();
    await saidOn(it, "three");
    deepEqual(it.said(), ["one", "three"]);
  });

  await step("what was read and not stored before a crash is found after the start", async (it) => {
    it.restart({ outbox: dyingAfter(1, it.outbox) });
    it.player.say("one");
    await it.pull();
    await saidOn(it, "one");
    it.player.say("two");
    it.drain.pull(LATER);
    await it.ark.next(/^GetChat/);
    it.player.say("three");
    it.restart();
    await it.pull();
    await saidOn(it, "three");
    deepEqual(it.said(), ["one", "two", "three"]);
  });

  await step("what was posted and not stored before a crash is not posted again", async (it) => {
    const lines = storedLines(theatre.store.db);
    let isAway = false;
    const save: typeof lines.save = (...what) =>
      isAway
        ? Promise.reject(new StoreError("unreachable", "the store is away"))
        : lines.save(...what);
    it.restart({ outbox: it.scene.open({ store: { ...lines, save } }) });
    it.player.say("one");
    await it.pull();
    await saidOn(it, "one");
    isAway = true; // until the crash
    it.player.say("two");
    it.player.say("two");
    await it.pull();
    it.player.say("three");
    await it.pull();
    await saidOn(it, "three");
    it.player.say("two");
    it.ark.game.takeChat(); // it was read and not even posted
    it.restart();
    it.player.say("three");
    await it.pull();
    it.player.say("four");
    await it.pull();
    await saidOn(it, "four");
    deepEqual(it.said(), ["one", "two", "two", "three", "two", "three", "four"]);
  });

  await step("a crash at the first look after a crash loses nothing either", async (it) => {
    it.restart({ outbox: dyingAfter(1, it.outbox) });
    it.player.say("one");
    await it.pull();
    await saidOn(it, "one");
    for (const line of ["two", "three", "four"]) {
      it.player.say(line);
      it.drain.pull(LATER);
      await it.ark.next(/^GetChat/);
      it.restart({ outbox: dyingAfter(0, it.outbox) });
    }
    it.restart();
    it.player.say("five");
    await it.pull();
    await saidOn(it, "five");
    deepEqual(it.said(), ["one", "two", "three", "four", "five"]);
    deepEqual(await storedLines(theatre.store.db).gameLog(it.scene.serverId), []);
  });

  await step(
    "a start finds nothing twice, whatever was hidden, and keeps no secret",
    async (it) => {
      const hidden = /^!|secret/;
      const heard: string[] = [];
      const hear = (line: ChatLine) => {
        if (line.kind !== "chat") return true;
        heard.push(line.text);
        return !hidden.test(line.text);
      };
      it.restart({ hear });
      it.player.say("one");
      it.player.say("!link 123456");
      it.player.say("of a muted player: secret");
      it.player.say("two");
      it.player.say("!online");
      await it.pull();
      await saidOn(it, "two");
      for (let start = 0; start < 3; start++) {
        it.restart({ hear });
        await it.pull();
      }
      it.player.say("three");
      await it.pull();
      await saidOn(it, "three");
      deepEqual(it.said(), ["one", "two", "three"]);
      equal(heard.length, 6);
      const rows = await theatre.store.db.run(5_000, (sql) => sql`select * from chat_lines`);
      ok(!JSON.stringify(rows).includes("123456"));
    },
  );

  await step("commands that were lost are carried out, but not twice over a crash", async (it) => {
    const commands: string[] = [];
    const hear = (line: ChatLine) => {
      const isCommand = line.kind === "chat" && line.text.startsWith("!");
      if (isCommand) commands.push(line.text);
      return !isCommand;
    };
    it.restart({ hear });
    it.player.say("one");
    await it.pull();
    it.player.say("!report lag");
    it.ark.faults.next({ on: /^GetChat/ }, { kind: "reset" });
    await it.pull();
    deepEqual(commands, ["!report lag"]);
    await saidOn(it, "one");
    it.restart({ hear, outbox: dyingAfter(1, it.outbox) });
    it.player.say("two");
    await it.pull();
    it.player.say("!report it crashed");
    it.drain.pull(LATER);
    await it.ark.next(/^GetChat/);
    it.restart({ hear });
    await it.pull();
    deepEqual(commands.filter((text) => text !== "!report lag"), ["!report it crashed"]);
  });

  for (const [age, isTaken] of [[60 * 60_000, false], [30_000, true]] as const) {
    await step(
      `of a log without anything known, lines of ${age / 1000} s ago are ${
        isTaken ? "" : "not "
      }new`,
      async (it) => {
        await it.outbox.add([{ content: "**Bo**: hi", said: "Bo (Bo): hi" }]);
        it.player.say("once");
        it.ark.game.takeChat();
        await it.pull();
        it.player.say("now");
        await it.pull();
        await saidOn(it, "now");
        deepEqual(it.said(), isTaken ? ["hi", "once", "now"] : ["hi", "now"]);
      },
      { clock: new HandClock(Date.now() - age) },
    );
  }

  await step("with the log file at hand no other log is needed, and no sign is lost", async () => {
    await withTempFolder(async (folder) => {
      const manner = { encoding: "ascii", hasGameLog: false } as const;
      await using it = await bridgeOf(theatre, "file", { folder, manner });
      it.player.say("grüße");
      await it.pull();
      it.ark.log!.line("LogNet: Warning (made): up");
      it.player.say("für dich");
      it.ark.faults.next({ on: /^GetChat/ }, { kind: "reset" });
      await it.pull();
      it.player.say("danke");
      await it.pull();
      await it.scene.sees("**Ana**: danke");
      deepEqual(it.said(), ["gr??e", "für dich", "danke"]);
      equal(it.drain.status().gaps, 0);
    });
  });

  await step("a log file that cannot be read is told once, and the game is asked", async () => {
    await using it = await bridgeOf(theatre, "no file", { logFile: "/nowhere/ShooterGame.log" });
    it.player.say("one");
    await it.pull();
    for (const line of ["two", "three"]) {
      it.player.say(line);
      it.ark.faults.next({ on: /^GetChat/ }, { kind: "reset" });
      await it.pull();
    }
    await it.scene.sees("**Ana**: three");
    deepEqual(it.said(), ["one", "two", "three"]);
    const told = it.logged.filter((line) => /Cannot read the log of no file/.test(line));
    equal(told.filter((line) => line.includes('"warn"')).length, 1);
    ok(told.length > 1);
  });

  await step("a log with its times in brackets is read as well", async (it) => {
    it.player.say("one");
    await it.pull();
    it.player.say("two");
    it.ark.faults.next({ on: /^GetChat/ }, { kind: "reset" });
    const body = "[2026.08.31-05.10.12]: Ana (Ana): one\n[2026.08.31-05.10.13]: Ana (Ana): two\n ";
    it.ark.faults.next({ on: /^GetGameLog/ }, { kind: "body", body });
    await it.pull();
    await saidOn(it, "two");
    deepEqual(it.said(), ["one", "two"]);
  });

  await step("while nothing can be kept the game is left alone", async (it) => {
    it.restart({
      outbox: { hasRoom: false, unmarked: it.outbox.unmarked, add: () => Promise.resolve() },
    });
    it.player.say("one");
    await it.drain.pull(LATER);
    deepEqual(it.ark.received, []);
    it.restart();
    await it.drain.pull(AbortSignal.abort());
    deepEqual(it.ark.received, []);
    await it.pull();
    await saidOn(it, "one");
  });

  await step("a server that is down is no error, and its chat goes on afterwards", async (it) => {
    it.player.say("one");
    await it.pull();
    await it.ark.crash();
    await it.drain.pull(LATER);
    await it.ark.start();
    it.player.join();
    it.player.say("two");
    await it.pull();
    await saidOn(it, "two");
    deepEqual(it.said(), ["one", "two"]);
  });

  await step("with the store away at the start lines go on", async (it) => {
    theatre.store.cut();
    it.restart();
    it.player.say("one");
    await it.pull();
    await saidOn(it, "one");
    theatre.store.mend();
    it.player.say("two");
    await it.pull();
    await saidOn(it, "two");
    match(it.logged.join(""), /Cannot look for chat lines of the last run/);
    deepEqual(it.said(), ["one", "two"]);
  });

  await step("a mistake in hearing a line loses none", async (it) => {
    it.restart({
      hear(line) {
        if (line.kind === "chat" && line.text === "two") throw new Error("oops");
        return true;
      },
    });
    for (const line of ["one", "two", "three"]) it.player.say(line);
    await it.pull();
    await saidOn(it, "three");
    deepEqual(it.said(), ["one", "two", "three"]);
    match(it.logged.join(""), /Cannot hear a chat line/);
  });
});
