/**
 * `deno run -A scripts/bench/rcon.ts [ROUNDS]`: what it costs to talk to 50 game servers, beside the
 * bare library, and what hostile, dead and restarting servers do to it. The servers are processes
 * of their own, fresh in each round.
 * @module
 */

import { delay } from "es-toolkit";
import { cpuUsage } from "node:process";
import type { GameConsole } from "../../src/rcon/console.ts";
import { RconError } from "../../src/rcon/errors.ts";
import { Connection } from "../../src/rcon/guard.ts";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { Child } from "./discord/child.ts";
import {
  type Address,
  type Client,
  viaConnections,
  viaConsole,
  viaGuard,
  viaLibrary,
  viaPausingConsole,
} from "./rcon/clients.ts";

/** What a round measures, by row of the report. */
type Round = Record<string, number>;
type Servers = Child<readonly Address[]>;
type Connect<T extends Client = Client> = (server: Address) => T | Promise<T>;

const TICK_MS = 33;
const CHAT_ROUNDS = 100, SLOW_ROUNDS = 3;
/** As the bridge polls when nothing is configured. */
const POLL_MS = 3_000, POLLS = 10;
const HAMMER_COMMANDS = 20_000;
/** A command to each server so often, and so many times. */
const PACE_MS = 100, CLEAN_ROUNDS = 150, BROKEN_ROUNDS = 300;
/** The first servers, which break. */
const BROKEN = 3;
const MESSAGES = 10_000;
const WARM_STREAMS = 10_000, STREAMS = 50_000, STREAMS_AT_A_TIME = 40;
/** Between two looks at the event loop. */
const WATCH_MS = 10;
/** Deadlines of 10 s are 100 ms. */
const HASTE = 100;

/** Name of a ratio, the row that is divided, the row it is divided by, aim. */
const RATIOS: readonly (readonly [string, string, string, string])[] = [
  [
    "round of 50 one after the other, to ours",
    "50 one after the other, ms",
    "round of 50, p50 ms",
    "at least 20",
  ],
  [
    "round of 10 one after the other, to ours",
    "10 one after the other, ms",
    "round of 10, p50 ms",
    "at least 10",
  ],
  [
    "CPU of the console to a connection per command",
    "console, CPU µs",
    "connection per command, CPU µs",
    "",
  ],
  ["CPU of the guard to the bare library", "guard, CPU µs", "library, CPU µs", "at most 1.15"],
  [
    "CPU of the console to Python's thread pool",
    "console, CPU µs",
    "Python's thread pool, CPU µs",
    "at most 0.33",
  ],
  ["CPU of the console to the bare library", "console, CPU µs", "library, CPU µs", ""],
  ["time of the guard to the bare library", "guard, ms", "library, ms", "at most 1.15"],
  [
    "47 healthy servers beside 3 broken, p95 to clean",
    "47 beside 3 broken, p95 ms",
    "47 in a clean run, p95 ms",
    "at most 1.3",
  ],
];

const rounds = Number(Deno.args[0] ?? 3);
const all: Round[] = [];
for (let round = 1; round <= rounds; round++) {
  all.push({ ...await withServers(), ...await hostileStreams() });
  console.error(`Round ${round} of ${rounds}: ${JSON.stringify(all.at(-1))}`);
}
report(all);

async function withServers(): Promise<Round> {
  await using servers: Servers = new Child("../rcon/servers.ts");
  const addresses = await servers.ready;
  const hammered = await hammer(addresses);
  await servers.ask("tick", { ms: TICK_MS });
  return {
    ...await chatRounds(addresses),
    ...await chatRounds(addresses.slice(0, 10)),
    ...await polling(addresses),
    ...hammered,
    ...await messages(servers, addresses),
    ...await brokenServers(servers, addresses), // last: nothing mends them
  };
}

/** How long it takes to ask all servers for their chat. */
async function chatRounds(addresses: readonly Address[]): Promise<Round> {
  const count = addresses.length;
  const ours = await withClients(addresses, viaConsole, async (clients) => {
    const times: number[] = [];
    for (let round = 0; round < CHAT_ROUNDS; round++) {
      await delay(Math.random() * TICK_MS); // else rounds would begin right after a tick
      times.push(await timed(() => Promise.all(clients.map((client) => client.send("GetChat")))));
    }
    return times;
  });
  const theirs = await withClients(addresses, viaConnections, async (clients) => {
    const times: number[] = [];
    for (let round = 0; round < SLOW_ROUNDS; round++) {
      times.push(
        await timed(async () => {
          for (const client of clients) await client.send("GetChat");
        }),
      );
    }
    return times;
  });
  return {
    [`round of ${count}, p50 ms`]: quantile(ours, 0.5),
    [`round of ${count}, p95 ms`]: quantile(ours, 0.95),
    [`${count} one after the other, ms`]: quantile(theirs, 0.5),
  };
}

/** How late other work is while all servers are asked at the same instant, now and then. */
async function polling(addresses: readonly Address[]): Promise<Round> {
  const idle = watchLoop();
  await delay(POLL_MS);
  const idleLate = await idle.end();
  const late = await withClients(addresses, viaConsole, async (clients) => {
    const loop = watchLoop();
    for (let poll = 0; poll < POLLS; poll++) {
      await Promise.all([delay(POLL_MS), ...clients.map((client) => client.send("GetChat"))]);
    }
    return await loop.end();
  });
  return {
    "event loop, idle, p99 ms": quantile(idleLate, 0.99),
    "event loop, polling, p99 ms": quantile(late, 0.99),
    "event loop, polling, max ms": Math.max(...late),
  };
}

/** Servers that answer at once get command after command: what a command costs. */
async function hammer(addresses: readonly Address[]): Promise<Round> {
  const found: Round = {};
  const ways: Record<string, Connect> = {
    "console": viaConsole,
    "guard": viaGuard,
    "library": viaLibrary,
    "connection per command": viaConnections,
  };
  for (const [name, connect] of Object.entries(ways)) {
    await withClients(addresses, connect, async (clients) => {
      const share = HAMMER_COMMANDS / clients.length;
      const run = (times: number) =>
        Promise.all(clients.map(async (client) => {
          for (let sent = 0; sent < times; sent++) await client.send("GetChat");
        }));
      await run(share / 4);
      const loop = watchLoop(), before = cpuUsage();
      found[`${name}, ms`] = await timed(() => run(share));
      const { user, system } = cpuUsage(before);
      found[`${name}, CPU µs`] = (user + system) / HAMMER_COMMANDS;
      const late = await loop.end();
      if (connect === viaConsole) found["event loop, hammering, p99 ms"] = quantile(late, 0.99);
    });
  }
  return { ...found, ...await threadPool(addresses) };
}

/** The old bots' way, where there is a Python. */
async function threadPool(addresses: readonly Address[]): Promise<Round> {
  const script = new URL("rcon/thread_pool.py", import.meta.url).pathname;
  const args = [script, JSON.stringify(addresses), String(HAMMER_COMMANDS / 10)];
  const output = await new Deno.Command("python3", { args }).output().catch(() => undefined);
  if (!output?.success) {
    console.error("Not measured beside Python's thread pool: python3 is missing or failed");
    return {};
  }
  const { cpuMicroseconds } = JSON.parse(new TextDecoder().decode(output.stdout));
  return { "Python's thread pool, CPU µs": cpuMicroseconds };
}

/** Messages whose connections are reset now and then, and what became of them. */
async function messages(servers: Servers, addresses: readonly Address[]): Promise<Round> {
  await servers.ask("expect", { count: MESSAGES });
  const outcomes = await withClients(addresses, viaConsole, async (clients) => {
    const outcomes = new Map<number, "answered" | RconError["outcome"]>();
    await Promise.all(clients.map(async (client, index) => {
      for (let number = index; number < MESSAGES; number += clients.length) {
        outcomes.set(number, await outcomeOf(client.send(`ServerChat message ${number}`)));
      }
    }));
    return outcomes;
  });
  const arrived = await servers.ask<number[]>("arrived");
  const once = new Set(arrived);
  const count = (outcome: string, isArrived: boolean) =>
    [...outcomes].filter(([number, is]) => is === outcome && once.has(number) === isArrived).length;
  return {
    "messages answered": count("answered", true) + count("answered", false),
    "messages unknown": count("unknown", true) + count("unknown", false),
    "messages received twice": arrived.length - once.size,
    "messages answered, not received": count("answered", false),
    "messages told as not sent, received": count("not sent", true),
  };
}

function outcomeOf(sent: Promise<unknown>): Promise<"answered" | RconError["outcome"]> {
  return sent.then(() => "answered", (error) => {
    if (error instanceof RconError) return error.outcome;
    throw error;
  });
}

/** The same 47 servers, first with three healthy ones beside them, then with three broken. */
async function brokenServers(servers: Servers, addresses: readonly Address[]): Promise<Round> {
  return await withClients(addresses, viaPausingConsole, async (clients) => {
    const clean = await paced(clients, CLEAN_ROUNDS);
    await servers.ask("break");
    const broken = await paced(clients, BROKEN_ROUNDS);
    return {
      "47 in a clean run, p95 ms": quantile(clean.times, 0.95),
      "47 beside 3 broken, p95 ms": quantile(broken.times, 0.95),
      "commands waiting for a broken server, max": broken.mostWaiting,
    };
  });
}

/** Sends to each server at a pace that nobody slows down; delays of those that do not break. */
async function paced(
  clients: readonly GameConsole[],
  rounds: number,
): Promise<{ readonly times: number[]; readonly mostWaiting: number }> {
  const times: number[] = [];
  let mostWaiting = 0;
  const sent: Promise<unknown>[] = [];
  for (let round = 0; round < rounds; round++) {
    const pace = delay(PACE_MS);
    for (const [index, client] of clients.entries()) {
      if (index < BROKEN) client.send("GetChat").catch(() => {});
      else sent.push(timed(() => client.send("GetChat")).then((ms) => times.push(ms)));
      mostWaiting = Math.max(mostWaiting, client.status().waiting);
    }
    await pace;
  }
  await Promise.all(sent);
  return { times, mostWaiting };
}

/** Random bytes instead of answers, from one connection after another. */
async function hostileStreams(): Promise<Round> {
  await using server = new Child<Address>("../rcon/hostile.ts");
  const address = await server.ready;
  await meetHostile(address, WARM_STREAMS);
  const before = Deno.memoryUsage();
  const slowestMs = await meetHostile(address, STREAMS);
  const after = Deno.memoryUsage();
  await delay(PACE_MS); // until the other side has seen the last connection end
  return {
    "hostile streams, growth MB": (after.rss - before.rss) / 2 ** 20,
    "hostile streams, growth of the heap MB": (after.heapUsed - before.heapUsed) / 2 ** 20,
    "hostile streams, slowest ms": slowestMs,
    "hostile streams, sockets left": await server.ask("open"),
  };
}

/** Opens so many connections, some at a time. Returns how long the slowest lasted. */
async function meetHostile(address: Address, count: number): Promise<number> {
  const hasty: Clock = {
    now: () => systemClock.now(),
    sleep: (ms, signal) => systemClock.sleep(ms / HASTE, signal),
    after: (ms, run) => systemClock.after(ms / HASTE, run),
  };
  let left = count, slowestMs = 0;
  await Promise.all(Array.from({ length: STREAMS_AT_A_TIME }, async () => {
    while (left-- > 0) {
      const ms = await timed(async () => {
        const connection = new Connection(address, hasty);
        await outcomeOf(connection.open().then(() => connection.send("GetChat", 10_000)));
        await connection.close();
      });
      slowestMs = Math.max(slowestMs, ms);
    }
  }));
  return slowestMs;
}

/** Connects to all, sends each one command, and closes everything after `work`. */
async function withClients<C extends Client, T>(
  addresses: readonly Address[],
  connect: Connect<C>,
  work: (clients: readonly C[]) => Promise<T>,
): Promise<T> {
  const clients = await Promise.all(addresses.map(connect));
  await Promise.all(clients.map((client) => client.send("ListPlayers")));
  const result = await work(clients);
  await Promise.all(clients.map((client) => client.close()));
  return result;
}

/** Measures how late a short timer fires, again and again. */
function watchLoop(): { end(): Promise<number[]> } {
  const late: number[] = [];
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const start = performance.now();
      await delay(WATCH_MS);
      late.push(Math.max(0, performance.now() - start - WATCH_MS));
    }
  })();
  return {
    async end() {
      isOver = true;
      await watching;
      return late;
    },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function report(all: readonly Round[]): void {
  console.log(`| what | median of ${all.length} |\n| --- | --: |`);
  for (const name of Object.keys(all[0]!)) {
    const value = quantile(all.map((round) => round[name]!), 0.5);
    console.log(`| ${name} | ${value.toFixed(Number.isInteger(value) || value >= 10 ? 0 : 2)} |`);
  }
  console.log(`\n| ratio, round by round | median of ${all.length} | aim |\n| --- | --: | --- |`);
  for (const [name, part, whole, aim] of RATIOS) {
    const ratio = quantile(all.map((round) => round[part]! / round[whole]!), 0.5);
    if (!Number.isNaN(ratio)) console.log(`| ${name} | ${ratio.toFixed(2)} | ${aim} |`);
  }
}

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)]!;
}
