/**
 * Players who were seen on the game servers, as the database keeps them. Knows nobody's where and
 * when but what it is told.
 * @module
 */

import { storable } from "../../store/save_data.ts";
import type { Database } from "../../store/sql.ts";
import type { KnownPlayer } from "../feature.ts";

/** Remembers players over restarts. Every call may throw a StoreError. */
export interface PlayerStore {
  /** The last seen first, at most `most`; forgets those who were last seen before `since`. */
  load(options: { readonly since: Date; readonly most: number }): Promise<readonly KnownPlayer[]>;
  /** Adds players, or replaces what is known of them. No id may be there twice. */
  save(players: readonly KnownPlayer[]): Promise<void>;
}

const DEADLINE_MS = 5_000;

/** Keeps players in the database. */
export function storedPlayers(db: Database): PlayerStore {
  return {
    async load({ since, most }) {
      const rows = await db.run(DEADLINE_MS, async (sql) => {
        await sql`delete from known_players where seen_at < ${since.toISOString()}::timestamptz`;
        return await sql<Row[]>`
          select account_id, name, server_id, extract(epoch from seen_at)::float8 as seen_at
          from known_players order by seen_at desc limit ${most}`;
      });
      return rows.map((row): KnownPlayer => ({
        id: row.account_id,
        name: row.name,
        serverId: row.server_id,
        seenAt: new Date(row.seen_at * 1000),
      }));
    },
    async save(players) {
      const rows = players.map(({ id, name, serverId, seenAt }) => ({
        account_id: id,
        name,
        server_id: serverId,
        seen_at: seenAt.toISOString(),
      }));
      await db.run(DEADLINE_MS, (sql) =>
        sql`
        insert into known_players (account_id, name, server_id, seen_at)
        select account_id, name, server_id, seen_at
        from jsonb_to_recordset(${storable(JSON.stringify(rows))}::text::jsonb)
          as seen(account_id text, name text, server_id text, seen_at timestamptz)
        on conflict (account_id) do update
          set name = excluded.name, server_id = excluded.server_id, seen_at = excluded.seen_at`);
    },
  };
}

interface Row {
  account_id: string;
  name: string;
  server_id: string;
  seen_at: number;
}
