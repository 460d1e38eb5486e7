/**
 * What is kept of each server's bridge over restarts. Read from memory, written through to the
 * store.
 * @module
 */

import type { Log } from "../../runtime/log.ts";
import type { Database } from "../../store/sql.ts";

/** What is kept of one server's bridge. */
export interface BridgeSettings {
  readonly isPaused: boolean;
  /** When staff were told last that another program reads this chat. */
  readonly drainToldAt: Date | undefined;
}

/** The settings of all servers. */
export interface Settings {
  /** @throws {StoreError} */
  load(): Promise<void>;
  of(serverId: string): BridgeSettings;
  /**
   * Holds at once. Never rejects. @returns whether it was stored; else it holds until the program
   * ends.
   */
  change(serverId: string, change: Partial<BridgeSettings>): Promise<boolean>;
}

const DEADLINE_MS = 5_000;
const DEFAULT: BridgeSettings = { isPaused: false, drainToldAt: undefined };

/** Settings as they are for a new server, until they are loaded. */
export function openSettings({ db, log }: { readonly db: Database; readonly log: Log }): Settings {
  const known = new Map<string, BridgeSettings>();
  const of = (serverId: string) => known.get(serverId) ?? DEFAULT;
  return {
    of,
    async load() {
      const rows = await db.run(DEADLINE_MS, (sql) =>
        sql<Row[]>`
        select server_id, is_paused,
          extract(epoch from drain_told_at)::float8 as drain_told_at
        from chat_bridges`);
      for (const { server_id, is_paused, drain_told_at } of rows) {
        known.set(server_id, {
          isPaused: is_paused,
          drainToldAt: drain_told_at === null ? undefined : new Date(drain_told_at * 1000),
        });
      }
    },
    async change(serverId, change) {
      const settings = { ...of(serverId), ...change };
      known.set(serverId, settings);
      try {
        await db.run(DEADLINE_MS, (sql) =>
          sql`
          insert into chat_bridges (server_id, is_paused, drain_told_at)
          values (${serverId}, ${settings.isPaused},
            ${settings.drainToldAt?.toISOString() ?? null}::timestamptz)
          on conflict (server_id) do update
            set is_paused = excluded.is_paused, drain_told_at = excluded.drain_told_at`);
        return true;
      } catch (error) {
        log.warn("Cannot store the bridge's settings: they hold until the program ends", { error });
        return false;
      }
    },
  };
}

interface Row {
  server_id: string;
  is_paused: boolean;
  drain_told_at: number | null;
}
