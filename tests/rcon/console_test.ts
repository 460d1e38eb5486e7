/** The console of a game server, against a local one that does everything real ones do. */

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { delay } from "es-toolkit";
import { type ConsoleOptions, type GameConsole, openConsole } from "../../src/rcon/console.ts";
import { MOST_FAILURES, MOST_WAITING } from "../../src/rcon/console.ts";
import { RconError, type RconFailure, type RconOutcome } from "../../src/rcon/errors.ts";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { openLog } from "../../src/runtime/log.ts";
import { type ArkOptions, type LocalArk, startArk } from "../../src/sandbox/ark/server.ts";
import { HandClock } from "../hand_clock.ts";

const PASSWORD = "correct horse";
const EMPTY = "Server received, But no response!!";

interface Stage extends AsyncDisposable {
  readonly ark: LocalArk;
  readonly console: GameConsole;
  /** Messages in the log. */
  readonly lines: string[];
}

interface StageOptions extends Partial<Pick<ConsoleOptions, "clock" | "random">> {
  readonly ark?: ArkOptions;
  readonly password?: string;
}

/** A server that is ready and a console that has not been used. */
async function openStage(
  { ark: arkOptions, clock = systemClock, random, password = PASSWORD }: StageOptions = {},
): Promise<Stage> {
  const ark = await startArk({ password: PASSWORD, ...arkOptions });
  const lines: string[] = [];
  const log = openLog("rcon", {
    write: (line) => lines.push(JSON.parse(line).message),
    now: () => new Date(clock.now()),
    secrets: [], // so that a password in the log would be seen here
  });
  const server = { name: "The Island", host: ark.host, port: ark.port, password };
  // Real time is not spent on pauses; where a test moves it, pauses are there.
  const half = () => clock === systemClock ? 0 : 0.5;
  const console = openConsole({ server, clock, log, random: random ?? half });
  return {
    ark,
    console,
    lines,
    async [Symbol.asyncDispose]() {
      await console.close();
      await ark.stop();
      ok(!lines.some((line) => line.includes(PASSWORD)));
    },
  };
}

/** The error of a command that has no answer. */
async function failure(
  sent: Promise<unknown>,
  kind: RconFailure,
  outcome: RconOutcome = "not sent",
): Promise<RconError> {
  const error = await sent.then((answer) => answer, (error) => error);
  ok(error instanceof RconError, `${kind} was expected, not ${error}`);
  deepEqual([error.kind, error.outcome], [kind, outcome], error.message);
  ok(!error.message.includes(PASSWORD));
  return error;
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; !condition(); i++) {
    ok(i < 600, "it does not come");
    await delay(5);
  }
}

/** Moves time on until the promise settles; sockets get time in between. */
async function settled<T>(clock: HandClock, promise: Promise<T>, stepMs = 100): Promise<T> {
  let isSettled = false;
  promise.then(() => isSettled = true, () => isSettled = true);
  for (let i = 0; !isSettled; i++) {
    ok(i < 3_000, "it does not settle");
    await clock.advance(stepMs);
    await delay(1);
  }
  return await promise;
}

const received = ({ received }: LocalArk) => received.map(({ command }) => command);
const chats = (ark: LocalArk) => received(ark).filter((text) => text.startsWith("ServerChat"));

Deno.test("a console connects when it is first needed and keeps its connection", async () => {
  await using stage = await openStage();
  const { ark, console } = stage;
  equal(console.status().state, "idle");
  equal(ark.logins.length, 0);
  equal(await console.send("ListPlayers"), "No Players Connected");
  for (let i = 0; i < 20; i++) equal(await console.send(`ServerChat ${i}`), EMPTY);
  equal(ark.logins.length, 1);
  equal(ark.strays, 0);
  const { state, waiting, failures, nextTry, lastError } = console.status();
  deepEqual([state, waiting, failures, nextTry, lastError], [
    "connected",
    0,
    0,
    undefined,
    undefined,
  ]);
  deepEqual(stage.lines, []);
});

Deno.test("commands arrive in the order in which they were given, one at a time", async () => {
  await using stage = await openStage({ ark: { manner: { tickMs: 5 } } });
  const commands = Array.from({ length: MOST_WAITING }, (_, i) => `ServerChat ${i}`);
  await Promise.all(commands.map((command) => stage.console.send(command)));
  deepEqual(received(stage.ark), commands);
  equal(stage.ark.logins.length, 1);
});

Deno.test("a command that comes with the last answer of others is not forgotten", async () => {
  await using stage = await openStage();
  for (let i = 0; i < 50; i++) {
    const answers = stage.console.send("ListPlayers").then(() => stage.console.send("GetChat"));
    equal(await answers, EMPTY);
  }
});

Deno.test("long answers arrive whole, in one packet or cut as Source servers do", async () => {
  await using stage = await openStage();
  for (const length of [4_096, 102_400]) {
    for (const packetBytes of [Infinity, 4_096]) {
      stage.ark.manner.packetBytes = packetBytes;
      const body = "abcdefghi\n".repeat(length / 10 + 1).slice(0, length);
      stage.ark.faults.next({ on: /GetChat/ }, { kind: "body", body });
      equal(await stage.console.send("GetChat"), body, `${length} in ${packetBytes}`);
    }
  }
});

Deno.test("text that could become another command never reaches the server", async () => {
  await using stage = await openStage();
  await failure(stage.console.send("ServerChat a\nDoExit"), "invalid");
  await failure(stage.console.send(`ServerChat ${"x".repeat(100_000)}`), "invalid");
  equal(stage.ark.connections, 0);
});

Deno.test("a lost answer to a message is told as unknown, and the message is not repeated", async () => {
  for (const isCarriedOut of [true, false]) {
    for (const kind of ["reset", "close"] as const) {
      await using stage = await openStage();
      stage.ark.faults.next({ isCarriedOut }, { kind });
      const { message } = await failure(
        stage.console.send("ServerChat hi"),
        "broken",
        "unknown",
      );
      match(
        message,
        /^Cannot tell whether The Island ran ServerChat: .*; look in the game whether/,
      );
      equal(await stage.console.send("ServerChat again"), EMPTY);
      deepEqual(chats(stage.ark), ["ServerChat hi", "ServerChat again"]);
    }
  }
});

Deno.test("GetChat is never repeated: what the game handed out is gone", async () => {
  await using stage = await openStage();
  stage.ark.faults.next({ on: /GetChat/ }, { kind: "reset" });
  await failure(stage.console.send("GetChat"), "broken", "unknown");
  equal(received(stage.ark).filter((text) => text === "GetChat").length, 1);
});

Deno.test("ListPlayers is repeated once, and nobody notices", async () => {
  await using stage = await openStage();
  stage.ark.faults.next({ on: /ListPlayers/ }, { kind: "reset" });
  equal(await stage.console.send("ListPlayers"), "No Players Connected");
  // The first, the proof after a failure, and the second.
  equal(received(stage.ark).length, 3);
  match(stage.lines.join("\n"), /answer to ListPlayers: .*\nThe Island answers again$/);
});

Deno.test("SaveWorld is repeated once only; then its outcome is unknown", async () => {
  await using stage = await openStage();
  stage.ark.faults.next({ on: /SaveWorld/, times: 2 }, { kind: "reset" });
  await failure(stage.console.send("SaveWorld"), "broken", "unknown");
  equal(received(stage.ark).filter((text) => text === "SaveWorld").length, 2);
});

Deno.test("commands behind one that failed are sent afterwards, each once", async () => {
  await using stage = await openStage();
  stage.ark.faults.next({ on: /first/ }, { kind: "reset" });
  const [first, ...others] = ["first", "second", "third"]
    .map((text) => stage.console.send(`ServerChat ${text}`));
  await Promise.all([
    failure(first!, "broken", "unknown"),
    ...others.map(async (answer) => equal(await answer, EMPTY)),
  ]);
  deepEqual(chats(stage.ark), ["ServerChat first", "ServerChat second", "ServerChat third"]);
});

Deno.test("300 messages over random resets: none twice, and what was answered was received", async () => {
  await using stage = await openStage();
  const { ark, console } = stage;
  const random = seeded(20_260_314);
  let unknown = 0;
  const answered: string[] = [];
  for (let i = 0; i < 300; i++) {
    const command = `ServerChat message ${i}`;
    if (random() < 0.2) {
      const isCarriedOut = random() < 0.5;
      const kind = random() < 0.5 ? "reset" : "close";
      ark.faults.next({ on: /ServerChat/, isCarriedOut }, { kind });
    }
    if (random() < 0.03) await ark.restart();
    await console.send(command).then(() => answered.push(command), (error: RconError) => {
      equal(error.outcome, "unknown");
      unknown++;
    });
  }
  const arrived = chats(ark);
  equal(new Set(arrived).size, arrived.length);
  deepEqual(answered.filter((command) => !arrived.includes(command)), []);
  ok(unknown > 20 && answered.length > 200);
});

/** Numbers from 0 to 1, the same at every run (mulberry32). */
function seeded(seed: number): () => number {
  return () => {
    seed = seed + 0x6d2b79f5 | 0;
    let mixed = Math.imul(seed ^ seed >>> 15, 1 | seed);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

Deno.test("the queue is bounded: one more is refused at once, and not sent", async () => {
  await using stage = await openStage();
  await stage.console.send("ListPlayers");
  const thaw = stage.ark.freeze();
  const sent = [stage.console.send("ServerChat 0")];
  await until(() => stage.console.status().waiting === 0);
  for (let i = 0; i < MOST_WAITING; i++) sent.push(stage.console.send(`ServerChat ${i + 1}`));
  equal(stage.console.status().waiting, MOST_WAITING);
  await failure(stage.console.send("ServerChat too much"), "busy");
  thaw();
  await Promise.all(sent);
  equal(chats(stage.ark).length, MOST_WAITING + 1);
});

Deno.test("a command whose turn does not come in time is not sent later", async () => {
  const clock = new HandClock();
  await using stage = await openStage({ clock });
  await stage.console.send("ListPlayers");
  const thaw = stage.ark.freeze();
  const first = stage.console.send("ServerChat first");
  await until(() => stage.console.status().waiting === 0);
  const late = failure(stage.console.send("ServerChat late", { waitMs: 3_000 }), "busy");
  await clock.advance(3_000);
  match((await late).message, /send ServerChat to The Island: its turn did not come in time; try/);
  thaw();
  equal(await first, EMPTY);
  equal(await stage.console.send("ListPlayers"), "No Players Connected");
  deepEqual(chats(stage.ark), ["ServerChat first"]);
  await rejects(stage.console.send("ListPlayers", { waitMs: NaN }), RangeError);
});

Deno.test("a silent server: 10 s for a command, then nothing is swallowed any more", async () => {
  const clock = new HandClock();
  await using stage = await openStage({ clock });
  stage.ark.faults.next({ times: Infinity }, { kind: "silence" });
  const first = stage.console.send("ServerChat first");
  first.catch(() => {});
  await until(() => chats(stage.ark).length === 1);
  await clock.advance(9_999);
  const second = failure(
    settled(clock, stage.console.send("ServerChat second")),
    "silent",
  );
  await clock.advance(1);
  await failure(first, "silent", "unknown");
  await second;
  deepEqual(chats(stage.ark), ["ServerChat first"], "the second waited for a proof of life");
  equal(stage.console.status().state, "paused");
});

Deno.test("what stops the whole game may take a minute", async () => {
  const clock = new HandClock();
  await using stage = await openStage({ clock });
  stage.ark.faults.next({}, { kind: "silence" });
  const sent = failure(stage.console.send("DestroyWildDinos"), "silent", "unknown");
  await until(() => received(stage.ark).length === 1);
  await clock.advance(59_999);
  equal(stage.console.status().failures, 0);
  await clock.advance(1);
  match((await sent).message, /within 60 s/);
});

Deno.test("a server that is away is left alone after three failures, and found again", async () => {
  const clock = new HandClock();
  await using stage = await openStage({ clock });
  const { ark, console } = stage;
  await ark.exit();
  const waiting = [console.send("ServerChat a"), console.send("ServerChat b")];
  await settled(clock, Promise.allSettled(waiting));
  for (const sent of waiting) await failure(sent, "unreachable");
  const { state, failures, nextTry, lastError } = console.status();
  equal(state, "paused");
  equal(failures, MOST_FAILURES);
  match(lastError!.text, /log in to The Island at 127\.0\.0\.1:\d+: .*ECONNREFUSED/);
  equal(nextTry!.getTime() - lastError!.at.getTime(), 2_000, "half of 1 s, doubled twice");

  const { message } = await failure(console.send("ServerChat c"), "unreachable");
  match(message, /Cannot send ServerChat to The Island: .*ECONNREFUSED/);
  equal(stage.lines.length, 2, "told when it began and when the breaker opened");

  await ark.start();
  await failure(console.send("ServerChat d"), "unreachable");
  await clock.advance(2_000);
  equal(await console.send("ServerChat e"), EMPTY);
  equal(console.status().state, "connected");
  deepEqual(received(ark), ["ListPlayers", "ServerChat e"], "it proves itself first");
  match(stage.lines[2]!, /The Island answers again/);
});

Deno.test("pauses grow to at most 5 s while a server is away", async () => {
  const clock = new HandClock();
  await using stage = await openStage({ clock, random: () => 0.999999 });
  await stage.ark.exit();
  const pauses: number[] = [];
  for (let i = 0; i < 8; i++) {
    await settled(clock, stage.console.send("GetChat").catch(() => {}), 1_000);
    const { nextTry, lastError } = stage.console.status();
    pauses.push(nextTry!.getTime() - lastError!.at.getTime());
    await clock.advance(30_000);
  }
  deepEqual(pauses.map((ms) => Math.round(ms / 1000)), [4, 5, 5, 5, 5, 5, 5, 5]);
  equal(stage.lines.length, 2, "however long it lasts");
});

Deno.test("a message waits for a short restart and is sent once", async () => {
  const clock = new HandClock();
  await using stage = await openStage({ clock });
  await stage.console.send("ListPlayers");
  await stage.ark.exit();
  const sent = stage.console.send("ServerChat hi", { waitMs: 15_000 });
  await until(() => stage.console.status().failures === 1);
  equal(stage.console.status().state, "failing");
  await stage.ark.start();
  equal(await settled(clock, sent), EMPTY);
  deepEqual(chats(stage.ark), ["ServerChat hi"]);
});

Deno.test("what waited too long for an absent server is told why", async () => {
  const clock = new HandClock();
  await using stage = await openStage({ clock });
  await stage.ark.exit();
  const sent = failure(stage.console.send("ServerChat hi", { waitMs: 100 }), "unreachable");
  await until(() => stage.console.status().failures === 1);
  await clock.advance(100);
  match((await sent).message, /Cannot send ServerChat to The Island: .*ECONNREFUSED/);
});

Deno.test("a wrong password is tried once in 10 minutes, told once, and shown nowhere", async () => {
  const clock = new HandClock();
  await using stage = await openStage({ clock, ark: { password: "another one" } });
  const { ark, console } = stage;
  const { message } = await failure(console.send("ListPlayers"), "password");
  match(message, /it refuses the password; correct the RCON password/);
  for (let i = 0; i < 9; i++) {
    await clock.advance(60_000);
    await failure(console.send("ListPlayers"), "password");
  }
  equal(ark.logins.length, 1);
  equal(stage.lines.length, 1);
  ark.password = PASSWORD;
  await ark.restart();
  await clock.advance(60_000);
  equal(await console.send("ListPlayers"), "No Players Connected");
});

Deno.test("D5: a black hole costs 5 s, and other servers feel nothing", async () => {
  const clock = new HandClock();
  await using dark = await openStage({ clock });
  await using silent = await openStage({ clock });
  await using gone = await openStage({ clock });
  await using well = await openStage();
  await dark.ark.network("black hole");
  silent.ark.faults.next({ on: "login", times: Infinity }, { kind: "silence" });
  await gone.ark.exit();
  const inTrouble = [dark, silent, gone].map(({ console }) =>
    console.send("ListPlayers", { waitMs: 4_000 }).catch((error) => error)
  );
  for (let i = 0; i < 50; i++) await well.console.send("GetChat");
  await clock.advance(4_000);
  await Promise.all(inTrouble);
  await clock.advance(1_000);
  await until(() => dark.console.status().failures === 1);
  match(dark.console.status().lastError!.text, /does not answer within 5 s; check that the server/);
  equal(well.console.status().failures, 0);
});

Deno.test("after a minute of silence a connection proves itself before it is trusted", async () => {
  const clock = new HandClock();
  await using stage = await openStage({ clock });
  const { ark, console } = stage;
  await console.send("ServerChat a");
  await clock.advance(60_000);
  await console.send("ServerChat b");
  await clock.advance(60_001);
  await console.send("ServerChat c");
  deepEqual(received(ark), ["ServerChat a", "ServerChat b", "ListPlayers", "ServerChat c"]);
  equal(ark.logins.length, 1);
});

Deno.test("a connection that died unseen loses no message", async () => {
  const clock = new HandClock();
  await using stage = await openStage({ clock });
  const { ark, console } = stage;
  await console.send("ServerChat a");
  await clock.advance(60_001);
  ark.faults.next({ on: /ListPlayers/ }, { kind: "reset" });
  equal(await settled(clock, console.send("ServerChat b")), EMPTY);
  deepEqual(chats(ark), ["ServerChat a", "ServerChat b"]);
  equal(ark.logins.length, 2);
});

Deno.test("a connection that nobody needs for 5 minutes is given back", async () => {
  const clock = new HandClock();
  await using stage = await openStage({ clock });
  await stage.console.send("ListPlayers");
  await clock.advance(299_999);
  equal(stage.ark.connections, 1);
  await clock.advance(1);
  await until(() => stage.ark.connections === 0);
  equal(stage.console.status().state, "idle");
  equal(await stage.console.send("ListPlayers"), "No Players Connected");
  equal(stage.ark.logins.length, 2);
  equal(stage.console.status().lastError, undefined);
});

Deno.test("closing ends what waits as not sent and what is under way as unknown", async () => {
  const clock = new HandClock();
  await using stage = await openStage({ clock });
  const { ark, console } = stage;
  ark.faults.next({}, { kind: "silence" });
  const underWay = failure(console.send("ServerChat a"), "closed", "unknown");
  await until(() => chats(ark).length === 1);
  const waiting = failure(console.send("ServerChat b"), "closed");
  await console.close();
  await Promise.all([underWay, waiting]);
  await failure(console.send("ServerChat c"), "closed");
  equal(console.status().state, "closed");
  await until(() => ark.connections === 0);
  equal(clock.sleepers, 0);
  await console.close();
});

Deno.test("closing does not wait for a black hole, a silent login or a pause", async () => {
  const troubles: ((ark: LocalArk) => unknown)[] = [
    (ark) => ark.network("black hole"),
    (ark) => ark.faults.next({ on: "login" }, { kind: "silence" }),
    (ark) => ark.exit(),
  ];
  for (const makeTrouble of troubles) {
    const clock: Clock & { sleepers: number } = new HandClock();
    await using stage = await openStage({ clock });
    await makeTrouble(stage.ark);
    const sent = failure(stage.console.send("ListPlayers"), "closed");
    await delay(20);
    await stage.console.close();
    await sent;
    equal(clock.sleepers, 0);
  }
});
