/**
 * A bounded set of lanes, each lent to one caller at a time. Knows no statement.
 * @module
 */

import { Semaphore } from "es-toolkit";
import type { Lane } from "./lane.ts";
import { waitAtMost } from "./wait.ts";

/** Lends lanes. */
export interface Pool {
  /**
   * A lane for the caller alone, once one is free. Rejects when `giveUp` does.
   *
   * @returns `undefined` when the pool is closed.
   */
  take(giveUp: Promise<never>): Promise<Lane | undefined>;
  /** Ends the loan; a broken lane is thrown away. */
  giveBack(lane: Lane): void;
  /** Lends no more, waits up to `graceMs` for the lanes that are out, then closes them all. */
  close(graceMs: number): Promise<void>;
}

/** Makes a pool of at most `max` lanes; `open` is called when one is needed. */
export function openPool(open: () => Lane, max: number): Pool {
  const lanes = new Set<Lane>();
  const idle: Lane[] = [];
  const permits = new Semaphore(max);
  let closing: Promise<void> | undefined;

  async function discard(lane: Lane, graceSeconds: number): Promise<void> {
    await lane.end(graceSeconds);
    lanes.delete(lane);
  }

  async function closeAll(graceMs: number): Promise<void> {
    const allBack = Promise.all(Array.from({ length: max }, () => permits.acquire()));
    await waitAtMost(graceMs, allBack);
    await Promise.all([...lanes].map((lane) => discard(lane, 1)));
  }

  return {
    async take(giveUp) {
      if (closing) return undefined;
      const permit = permits.acquire();
      try {
        await Promise.race([permit, giveUp]);
      } catch (error) {
        // The place in the queue stays taken; pass it on when its turn comes.
        void permit.then(() => permits.release());
        throw error;
      }
      if (closing) {
        permits.release();
        return undefined;
      }
      let lane = idle.pop();
      // A connection that was lost while nobody used it has closed itself.
      while (lane?.broken) {
        lanes.delete(lane);
        lane = idle.pop();
      }
      lane ??= open();
      lanes.add(lane);
      return lane;
    },
    giveBack(lane) {
      if (lane.broken) void discard(lane, 0);
      else idle.push(lane);
      permits.release();
    },
    close: (graceMs) => closing ??= closeAll(graceMs),
  };
}
