/**
 * What staff did to the game servers: who, what, where, with what outcome. Rows are only ever
 * added. Knows neither Discord nor the commands.
 * @module
 */

import type { Clock } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import type { Database } from "./sql.ts";

/** One act on one server, or on none. */
export interface Act {
  /** Discord id; undefined when the program acted by itself, such as at the end of a ban. */
  readonly actorId: string | undefined;
  readonly actorName: string;
  /** Such as `ban`. */
  readonly what: string;
  /** Whom or what it concerned: an account id, a command. No secrets. */
  readonly target: string;
  readonly serverId: string | undefined;
  readonly outcome: "done" | "refused" | "failed" | "unknown" | "waiting";
  /** Reason given by the actor, or why it failed. */
  readonly reason: string | undefined;
}

/** The record of acts. */
export interface Audit {
  /**
   * Adds an act. Never throws: while the store is away acts are kept in memory (at most 1,000) and
   * written with the next one.
   */
  record(act: Act): Promise<void>;
}

/** Keeps acts in the database. */
export function storedAudit(
  _options: { readonly db: Database; readonly clock: Clock; readonly log: Log },
): Audit {
  throw new Error("to be written");
}
