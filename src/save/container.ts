/**
 * The file around a world: an SQLite database with a header, the actors' positions and one row per
 * object. The only file here that touches the disk.
 * @module
 */

import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LARGEST_ARCHIVE } from "./archive.ts";
import { WorldNames } from "./names.ts";
import type { WorldFormat } from "./objects.ts";
import { Cursor, SaveDataError } from "./reader.ts";
import { PropertyFormat } from "./tags.ts";

/** What is wrong with a file as a whole. */
export type SaveFault =
  | "missing"
  | "not-a-save"
  | "evolved"
  | "incomplete"
  | "version"
  | "damaged"
  | "too-large";

/** A file that is no readable save; its text says what it is and what to do. */
export class SaveFormatError extends Error {
  constructor(readonly fault: SaveFault, message: string) {
    super(message);
    this.name = "SaveFormatError";
  }
}

/** Facts of a world's header. */
export interface WorldHeader {
  /** 11 to 14; the game writes 14 since June 2025. */
  readonly version: number;
  /** Name of the map as the game writes it, e.g. `Extinction_WP`. */
  readonly map: string;
  /** Seconds the server has been running, on the clock of all `…Time` properties. */
  readonly gameTime: number;
  readonly format: WorldFormat;
}

/** The 16 key bytes and the blob of an object. */
export type ObjectRow = readonly [key: Uint8Array, blob: Uint8Array];

/** A world opened for reading. */
export interface WorldFile extends WorldHeader {
  /** Number of objects: rows of `game`. */
  readonly objectCount: number;
  /** Tables of actors' positions; what stands in an earlier one wins. */
  readonly transforms: readonly Uint8Array[];
  /** Profiles and tribes kept inside the world, if any. */
  readonly gameModeBytes: Uint8Array | undefined;
  /** All rows, streamed; `undefined` stands for a row that is no object. */
  rows(): Iterable<ObjectRow | undefined>;
  /** The blob of one object. */
  blob(guid: string): Uint8Array | undefined;
  close(): void;
}

/** Save versions that are described well enough to be read. */
const OLDEST = 11, NEWEST = 14;

/**
 * Opens a world for reading. Give it a copy: the game may be writing the original.
 * @throws {SaveFormatError} when the file is no world, is damaged, or of an unknown version.
 */
export function openWorld(path: string): WorldFile {
  checkFile(path);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    return worldFile(db);
  } catch (error) {
    db?.close();
    throw asFormatError(error);
  }
}

function worldFile(db: DatabaseSync): WorldFile {
  if (!isPlainTable(db, "game") || !isPlainTable(db, "custom")) {
    throw new SaveFormatError(
      "not-a-save",
      "This is a database of another program: it lacks the tables of an ARK world",
    );
  }
  const custom = (key: string) => {
    const value = db.prepare("select value from custom where key = ?").get(key)?.["value"];
    return value instanceof Uint8Array ? value : undefined;
  };
  const headerBytes = custom("SaveHeader");
  if (!headerBytes) throw new SaveFormatError("damaged", "The world has no SaveHeader");
  const header = readHeader(headerBytes);
  const objectCount = Number(db.prepare("select count(*) as n from game").get()?.["n"]);
  const byKey = db.prepare(`select ${OBJECT_VALUE} as value from game where key = ?`);
  return {
    ...header,
    objectCount,
    transforms: ["ActorTransformsDelta", "ActorTransforms"].map(custom).filter((b) =>
      b !== undefined
    ),
    gameModeBytes: custom("GameModeCustomBytes"),
    rows: () => rows(db, objectCount),
    blob(guid) {
      try {
        const value = byKey.get(Uint8Array.fromHex(guid))?.["value"];
        return value instanceof Uint8Array ? value : undefined;
      } catch (error) {
        throw asFormatError(error);
      }
    },
    close: () => db.close(),
  };
}

/** Whether a table of the file itself has this name: no view, nothing virtual, nothing computed. */
function isPlainTable(db: DatabaseSync, name: string): boolean {
  const master = "select 1 from sqlite_master where type = 'table' and rootpage > 0 and name = ?";
  const columns = db.prepare("select hidden from pragma_table_xinfo(?)").all(name);
  return db.prepare(master).get(name) !== undefined &&
    columns.length > 0 && columns.every(({ hidden }) => hidden === 0);
}

/** Real objects are below 100 kB; what is decoded takes up to ten times its bytes in memory. */
const LARGEST_OBJECT = 16 * 1024 * 1024;

/** Null for what is no blob, or larger than any object: SQLite then does not even load it. */
const OBJECT_VALUE =
  `case when typeof(value) = 'blob' and length(value) <= ${LARGEST_OBJECT} then value end`;
const OBJECT_KEY = "case when typeof(key) = 'blob' and length(key) = 16 then key end";

/**
 * Counts along, since iterating ends without an error where SQLite meets a damaged page, and may
 * never end where pages point to each other.
 */
function* rows(db: DatabaseSync, objectCount: number): Generator<ObjectRow | undefined> {
  const query = db.prepare(`select ${OBJECT_KEY} as key, ${OBJECT_VALUE} as value from game`);
  let count = 0;
  try {
    for (const { key, value } of query.iterate()) {
      if (++count > objectCount) break;
      yield key instanceof Uint8Array && value instanceof Uint8Array ? [key, value] : undefined;
    }
  } catch (error) {
    throw asFormatError(error);
  }
  if (count !== objectCount) {
    throw new SaveFormatError(
      "damaged",
      `The world is damaged or was copied while being written: it has ${objectCount} objects, but ` +
        `${count > objectCount ? "more" : `only ${count}`} can be reached`,
    );
  }
}

/** Reads `SaveHeader`. Source: asa-save-format 4 and 9. */
function readHeader(bytes: Uint8Array): WorldHeader {
  const cursor = new Cursor(bytes);
  const version = cursor.i16();
  if (version < OLDEST || version > NEWEST) {
    throw new SaveFormatError(
      "version",
      `This world has save version ${version}; versions ${OLDEST} to ${NEWEST} can be read. ` +
        (version > NEWEST ? "The game is newer than this program: update BlissBot" : ""),
    );
  }
  if (version >= 14) cursor.take(8); // versions of the engine's own objects
  const tableAt = cursor.i32();
  const gameTime = cursor.f64();
  if (version >= 12) cursor.take(4); // how often this world was saved
  const map = cursor.i32() > 0 ? cursor.text() : "";
  const names = new WorldNames(readNameTable(bytes, tableAt));
  const properties = new PropertyFormat(names, version >= 14, true);
  return { version, map, gameTime, format: { version, properties } };
}

/** Real worlds have about 1,000; an entry costs ten times its bytes in memory. */
const MOST_NAMES = 500_000;

function* readNameTable(bytes: Uint8Array, at: number): Generator<[number, string]> {
  if (at < 0) throw new SaveDataError("impossible place of the name table", 0);
  const cursor = new Cursor(bytes);
  cursor.take(at);
  const count = cursor.count(8);
  if (count > MOST_NAMES) throw new SaveDataError(`impossible count ${count} of names`, at);
  for (let i = 0; i < count; i++) yield [cursor.u32(), cursor.text()];
}

function asFormatError(error: unknown): unknown {
  if (error instanceof SaveDataError) {
    return new SaveFormatError("damaged", `The world's header is damaged: ${error.message}`);
  }
  // node:sqlite reports every fault of the file with one of these; anything else is our mistake.
  if (error instanceof Error && (error as { code?: unknown }).code === "ERR_SQLITE_ERROR") {
    return new SaveFormatError(
      "damaged",
      `The world is damaged or was copied while being written: ${error.message}`,
    );
  }
  return error;
}

/** A profile or tribe beside a world. */
export interface SaveFile {
  readonly name: string;
  readonly kind: "profile" | "tribe";
  /** @throws {SaveDataError} when it cannot be read or is larger than any archive. */
  read(): Uint8Array;
}

/** The profiles and tribes in a save folder. */
export function companionsIn(folder: string): SaveFile[] {
  return readdirSync(folder).sort().flatMap((name): SaveFile[] => {
    const kind = /\.ark(profile|tribe)$/i.exec(name)?.[1]?.toLowerCase();
    if (kind !== "profile" && kind !== "tribe") return [];
    return [{ name, kind, read: () => readArchiveFile(join(folder, name)) }];
  });
}

function readArchiveFile(path: string): Uint8Array {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new Error("it is no file");
    if (stat.size <= LARGEST_ARCHIVE) return readFileSync(path);
  } catch (error) {
    throw new SaveDataError(`cannot be read: ${(error as Error).message}`, 0);
  }
  throw new SaveDataError(`larger than any profile or tribe (${LARGEST_ARCHIVE} bytes)`, 0);
}

const SQLITE_MAGIC = "SQLite format 3\0";

/** Recognises what a file is from its first bytes, before SQLite sees it. */
function checkFile(path: string): void {
  const { head, size } = readStart(path);
  const text = new TextDecoder("latin1").decode(head);
  if (size === 0) throw new SaveFormatError("not-a-save", "The file is empty");
  if (!text.startsWith(SQLITE_MAGIC)) throw new SaveFormatError(...otherFile(head, text));
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < 100) {
    throw new SaveFormatError("incomplete", "The file ends within its own header");
  }
  // Page size 1 stands for 65,536. The page count is only valid when its mark equals the change
  // counter. Source: SQLite's description of the database header.
  const pageSize = view.getUint16(16) === 1 ? 65536 : view.getUint16(16);
  const expected = view.getUint32(24) === view.getUint32(92) ? pageSize * view.getUint32(28) : 0;
  if (size < expected) {
    throw new SaveFormatError(
      "incomplete",
      `The world is cut short: ${size} bytes of ${expected}; it is still being written or was ` +
        "copied incompletely. Wait for the next save and try again",
    );
  }
}

function readStart(path: string): { head: Uint8Array; size: number } {
  let file: number | undefined;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new SaveFormatError("not-a-save", "This is a folder or a device");
    file = openSync(path, "r");
    const head = new Uint8Array(100);
    return { head: head.subarray(0, readSync(file, head, 0, 100, 0)), size: stat.size };
  } catch (error) {
    if (error instanceof SaveFormatError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new SaveFormatError("missing", `The file cannot be opened: ${reason}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Names what is no ASA world. Source: asa-save-format 1. */
function otherFile(head: Uint8Array, text: string): [SaveFault, string] {
  const [a, b, c, d] = head;
  const int16 = a! | (b ?? 0) << 8, int32 = int16 | (c ?? 0) << 16 | (d ?? 0) << 24;
  if (a === 0x1f && b === 0x8b) {
    return ["not-a-save", "The file is compressed (gzip); unpack it first"];
  }
  if (text.startsWith("version https://git-lfs")) {
    return ["not-a-save", "This is a git-lfs pointer, not the save itself; run git lfs pull"];
  }
  const zeroGuid = head.length >= 24 && head.subarray(8, 24).every((byte) => byte === 0);
  if (int32 === 7 || ((int32 === 5 || int32 === 6) && !zeroGuid)) {
    return [
      "not-a-save",
      "This is a player profile or tribe, not a world; give its folder instead",
    ];
  }
  // Evolved worlds start with a 16-bit version (5 to 12), its profiles and tribes with a small
  // 32-bit one.
  if (head.length >= 16 && ((int16 >= 5 && int16 <= 12) || (int32 >= 1 && int32 <= 6))) {
    return [
      "evolved",
      "This is a save of ARK: Survival Evolved; BlissBot reads ARK: Survival Ascended",
    ];
  }
  return ["not-a-save", "The file is no ARK world: it is not an SQLite database"];
}
