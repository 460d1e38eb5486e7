/**
 * One object of a world: the blob of a row of `game`. Knows its frame; properties are read by
 * `properties.ts` (all) or `selection.ts` (a few).
 * @module
 */

import { readName } from "./names.ts";
import { type Property, readProperties, type Trouble } from "./properties.ts";
import { Cursor, SaveDataError } from "./reader.ts";
import type { PropertyFormat } from "./tags.ts";

/** What an object of a world needs to be read: the save version and its names. */
export interface WorldFormat {
  /** 11 to 14. */
  readonly version: number;
  readonly properties: PropertyFormat;
}

/** Bits of an object's flags byte. Source: asa-save-format 6. */
export const Flags = {
  /** Spawned while playing and standing in the world: structures, dinos, players. */
  spawnedActor: 8,
  item: 1,
} as const;

/** The frame of an object; reused from row to row. */
export class ObjectHead {
  /** Key of the class name. */
  class = 0;
  /** Where the object's own instance names start: int32 count, then names. */
  namesAt = 0;
  flags = 0;
}

/**
 * Reads the frame of an object and leaves the cursor at its properties.
 * @returns false when the object ends before its properties, as some real ones do.
 */
export function readHead(cursor: Cursor, world: WorldFormat, head: ObjectHead): boolean {
  const { names } = world.properties;
  head.class = names.read(cursor);
  cursor.take(4); // "is item", always 0 in this game
  head.namesAt = cursor.pos;
  for (let left = nameCount(cursor); left > 0; left--) {
    if (world.version >= 13) cursor.skipText();
    else names.read(cursor);
  }
  cursor.take(4); // index of the level part
  head.flags = cursor.left > 0 ? cursor.u8() : 0;
  // The control byte of version 14 is 0 in all real data; Unreal's bit 1 announces one more byte.
  if (world.version >= 14 && cursor.left > 0 && cursor.u8() & 2) cursor.take(1);
  return cursor.left > 0;
}

function nameCount(cursor: Cursor): number {
  const at = cursor.pos, count = cursor.i32();
  if (count < 0 || count > 16) throw new SaveDataError(`impossible name count ${count}`, at);
  return count;
}

/** The instance names of an object: its own, then for components that of the owning actor. */
export function readInstanceNames(blob: Uint8Array, world: WorldFormat): string[] {
  const cursor = new Cursor(blob), { names } = world.properties;
  names.read(cursor);
  cursor.take(4);
  return Array.from(
    { length: nameCount(cursor) },
    () => world.version >= 13 ? cursor.text() : readName(cursor, names),
  );
}

/** An object in full. */
export interface GameObject {
  readonly guid: string;
  /** Full class path. */
  readonly class: string;
  readonly names: readonly string[];
  readonly flags: number;
  /** `undefined` when the object ends before its properties. */
  readonly properties: readonly Property[] | undefined;
  /** Bytes behind the properties that only the class understands. */
  readonly tailLength: number;
  readonly troubles: readonly Trouble[];
}

/**
 * Reads one object with all its properties. What cannot be read is named in `troubles`.
 * @throws {SaveDataError} when even the frame is damaged.
 */
export function readObject(guid: string, blob: Uint8Array, world: WorldFormat): GameObject {
  const cursor = new Cursor(blob), head = new ObjectHead(), troubles: Trouble[] = [];
  const hasProperties = readHead(cursor, world, head);
  const frame = {
    guid,
    class: world.properties.names.text(head.class),
    names: readInstanceNames(blob, world),
    flags: head.flags,
    troubles,
  };
  if (!hasProperties) return { ...frame, properties: undefined, tailLength: 0 };
  const { properties, complete } = readProperties(
    cursor,
    world.properties,
    (trouble) => troubles.push(trouble),
  );
  if (complete && cursor.left >= 4 && cursor.i32() !== 0 && cursor.left >= 16) cursor.take(16);
  return { ...frame, properties, tailLength: complete ? cursor.left : 0 };
}
