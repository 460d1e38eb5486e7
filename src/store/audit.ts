/**
 * What staff did to the game servers: who, what, where, with what outcome. Rows are only ever
 * added. Knows neither Discord nor the commands.
 * @module
 */

import type { Clock } from "../runtime/clock.ts";
import type { Job } from "../runtime/jobs.ts";
import type { Log } from "../runtime/log.ts";
import { storable } from "./save_data.ts";
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
   * Adds an act. Never throws: while the store is away acts go to the log, and are kept in memory
   * (at most 1,000) until they can be written.
   */
  record(act: Act): Promise<void>;
}

/** A record in the database, and the job that writes what could not be written at once. */
export interface StoredAudit extends Audit {
  readonly job: Job;
}

const DEADLINE_MS = 5_000;
const MOST_WAITING = 1_000;
const AGAIN_SECONDS = 60;

/** An act with its time and a name of its own, as it is written. */
type Entry = Act & { readonly actId: string; readonly at: string };

/** Keeps acts in the database. */
export function storedAudit(
  { db, clock, log }: { readonly db: Database; readonly clock: Clock; readonly log: Log },
): StoredAudit {
  /** Oldest first. */
  const waiting: Entry[] = [];
  let writing: Promise<void> | undefined;

  /** One after the other, so that acts are written in their order. */
  function writeAll(): Promise<void> {
    return writing ??= write();
  }

  async function write(): Promise<void> {
    try {
      while (waiting.length > 0) {
        const entries = [...waiting];
        await insert(db, entries);
        waiting.splice(0, entries.length);
      }
    } finally {
      writing = undefined;
    }
  }

  return {
    async record(act) {
      const at = new Date(clock.now()).toISOString();
      if (waiting.length >= MOST_WAITING) await writeAll().catch(() => {}); // told below
      if (waiting.length >= MOST_WAITING) {
        return log.error("Cannot keep an act for the audit: too many wait for the store", { act });
      }
      waiting.push({ ...act, actId: crypto.randomUUID(), at });
      await writeAll().catch((error) =>
        log.error("Cannot write an act to the audit, tried again soon", { act, error })
      );
    },
    job: {
      name: "audit",
      every: { seconds: AGAIN_SECONDS },
      limitMs: 2 * DEADLINE_MS,
      run: writeAll,
    },
  };
}

/** Writes entries in their order; those that an unconfirmed attempt wrote already stay as they are. */
async function insert(db: Database, entries: readonly Entry[]): Promise<void> {
  const rows = storable(JSON.stringify(entries));
  await db.run(DEADLINE_MS, (sql) =>
    sql`
    insert into audit
      (act_id, at, actor_id, actor_name, what, target, server_id, outcome, reason)
    select "actId", at, "actorId", "actorName", what, target, "serverId", outcome, reason
    from rows from (
      jsonb_to_recordset(${rows}::text::jsonb) as ("actId" text, at timestamptz,
        "actorId" text, "actorName" text, what text, target text, "serverId" text,
        outcome text, reason text)
    ) with ordinality
    order by ordinality
    on conflict (act_id) do nothing`);
}
