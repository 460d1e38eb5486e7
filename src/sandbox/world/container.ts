/**
 * Writes world files: the SQLite container with its object rows, name table, transforms and
 * embedded archives. Rows go to disk one by one, so a world may be larger than memory.
 * @module
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { UNREAL_VERSIONS } from "./archive.ts";
import { ByteWriter, NO_GUID } from "./bytes.ts";
import { WorldNames } from "./names.ts";
import { encodeObject, type GameObject, type Place3D } from "./objects.ts";
import type { Encoder, Layout } from "./properties.ts";

/** The `SaveHeader` row apart from the name table. */
export interface SaveHeader {
  version: Layout;
  /** Name of the map as the game spells it, `TheIsland_WP`. */
  map: string;
  /** Server running time; new worlds start at 100,000,000. */
  gameTimeSeconds: number;
  saveCount: number;
}

/** One archive embedded in a world; `key` is the tribe id, or any number for a player. */
export interface StoreEntry {
  key: number;
  archive: Uint8Array;
}

/** Profiles and tribes inside the world; both empty when they are files beside it. */
export interface Stores {
  tribes: readonly StoreEntry[];
  profiles: readonly StoreEntry[];
}

const NO_STORES: Stores = { tribes: [], profiles: [] };

/** Source: asa-save-format 2. */
const SCHEMA = `
  PRAGMA page_size = 8192;
  PRAGMA journal_mode = OFF;
  PRAGMA synchronous = OFF;
  CREATE TABLE game (key BLOB primary key not null, value blob not null);
  CREATE TABLE custom (key VARCHAR(64) primary key not null, value blob not null);
  BEGIN`;

/**
 * A world file while it is being written. Its rows collect in a temporary file beside the target,
 * which appears whole on `finish()` or not at all.
 */
export class WorldFile implements Disposable {
  /** Objects added so far. */
  objects = 0;
  #database: DatabaseSync;
  #insert: StatementSync;
  #encoder: Encoder;
  #names = new WorldNames();
  #transforms = new ByteWriter();
  #key = new ByteWriter(16);
  #temporary: string;

  /** @throws Error when the target exists and is no file, or its folder cannot be written. */
  constructor(readonly path: string, readonly header: SaveHeader) {
    refuseNonFile(path);
    this.#encoder = { out: new ByteWriter(), names: this.#names, layout: header.version };
    this.#temporary = `${path}.${crypto.randomUUID()}.tmp`;
    this.#database = openDatabase(this.#temporary, path);
    this.#database.exec(SCHEMA);
    this.#insert = this.#database.prepare("INSERT INTO game VALUES (?, ?)");
  }

  /** Adds one object: a row, and a transform when it has a place. */
  add(object: GameObject): void {
    const { out } = this.#encoder;
    out.clear();
    encodeObject(this.#encoder, object);
    this.#key.clear();
    this.#key.guid(object.guid);
    this.#insert.run(this.#key.view(), out.view());
    if (object.place !== undefined) encodeTransform(this.#transforms, object.guid, object.place);
    this.objects++;
  }

  /** Writes header, transforms and stores, and moves the file to its place. */
  finish(stores: Stores = NO_STORES): void {
    this.#transforms.guid(NO_GUID);
    const insert = this.#database.prepare("INSERT INTO custom VALUES (?, ?)");
    insert.run("SaveHeader", encodeSaveHeader(this.header, this.#names));
    insert.run("GameModeCustomBytes", encodeStores(stores));
    insert.run("ActorTransforms", this.#transforms.view());
    insert.run("ActorTransformsDelta", new Uint8Array(16));
    this.#database.exec("COMMIT");
    this.#database.close();
    Deno.renameSync(this.#temporary, this.path);
  }

  /** Removes the temporary file of a world that was not finished. */
  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
    removeIfThere(this.#temporary);
  }
}

function openDatabase(temporary: string, target: string): DatabaseSync {
  try {
    return new DatabaseSync(temporary);
  } catch (error) {
    throw new Error(`Cannot write ${target}: its folder is missing or read-only`, { cause: error });
  }
}

function refuseNonFile(path: string): void {
  try {
    if (Deno.lstatSync(path).isFile) return;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  throw new Error(`Cannot write ${path}: it exists and is no file; name another target`);
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** GUID, x, y, z, quaternion of a turn about the vertical axis. Source: asa-save-format 5. */
function encodeTransform(out: ByteWriter, guid: string, place: Place3D): void {
  const halfTurn = ((place.yawDegrees ?? 0) * Math.PI) / 360;
  out.guid(guid);
  for (const part of [place.x, place.y, place.z]) out.f64(part);
  for (const part of [0, 0, Math.sin(halfTurn), Math.cos(halfTurn)]) out.f64(part);
}

/** Source: asa-save-format 4. */
function encodeSaveHeader(header: SaveHeader, names: WorldNames): Uint8Array {
  const out = new ByteWriter();
  out.i16(header.version);
  if (header.version === 14) { for (const unreal of UNREAL_VERSIONS) out.i32(unreal); }
  const tableOffsetAt = out.length;
  out.i32(0);
  out.f64(header.gameTimeSeconds);
  out.i32(header.saveCount);
  out.i32(1); // parts: the map alone
  out.string(header.map);
  out.i32(-1);
  out.i32(0); // levels with harvested foliage
  out.i32(0); // a map that was empty in all real samples
  out.patchI32(tableOffsetAt, out.length);
  names.writeTable(out);
  return out.view();
}

/** Tribe store, profile store, and the least spawn bookkeeping. Source: asa-save-format 11. */
function encodeStores({ tribes, profiles }: Stores): Uint8Array {
  const out = new ByteWriter();
  out.i32(1);
  encodeStore(out, tribes, (key) => {
    out.i32(key);
    out.i32(1); // of unknown meaning, not 0
  });
  encodeStore(out, profiles, (key) => out.i64(BigInt(key)));
  out.i32(10);
  out.i32(0xccaa1122);
  out.zeros(20);
  return out.view();
}

function encodeStore(
  out: ByteWriter,
  entries: readonly StoreEntry[],
  encodeKey: (key: number) => void,
): void {
  out.i32(entries.reduce((sum, { archive }) => sum + archive.length, 0));
  out.i32(entries.length);
  for (const { archive } of entries) out.bytes(archive);
  let offset = 0;
  for (const { key, archive } of entries) {
    encodeKey(key);
    out.i32(offset);
    out.i32(archive.length);
    offset += archive.length;
  }
}
