/**
 * The connection under everything that servers, networks and rcon-client 4.2.5 do to it. The
 * numbers D1 to D19 are those of the list of the library's defects.
 */

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { Buffer } from "node:buffer";
import process from "node:process";
import { delay } from "es-toolkit";
import fc from "fast-check";
import { RconError, type RconFailure, type RconOutcome } from "../../src/rcon/errors.ts";
import { LARGEST_BYTES } from "../../src/rcon/frames.ts";
import { Connection } from "../../src/rcon/guard.ts";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { HandClock } from "../hand_clock.ts";
import { login, packet, PASSWORD, type RawServer, type Request, startRaw } from "./raw_server.ts";

const DEADLINE_MS = 5_000;

/** Deadlines pass a hundred times faster: for those that a test sits out. */
const hastyClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => systemClock.sleep(ms / 100, signal),
  after: (ms, run) => systemClock.after(ms / 100, run),
};

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** The error, with the promise that it is of this shelf, of this kind, and tells no password. */
async function failure(
  work: Promise<unknown>,
  kind: RconFailure,
  outcome: RconOutcome = "not sent",
): Promise<RconError> {
  const error = await work.then(() => undefined, (error) => error);
  ok(error instanceof RconError, `${kind} was expected, not ${error}`);
  deepEqual([error.kind, error.outcome], [kind, outcome], error.message);
  match(error.message, /^Cannot .+ The Island.*: .+; .+[^.]$/);
  ok(!error.message.includes(PASSWORD));
  return error;
}

/** An open connection that closes itself. */
async function connect(raw: RawServer, clock: Clock = systemClock) {
  const connection = new Connection(raw.address, clock);
  await connection.open();
  return Object.assign(connection, {
    [Symbol.asyncDispose]: () => connection.close(),
  });
}

/** Logs in and hands commands on. */
const afterLogin = (answer: (request: Request) => void) => (request: Request) =>
  request.type === 3 ? login(request) : answer(request);

const echo = afterLogin(({ id, text, socket }) => socket.write(packet(id, 0, text)));

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; !condition(); i++) {
    ok(i < 400, "it does not come");
    await delay(5);
  }
}

Deno.test("a login and a hundred commands go through, each with its own answer", async () => {
  await using raw = await startRaw(echo);
  await using connection = await connect(raw);
  for (let i = 0; i < 100; i++) equal(text(await connection.send(`x ${i}`, DEADLINE_MS)), `x ${i}`);
  equal(raw.connections, 1);
});

Deno.test("D1: only the answer to the login ends it, whatever comes before", async () => {
  const greetings = [
    packet(0, 0),
    packet(0, 0, "Keep Alive"),
    packet(-1, 0),
    Buffer.concat([packet(0, 0), packet(7, 0, "Keep Alive")]),
  ];
  for (const greeting of greetings) {
    for (const withLogin of [true, false]) {
      await using raw = await startRaw((request) => {
        if (request.type === 3 && withLogin) request.socket.write(greeting);
        echo(request);
      }, { greet: (socket) => withLogin || socket.write(greeting) });
      const wrong = new Connection({ ...raw.address, password: "wrong" }, systemClock);
      await failure(wrong.open(), "password");
      await wrong.close();
      await using right = await connect(raw);
      equal(text(await right.send("hi", DEADLINE_MS)), "hi");
    }
  }
});

Deno.test("D2, D3: impossible lengths end the connection and nothing else, at any moment", async () => {
  for (const length of [-(2 ** 31), -100, -5, -4, -3, -1, 0, 1, 4, 8, 9, 2 ** 31 - 1]) {
    const bytes = Buffer.alloc(40, "x");
    bytes.writeInt32LE(length);
    await using atOnce = await startRaw(echo, { greet: (socket) => socket.write(bytes) });
    const early = new Connection(atOnce.address, systemClock);
    match((await failure(early.open(), "broken")).message, /a packet claims a length of/);
    await early.close();

    await using later = await startRaw(afterLogin(({ socket }) => socket.write(bytes)));
    await using connection = await connect(later);
    await failure(connection.send("hi", DEADLINE_MS), "broken", "unknown");
    ok(!connection.isOpen);
    await until(() => later.sockets.size === 0);
  }
});

Deno.test("D2, D3: what does not speak RCON is told as such", async () => {
  await using raw = await startRaw(() => {}, {
    greet: (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"),
  });
  const connection = new Connection(raw.address, systemClock);
  match((await failure(connection.open(), "broken")).message, /not RCON.*RCON port/);
  await connection.close();
});

Deno.test("D4: a reset is an ordinary error at a login, at a command, and between", async () => {
  const reset = ({ socket }: Request) => socket.resetAndDestroy();
  await using atLogin = await startRaw(reset);
  const early = new Connection(atLogin.address, systemClock);
  await failure(early.open(), "broken");
  await early.close();

  await using raw = await startRaw(afterLogin(reset));
  await using connection = await connect(raw);
  await failure(connection.send("hi", DEADLINE_MS), "broken", "unknown");
  await failure(connection.send("hi", DEADLINE_MS), "broken");

  await using idle = await connect(raw);
  for (const socket of raw.sockets) socket.resetAndDestroy();
  await until(() => !idle.isOpen);
  await failure(idle.send("hi", DEADLINE_MS), "broken");
});

Deno.test("D4: nobody there is an error that names the address", async () => {
  const gone = await startRaw(echo);
  await gone[Symbol.asyncDispose]();
  const connection = new Connection(gone.address, systemClock);
  const { message } = await failure(connection.open(), "unreachable");
  match(message, new RegExp(`at 127\\.0\\.0\\.1:${gone.address.port}.*ECONNREFUSED.*RCON port`));
  await connection.close();
  const ipv6 = new Connection({ ...gone.address, host: "::1" }, systemClock);
  match((await failure(ipv6.open(), "unreachable")).message, /at \[::1\]:\d+: /);
  await ipv6.close();
  const impossible = new Connection({ ...gone.address, port: 70_000 }, systemClock);
  await failure(impossible.open(), "unreachable");
  await impossible.close();
});

Deno.test("D6: a login that is never answered ends after 10 s, with its socket", async () => {
  const clock = new HandClock();
  const asked = Promise.withResolvers<void>();
  await using raw = await startRaw(() => asked.resolve());
  const connection = new Connection(raw.address, clock);
  const opened = failure(connection.open(), "silent");
  await asked.promise;
  await clock.advance(9_999);
  equal(raw.sockets.size, 1);
  await clock.advance(1);
  match((await opened).message, /log in to The Island.*within 10 s; wait until the server has/);
  await connection.close();
  await until(() => raw.sockets.size === 0);
  equal(clock.sleepers, 0);
});

Deno.test("D6: a login that ends with a closed connection is no wrong password", async () => {
  await using raw = await startRaw(({ socket }) => socket.end());
  const connection = new Connection(raw.address, systemClock);
  await failure(connection.open(), "broken");
  await connection.close();
});

Deno.test("D7: a second command is refused, and none is left behind for later", async () => {
  await using raw = await startRaw(afterLogin(({ socket }) => socket.destroy()));
  await using connection = await connect(raw);
  const first = failure(connection.send("first", DEADLINE_MS), "broken", "unknown");
  await rejects(connection.send("second", DEADLINE_MS), /a command is under way/);
  await first;
  await failure(connection.send("third", DEADLINE_MS), "broken");
  deepEqual(raw.received, ["first"]);
});

Deno.test("D8: an answer in several packets comes whole, long ones in one packet too", async () => {
  const parts: Record<string, number[]> = {
    "4096": [4_096],
    "two": [4_096, 4_096],
    "tail": [4_096, 4_096, 17],
    "100kB": [102_400],
    "25": Array(25).fill(4_096),
    "1MB": [1 << 20],
  };
  await using raw = await startRaw(
    afterLogin(({ id, text, socket }) =>
      parts[text]?.forEach((size, i) => {
        socket.write(packet(id, 0, Buffer.alloc(size, 97 + i)));
        socket.write(packet(0, 0, "Keep Alive"));
      })
    ),
  );
  await using connection = await connect(raw);
  for (const [command, sizes] of Object.entries(parts)) {
    const answer = await connection.send(command, DEADLINE_MS);
    const whole = Buffer.concat(sizes.map((size, i) => Buffer.alloc(size, 97 + i)));
    ok(whole.equals(answer), command);
  }
});

Deno.test("D8: parts that come too late are not taken for the next answer", async () => {
  const clock = new HandClock();
  let late: (() => void) | undefined;
  await using raw = await startRaw(afterLogin(({ id, text, socket }) => {
    if (text !== "long") {
      late?.();
      socket.write(packet(id, 0, text));
      return;
    }
    late = () => socket.write(packet(id, 0, "late"));
    socket.write(packet(id, 0, Buffer.alloc(4_096, "a")));
  }));
  await using connection = await connect(raw, clock);
  const long = connection.send("long", DEADLINE_MS);
  await until(() => clock.sleepers === 2); // the deadline and the next part
  await clock.advance(300);
  equal((await long).length, 4_096);
  equal(text(await connection.send("short", DEADLINE_MS)), "short");
});

Deno.test("D8: an answer longer than a part is handed over at once, and what follows is not the next one", async () => {
  const clock = new HandClock(); // does not move: nothing is waited for
  await using raw = await startRaw(afterLogin(({ id, text, socket }) => {
    socket.write(packet(id, 0, Buffer.alloc(text === "long" ? 4_097 : 3, text)));
    if (text === "long") socket.write(packet(id, 0, "more"));
  }));
  await using connection = await connect(raw, clock);
  equal((await connection.send("long", DEADLINE_MS)).length, 4_097);
  equal(text(await connection.send("abc", DEADLINE_MS)), "abc");
  equal(clock.sleepers, 0);
});

Deno.test("D9: characters cut between packets and bytes that are no UTF-8 arrive as sent", async () => {
  const characters = Buffer.from("漢字🔥".repeat(500)); // 5,000 bytes, cut inside one
  const answers: Record<string, Buffer> = {
    utf8: characters,
    latin1: Buffer.from("caf\xe9", "latin1"),
  };
  await using raw = await startRaw(afterLogin(({ id, text, socket }) => {
    const bytes = answers[text]!;
    socket.write(packet(id, 0, bytes.subarray(0, 4_096)));
    if (bytes.length > 4_096) socket.write(packet(id, 0, bytes.subarray(4_096)));
  }));
  await using connection = await connect(raw);
  for (const [command, bytes] of Object.entries(answers)) {
    ok(bytes.equals(await connection.send(command, DEADLINE_MS)), command);
  }
});

Deno.test("D10: a server that sends without end is cut off", async () => {
  const block = Buffer.alloc(4_096, "x");
  await using raw = await startRaw(afterLogin(({ id, socket }) => {
    for (let i = 0; i <= LARGEST_BYTES / block.length; i++) socket.write(packet(id, 0, block));
  }));
  await using connection = await connect(raw);
  const error = await failure(connection.send("hi", DEADLINE_MS), "broken", "unknown");
  match(error.message, /its answer is longer than 4194304 bytes/);
});

Deno.test("D10: parts without end and without a body are cut off", async () => {
  await using raw = await startRaw(afterLogin(({ id, socket }) => {
    const parts = Buffer.concat(Array.from({ length: 20_000 }, () => packet(id, 0)));
    socket.write(packet(id, 0, "x".repeat(4_096)));
    const sendOn = () => {
      if (!socket.destroyed) socket.write(parts, sendOn);
    };
    sendOn();
  }));
  await using connection = await connect(raw);
  const error = await failure(connection.send("hi", DEADLINE_MS), "broken", "unknown");
  match(error.message, /its answer is longer than 4194304 bytes/);
});

Deno.test("a question without an answer asks nobody to look in the game", async () => {
  await using raw = await startRaw(afterLogin(({ socket }) => socket.end()));
  await using asked = await connect(raw);
  const { message } = await failure(asked.send("GetChat", DEADLINE_MS), "broken", "unknown");
  equal(
    message,
    "Cannot get The Island's answer to GetChat: it closed the connection; " +
      "check that this is the server's RCON port, and its RCON password; " +
      "BlissBot tries again by itself",
  );
});

Deno.test("D11: after a refused login nothing is left, and another connection works", async () => {
  await using raw = await startRaw(echo);
  const wrong = new Connection({ ...raw.address, password: "wrong" }, systemClock);
  const { message } = await failure(wrong.open(), "password");
  match(message, /refuses the password; correct the RCON password.*ServerAdminPassword/);
  await wrong.close();
  await until(() => raw.sockets.size === 0);
  await using right = await connect(raw);
  equal(text(await right.send("hi", DEADLINE_MS)), "hi");
});

Deno.test("D12: closing does not wait for a server that keeps its side open", async () => {
  await using raw = await startRaw(echo, { allowHalfOpen: true });
  const connection = await connect(raw);
  await connection.close();
  ok(!connection.isOpen);
  await connection.close();

  await using leaving = await startRaw(echo, { allowHalfOpen: true });
  const left = await connect(leaving);
  for (const socket of leaving.sockets) socket.end();
  await until(() => !left.isOpen);
  await left.close();
});

Deno.test("D13, D15: an answer with another id is none; what was late is over for good", async () => {
  const clock = new HandClock();
  await using raw = await startRaw(afterLogin(({ id, socket }) => {
    socket.write(Buffer.concat([packet(id + 1_000, 0, "other"), packet(0, 0, "zero")]));
    socket.write(Buffer.concat([packet(id, 2, "type"), packet(-1, 2), packet(0, 2)]));
  }));
  await using connection = await connect(raw, clock);
  const sent = failure(connection.send("Kick 1", DEADLINE_MS), "silent", "unknown");
  await until(() => raw.received.length === 1);
  await clock.advance(DEADLINE_MS);
  match((await sent).message, /tell whether The Island ran Kick: .* within 5 s; look in the game/);
  await failure(connection.send("ListPlayers", DEADLINE_MS), "silent");
  equal(clock.sleepers, 0);
});

Deno.test("D14: many commands make no warning", async () => {
  const warnings: string[] = [];
  const warn = (warning: Error) => warnings.push(warning.message);
  process.on("warning", warn);
  await using raw = await startRaw(echo);
  await using connection = await connect(raw);
  for (let i = 0; i < 50; i++) await connection.send("hi", DEADLINE_MS);
  process.off("warning", warn);
  deepEqual(warnings, []);
});

Deno.test("D17: what comes between commands does no harm and shows that the server lives", async () => {
  const clock = new HandClock();
  await using raw = await startRaw(echo);
  await using connection = await connect(raw, clock);
  const before = connection.heardAt;
  await clock.advance(30_000);
  for (const socket of raw.sockets) socket.write(packet(0, 0, "Keep Alive"));
  await until(() => connection.heardAt === before + 30_000);
  equal(text(await connection.send("hi", DEADLINE_MS)), "hi");
});

Deno.test("D18: a command may take longer than the library's 2 s", async () => {
  await using raw = await startRaw(afterLogin(async ({ id, socket }) => {
    await delay(2_100);
    socket.write(packet(id, 0, "done"));
  }));
  await using connection = await connect(raw);
  equal(text(await connection.send("SaveWorld", DEADLINE_MS)), "done");
});

Deno.test("D19: the library is pinned to the version that was looked at", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile("deno.json"));
  equal(imports["rcon-client"], "npm:rcon-client@4.2.5");
});

const piece = fc.oneof(
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  fc.integer({ min: -20, max: 20 }).map((length) => {
    const bytes = Buffer.alloc(16);
    bytes.writeInt32LE(length);
    return bytes;
  }),
  fc.record({
    id: fc.integer({ min: -2, max: 3 }),
    type: fc.integer({ min: -1, max: 4 }),
    body: fc.uint8Array({ maxLength: 5_000 }),
  }).map(({ id, type, body }) => packet(id, type, body)),
);

const stream = fc.record({
  pieces: fc.array(piece, { maxLength: 8 }),
  isLoggedIn: fc.boolean(),
  end: fc.constantFrom("end", "destroy", "resetAndDestroy", "nothing"),
});

Deno.test("2,000 hostile servers: every command ends, and none of them is felt elsewhere", async () => {
  const streams = fc.sample(stream, { numRuns: 2_000, seed: 20_260_314 });
  const outcomes = new Set<string>();
  let next = 0;
  const talk = async () => {
    for (let at = next++; at < streams.length; at = next++) {
      const { pieces, isLoggedIn, end } = streams[at]!;
      await using raw = await startRaw(({ id, type, socket }) => {
        const isLogin = type === 3 && isLoggedIn;
        if (isLogin) socket.write(packet(id, 2));
        for (const piece of isLogin ? [] : pieces) socket.write(piece);
        if (!isLogin && end !== "nothing") socket[end]();
      });
      const connection = new Connection(raw.address, hastyClock);
      try {
        await connection.open();
        await connection.send("ListPlayers", DEADLINE_MS);
        outcomes.add("answer");
      } catch (error) {
        ok(error instanceof RconError, String(error));
        outcomes.add(`${error.kind}, ${error.outcome}`);
      }
      await connection.close();
    }
  };
  await Promise.all(Array.from({ length: 40 }, talk));
  deepEqual([...outcomes].sort(), [
    "answer",
    "broken, not sent",
    "broken, unknown",
    "password, not sent",
    "silent, not sent",
    "silent, unknown",
  ]);
});
