/**
 * What a member sees of what became of a message: a sign on it, and where the sign alone is not
 * enough a note that answers it. Nothing waits for Discord here, and what it refuses is let go.
 * @module
 */

import type { Id, Surface } from "../../discord/surface.ts";
import type { Log } from "../../runtime/log.ts";

/** How a message ended. */
export type Sign = "✅" | "❌" | "⚠️" | "🔇";

/** Where a receipt goes. */
export interface Receipted {
  readonly id: Id;
  readonly channelId: Id;
}

/** What stands on a message that waits. */
const WAITS = "🕒";

/** Of signs, and of notes, that wait for Discord; further ones are left out. */
const MOST = 500;

/** The receipts of one server's messages, in order. */
export class Receipts {
  readonly #surface: Surface;
  readonly #signs: Line;
  /** Discord allows few messages in a channel, and signs must not wait for them. */
  readonly #notes: Line;

  constructor({ surface, log }: { readonly surface: Surface; readonly log: Log }) {
    this.#surface = surface;
    this.#signs = new Line(log);
    this.#notes = new Line(log);
  }

  /** The message waits. */
  waits({ id, channelId }: Receipted): void {
    this.#signs.add(() => this.#surface.react(channelId, id, WAITS));
  }

  /** The message waits no more. */
  ended(
    { id, channelId }: Receipted,
    { sign, note, hasWaited }: {
      readonly sign: Sign;
      readonly note: string | undefined;
      readonly hasWaited: boolean;
    },
  ): void {
    if (hasWaited) this.#signs.add(() => this.#surface.unreact(channelId, id, WAITS));
    this.#signs.add(() => this.#surface.react(channelId, id, sign));
    if (note === undefined) return;
    const text = `-# ${sign === "✅" ? "" : `${sign} `}${note}`;
    // The nonce: one note for each message, also when the program ends before it knows of it.
    const options = { answers: id, nonce: `note${id}` };
    this.#notes.add(() => this.#surface.post(channelId, { text }, options));
  }

  /** Resolves when everything so far is done. Never rejects. */
  async settled(): Promise<void> {
    await Promise.all([this.#signs.work, this.#notes.work]);
  }

  /** Leaves out what has not begun. */
  stop(): void {
    this.#signs.stop();
    this.#notes.stop();
  }
}

/** What is done one after the other, by and by. */
class Line {
  /** While there is some. Never rejects. */
  work: Promise<void> | undefined;
  readonly #log: Log;
  readonly #steps: (() => Promise<unknown>)[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  add(step: () => Promise<unknown>): void {
    if (this.#steps.length >= MOST) {
      this.#log.debug("Discord is too slow: a member is not told what became of a message");
      return;
    }
    this.#steps.push(step);
    this.work ??= this.#workOff();
  }

  stop(): void {
    this.#steps.length = 0;
  }

  async #workOff(): Promise<void> {
    for (let step = this.#steps.shift(); step; step = this.#steps.shift()) {
      try {
        await step();
      } catch (error) { // such as a message that was deleted
        this.#log.debug(`A member is not told what became of a message: ${error}`);
      }
    }
    this.work = undefined;
  }
}
