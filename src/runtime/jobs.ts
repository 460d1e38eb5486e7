/**
 * Work that repeats: by the minute through Deno's cron, faster in a loop that cron watches over.
 * The only place that knows Deno.cron; knows nothing of what a job does.
 * @module
 */

import { type Clock, LONGEST_SLEEP_MS, settlesWithin } from "./clock.ts";
import { errorId, type Log } from "./log.ts";
import { nextTime } from "./next_time.ts";

/** Something to do again and again. */
export interface Job {
  /** Letters, digits, blanks, - and _; at most 64. */
  readonly name: string;
  /**
   * Seconds from the end of a run to the next one, the first being at once; or minute, hour, day,
   * month and weekday (by name) in cron's notation, UTC.
   */
  readonly every: { readonly seconds: number } | { readonly cron: string };
  /** Longest run, milliseconds; then its signal aborts. */
  readonly limitMs: number;
  /** One run. Ends when the signal aborts. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** How a job is doing. */
export interface JobStatus {
  readonly name: string;
  /** In words or cron's notation. */
  readonly schedule: string;
  readonly state: "waiting" | "running" | "paused";
  /** When the last run began. */
  readonly lastRun: Date | undefined;
  /** How long the last finished run took, milliseconds. */
  readonly lastMs: number | undefined;
  /** Undefined while paused, and while a loop is at work. */
  readonly nextRun: Date | undefined;
  /** The last failure, also after later runs went well; the log has the same id. */
  readonly lastError: { readonly text: string; readonly id: string; readonly at: Date } | undefined;
  /** Whether the last finished run failed, or the present one is over its limit. */
  readonly isFailing: boolean;
  /** Finished runs, since the program started. */
  readonly runs: number;
}

/** All jobs of the program. */
export interface Jobs {
  /** @throws {RangeError} when name or schedule cannot be used. */
  add(job: Job): void;
  list(): JobStatus[];
  /**
   * Runs a job now, also a paused one, and resolves when that run is over, however it went.
   * @throws {RangeError} when there is no such job, it is running already, or all are stopped.
   */
  run(name: string): Promise<void>;
  /** No run begins by itself until `resume`; one under way goes on. @throws {RangeError} */
  pause(name: string): void;
  /** @throws {RangeError} when there is no such job. */
  resume(name: string): void;
  /** Aborts what is running; resolves when it has ended, after 8 s at the latest. */
  stop(): Promise<void>;
}

/** What jobs need from outside. */
export interface JobsOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** Source of error ids: numbers from 0 up to, not including, 1. */
  readonly random?: () => number;
}

/** A loop that is so late is dead, and begins anew. */
const LOOP_LATE_MS = 60_000;
/** Longest wait for a job that was asked to end; the program as a whole stops within 10 s. */
const END_MS = 8_000;

/** The cron that looks after the loops. */
const WATCH = "watch over loops";

/**
 * How many crons the process has had. Each gets a name that was never used: Deno 2.9 calls one
 * twice whose name was used before, and later does not end it at its signal. Tests open several
 * sets in one process.
 */
let cronCount = 0;
/** Of a job's name; with the number it stays within Deno's 64 characters. */
const CRON_NAME_LENGTH = 48;

/** A set of jobs, empty at first. */
export function openJobs(options: JobsOptions): Jobs {
  const jobs = new Map<string, ScheduledJob>();
  const stopping = new AbortController();
  const crons: Promise<void>[] = [];
  const addCron = (name: string, schedule: string, tick: () => void) => {
    try {
      const unusedName = `${name.slice(0, CRON_NAME_LENGTH)} ${++cronCount}`;
      const cron = Deno.cron(unusedName, schedule, { signal: stopping.signal }, tick);
      crons.push(cron.catch((error) => options.log.error(`The cron "${name}" broke`, { error })));
    } catch (cause) {
      const { message } = cause as Error;
      throw new RangeError(`Cannot add the cron "${name}" at "${schedule}": ${message}`, { cause });
    }
  };
  const find = (name: string) => {
    const job = jobs.get(name);
    if (!job) throw new RangeError(`Cannot find a job ${JSON.stringify(name)}`);
    return job;
  };
  let isWatched = false;
  let stopped: Promise<void> | undefined;
  return {
    add(job) {
      const problem = stopped ? "all jobs are stopped" : problemOf(job, options.clock);
      if (problem) {
        throw new RangeError(`Cannot add the job ${JSON.stringify(job.name)}: ${problem}`);
      }
      if (jobs.has(job.name)) throw new RangeError(`Cannot add the job "${job.name}" twice`);
      const scheduled = new ScheduledJob(job, options);
      if ("cron" in job.every) addCron(job.name, job.every.cron, () => scheduled.tick());
      else if (!isWatched) {
        addCron(WATCH, "* * * * *", () => jobs.forEach((job) => job.reviveLoop()));
        isWatched = true;
      }
      jobs.set(job.name, scheduled);
      scheduled.startLoop();
    },
    list: () => Array.from(jobs.values(), (job) => job.status()),
    run: async (name) => await find(name).runNow(),
    pause: (name) => find(name).setPaused(true),
    resume: (name) => find(name).setPaused(false),
    stop: () => stopped ??= stopAll([...jobs.values()], { ...options, stopping, crons }),
  };
}

async function stopAll(
  jobs: readonly ScheduledJob[],
  { clock, log, stopping, crons }: JobsOptions & {
    stopping: AbortController;
    crons: readonly Promise<void>[];
  },
): Promise<void> {
  stopping.abort();
  const work = Promise.allSettled([...crons, ...jobs.map((job) => job.stop())]);
  if (await settlesWithin(END_MS, { work, clock })) return;
  const names = jobs.filter((job) => job.status().state === "running").map(({ name }) => name);
  log.error(`Given up after ${END_MS / 1000} s, still running: ${names.join(", ")}`);
}

/** What is wrong with a job, and what to do. */
function problemOf({ name, every, limitMs }: Job, clock: Clock): string | undefined {
  if (!/^[A-Za-z0-9 _-]{1,64}$/.test(name) || name === WATCH) {
    return "its name must be 1 to 64 letters, digits, blanks, - or _, and not taken";
  }
  if (!(limitMs > 0 && limitMs <= LONGEST_SLEEP_MS)) {
    return `its limit is ${limitMs}; it must be milliseconds from 1 to ${LONGEST_SLEEP_MS}`;
  }
  if ("seconds" in every) {
    if (every.seconds > 0 && every.seconds * 1000 <= LONGEST_SLEEP_MS) return undefined;
    return `it repeats every ${every.seconds} s; it must be more than 0 and at most 24 days`;
  }
  // Deno counts weekdays from 1, everybody else from 0 (denoland/deno issue 21555).
  if (/\d/.test(every.cron.trim().split(/\s+/)[4] ?? "")) return "name the weekday (MON) instead";
  try {
    // Deno 2.9 ends the whole process over a time that never comes, such as 31 February.
    if (nextOf(every.cron, clock)) return undefined;
    return `"${every.cron}" never comes; correct day and month`;
  } catch (error) {
    return (error as Error).message;
  }
}

function nextOf(cron: string, clock: Clock): Date | undefined {
  return nextTime(cron, { after: new Date(clock.now()), timezone: "UTC" });
}

class ScheduledJob {
  readonly #job: Job;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #random: JobsOptions["random"];
  #run: { readonly over: Promise<void>; readonly abort: AbortController } | undefined;
  #loop: AbortController | undefined;
  #loopDue: number | undefined;
  #isPaused = false;
  #isStopped = false;
  #lastRun: Date | undefined;
  #lastMs: number | undefined;
  #lastError: JobStatus["lastError"];
  #failures = 0;
  #runs = 0;

  constructor(job: Job, { log, clock, random }: JobsOptions) {
    this.#job = job;
    this.#log = log.child(job.name);
    this.#clock = clock;
    this.#random = random;
  }

  get name(): string {
    return this.#job.name;
  }

  status(): JobStatus {
    const { every } = this.#job;
    return {
      name: this.name,
      schedule: "cron" in every ? every.cron : `every ${every.seconds} s`,
      state: this.#run ? "running" : this.#isPaused ? "paused" : "waiting",
      lastRun: this.#lastRun,
      lastMs: this.#lastMs,
      nextRun: this.#isPaused || this.#isStopped ? undefined : this.#nextRun(),
      lastError: this.#lastError,
      isFailing: this.#failures > 0,
      runs: this.#runs,
    };
  }

  /** Its time has come; at a stop, cron may have one such call on its way. */
  tick(): void {
    if (!this.#isPaused && !this.#isStopped && !this.#run) void this.#begin();
  }

  async runNow(): Promise<void> {
    const refused = this.#isStopped ? "all jobs are stopped" : this.#run && "it is running already";
    if (refused) throw new RangeError(`Cannot run the job "${this.name}" now: ${refused}`);
    await this.#begin();
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#loop?.abort();
    this.#run?.abort.abort(new Error(`The job "${this.name}" was asked to stop`));
    await this.#run?.over;
  }

  startLoop(): void {
    const { every } = this.#job;
    if (!("seconds" in every)) return;
    this.#loop?.abort();
    const { signal } = this.#loop = new AbortController();
    void this.#keepLooping(every.seconds * 1000, signal).catch((error) => {
      if (!signal.aborted) this.#log.error("The loop has broken; it begins anew soon", { error });
    });
  }

  /** A timer that was lost, or a computer that slept, must not be the end of a loop. */
  reviveLoop(): void {
    if (this.#isStopped || this.#run || this.#loopDue === undefined) return;
    if (this.#clock.now() - this.#loopDue <= LOOP_LATE_MS) return;
    this.#log.warn("The loop was dead and begins anew");
    this.startLoop();
  }

  async #keepLooping(pauseMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.tick();
      await this.#run?.over; // also of a run that somebody else began
      this.#loopDue = this.#clock.now() + pauseMs;
      await this.#clock.sleep(pauseMs, signal);
    }
  }

  #nextRun(): Date | undefined {
    const { every } = this.#job;
    if ("cron" in every) return nextOf(every.cron, this.#clock);
    return this.#run || this.#loopDue === undefined ? undefined : new Date(this.#loopDue);
  }

  /** Resolves when the run is over; never rejects. */
  #begin(): Promise<void> {
    const abort = new AbortController();
    const over = Promise.resolve().then(() => this.#execute(abort));
    this.#run = { over, abort };
    return over;
  }

  async #execute(abort: AbortController): Promise<void> {
    const began = this.#clock.now();
    this.#lastRun = new Date(began);
    const over = new AbortController();
    this.#limit(abort, over.signal).catch(() => {}); // when it was over in time
    const error = await this.#outcome(abort.signal);
    // After a limit or a stop, what it ends with tells nothing new.
    if (!abort.signal.aborted) error === undefined ? this.#succeed() : this.#fail(error);
    over.abort();
    abort.abort(new Error(`The run of "${this.name}" is over`)); // for what it left behind
    this.#lastMs = this.#clock.now() - began;
    this.#runs++;
    this.#run = undefined;
  }

  /** What the run threw, as an error. */
  async #outcome(signal: AbortSignal): Promise<Error | undefined> {
    try {
      await this.#job.run(signal);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Aborts a run that takes too long, and tells when that does not help. */
  async #limit(abort: AbortController, over: AbortSignal): Promise<void> {
    await this.#clock.sleep(this.#job.limitMs, over);
    const limit = new Error(`Not done within ${this.#job.limitMs / 1000} s`);
    this.#fail(limit);
    abort.abort(limit);
    await this.#clock.sleep(END_MS, over);
    this.#log.error("Does not end; no other run begins before it does");
  }

  #succeed(): void {
    if (this.#failures) this.#log.info(`Works again, after ${this.#failures} failed`);
    this.#failures = 0;
  }

  /** Told once: a server that is down for a night must not fill the log. */
  #fail(error: Error): void {
    const text = this.#log.redact(error.message || error.name);
    const isKnown = this.#failures++ > 0 && this.#lastError?.text === text;
    const id = isKnown ? this.#lastError!.id : errorId(this.#random);
    this.#lastError = { text, id, at: new Date(this.#clock.now()) };
    if (!isKnown) this.#log.error(`Failed: ${text}`, { id, error });
  }
}
