/**
 * Property tags: what stands before each value and says its name, type and size. Reads both
 * layouts, that of save version 14 and that of 13 and older; does not read values.
 * @module
 */

import { type Names, readName } from "./names.ts";
import { type Cursor, SaveDataError } from "./reader.ts";

/** `ArrayProperty<StructProperty<Vector</Script/CoreUObject>>>` as a tree. */
export interface TypeTree {
  readonly name: string;
  readonly args: readonly TypeTree[];
}

/** How the properties of one file are written, with the keys that reading compares with. */
export class PropertyFormat {
  readonly none: number;
  readonly bool: number;
  readonly byte: number;
  readonly enum: number;
  readonly array: number;
  readonly set: number;
  readonly map: number;
  readonly struct: number;

  /**
   * @param names How names are written here.
   * @param modern Layout of save version 14 (and archives 7), not the one before it.
   * @param world References are those of a world (guids), not those of an archive (indexes).
   */
  constructor(readonly names: Names, readonly modern: boolean, readonly world: boolean) {
    this.none = names.key("None");
    this.bool = names.key("BoolProperty");
    this.byte = names.key("ByteProperty");
    this.enum = names.key("EnumProperty");
    this.array = names.key("ArrayProperty");
    this.set = names.key("SetProperty");
    this.map = names.key("MapProperty");
    this.struct = names.key("StructProperty");
  }
}

/** One tag; reused from property to property, so that a walk over a world allocates nothing. */
export class Tag {
  /** Key of the property's name. */
  name = 0;
  /** Number part of the name; 0 in all real data. */
  nameNumber = 0;
  /** Key of the outermost type, e.g. that of `ArrayProperty`. */
  type = 0;
  /** Where the type stands, for {@linkcode typeOf}. */
  typeAt = 0;
  /** Bytes of the value. */
  size = 0;
  /** Where the value starts; the cursor stands here after {@linkcode readTag}. */
  valueAt = 0;
  /** Element of a static array, e.g. stat 7 of `CurrentStatusValues`. */
  index = 0;
  /** The value of a BoolProperty, which has no other bytes. */
  bool = false;
  /** The value is in the engine's own layout, not a property list (version 14 only). */
  native = false;
}

// Tag flags of version 14. Source: asa-save-format 7.1.
const HAS_INDEX = 0x01, HAS_GUID = 0x02, HAS_EXTENSION = 0x04, NATIVE = 0x08, TRUE = 0x10;

/**
 * Reads the next tag and leaves the cursor at its value.
 * @returns false at the `None` that ends a list.
 * @throws {SaveDataError} when the bytes are no tag.
 */
export function readTag(cursor: Cursor, format: PropertyFormat, tag: Tag): boolean {
  tag.name = format.names.read(cursor);
  if (tag.name === format.none) return false;
  tag.nameNumber = format.names.number;
  if (format.modern) readModernTag(cursor, format, tag);
  else readClassicTag(cursor, format, tag);
  tag.valueAt = cursor.pos;
  if (tag.size < 0 || tag.size > cursor.left) {
    throw new SaveDataError(`property of ${tag.size} bytes, ${cursor.left} left`, tag.typeAt);
  }
  return true;
}

function readModernTag(cursor: Cursor, format: PropertyFormat, tag: Tag): void {
  tag.typeAt = cursor.pos;
  tag.type = skipType(cursor, format.names, 0);
  tag.size = cursor.i32();
  const flags = cursor.u8();
  tag.index = flags & HAS_INDEX ? cursor.i32() : 0;
  if (flags & HAS_GUID) cursor.take(16);
  // The extension is a byte; its bit 1 announces an operation and a flag byte.
  if (flags & HAS_EXTENSION && cursor.u8() & 2) cursor.take(2);
  tag.native = (flags & NATIVE) !== 0;
  tag.bool = (flags & TRUE) !== 0;
}

/** Moves past a type tree and gives the key of its root. Real trees are at most 3 deep, 2 wide. */
function skipType(cursor: Cursor, names: Names, depth: number): number {
  const at = cursor.pos, key = names.read(cursor), args = cursor.i32();
  if (args !== 0) {
    if (args < 0 || args > 8 || depth > 10) throw new SaveDataError("impossible type", at);
    for (let i = 0; i < args; i++) skipType(cursor, names, depth + 1);
  }
  return key;
}

function readClassicTag(cursor: Cursor, format: PropertyFormat, tag: Tag): void {
  const { names } = format;
  tag.typeAt = cursor.pos;
  tag.type = names.read(cursor);
  tag.size = cursor.i32();
  tag.index = cursor.i32();
  tag.native = false;
  tag.bool = false;
  if (tag.type === format.bool) tag.bool = cursor.u8() !== 0;
  else if (tag.type === format.map) names.read(cursor), names.read(cursor);
  else if (isNamed(tag.type, format)) names.read(cursor);
  if (tag.type === format.struct) cursor.take(16);
  const hasGuid = cursor.u8();
  if (hasGuid > 1) throw new SaveDataError("property tag out of step", cursor.pos - 1);
  if (hasGuid) cursor.take(16);
}

/** Types whose classic tag carries one further name: of the enum, the element, the struct. */
function isNamed(type: number, format: PropertyFormat): boolean {
  return type === format.byte || type === format.enum || type === format.array ||
    type === format.set || type === format.struct;
}

/** The full type of a tag that was read before. The cursor stays where it is. */
export function typeOf(cursor: Cursor, format: PropertyFormat, tag: Tag): TypeTree {
  const back = cursor.pos;
  cursor.pos = tag.typeAt;
  try {
    return format.modern
      ? readType(cursor, format.names)
      : readClassicType(cursor, format, tag.type);
  } finally {
    cursor.pos = back;
  }
}

function readType(cursor: Cursor, names: Names): TypeTree {
  const name = readName(cursor, names);
  const args = Array.from({ length: cursor.i32() }, () => readType(cursor, names));
  return { name, args };
}

function readClassicType(cursor: Cursor, format: PropertyFormat, type: number): TypeTree {
  const { names } = format;
  const name = readName(cursor, names);
  cursor.take(8); // size and index
  const leaf = () => ({ name: readName(cursor, names), args: [] });
  if (type === format.map) return { name, args: [leaf(), leaf()] };
  if (!isNamed(type, format)) return { name, args: [] };
  const arg = leaf();
  return { name, args: arg.name === "None" ? [] : [arg] };
}
