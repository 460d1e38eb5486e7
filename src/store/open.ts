/**
 * Opens the store of this installation, wherever it lives, with its tables up to date.
 * @module
 */

import { openEmbedded } from "./embedded.ts";
import { migrate } from "./migrate.ts";
import { type Database, openSql } from "./sql.ts";

/** Where the store is. */
export interface StoreOptions {
  /** PostgreSQL server; without it the embedded store is used. */
  databaseUrl?: string | undefined;
  /** Folder of the embedded store. */
  dataDir: string;
  /** Gives up the opening. */
  signal?: AbortSignal;
}

/**
 * Opens the store and brings its tables up to date.
 *
 * @throws {StoreError} when it cannot be reached, is in use by another process or cannot be used;
 * nothing stays open then.
 */
export async function openStore(
  { databaseUrl, ...embedded }: StoreOptions,
): Promise<Database> {
  const db = databaseUrl ? openSql({ url: databaseUrl }) : await openEmbedded(embedded);
  try {
    await migrate(db);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}
