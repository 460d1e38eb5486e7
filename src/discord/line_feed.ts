/**
 * Lines for people that come one by one and are posted together: few messages under load, in order.
 * Kept in memory only; for what must not be lost there is the chat bridge's outbox.
 * @module
 */

import { backoffMs } from "../runtime/backoff.ts";
import { type Clock, settlesWithin } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import { cut } from "./text.ts";

/** What a feed needs. */
export interface LineFeedOptions {
  /** Posts a text of up to 2,000 units; what it throws is retried later. */
  readonly post: (text: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A feed into one place. */
export interface LineFeed {
  /** Never throws; when 500 lines wait already, the oldest is left out and that is said. */
  add(line: string): void;
  /** Tries once more to post what waits, for at most 1 s. */
  stop(): Promise<void>;
}

/** Longest content of a message. */
const MAX_TEXT = 2_000;
const MOST_WAITING = 500;
const AGAIN = { firstMs: 2_000, maxMs: 60_000 };
const STOP_WITHIN_MS = 1_000;

/** A feed without lines. */
export function openLineFeed({ post, clock, log }: LineFeedOptions): LineFeed {
  const waiting: string[] = [];
  let leftOut = 0;
  let posting: Promise<void> | undefined;
  const stopping = new AbortController();

  /** The lines that fit into one text, joined. */
  function next(): string | undefined {
    if (leftOut > 0) {
      log.warn(`Left out ${leftOut} lines: more than ${MOST_WAITING} were waiting`);
      waiting.unshift(`… (−${leftOut})`);
      leftOut = 0;
    }
    let text = waiting.shift();
    while (text !== undefined && waiting[0] !== undefined) {
      if (text.length + 1 + waiting[0].length > MAX_TEXT) break;
      text += `\n${waiting.shift()}`;
    }
    return text;
  }

  async function postAll(): Promise<void> {
    let failures = 0;
    let text = next();
    while (text !== undefined) {
      try {
        await post(text);
        failures = 0;
        text = next();
      } catch (error) {
        log.warn("Cannot post lines, tried again soon", { waiting: waiting.length, error });
        if (stopping.signal.aborted) break;
        // Stopping ends the wait: then it is tried for the last time.
        await clock.sleep(backoffMs(failures++, AGAIN), stopping.signal).catch(() => {});
      }
    }
    posting = undefined;
  }

  return {
    add(line) {
      if (line.trim() === "" || stopping.signal.aborted) return;
      if (waiting.length >= MOST_WAITING) {
        waiting.shift();
        leftOut++;
      }
      waiting.push(cut(line, MAX_TEXT));
      // Lines that are added in one go are posted together.
      posting ??= Promise.resolve().then(postAll);
    },
    async stop() {
      stopping.abort();
      if (posting) await settlesWithin(STOP_WITHIN_MS, { work: posting, clock });
      waiting.length = 0;
    },
  };
}
