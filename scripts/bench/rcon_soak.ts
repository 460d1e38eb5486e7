/**
 * `deno run -A --v8-flags=--expose-gc scripts/bench/rcon_soak.ts [MINUTES]`: consoles that are used
 * for a long time, a hundred times faster than it passes, while servers come and go: what stays
 * behind, and how soon a server is found again. Ten minutes are 17 hours.
 * @module
 */

import { delay } from "es-toolkit";
import type { GameConsole } from "../../src/rcon/console.ts";
import { openConsole } from "../../src/rcon/console.ts";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { openLog } from "../../src/runtime/log.ts";
import { Child } from "./discord/child.ts";
import type { Address } from "./rcon/clients.ts";

const MINUTES = Number(Deno.args[0] ?? 10);
const HASTE = 100;
const SERVERS = 10;
/** On the hurried clock. */
const POLL_MS = 3_000;
/** In real time: a minute and a half, and ten minutes. */
const AWAY_MS = 900, BETWEEN_MS = 6_000;
/** Memory is compared from here on: code is compiled, pools are filled. */
const WARM_PART = 0.2;

const began = Date.now();
const hurried: Clock = {
  now: () => began + (Date.now() - began) * HASTE,
  sleep: (ms, signal) => systemClock.sleep(ms / HASTE, signal),
  after: (ms, run) => systemClock.after(ms / HASTE, run),
};
const log = openLog("soak", {
  write: (line) => console.error(line.trimEnd()),
  now: () => new Date(),
  secrets: [],
  level: "error",
});
const { gc } = globalThis as { gc?: () => void };

await using child = new Child<readonly Address[]>("../rcon/servers.ts");
const addresses = (await child.ready).slice(0, SERVERS);
const consoles = addresses.map((server) => openConsole({ server, clock: hurried, log }));
let commands = 0, failures = 0;
const end = new AbortController();
const polling = consoles.map(poll);
const findings: number[] = [];
let warmBytes = 0;
const endsAt = Date.now() + MINUTES * 60_000;
for (let turn = 0; Date.now() < endsAt; turn++) {
  await delay(BETWEEN_MS);
  const index = turn % SERVERS;
  await child.ask("away", { index, ms: AWAY_MS });
  findings.push(await untilFound(consoles[index]!));
  if (warmBytes === 0 && Date.now() > endsAt - MINUTES * 60_000 * (1 - WARM_PART)) {
    warmBytes = heapBytes();
  }
}
const grownBytes = heapBytes() - warmBytes;
end.abort();
await Promise.all(polling);
await Promise.all(consoles.map((console) => console.close()));
findings.sort((a, b) => a - b);
const at = (part: number) => (findings[Math.floor(findings.length * part)]! / 1000).toFixed(1);
console.log(JSON.stringify({
  hours: Math.round(MINUTES * HASTE / 6) / 10,
  commands,
  failures,
  restarts: findings.length,
  "found again after s, median": at(0.5),
  "found again after s, longest": at(0.999),
  "heap grown by kB": Math.round(grownBytes / 1000),
}));

async function poll(console: GameConsole): Promise<void> {
  while (!end.signal.aborted) {
    await console.send("GetChat", { waitMs: POLL_MS }).then(() => commands++, () => failures++);
    await hurried.sleep(POLL_MS, end.signal).catch(() => {});
  }
}

/** On the hurried clock, from now on. */
async function untilFound(console: GameConsole): Promise<number> {
  const from = hurried.now();
  while (console.status().state !== "connected") await delay(1);
  return hurried.now() - from;
}

function heapBytes(): number {
  gc?.();
  return Deno.memoryUsage().heapUsed;
}
