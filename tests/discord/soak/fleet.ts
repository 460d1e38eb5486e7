/**
 * The six bots as a process of their own, so that memory, unhandled errors and what is left behind
 * at the end are theirs alone. Each line on its standard input asks for a {@linkcode Report}, one
 * line of JSON on its standard output; the end of the input asks it to stop. Configured as the
 * program is. Needs `--v8-flags=--expose-gc`.
 * @module
 */

import { loadConfig } from "../../../src/config.ts";
import { openCardsInMemory } from "../../../src/discord/pages.ts";
import { startFleet } from "../../../src/fleet.ts";
import { type Clock, systemClock } from "../../../src/runtime/clock.ts";
import { openLog } from "../../../src/runtime/log.ts";
import type { PartStatus } from "../../../src/runtime/supervise.ts";

/** How the bots are. */
export interface Report {
  readonly bots: readonly (PartStatus & { readonly isInGuild: boolean })[];
  /** What is in use after a garbage collection, buffers included. */
  readonly usedBytes: number;
  /** Errors that nobody handled, oldest first. */
  readonly unhandled: readonly string[];
}

/** Discord's own deadline, which stays as it is, like everything shorter. */
const REAL_UNTIL_MS = 3_000;
const FASTER = 20;

/** Long pauses and deadlines pass faster, so that a minute sees what happens in hours. */
const hurriedClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => systemClock.sleep(hurried(ms), signal),
  after: (ms, run) => systemClock.after(hurried(ms), run),
};

function hurried(ms: number): number {
  const beyondMs = Math.max(0, ms - REAL_UNTIL_MS);
  return ms - beyondMs + beyondMs / FASTER;
}

const { gc } = globalThis as { gc?: () => void };
if (!gc) throw new Error("Cannot measure memory: start with --v8-flags=--expose-gc");

const unhandled: string[] = [];
for (const kind of ["unhandledrejection", "error"] as const) {
  addEventListener(kind, (event: PromiseRejectionEvent | ErrorEvent) => {
    event.preventDefault();
    const error = "reason" in event ? event.reason : event.error;
    unhandled.push(`${kind}: ${error instanceof Error ? error.stack : error}`);
  });
}

const encoder = new TextEncoder();
const config = loadConfig({ cwd: Deno.cwd(), env: Deno.env.toObject() });
const fleet = startFleet({
  config,
  log: openLog("", {
    write: (line) => Deno.stderr.writeSync(encoder.encode(line)),
    now: () => new Date(),
    secrets: Object.values(config.discord.tokens).filter((token) => token !== undefined),
  }),
  clock: hurriedClock,
  openCards: openCardsInMemory(),
  health: () => Promise.resolve([]),
  startedAt: new Date(),
});

for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  for (const _ of text.matchAll(/\n/g)) {
    gc();
    const { heapUsed, external } = Deno.memoryUsage();
    const report: Report = {
      bots: fleet.map((bot) => ({ ...bot.status(), isInGuild: bot.isInGuild() })),
      usedBytes: heapUsed + external,
      unhandled,
    };
    Deno.stdout.writeSync(encoder.encode(`${JSON.stringify(report)}\n`));
  }
}
await Promise.all(fleet.map((bot) => bot.stop()));
