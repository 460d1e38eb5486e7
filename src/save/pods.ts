/**
 * The dino inside a cryopod: unpacks the item's payload down to objects whose properties can be
 * selected. Does not know what a dino is.
 * @module
 */

import { inflateSync } from "node:zlib";
import { type ArchiveEntry, readObjectTable } from "./archive.ts";
import { PodNames } from "./names.ts";
import type { Value } from "./properties.ts";
import { Cursor, SaveDataError } from "./reader.ts";
import { PropertyFormat, readTag, Tag } from "./tags.ts";

/** Item classes that hold a dino. Source: asa-save-format 12. */
const POD_CLASS = /cryopod|soultrap|vivarium|dinoball/i;

/** Whether items of this class path may hold a dino. */
export function isPodClass(path: string): boolean {
  return POD_CLASS.test(path);
}

/** What a pod holds: object 0 is the dino, object 1 its status component. */
export interface PodContent {
  readonly entries: readonly ArchiveEntry[];
  readonly format: PropertyFormat;
  /** A cursor at the properties of one object. */
  properties(entry: ArchiveEntry): Cursor;
}

/**
 * Finds the packed dino among an item's `CustomItemDatas`.
 * @returns `undefined` for an empty pod.
 */
export function findPackedDino(customItemDatas: readonly Value[]): Uint8Array | undefined {
  for (const data of customItemDatas) {
    if (field(data, "CustomDataName") !== "Dino") continue;
    const arrays = field(field(data, "CustomDataBytes"), "ByteArrays");
    const bytes = Array.isArray(arrays) ? field(arrays[0], "Bytes") : undefined;
    // Below 13 bytes there is not even a header: the slot is empty or holds filler.
    if (bytes instanceof Uint8Array && bytes.length >= 13) return bytes;
  }
  return undefined;
}

function field(value: Value | undefined, name: string): Value | undefined {
  if (typeof value !== "object" || value === null || !("properties" in value)) return undefined;
  return value.properties.find((property) => property.name === name)?.value;
}

/** Real payloads are about 2 to 20 kB; a hostile one must not unpack without end. */
const LARGEST_PAYLOAD = 512 * 1024;

/** Payload versions: made under save version 14, and under 13. */
const MODERN = 0x0407, CLASSIC = 0x0406;

/**
 * Unpacks a dino. Source: asa-save-format 12.
 * @throws {SaveDataError} when the bytes are no payload.
 */
export function openPod(packed: Uint8Array): PodContent {
  const header = new Cursor(packed);
  const version = header.i32(), inflatedSize = header.i32(), namesAt = header.i32();
  if (version !== MODERN && version !== CLASSIC) {
    throw new SaveDataError(`unknown cryopod version ${version}`, 0);
  }
  const payload = unpackZeros(inflate(packed.subarray(12), inflatedSize));
  const cursor = new Cursor(payload);
  if (version === MODERN) cursor.take(8); // versions of the engine's own objects
  const entries = readObjectTable(cursor);
  const names = new PodNames(readNames(payload, namesAt));
  const format = new PropertyFormat(names, version === MODERN, false);
  return { entries, format, properties: (entry) => propertiesAt(payload, entry, format) };
}

function propertiesAt(payload: Uint8Array, entry: ArchiveEntry, format: PropertyFormat): Cursor {
  const cursor = new Cursor(payload);
  if (entry.propertiesAt < 0) throw new SaveDataError("impossible place of properties", 0);
  cursor.take(entry.propertiesAt);
  // A control byte stands before modern properties. No sample shows whether it does before classic
  // ones: take it there when the list only makes sense behind it.
  if (format.modern || !startsWithTag(cursor, format)) cursor.take(1);
  return cursor;
}

function startsWithTag(cursor: Cursor, format: PropertyFormat): boolean {
  const probe = new Cursor(cursor.bytes, cursor.pos, cursor.end);
  try {
    readTag(probe, format, new Tag());
    return true;
  } catch (error) {
    if (error instanceof SaveDataError) return false;
    throw error;
  }
}

function readNames(payload: Uint8Array, at: number): string[] {
  if (at < 0) throw new SaveDataError("impossible place of the name table", 8);
  const cursor = new Cursor(payload);
  cursor.take(at);
  return Array.from({ length: cursor.count(4) }, () => cursor.text());
}

function inflate(bytes: Uint8Array, size: number): Uint8Array {
  if (size < 0 || size > LARGEST_PAYLOAD) {
    throw new SaveDataError(`impossible payload size ${size}`, 4);
  }
  if (bytes.length === size) return bytes; // stored, not compressed
  let inflated: Uint8Array;
  try {
    inflated = inflateSync(bytes, { maxOutputLength: size + 1 });
  } catch {
    throw new SaveDataError("cryopod payload cannot be inflated", 12);
  }
  if (inflated.length !== size) throw new SaveDataError("cryopod payload of wrong size", 12);
  return inflated;
}

/** Undoes the game's packing of zeros: bytes from 0xF0 up are instructions. Source: 12.1. */
function unpackZeros(packed: Uint8Array): Uint8Array {
  const size = unpackedSize(packed);
  if (size > LARGEST_PAYLOAD) throw new SaveDataError(`impossible payload size ${size}`, 12);
  const payload = new Uint8Array(size);
  let to = 0;
  for (let from = 0; from < packed.length;) {
    const byte = packed[from++]!;
    if (byte < 0xf0) payload[to++] = byte;
    else if (byte === 0xf0) payload[to++] = packed[from++] ?? 0;
    else if (byte === 0xf1) {
      const pair = packed[from++] ?? 0;
      payload[to++] = 0xf0 | (pair >> 4);
      payload[to++] = 0xf0 | (pair & 15);
    } else if (byte === 0xff) {
      payload[to + 3] = packed[from++] ?? 0;
      payload[to + 7] = packed[from++] ?? 0;
      to += 11;
    } else to += byte & 15;
  }
  return payload;
}

function unpackedSize(packed: Uint8Array): number {
  let size = 0;
  for (let from = 0; from < packed.length; from++) {
    const byte = packed[from]!;
    if (byte < 0xf0) size += 1;
    else if (byte === 0xf0) from++, size += 1;
    else if (byte === 0xf1) from++, size += 2;
    else if (byte === 0xff) from += 2, size += 11;
    else size += byte & 15;
  }
  return size;
}
