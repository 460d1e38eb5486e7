/**
 * Records of a save as they are printed and stored: their shapes and their order.
 * @module
 */

import type { Position } from "../ark/model.ts";
import type { TamedDino } from "./dinos.ts";
import type { Tribe } from "./people.ts";
import type { Problem } from "./problems.ts";
import { guidText } from "./reader.ts";
import type { StructureTable } from "./structure_table.ts";

/** Lists of a survey; `problems` are not stored, all others are. */
export const RECORD_KINDS = [
  "players",
  "tribes",
  "bases",
  "structures",
  "tamed",
  "problems",
] as const;
/** One of {@linkcode RECORD_KINDS}. */
export type RecordKind = typeof RECORD_KINDS[number];

/**
 * Which shape records have: `document` that of `--json`, `full` that of `--json --full`, `stored`
 * everything that is known.
 */
export type RecordShape = "document" | "full" | "stored";

/** A base as it is printed and stored. */
export interface BaseRecord {
  /** Guid of its lowest member. */
  readonly id: string;
  readonly tribeId: number;
  readonly ownerName: string | null;
  /** Number of members. */
  readonly structures: number;
  readonly hasStorage: boolean;
  readonly hasDinos: boolean;
  /** Mean of the members' positions, Unreal units. */
  readonly center: Position;
  readonly mapCoords: { readonly lat: number; readonly lon: number } | null;
  /** Foundations, ceilings and floors per material. */
  readonly materials: Readonly<Record<string, number>>;
  readonly decay: DecayRecord | null;
}

/** When a base decays; instants are ISO 8601 UTC. */
export interface DecayRecord {
  readonly material: string | null;
  readonly periodDays: number | null;
  readonly source: string;
  readonly refreshedAt: string;
  readonly decaysAt: string | null;
  /** Why there is no `decaysAt`. */
  readonly reason?: string;
}

/** A tribe in the wanted shape. */
export function tribeRecord(
  { tribeId, name, ownerPlayerId, members, adminPlayerIds, log }: Tribe,
  shape: RecordShape,
) {
  const record = {
    tribeId,
    name,
    ownerPlayerId,
    members: members.map(({ playerId, name }) => ({ playerId, name }))
      .sort((a, b) => a.playerId - b.playerId),
    logLines: log.length,
  };
  if (shape === "document") return record;
  return shape === "full" ? { ...record, log } : { ...record, members, adminPlayerIds, log };
}

/** A tamed dino in the wanted shape. */
export function tamedRecord({ position, ...dino }: TamedDino, shape: RecordShape) {
  const { x, y, z } = position ?? { x: null, y: null, z: null };
  if (shape === "stored") return { ...dino, x, y, z };
  const { guid, class: path, name, level, tribeId, cryopod } = dino;
  return { guid, class: path, name, level, tribeId, x, y, z, cryopod };
}

/** By UTF-16 units: the same on every machine, whatever its language. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By guid, class, offset. */
export function compareProblems(a: Problem, b: Problem): number {
  return compareTexts(a.guid ?? "", b.guid ?? "") || compareTexts(a.class, b.class) ||
    a.offset - b.offset;
}

/** Rows in the order of their guids, compared byte by byte: that of their hex texts. */
export function rowsByGuid({ guid, count }: StructureTable): Uint32Array {
  const view = new DataView(guid.buffer, guid.byteOffset, guid.byteLength);
  // Six bytes fit a double exactly and nearly always decide.
  const prefix = Float64Array.from(
    { length: count },
    (_, row) => view.getUint32(row * 16) * 65536 + view.getUint16(row * 16 + 4),
  );
  return Uint32Array.from({ length: count }, (_, row) => row).sort((a, b) =>
    prefix[a]! - prefix[b]! || compareTexts(guidText(guid, a * 16), guidText(guid, b * 16))
  );
}
