/**
 * `deno task start`: reads the configuration, starts the program, waits for a signal, stops.
 * @module
 */

import { once } from "node:events";
import { parseArgs } from "node:util";
import { ListenError, startApp } from "./src/app.ts";
import { ConfigError, loadConfig, secretsOf } from "./src/config.ts";
import { openLog } from "./src/runtime/log.ts";
import { onStopSignal } from "./src/runtime/signals.ts";
import { StoreError } from "./src/store/errors.ts";

/** Longest wait for a clean stop, milliseconds. */
const STOP_MS = 10_000;

const stopping = new AbortController();
onStopSignal((name) => stopping.abort(name));

Deno.exit(await run());

async function run(): Promise<number> {
  try {
    const { values } = parseArgs({
      args: Deno.args,
      options: { config: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help) return console.log("deno task start [--config FILE]"), 0;
    const env = Deno.env.toObject();
    const config = loadConfig({ path: values.config, cwd: Deno.cwd(), env });
    const log = openLog("blissbot", {
      write: (line) => console.error(line.trimEnd()),
      now: () => new Date(),
      secrets: secretsOf(config),
    });
    const { signal } = stopping;
    // Also while it is still starting: a database may be slow to answer.
    signal.addEventListener("abort", () =>
      setTimeout(() => {
        log.error(`Could not stop cleanly within ${STOP_MS / 1000} s`);
        Deno.exit(1);
      }, STOP_MS));
    const app = await startApp(config, { log, signal });
    console.log(`Ready: ${app.url}`);
    if (!signal.aborted) await once(signal, "abort");
    log.info(`Stopping on ${signal.reason}`);
    await app.stop();
    return 0;
  } catch (error) {
    return explain(error);
  }
}

/** Exit codes: 2 configuration, 4 store. Anything else is our own mistake and keeps its stack. */
function explain(error: unknown): number {
  if (stopping.signal.aborted && error === stopping.signal.reason) return 0; // stopped at the start
  if (error instanceof StoreError) return console.error(error.message), 4;
  if (
    error instanceof ConfigError || error instanceof ListenError ||
    error instanceof TypeError && "code" in error // parseArgs
  ) return console.error(error.message.split(". To specify")[0]), 2;
  throw error;
}
