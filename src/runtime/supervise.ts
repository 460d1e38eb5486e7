/**
 * Keeps one part of the program running: starts it, starts it again after a crash, and knows how it
 * is. Nothing that a part does by itself reaches another one. Knows nothing of what a part is.
 * @module
 */

import { type Clock, settlesWithin } from "./clock.ts";
import { errorId, type Log } from "./log.ts";

/**
 * off: not configured. starting, ready, reconnecting: it runs. waiting: for its next start after a
 * crash. disabled: it cannot work until somebody changes something. stopped: it crashed too often,
 * or was asked to stop.
 */
export type PartState =
  | "off"
  | "starting"
  | "ready"
  | "reconnecting"
  | "waiting"
  | "disabled"
  | "stopped";

/**
 * The work of a part: goes on until the signal aborts, then cleans up and settles. Whatever it
 * throws before, or its end, is a crash.
 */
export type PartRun = (control: {
  /** Aborts when the part has to stop, also after a crash: whatever is left over then stops too. */
  readonly signal: AbortSignal;
  /** It works, for the first time or again. */
  ready(): void;
  /** It lost its connection and sees to it itself. */
  reconnecting(reason: string): void;
}) => Promise<void>;

/** Trying again is of no use; the message tells what has to be changed. */
export class Unrecoverable extends Error {
  override readonly name = "Unrecoverable";
}

/** The world outside does not answer. Tried again for ever: that is not the part's own fault. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** How a part is. Never changed: a later one is another object. */
export interface PartStatus {
  readonly name: string;
  readonly state: PartState;
  /** When this state began. */
  readonly since: Date;
  /** The state in words, with what to do where something has to be done. */
  readonly text: string;
  /** How often it was started again, since the program started. */
  readonly restarts: number;
  /** Since when it is ready without a break; undefined when it is not. */
  readonly readySince: Date | undefined;
  /** When a waiting part starts again. */
  readonly nextTry: Date | undefined;
  /** The last crash, also after it works again; the log has the same id. */
  readonly lastError: { readonly text: string; readonly id: string; readonly at: Date } | undefined;
}

/** A part under supervision. */
export interface Supervised {
  status(): PartStatus;
  /** Starts it at once, whatever it is doing; a running one ends first. Nothing when off. */
  restart(): void;
  /** Ends it for good; resolves when it has ended, after 8 s at the latest. Never rejects. */
  stop(): Promise<void>;
}

/** What {@linkcode supervise} needs. */
export interface SuperviseOptions {
  /** Undefined: the part is not configured. */
  readonly run: PartRun | undefined;
  /** Why it is off, when it is. */
  readonly offText: string;
  readonly log: Log;
  readonly clock: Clock;
  /** Source of error ids: numbers from 0 up to, not including, 1. */
  readonly random?: () => number;
}

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** So long without a break, and the next crash is a first one again. */
const HEALTHY_MS = 10 * 60_000;
/** So many crashes in that time, and it is left alone. */
const MOST_CRASHES = 5;
const CRASH_WINDOW_MS = 10 * 60_000;
/** Longest wait for a part that was asked to end; the program as a whole stops within 10 s. */
const END_MS = 8_000;

/** Starts a part and keeps it running. */
export function supervise(name: string, options: SuperviseOptions): Supervised {
  const part = new Part(name, options);
  return {
    status: () => part.status,
    restart: () => part.restart(),
    stop: () => part.stop(),
  };
}

class Part {
  readonly #options: SuperviseOptions;
  readonly #log: Log;
  #status: PartStatus;
  /** From a start until the part is asked to end, over any number of crashes. */
  #life = new AbortController();
  /** Settles when that life is over; never rejects. */
  #lived: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;
  /** Instants of the crashes that count. */
  #crashes: number[] = [];
  /** Waits so far since the last healthy time. */
  #waits = 0;

  constructor(name: string, options: SuperviseOptions) {
    this.#options = options;
    this.#log = options.log.child(name);
    this.#status = Object.freeze({
      name,
      state: "off",
      since: this.#now(),
      text: options.offText,
      restarts: 0,
      readySince: undefined,
      nextTry: undefined,
      lastError: undefined,
    });
    if (options.run) this.#lived = this.#live(options.run, this.#life.signal);
    else this.#log.info(`off: ${options.offText}`);
  }

  get status(): PartStatus {
    return this.#status;
  }

  restart(): void {
    const { run } = this.#options;
    if (!run || this.#stopped) return;
    this.#change("starting", { text: "Asked to start again; the present run ends first" });
    const before = this.#end(`${this.#status.name} was asked to start again`);
    const { signal } = this.#life = new AbortController();
    this.#crashes = [];
    this.#waits = 0;
    this.#lived = before.then(() => {
      if (signal.aborted) return; // by the next restart, or by a stop
      this.#countRestart();
      return this.#live(run, signal);
    });
  }

  stop(): Promise<void> {
    return this.#stopped ??= this.#end(`${this.#status.name} was asked to stop`).then(() => {
      if (this.#status.state === "off") return;
      this.#change("stopped", { text: "Stopped" });
    });
  }

  /** Ends the present life, and waits for that; gives up waiting rather than hang. */
  async #end(why: string): Promise<void> {
    const lived = this.#lived;
    this.#life.abort(new Error(why));
    if (await settlesWithin(END_MS, { work: lived, clock: this.#options.clock })) return;
    this.#log.error(`does not end: it was given up after ${END_MS / 1000} s`);
  }

  async #live(run: PartRun, life: AbortSignal): Promise<void> {
    for (;;) {
      this.#change("starting", { text: "Starting" });
      const crash = await this.#runOnce(run, life);
      if (life.aborted) return;
      this.#noteHealth();
      const waitMs = this.#judge(crash);
      if (waitMs === undefined) return;
      await this.#options.clock.sleep(waitMs, life).catch(() => {});
      if (life.aborted) return;
      this.#countRestart();
    }
  }

  /** What ended the run. Never rejects. */
  async #runOnce(run: PartRun, life: AbortSignal): Promise<unknown> {
    const ended = new AbortController();
    const { signal } = ended;
    // AbortSignal.any() would keep something of each run for as long as the life lasts.
    const end = () => ended.abort(life.reason);
    life.addEventListener("abort", end);
    try {
      await run({
        signal,
        ready: () => {
          if (!signal.aborted) this.#ready();
        },
        reconnecting: (reason) => {
          if (!signal.aborted) this.#reconnecting(reason);
        },
      });
      return new Error("It ended without being asked to");
    } catch (error) {
      return error;
    } finally {
      life.removeEventListener("abort", end);
      ended.abort(new Error(`${this.#status.name} has ended`));
    }
  }

  #ready(): void {
    if (this.#status.state === "ready") return;
    this.#change("ready", { text: "Ready", readySince: this.#now() });
  }

  #reconnecting(reason: string): void {
    this.#noteHealth();
    this.#change("reconnecting", { text: this.#log.redact(reason) });
  }

  /** Milliseconds until the next start, or undefined when there will be none. */
  #judge(crash: unknown): number | undefined {
    const now = this.#now();
    const error = crash instanceof Error ? crash : new Error(String(crash));
    const text = this.#log.redact(error.message || error.name);
    const lastError = Object.freeze({ text, id: errorId(this.#options.random), at: now });
    const isExpected = error instanceof Unrecoverable || error instanceof Unreachable;
    const fields = { id: lastError.id, ...(isExpected ? {} : { error }) };
    if (error instanceof Unrecoverable) {
      this.#change("disabled", { text, lastError }, fields);
      return undefined;
    }
    if (!(error instanceof Unreachable)) this.#crashes.push(now.getTime());
    this.#crashes = this.#crashes.filter((at) => at > now.getTime() - CRASH_WINDOW_MS);
    if (this.#crashes.length >= MOST_CRASHES) {
      const remedy = `see ${lastError.id} in the log, mend it, and restart it`;
      this.#change("stopped", { text: `Crashed too often: ${text}; ${remedy}`, lastError }, fields);
      return undefined;
    }
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#waits++);
    const nextTry = new Date(now.getTime() + waitMs);
    this.#change("waiting", { text, lastError, nextTry }, {
      ...fields,
      waitSeconds: waitMs / 1000,
    });
    return waitMs;
  }

  /** A break ends a healthy time, but it was one. */
  #noteHealth(): void {
    const { readySince } = this.#status;
    if (readySince && this.#now().getTime() - readySince.getTime() >= HEALTHY_MS) this.#waits = 0;
  }

  #countRestart(): void {
    this.#status = Object.freeze({ ...this.#status, restarts: this.#status.restarts + 1 });
  }

  /** One log line, unless only the words change. */
  #change(
    state: PartState,
    news: Partial<PartStatus> & { text: string },
    fields?: Record<string, unknown>,
  ): void {
    const before = this.#status;
    const since = before.state === state ? before.since : this.#now();
    const cleared = { readySince: undefined, nextTry: undefined };
    this.#status = Object.freeze({ ...before, ...cleared, ...news, state, since });
    if (before.state === state) return;
    const says = news.text.toLowerCase() === state ? news.text : `${state}: ${news.text}`;
    this.#log[this.#stopped ? "info" : LEVELS[state]](says, fields);
  }

  #now(): Date {
    return new Date(this.#options.clock.now());
  }
}

const LEVELS: Record<PartState, "info" | "warn" | "error"> = {
  off: "info",
  starting: "info",
  ready: "info",
  reconnecting: "warn",
  waiting: "error",
  disabled: "error",
  stopped: "error",
};
