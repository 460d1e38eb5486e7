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

/** Remembers places in the database. Every call may throw a StoreError. */
export function storedPlaces(_db: Database): {
  load(): Promise<Readonly<Record<string, StoredPlace>>>;
  save(key: string, place: StoredPlace): Promise<void>;
} {
  throw new Error("to be written");
}
