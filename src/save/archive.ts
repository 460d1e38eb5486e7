/**
 * The container of profiles, tribes and uploads: a table of objects, then their properties. Also
 * the shape inside a cryopod.
 * @module
 */

import { ArchiveNames } from "./names.ts";
import { type Property, readProperties, type Trouble } from "./properties.ts";
import { Cursor, SaveDataError } from "./reader.ts";
import { PropertyFormat } from "./tags.ts";

/** One line of the object table. */
export interface ArchiveEntry {
  readonly guid: string;
  /** Full class path. */
  readonly class: string;
  readonly isItem: number;
  /** Own instance name, then those of the game mode, the level, the map. */
  readonly names: readonly string[];
  /** Where the properties start, from the start of the archive. */
  readonly propertiesAt: number;
}

/** An archive with its table read; properties are read where needed. */
export interface Archive {
  readonly bytes: Uint8Array;
  readonly entries: readonly ArchiveEntry[];
  readonly format: PropertyFormat;
}

/** Real ones are below 100 kB; what is decoded takes up to ten times its bytes in memory. */
export const LARGEST_ARCHIVE = 16 * 1024 * 1024;

/**
 * Opens an archive (`.arkprofile`, `.arktribe`, cluster file, or one embedded in a world).
 * @throws {SaveDataError} when the bytes are no archive. Versions 5, 6 and 7 are read.
 * Source: asa-save-format 10.
 */
export function openArchive(bytes: Uint8Array): Archive {
  if (bytes.length > LARGEST_ARCHIVE) throw new SaveDataError("too large for an archive", 0);
  const cursor = new Cursor(bytes), version = cursor.i32();
  if (version < 5 && version > 0 || isEvolved(bytes, version)) {
    throw new SaveDataError("this file belongs to ARK: Survival Evolved", 0);
  }
  if (version < 5 || version > 7) {
    throw new SaveDataError(`unknown archive version ${version}`, 0);
  }
  if (version >= 7) cursor.take(8); // versions of the engine's own objects
  const entries = readObjectTable(cursor);
  return { bytes, entries, format: new PropertyFormat(new ArchiveNames(), version >= 7, false) };
}

function isEvolved(bytes: Uint8Array, version: number): boolean {
  return (version === 5 || version === 6) && bytes.length >= 24 &&
    bytes.subarray(8, 24).every((byte) => byte === 0);
}

/** Smallest possible line of the table: guid and eight int32. */
const SMALLEST_ENTRY = 48;

/** Reads the table of objects that archives and cryopods share. */
export function readObjectTable(cursor: Cursor): ArchiveEntry[] {
  const count = cursor.count(SMALLEST_ENTRY);
  return Array.from({ length: count }, () => {
    const guid = cursor.guid(), path = cursor.text(), isItem = cursor.i32();
    const names = Array.from({ length: cursor.count(4) }, () => cursor.text());
    cursor.take(8); // from a data file, index of that file
    if (cursor.i32() !== 0) cursor.take(24); // six floats: place and rotation
    const propertiesAt = cursor.i32();
    cursor.take(4);
    return { guid, class: path, isItem, names, propertiesAt };
  });
}

/** A cursor at the properties of one object. */
export function propertiesOf(archive: Archive, entry: ArchiveEntry): Cursor {
  const cursor = new Cursor(archive.bytes);
  if (entry.propertiesAt < 0) throw new SaveDataError("impossible place of properties", 0);
  cursor.take(entry.propertiesAt);
  if (archive.format.modern) cursor.take(1); // control byte
  return cursor;
}

/** An object of an archive in full; `end` is the first byte behind it. */
export interface ArchiveObject extends ArchiveEntry {
  readonly properties: readonly Property[];
  readonly hasGuid: boolean;
  readonly end: number;
}

/** Reads all objects of an archive with all properties. */
export function readArchive(
  archive: Archive,
  trouble: (trouble: Trouble) => void,
): ArchiveObject[] {
  return archive.entries.map((entry) => {
    const cursor = propertiesOf(archive, entry);
    const { properties, complete } = readProperties(cursor, archive.format, trouble);
    const hasGuid = complete && cursor.left >= 4 && cursor.i32() !== 0;
    if (hasGuid) cursor.take(16);
    return { ...entry, properties, hasGuid, end: cursor.pos };
  });
}
