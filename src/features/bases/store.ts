/**
 * Keeps the newest save of each server in the store.
 * @module
 */

import { storeSave } from "../../store/save_data.ts";
import type { Database } from "../../store/sql.ts";
import type { ReadSave } from "./refresh.ts";

/**
 * Stores a save as the newest of its server; readers see the old one or this one, never a mixture.
 * @throws {StoreError} when the store cannot take it; then the old one stays.
 */
export function keepSave(db: Database, serverId: string, save: ReadSave): Promise<void> {
  const { file, map, version, gameTimeSeconds, savedAt, counts } = save;
  return storeSave(db, {
    serverId,
    detail: { file, map, version, gameTimeSeconds, savedAt, counts, checkedAt: new Date() },
    chunks: (kind) => save.chunks(kind, "stored"),
  });
}
