/**
 * `deno task start`: reads the configuration, starts the program, shows what is there, waits for a
 * signal, stops.
 * @module
 */

import { once } from "node:events";
import { parseArgs } from "node:util";
import { type App, ListenError, startApp } from "./src/app.ts";
import { type Config, ConfigError, loadConfig, secretsOf } from "./src/config.ts";
import { overview } from "./src/overview.ts";
import { systemClock } from "./src/runtime/clock.ts";
import { type Log, openLog } from "./src/runtime/log.ts";
import { onStopSignal } from "./src/runtime/signals.ts";
import { StoreError } from "./src/store/errors.ts";
import { tableText } from "./src/terminal_table.ts";

/** Longest wait for a clean stop, milliseconds. */
const STOP_MS = 10_000;
/** Longest wait for bots and servers before the table is shown, milliseconds. */
const SETTLE_MS = 10_000;

const stopping = new AbortController();
onStopSignal((name) => stopping.signal.aborted ? Deno.exit(1) : stopping.abort(name));

Deno.exit(await run());

async function run(): Promise<number> {
  let log: Log | undefined;
  try {
    const { values } = parseArgs({
      args: Deno.args,
      options: { config: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help) return console.log("deno task start [--config FILE]"), 0;
    const env = Deno.env.toObject();
    const config = loadConfig({ path: values.config, cwd: Deno.cwd(), env });
    const ours = log = openLog("blissbot", {
      write: (line) => console.error(line.trimEnd()),
      now: () => new Date(),
      secrets: secretsOf(config),
      level: config.log.level,
      format: Deno.stderr.isTerminal() ? "terminal" : "json",
    });
    const { signal } = stopping;
    // Also while it is still starting: a database may be slow to answer.
    signal.addEventListener("abort", () =>
      setTimeout(() => {
        ours.error(`Could not stop cleanly within ${STOP_MS / 1000} s`);
        Deno.exit(1);
      }, STOP_MS));
    surviveMistakes(ours);
    const app = await startApp(config, { log: ours, signal });
    // A full disk behind the output is no reason to be without bots.
    await show(app, config, signal).catch((error) => ours.warn("Cannot show the table", { error }));
    if (!signal.aborted) await once(signal, "abort");
    ours.info(`Stopping on ${signal.reason}`);
    await app.stop();
    return 0;
  } catch (error) {
    return explain(error, log);
  }
}

/** Every failure has somebody who minds it; the one that was forgotten must not end six bots. */
function surviveMistakes(log: Log): void {
  const tell = (error: unknown) => log.error("A failure that nobody minded; report it", { error });
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    tell(event.reason);
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    tell(event.error);
  });
}

/** Prints the table as soon as every bot and every server's console knows how it is. */
async function show(app: App, config: Config, signal: AbortSignal): Promise<void> {
  const end = Date.now() + SETTLE_MS;
  const isStarting = () =>
    app.fleet.some((bot) => bot.status().state === "starting") ||
    app.consoles.some(({ console }) => console.status().state === "idle");
  while (isStarting() && Date.now() < end && !signal.aborted) await systemClock.sleep(50);
  if (signal.aborted) return;
  const sections = overview(app, { servers: config.servers, health: await app.storeHealth() });
  const colours = Deno.stdout.isTerminal() && !Deno.noColor;
  console.log(`${tableText(sections, { colours }).trimEnd()}\n`);
  console.log(`Ready: ${app.url}`);
}

/** Exit codes: 2 configuration, 4 store. Anything else is our own mistake and keeps its stack. */
function explain(error: unknown, log: Log | undefined): number {
  if (stopping.signal.aborted && error === stopping.signal.reason) return 0; // stopped at the start
  if (error instanceof StoreError) return console.error(error.message), 4;
  if (
    error instanceof ConfigError || error instanceof ListenError ||
    error instanceof TypeError && "code" in error // parseArgs
  ) return console.error(error.message.split(". To specify")[0]), 2;
  if (!log) throw error;
  log.error("Cannot go on; report it", { error }); // thrown, it would be survived, and nothing done
  return 1;
}
