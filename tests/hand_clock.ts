/**
 * A clock whose time moves only when a test says so.
 * @module
 */

import { setImmediate } from "node:timers/promises";
import { checkSleep, type Clock } from "../src/runtime/clock.ts";

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Starts at 14 March 2026, 09:26:53 UTC, unless told otherwise. */
export class HandClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(now: number = Date.UTC(2026, 2, 14, 9, 26, 53)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** How many wait at the moment; 0 when nothing was left behind. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      checkSleep(ms);
      signal?.throwIfAborted();
      const giveUp = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener("abort", giveUp);
        resolve();
      };
      const sleeper = { at: this.#now + Math.max(0, ms), wake };
      signal?.addEventListener("abort", giveUp, { once: true });
      this.#sleepers.add(sleeper);
    });
  }

  after(ms: number, run: () => void): () => void {
    checkSleep(ms);
    const sleeper = { at: this.#now + Math.max(0, ms), wake: run };
    this.#sleepers.add(sleeper);
    return () => void this.#sleepers.delete(sleeper);
  }

  /**
   * Moves time on and wakes who is due, in order. Between two of them everything that only waits
   * for promises goes on; what waits for a socket or a file may need more time than that.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await setImmediate();
    for (let next = this.#nextUntil(end); next; next = this.#nextUntil(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#sleepers.delete(next);
      next.wake();
      await setImmediate();
    }
    this.#now = end;
  }

  /** Who is due first; among equals, who came first. */
  #nextUntil(end: number): Sleeper | undefined {
    return [...this.#sleepers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}
