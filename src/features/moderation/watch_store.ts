/**
 * Watched players as the database keeps them. Every call may throw a StoreError.
 * @module
 */

import type { Language } from "../../discord/surface.ts";
import type { Database } from "../../store/sql.ts";

/** A player whose coming and going staff want to know of. */
export interface Watch {
  readonly accountId: string;
  /** May hold anything but line breaks. */
  readonly name: string;
  /** May be empty. */
  readonly note: string;
  /** Who wants to know, on Discord. */
  readonly byId: string;
  readonly language: Language;
  readonly at: Date;
}

/** Remembers watches over restarts. */
export interface WatchStore {
  /** In place of an earlier one of the same account. */
  save(watch: Watch): Promise<void>;
  remove(accountId: string): Promise<void>;
  /** The oldest first. */
  list(): Promise<Watch[]>;
}

const DEADLINE_MS = 5_000;

/** Keeps watches in the database. */
export function storedWatches(db: Database): WatchStore {
  return {
    async save({ accountId, name, note, byId, language, at }) {
      await db.run(DEADLINE_MS, (sql) =>
        sql`
        insert into watches (account_id, name, note, by_id, language, at)
        values (${accountId}, ${name}, ${note}, ${byId}, ${language},
          ${at.toISOString()}::timestamptz)
        on conflict (account_id) do update
          set name = excluded.name, note = excluded.note, by_id = excluded.by_id,
            language = excluded.language, at = excluded.at`);
    },
    async remove(accountId) {
      await db.run(DEADLINE_MS, (sql) => sql`delete from watches where account_id = ${accountId}`);
    },
    async list() {
      const rows = await db.run(DEADLINE_MS, (sql) =>
        sql<Row[]>`
        select account_id, name, note, by_id, language, extract(epoch from at)::float8 as at
        from watches order by at`);
      return rows.map((row): Watch => ({
        accountId: row.account_id,
        name: row.name,
        note: row.note,
        byId: row.by_id,
        language: row.language,
        at: new Date(row.at * 1000),
      }));
    },
  };
}

interface Row {
  account_id: string;
  name: string;
  note: string;
  by_id: string;
  language: Language;
  at: number;
}
