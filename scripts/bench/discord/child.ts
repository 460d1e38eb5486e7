/**
 * Two processes that talk in JSON lines, the parent's side.
 * @module
 */

import { settlesWithin, systemClock } from "../../../src/runtime/clock.ts";
import { linesOf } from "./lines.ts";

/** How long a child may take for any answer, milliseconds. */
const ANSWER_MS = 120_000;

/** A script of this folder in a process of its own; disposing of it kills it. */
export class Child<Ready> implements AsyncDisposable {
  /** What it says first. */
  readonly ready: Promise<Ready>;
  readonly #script: string;
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;

  constructor(script: string, ...args: readonly string[]) {
    this.#script = script;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", new URL(script, import.meta.url).pathname, ...args],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#lines = linesOf(this.#process.stdout);
    this.ready = this.#answer<Ready>();
  }

  /** @throws Error when the child has ended, or does not answer. */
  async ask<Answer>(name: string, options: object = {}): Promise<Answer> {
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify({ name, options })}\n`));
    return await this.#answer();
  }

  async #answer<Answer>(): Promise<Answer> {
    const work = this.#lines.next();
    if (!await settlesWithin(ANSWER_MS, { work, clock: systemClock })) {
      throw new Error(`${this.#script} does not answer`);
    }
    const line = await work;
    if (line.done) throw new Error(`${this.#script} has ended; its errors stand above`);
    return JSON.parse(line.value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#process.status;
  }
}
