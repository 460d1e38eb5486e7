/**
 * Lines for people that come one by one and are posted together: few messages under load, in order.
 * Kept in memory only; for what must not be lost there is the chat bridge's outbox.
 * @module
 */

import type { Clock } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";

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

/** A feed without lines. */
export function openLineFeed(_options: LineFeedOptions): LineFeed {
  throw new Error("to be written");
}
