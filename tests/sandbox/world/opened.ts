/**
 * Opens a world file for tests and takes every row apart with the strict walker.
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { readTable, type WalkedObject, walkObject } from "./walker.ts";

/** A world file in pieces. */
export interface OpenedWorld {
  version: 13 | 14;
  custom: Map<string, Uint8Array>;
  /** Names by key. */
  table: Map<number, string>;
  /** Rows of `game` in order. */
  rows: { key: string; value: Uint8Array }[];
  /** x, y, z by GUID. */
  places: Map<string, [number, number, number]>;
}

/** Reads a small world file whole. */
export function openWorldFile(path: string): OpenedWorld {
  using database = new DatabaseSync(path, { readOnly: true });
  const custom = new Map<string, Uint8Array>();
  for (const row of database.prepare("SELECT key, value FROM custom").all()) {
    custom.set(String(row["key"]), row["value"] as Uint8Array);
  }
  const rows = database.prepare("SELECT key, value FROM game").all().map((row) => ({
    key: (row["key"] as Uint8Array).toHex(),
    value: row["value"] as Uint8Array,
  }));
  const header = custom.get("SaveHeader")!;
  const view = new DataView(header.buffer, header.byteOffset);
  const version = view.getInt16(0, true) === 13 ? 13 : 14;
  const table = readTable(header, view.getInt32(version === 13 ? 2 : 10, true));
  return { version, custom, table, rows, places: readPlaces(custom.get("ActorTransforms")!) };
}

function readPlaces(bytes: Uint8Array): Map<string, [number, number, number]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const places = new Map<string, [number, number, number]>();
  for (let at = 0; at + 72 <= bytes.length; at += 72) {
    const part = (i: number) => view.getFloat64(at + 16 + i * 8, true);
    places.set(bytes.subarray(at, at + 16).toHex(), [part(0), part(1), part(2)]);
  }
  return places;
}

/** Every object of a world by GUID; throws at the first one that is not exact to the byte. */
export function walkWorld(world: OpenedWorld): Map<string, WalkedObject> {
  return new Map(
    world.rows.map(({ key, value }) => [key, walkObject(value, world.version, world.table)]),
  );
}

/** Value of a property, `undefined` when the object does not have it. */
export function property(object: WalkedObject | undefined, name: string, index = 0): unknown {
  return object?.properties.find((tag) => tag.name === name && tag.index === index)?.value;
}

/** Section 14.1 of the format document: what is a player's structure. */
export function isPlayerStructure(object: WalkedObject): boolean {
  return object.flags === 8 && property(object, "StructureID") !== undefined &&
    Number(property(object, "TargetingTeam") ?? 0) >= 50_000;
}

/** Runs a check in a folder that is removed afterwards. */
export function withFolder(check: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    check(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
