/**
 * Lines for people that come one by one and are posted together: few messages under load, in order.
 * Kept in memory only; for what must not be lost there is the chat bridge's outbox.
 * @module
 */

import { backoffMs } from "../runtime/backoff.ts";
import { type Clock, settlesWithin } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import { DiscordRestError } from "./errors.ts";
import { cut } from "./text.ts";

/** What a feed needs. */
export interface LineFeedOptions {
  /**
   * Posts a text of up to 2,000 units. It is tried again later when that throws; a line that Discord
   * refuses for good is left out.
   */
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
  /** So many lines are posted one by one, as Discord refuses one of them. */
  let alone = 0;
  let posting: Promise<void> | undefined;
  const stopping = new AbortController();

  /** The lines that fit into one text; none when nothing waits. */
  function next(): string[] {
    if (leftOut > 0) {
      log.warn(`Left out ${leftOut} lines: more than ${MOST_WAITING} were waiting`);
      waiting.unshift(`… (−${leftOut})`);
      leftOut = 0;
    }
    if (alone > 0) {
      alone--;
      return waiting.splice(0, 1);
    }
    let room = MAX_TEXT + 1;
    const end = waiting.findIndex((line) => (room -= line.length + 1) < 0);
    return waiting.splice(0, end < 0 ? waiting.length : end);
  }

  function leaveOut(lines: readonly string[], error: DiscordRestError): void {
    if (lines.length === 1) return log.warn("Left out a line that Discord refuses", { error });
    waiting.unshift(...lines);
    alone = lines.length;
  }

  async function postAll(): Promise<void> {
    let failures = 0;
    let lines = next();
    while (lines.length > 0) {
      try {
        await post(lines.join("\n"));
        failures = 0;
      } catch (error) {
        if (!(error instanceof DiscordRestError && error.isTextRefused)) {
          const text = "Cannot post lines, tried again soon";
          if (failures === 0) log.warn(text, { waiting: waiting.length, error });
          else log.debug(text, { error });
          if (stopping.signal.aborted) break;
          // Stopping ends the wait: then it is tried for the last time.
          await clock.sleep(backoffMs(failures++, AGAIN), stopping.signal).catch(() => {});
          continue;
        }
        leaveOut(lines, error);
      }
      lines = next();
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
