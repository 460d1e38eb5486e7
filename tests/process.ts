/**
 * Runs the program as a person would: as a process of its own.
 * @module
 */

import { fileURLToPath } from "node:url";

/** The checkout. */
export const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** What a process did. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** How to run it. */
export interface RunOptions {
  readonly cwd?: string;
  /** Added to an environment without any of BlissBot's variables. */
  readonly env?: Record<string, string>;
  /** A file that takes what it prints. */
  readonly outTo?: string;
}

/** Variables that would make a test depend on who runs it. */
const OURS = /^(BLISS_|DATABASE_URL|REDIS_URL|NITRADO_|DISCORD_|TMPDIR)/;

/** A task that tests run. */
export type Task = "parse" | "start" | "doctor";

/** Flags and script of a task, as deno.json has them: tests must run with the same permissions. */
function taskArguments(task: Task): string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));
  const words = (tasks[task].command as string).split(" ").slice(2);
  return words.map((word) => word.startsWith("-") ? word : ROOT + word);
}

function command(task: Task, args: string[], { cwd, env, outTo }: RunOptions): Deno.Command {
  const inherited = Object.entries(Deno.env.toObject()).filter(([name]) => !OURS.test(name));
  const words = ["run", `--config=${ROOT}deno.json`, ...taskArguments(task), ...args];
  const redirected = ["-c", `exec "$0" "$@" > ${outTo}`, Deno.execPath(), ...words];
  return new Deno.Command(outTo === undefined ? Deno.execPath() : "sh", {
    args: outTo === undefined ? words : redirected,
    cwd: cwd ?? ROOT,
    clearEnv: true,
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

function textOf({ code, stdout, stderr }: Deno.CommandOutput): Ended {
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** Runs `parse` to its end. */
export async function parse(args: string[], options: RunOptions = {}): Promise<Ended> {
  return textOf(await command("parse", args, options).output());
}

/** Runs `doctor` to its end. */
export async function doctor(args: string[], options: RunOptions = {}): Promise<Ended> {
  return textOf(await command("doctor", args, options).output());
}

/** Runs a task, sends it a signal as soon as `when` is true, and waits for its end. */
export async function interrupt(
  task: Task,
  args: string[],
  { signal, when, ...options }: RunOptions & { signal: Deno.Signal; when: () => boolean },
): Promise<Ended> {
  const child = command(task, args, options).spawn();
  const output = child.output();
  let ended = false;
  child.status.then(() => ended = true);
  while (!ended && !when()) await new Promise((resolve) => setTimeout(resolve, 1));
  if (!ended) child.kill(signal);
  return textOf(await output);
}

const READY = /^Ready: (\S+)$/m;

/** A running daemon. */
export interface Daemon extends AsyncDisposable {
  /** Address of the health page. */
  readonly url: string;
  readonly pid: number;
  /** What it has printed so far. */
  readonly out: string;
  /** Resolves when its log has a line that matches, already there or to come. */
  logs(pattern: RegExp): Promise<void>;
  /** Sends a signal and waits for the end. */
  end(signal: Deno.Signal): Promise<Ended>;
}

/** Starts the daemon and waits until it is ready, or for what else its log shall have. */
export async function start(
  args: string[],
  { until, ...options }: RunOptions & { until?: RegExp } = {},
): Promise<Daemon> {
  const child = command("start", args, options).spawn();
  const out = new Output(child.stdout), err = new Output(child.stderr);
  const ended = Promise.all([child.status, out.done, err.done])
    .then(([{ code }]): Ended => ({ code, out: out.text, err: err.text }));
  const ready = out.waitFor(READY);
  const early = ended.then(({ code, err }) => {
    throw new Error(`ended with ${code}: ${err}`);
  });
  early.catch(() => {});
  await Promise.race([until ? err.waitFor(until) : ready, early]);
  const [, url = ""] = READY.exec(out.text) ?? [];
  return {
    url,
    pid: child.pid,
    get out() {
      return out.text;
    },
    logs: async (pattern) => void await Promise.race([err.waitFor(pattern), early]),
    end(signal) {
      child.kill(signal);
      return ended;
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      await ended;
    },
  };
}

/** Runs the daemon that is not expected to get ready, to its end. */
export async function startToEnd(args: string[], options: RunOptions = {}): Promise<Ended> {
  return textOf(await command("start", args, options).output());
}

/** Text of a stream while it comes in. */
class Output {
  text = "";
  readonly done: Promise<void>;
  #waiting: (() => void)[] = [];

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.done = this.#read(stream.pipeThrough(new TextDecoderStream()));
  }

  async #read(stream: ReadableStream<string>): Promise<void> {
    for await (const text of stream) {
      this.text += text;
      for (const look of this.#waiting) look();
    }
  }

  waitFor(pattern: RegExp): Promise<void> {
    return new Promise((resolve) => {
      const look = () => pattern.test(this.text) && resolve();
      this.#waiting.push(look);
      look();
    });
  }
}
