/**
 * `deno run -A scripts/bench/bridge.ts [LINES]`: what becomes of chat lines while connections to the
 * game are reset, BlissBot is killed, and Discord is away; and how long a message takes into the
 * game. BlissBot is a process of its own; Discord and the game servers are local ones.
 * @module
 */

import { delay } from "es-toolkit";
import { type Cluster, linesIn, startCluster } from "../../tests/journeys/cluster.ts";
import { withDatabase } from "../../tests/store/databases.ts";
import { withTempFolder } from "../../tests/temp_folder.ts";

const LINES = Number(Deno.args[0] ?? 10_000);
const SERVERS = ["Island", "Ragnarok", "Extinction", "Aberration"];
const TICK_MS = 33;
/** Lines a second on all servers together. */
const PACE = 100;
/** Longest wait for the last lines. */
const REST_MS = 60_000;
const MESSAGES = 200;

for (const hasLogs of [true, false]) {
  await withDatabase((databaseUrl) =>
    withTempFolder(async (folder) => {
      const manner = { tickMs: TICK_MS };
      const toml = "[chat_bridge]\npoll_seconds = 2";
      const wishes = { folder, databaseUrl, servers: SERVERS, manner, toml, hasLogs };
      await using cluster = await startCluster(wishes);
      for (const name of SERVERS) await cluster.place(name);
      console.log(
        hasLogs ? "The servers' log files are at hand" : "Only RCON leads to the servers",
      );
      console.log(`message into the game, ms: ${JSON.stringify(await messageDelays(cluster))}`);
      console.log(`lines: ${JSON.stringify(await linesThroughTrouble(cluster))}`);
      const { violations } = cluster.world.discord;
      if (violations.length > 0) console.log(`Discord's contract was broken: ${violations[0]}`);
    })
  );
}

/** From writing on Discord until the game has it. */
async function messageDelays(cluster: Cluster) {
  const ben = cluster.world.person("ben", { roles: ["support"] });
  const thread = await cluster.place("Island");
  const times: number[] = [];
  for (let number = 0; number < MESSAGES; number++) {
    await delay(200 + Math.random() * TICK_MS);
    const arrived = cluster.ark("Island").next(new RegExp(`: message ${number}$`));
    const began = performance.now();
    await ben.says(thread, `message ${number}`);
    await arrived;
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (part: number) => Math.round(times[Math.floor(times.length * part)]!);
  return { p50: at(0.5), p95: at(0.95), max: at(0.999) };
}

/** Lines of players, with trouble all the while. */
async function linesThroughTrouble(cluster: Cluster) {
  const players = SERVERS.map((name) => {
    const player = cluster.ark(name).player("Ana");
    player.join();
    return player;
  });
  const done = new AbortController();
  const troubles = { resets: 0, kills: 0, outages: 0, lostAnswers: 0 };
  const trouble = Promise.all([
    resets(cluster, done.signal, troubles),
    kills(cluster, done.signal, troubles),
    outages(cluster, done.signal, troubles),
  ]);
  for (let number = 0; number < LINES; number++) {
    players[number % players.length]!.say(`line ${number}`);
    if (number % 10 === 9) await delay(10_000 / PACE);
  }
  done.abort();
  await trouble;
  const threads = await Promise.all(SERVERS.map((name) => cluster.place(name)));
  const arrived = () =>
    threads.map((thread) =>
      linesIn(thread).flatMap((line) => {
        const [, number] = /: line (\d+)$/.exec(line) ?? [];
        return number === undefined ? [] : [Number(number)];
      })
    );
  await cluster.until(
    () => new Set(arrived().flat()).size >= LINES,
    () => "not all lines arrived",
    REST_MS,
  ).catch((error) => console.error(error.message));
  const perThread = arrived();
  const all = perThread.flat();
  const once = new Set(all);
  return {
    said: LINES,
    lost: LINES - once.size,
    doubled: all.length - once.size,
    outOfOrder: perThread.reduce(
      (sum, numbers) =>
        sum + numbers.filter((number, i) => i > 0 && number < numbers[i - 1]!).length,
      0,
    ),
    messages: threads.reduce((sum, { messages }) => sum + messages.size, 0),
    ...troubles,
  };
}

type Troubles = Record<"resets" | "kills" | "outages" | "lostAnswers", number>;

/** An answer of a game server is lost, half of the time after the game has emptied its chat. */
async function resets(cluster: Cluster, done: AbortSignal, troubles: Troubles): Promise<void> {
  while (!done.aborted) {
    await delay(1_000 + Math.random() * 4_000);
    const ark = cluster.ark(SERVERS[troubles.resets++ % SERVERS.length]!);
    ark.faults.next({ on: /^GetChat/, isCarriedOut: Math.random() < 0.5 }, { kind: "reset" });
  }
}

async function kills(cluster: Cluster, done: AbortSignal, troubles: Troubles): Promise<void> {
  while (!done.aborted) {
    await delay(3_000 + Math.random() * 6_000);
    troubles.kills++;
    await cluster.daemon.end("SIGKILL");
    await cluster.start();
  }
}

/** Discord is away, or takes a message and its answer is lost. */
async function outages(cluster: Cluster, done: AbortSignal, troubles: Troubles): Promise<void> {
  const { faults } = cluster.world.discord;
  const route = "POST /channels/{channel_id}/messages";
  while (!done.aborted) {
    await delay(2_000 + Math.random() * 4_000);
    if (Math.random() < 0.3) {
      troubles.outages++;
      const end = faults.outage();
      await delay(2_000 + Math.random() * 3_000);
      await end();
    } else {
      troubles.lostAnswers++;
      faults.next({ route, isCarriedOut: true }, { kind: "reset" });
    }
  }
}
