/**
 * Properties of an object as a full tree, values and all. For what is shown in full; the walk over
 * a whole world picks single values itself (`object_pass.ts`).
 * @module
 */

import { readName } from "./names.ts";
import { type Cursor, SaveDataError } from "./reader.ts";
import { type PropertyFormat, readTag, Tag, typeOf, type TypeTree } from "./tags.ts";

/** One property: `index` counts the elements of a static array, 0 elsewhere. */
export interface Property {
  readonly name: string;
  readonly type: TypeTree;
  readonly index: number;
  readonly value: Value;
}

/** 64-bit integers are bigint, raw byte arrays Uint8Array, a set is its elements. */
export type Value =
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | Reference
  | { readonly soft: readonly string[] }
  | { readonly struct: string; readonly properties: readonly Property[] }
  | { readonly struct: string; readonly numbers: readonly (number | bigint)[] }
  | { readonly struct: "UniqueNetIdRepl"; readonly kind: string; readonly id: string }
  | { readonly struct: "Guid"; readonly guid: string }
  | { readonly pairs: readonly (readonly [Value, Value])[] }
  | readonly Value[]
  | Unread
  | { readonly withheld: true };

/** A link to another object: a row of the world, a class or asset, an object of the same archive. */
export type Reference =
  | { readonly guid: string }
  | { readonly path: string }
  /** -1 is no object. */
  | { readonly index: number }
  | { readonly nothing: true };

/** A value that was skipped by its size, and why. */
export interface Unread {
  readonly unread: string;
  readonly size: number;
}

/** Something that could not be read; what was read around it is kept. */
export interface Trouble {
  readonly offset: number;
  readonly reason: string;
}

/**
 * Values that are nobody's business: where players live on the network, and the codes of their
 * doors. They are skipped, never decoded into anything.
 */
const SECRETS = new Set(["SavedNetworkAddress", "LastPinCodeUsed", "CurrentPinCode"]);

/** Real trees are 5 lists deep at most; a hostile one must not end our stack. */
const DEEPEST = 32;

/**
 * Reads a property list up to its `None`. Damage is reported to `trouble` and skipped by the
 * value's size; a damaged tag ends the list, with what was read before it kept.
 *
 * @returns `complete` is false when the end of the list was not reached.
 */
export function readProperties(
  cursor: Cursor,
  format: PropertyFormat,
  trouble: (trouble: Trouble) => void,
): { properties: Property[]; complete: boolean } {
  const properties: Property[] = [];
  const start = cursor.pos;
  try {
    new PropertyReader(cursor, format, trouble).list(properties, 0);
    return { properties, complete: true };
  } catch (error) {
    trouble(troubleOf(error, start));
    return { properties, complete: false };
  }
}

/** Reads the value of the tag that was read last. Damage is reported and gives {@linkcode Unread}. */
export function readValue(
  cursor: Cursor,
  { format, tag, trouble }: {
    format: PropertyFormat;
    tag: Tag;
    trouble: (trouble: Trouble) => void;
  },
): Value {
  const type = typeOf(cursor, format, tag);
  if (type.name === "BoolProperty") return tag.bool;
  return new PropertyReader(cursor, format, trouble).sized(type, tag, 0);
}

/** What to report of an error met while reading. @throws the error when it is no damage. */
export function troubleOf(error: unknown, offset: number): Trouble {
  if (!(error instanceof SaveDataError)) throw error;
  return { offset: error.offset || offset, reason: error.message };
}

class PropertyReader {
  constructor(
    readonly cursor: Cursor,
    readonly format: PropertyFormat,
    readonly trouble: (trouble: Trouble) => void,
  ) {}

  /** Fills `into` so that what was read stays when a later tag throws. */
  list(into: Property[], depth: number): Property[] {
    if (depth > DEEPEST) throw new SaveDataError("lists nested too deep", this.cursor.pos);
    const { cursor, format } = this, tag = new Tag();
    while (readTag(cursor, format, tag)) {
      const text = format.names.text(tag.name);
      const name = tag.nameNumber > 0 ? `${text}_${tag.nameNumber - 1}` : text;
      const type = typeOf(cursor, format, tag);
      const value = SECRETS.has(name)
        ? { withheld: true } as const
        : type.name === "BoolProperty"
        ? tag.bool
        : this.sized(type, tag, depth);
      into.push({ name, type, index: tag.index, value });
      cursor.pos = tag.valueAt + tag.size;
    }
    return into;
  }

  /** A value must use exactly the bytes its tag announces; otherwise it is skipped as a whole. */
  sized(type: TypeTree, { valueAt, size, native }: Tag, depth: number): Value {
    const { cursor } = this, outerEnd = cursor.end;
    cursor.end = valueAt + size;
    try {
      if (type.name === "ObjectProperty" && size === 4) return { nothing: true };
      const value = this.value(type, native, depth);
      if (cursor.left > 0) throw new SaveDataError(`${cursor.left} bytes left over`, cursor.pos);
      return value;
    } catch (error) {
      const trouble = troubleOf(error, valueAt);
      this.trouble(trouble);
      return { unread: trouble.reason, size };
    } finally {
      cursor.end = outerEnd;
    }
  }

  value(type: TypeTree, native: boolean, depth: number): Value {
    const { cursor, format } = this;
    const [first, second] = type.args;
    switch (type.name) {
      case "BoolProperty":
        return cursor.u8() !== 0;
      case "Int8Property":
        return cursor.i8();
      case "Int16Property":
        return cursor.i16();
      case "IntProperty":
        return cursor.i32();
      case "Int64Property":
        return cursor.i64();
      case "UInt16Property":
        return cursor.u16();
      case "UInt32Property":
        return cursor.u32();
      case "UInt64Property":
        return cursor.u64();
      case "FloatProperty":
        return cursor.f32();
      case "DoubleProperty":
        return cursor.f64();
      case "ByteProperty":
        return first ? readName(cursor, format.names) : cursor.u8();
      case "EnumProperty":
      case "NameProperty":
        return readName(cursor, format.names);
      case "StrProperty":
        return cursor.text();
      case "ObjectProperty":
        return readReference(cursor, format);
      case "SoftObjectProperty":
        return this.soft();
      case "StructProperty":
        return this.struct(first?.name ?? "", native, depth);
      case "ArrayProperty":
        return this.array(first ?? { name: "", args: [] }, native, depth);
      case "SetProperty":
        this.removed(first, native, depth);
        return this.elements(first ?? { name: "", args: [] }, native, depth);
      case "MapProperty":
        return this.map(first, second, native, depth);
      default:
        throw new SaveDataError(`unknown type ${type.name}`, cursor.pos);
    }
  }

  soft(): Value {
    const { cursor, format } = this;
    if (!format.world) return { soft: [cursor.text(), cursor.text(), cursor.text()] };
    const path = readName(cursor, format.names), sub = cursor.text();
    return { soft: sub ? [path, sub] : [path] };
  }

  struct(name: string, native: boolean, depth: number): Value {
    // Version 14 says which structs are native; before it they were known by name.
    const layout = native || !this.format.modern ? NATIVE_STRUCTS.get(name) : undefined;
    if (layout) return layout(this.cursor);
    if (native && !LISTS_FLAGGED_NATIVE.has(name)) {
      // Best guess for a native struct nobody described; a wrong guess is skipped by its size.
      return { struct: name, properties: this.list([], depth + 1) };
    }
    const properties = this.list([], depth + 1);
    if (name === "ArkTributeInventoryItem") this.cursor.take(4);
    return { struct: name, properties };
  }

  array(element: TypeTree, native: boolean, depth: number): Value {
    const { cursor, format } = this, { size, count } = this.peekCount();
    if (element.name === "ByteProperty" && element.args.length === 0) {
      // The classic tag does not say whether bytes are enumerators; their size does.
      if (format.modern || count === 0 || size === count) {
        cursor.take(4);
        return cursor.slice(count).slice();
      }
      return this.elements({ name: "NameProperty", args: [] }, native, depth);
    }
    if (element.name === "StructProperty" && !format.modern) return this.classicStructs(depth);
    return this.elements(element, native, depth);
  }

  /** The count of an array and the bytes behind it, without moving. */
  peekCount(): { size: number; count: number } {
    const { cursor } = this, at = cursor.pos, count = cursor.count(0), size = cursor.left;
    cursor.pos = at;
    return { size, count };
  }

  /** An inner tag stands before the elements, once: name, type, size, index, struct, guid. */
  classicStructs(depth: number): Value {
    const { cursor, format } = this, count = cursor.count(1);
    if (count === 0 && cursor.left === 0) return [];
    readName(cursor, format.names);
    readName(cursor, format.names);
    cursor.take(8);
    const name = readName(cursor, format.names);
    cursor.take(17);
    return Array.from({ length: count }, () => this.struct(name, false, depth));
  }

  elements(element: TypeTree, native: boolean, depth: number): Value[] {
    const count = this.cursor.count(1), values: Value[] = [];
    for (let i = 0; i < count; i++) values.push(this.value(element, native, depth));
    return values;
  }

  map(key: TypeTree | undefined, value: TypeTree | undefined, native: boolean, depth: number) {
    if (!key || !value) throw new SaveDataError("map without types", this.cursor.pos);
    this.removed(key, native, depth);
    const count = this.cursor.count(1), pairs: [Value, Value][] = [];
    for (let i = 0; i < count; i++) {
      pairs.push([this.value(key, native, depth), this.value(value, native, depth)]);
    }
    return { pairs };
  }

  /** Sets and maps first list the keys removed from their defaults; always none in real saves. */
  removed(key: TypeTree | undefined, native: boolean, depth: number): void {
    this.elements(key ?? { name: "", args: [] }, native, depth);
  }
}

/** Structs flagged native whose bytes are an ordinary list all the same. Source: section 7.3. */
const LISTS_FLAGGED_NATIVE = new Set(["CustomItemData", "ArkTributeInventoryItem"]);

function numbers(struct: string, count: number, read: (cursor: Cursor) => number | bigint) {
  return (cursor: Cursor): Value => ({
    struct,
    numbers: Array.from({ length: count }, () => read(cursor)),
  });
}

const double = (cursor: Cursor) => cursor.f64();
const float = (cursor: Cursor) => cursor.f32();
const int = (cursor: Cursor) => cursor.i32();
const int64 = (cursor: Cursor) => cursor.i64();

/** Layouts of the engine's own structs. Color is blue, green, red, alpha. Source: section 7.3. */
const NATIVE_STRUCTS: ReadonlyMap<string, (cursor: Cursor) => Value> = new Map([
  ["Vector", numbers("Vector", 3, double)],
  ["Rotator", numbers("Rotator", 3, double)],
  ["Quat", numbers("Quat", 4, double)],
  ["Vector2D", numbers("Vector2D", 2, double)],
  ["LinearColor", numbers("LinearColor", 4, float)],
  ["Color", numbers("Color", 4, (cursor) => cursor.u8())],
  ["IntPoint", numbers("IntPoint", 2, int)],
  ["IntVector", numbers("IntVector", 3, int)],
  ["DateTime", numbers("DateTime", 1, int64)],
  ["Timespan", numbers("Timespan", 1, int64)],
  ["Guid", (cursor: Cursor): Value => ({ struct: "Guid", guid: cursor.guid() })],
  ["UniqueNetIdRepl", (cursor: Cursor): Value => {
    cursor.u8(); // always 249
    const kind = cursor.text(), id = cursor.slice(cursor.u8());
    return { struct: "UniqueNetIdRepl", kind, id: id.toHex() };
  }],
]);

/** Reads a reference to another object. Source: section 7.4. */
export function readReference(cursor: Cursor, format: PropertyFormat): Reference {
  const at = cursor.pos;
  if (format.world) {
    const kind = cursor.i16();
    if (kind === 0) return { guid: cursor.guid() };
    if (kind === 1) return { path: readName(cursor, format.names) };
  } else {
    const kind = cursor.i32();
    if (kind === 0) return { index: cursor.i32() };
    if (kind === 1) return { path: cursor.text() };
  }
  throw new SaveDataError("unknown kind of reference", at);
}
