/**
 * Ids of the places on Discord that the bots keep, by what they are for. Knows no Discord.
 * @module
 */

import type { Database } from "./sql.ts";

/** A place as it was last known. */
export interface StoredPlace {
  readonly id: string;
  readonly name: string;
}

const DEADLINE_MS = 5_000;

/** Remembers places in the database. Every call may throw a StoreError. */
export function storedPlaces(db: Database): {
  load(): Promise<Readonly<Record<string, StoredPlace>>>;
  save(key: string, place: StoredPlace): Promise<void>;
} {
  return {
    async load() {
      const rows = await db.run(
        DEADLINE_MS,
        (sql) => sql<(StoredPlace & { key: string })[]>`select key, id, name from discord_places`,
      );
      return Object.fromEntries(rows.map(({ key, id, name }) => [key, { id, name }]));
    },
    async save(key, { id, name }) {
      await db.run(DEADLINE_MS, (sql) =>
        sql`
        insert into discord_places (key, id, name) values (${key}, ${id}, ${name})
        on conflict (key) do update set id = excluded.id, name = excluded.name`);
    },
  };
}
