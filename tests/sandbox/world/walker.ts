/**
 * A small strict walker over what the writer wrote: every value is taken apart by its type and must
 * end exactly where its size says. Written from the format document, without the writer's code.
 * @module
 */
import assert from "node:assert/strict";

/** A type with its parameters, as layout 14 writes it. */
export interface WalkedType {
  name: string;
  parameters: WalkedType[];
}

/** One property that was walked over. */
export interface WalkedTag {
  name: string;
  /** The type as text, `ArrayProperty<IntProperty>`. */
  type: string;
  tree: WalkedType;
  isNative: boolean;
  index: number;
  size: number;
  /** Numbers, texts and names; lists of properties; arrays of these. */
  value: unknown;
}

/** Reads one name at the walker's place. */
export type ReadName = (walker: Walker) => string;

/** How the bytes are laid out. */
export interface WalkOptions {
  layout: 13 | 14;
  readName: ReadName;
  isWorld: boolean;
}

/** Bytes of native structs with a fixed size. */
const NATIVE_SIZES = new Map([
  ["Vector", 24],
  ["Rotator", 24],
  ["Quat", 32],
  ["Vector2D", 16],
  ["LinearColor", 16],
  ["Color", 4],
  ["IntPoint", 8],
  ["IntVector", 12],
  ["Guid", 16],
  ["DateTime", 8],
  ["Timespan", 8],
]);

/** Reads forward through bytes; `DataView` throws beyond their end. */
export class Walker {
  at = 0;
  readonly view: DataView;

  constructor(readonly bytes: Uint8Array, readonly options: WalkOptions) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8 = () => this.view.getUint8(this.#step(1));
  i16 = () => this.view.getInt16(this.#step(2), true);
  u32 = () => this.view.getUint32(this.#step(4), true);
  i32 = () => this.view.getInt32(this.#step(4), true);
  u64 = () => this.view.getBigUint64(this.#step(8), true);
  f32 = () => this.view.getFloat32(this.#step(4), true);
  f64 = () => this.view.getFloat64(this.#step(8), true);

  take(count: number): Uint8Array {
    const at = this.#step(count);
    return this.bytes.subarray(at, at + count);
  }

  guid(): string {
    return this.take(16).toHex();
  }

  text(): string {
    const length = this.i32();
    if (length === 0) return "";
    const bytes = this.take(length > 0 ? length : -2 * length);
    if (length > 0) assert.ok(bytes.every((byte) => byte < 0x80), "narrow FString is ASCII");
    const text = new TextDecoder(length > 0 ? "latin1" : "utf-16le").decode(bytes);
    assert.equal(text.at(-1), "\0", "FString ends with NUL");
    return text.slice(0, -1);
  }

  name(): string {
    return this.options.readName(this);
  }

  /** Walks a property list to its `None`. */
  properties(): WalkedTag[] {
    const tags: WalkedTag[] = [];
    for (;;) {
      const name = this.name();
      if (name === "None") return tags;
      tags.push(this.options.layout === 14 ? this.#tag14(name) : this.#tag13(name));
    }
  }

  #tag14(name: string): WalkedTag {
    const type = this.#type();
    const size = this.i32();
    const flags = this.u8();
    assert.equal(flags & ~0x19, 0, "only known flags");
    const index = flags & 1 ? this.i32() : 0;
    if (type.name === "BoolProperty") {
      assert.equal(size, 0);
      const value = (flags & 0x10) !== 0;
      return { name, type: show(type), tree: type, isNative: false, index, size, value };
    }
    return this.#sized({ name, type, index, size, isNative: (flags & 8) !== 0 });
  }

  #tag13(name: string): WalkedTag {
    const typeName = this.name();
    const size = this.i32();
    const index = this.i32();
    if (typeName === "BoolProperty") {
      const value = this.u8() === 1;
      assert.deepEqual([size, this.u8()], [0, 0]);
      const tree = { name: typeName, parameters: [] };
      return { name, type: typeName, tree, isNative: false, index, size, value };
    }
    const type = this.#details13(typeName);
    return this.#sized({ name, type, index, size, isNative: isNativeName(type) });
  }

  #details13(name: string): WalkedType {
    const parameters: WalkedType[] = [];
    const count = {
      ByteProperty: 1,
      EnumProperty: 1,
      ArrayProperty: 1,
      SetProperty: 1,
      StructProperty: 1,
      MapProperty: 2,
    }[name] ?? 0;
    for (let i = 0; i < count; i++) parameters.push({ name: this.name(), parameters: [] });
    if (name === "StructProperty") assert.equal(this.guid(), "0".repeat(32));
    assert.equal(this.u8(), 0, "no property GUID");
    const plainByte = name === "ByteProperty" && parameters[0]?.name === "None";
    return { name, parameters: plainByte ? [] : parameters };
  }

  #sized(
    tag: { name: string; type: WalkedType; index: number; size: number; isNative: boolean },
  ): WalkedTag {
    const end = this.at + tag.size;
    const value = this.#value(tag.type, tag.isNative, end);
    assert.equal(this.at, end, `${tag.name} (${show(tag.type)}) ends where its size says`);
    const { type, ...rest } = tag;
    return { ...rest, type: show(type), tree: type, value };
  }

  #type(): WalkedType {
    const name = this.name();
    const parameters = Array.from({ length: this.i32() }, () => this.#type());
    return { name, parameters };
  }

  #value(type: WalkedType, isNative: boolean, end: number): unknown {
    switch (type.name) {
      case "Int8Property":
        return this.u8() << 24 >> 24;
      case "ByteProperty":
        return type.parameters.length > 0 ? this.name() : this.u8();
      case "BoolProperty":
        return this.u8() === 1;
      case "Int16Property":
        return this.i16();
      case "UInt16Property":
        return this.i16() & 0xffff;
      case "IntProperty":
        return this.i32();
      case "UInt32Property":
        return this.u32();
      case "Int64Property":
        return BigInt.asIntN(64, this.u64());
      case "UInt64Property":
        return this.u64();
      case "FloatProperty":
        return this.f32();
      case "DoubleProperty":
        return this.f64();
      case "StrProperty":
        return this.text();
      case "NameProperty":
      case "EnumProperty":
        return this.name();
      case "ObjectProperty":
        return this.#reference(end);
      case "SoftObjectProperty":
        return this.#softPath();
      case "StructProperty":
        return this.#struct(type, isNative);
      default:
        return this.#container(type, isNative, end);
    }
  }

  #reference(end: number): string {
    if (end - this.at === 4) return `short ${this.i32()}`;
    const kind = this.options.isWorld ? this.i16() : this.i32();
    if (kind === 1) return `path ${this.options.isWorld ? this.name() : this.text()}`;
    assert.equal(kind, 0);
    return this.options.isWorld ? `guid ${this.guid()}` : `index ${this.i32()}`;
  }

  #softPath(): string {
    const path = this.options.isWorld ? this.name() : `${this.text()}.${this.text()}`;
    assert.equal(this.text(), "");
    return path;
  }

  #struct(type: WalkedType, isNative: boolean): unknown {
    const name = type.parameters[0]?.name ?? "";
    if (name === "UniqueNetIdRepl") {
      assert.equal(this.u8(), 249);
      return [this.text(), this.take(this.u8()).toHex()];
    }
    const size = isNative ? NATIVE_SIZES.get(name) : undefined;
    return size === undefined ? this.properties() : this.take(size).toHex();
  }

  #container(type: WalkedType, isNative: boolean, end: number): unknown[] {
    let [element = { name: "?", parameters: [] }] = type.parameters;
    const second = type.parameters[1];
    if (type.name !== "ArrayProperty") assert.equal(this.i32(), 0, "nothing removed");
    const count = this.i32();
    assert.ok(count >= 0);
    let native = isNative;
    if (this.options.layout === 13 && type.name === "ArrayProperty") {
      if (element.name === "StructProperty") {
        element = this.#innerTag(end);
        native = isNativeName(element);
        type.parameters[0] = element;
      } else if (element.name === "ByteProperty" && end - this.at !== count) {
        element = { name: "NameProperty", parameters: [] };
      }
    }
    return Array.from({ length: count }, () => {
      const item = this.#value(element, native, Infinity);
      return second === undefined ? item : [item, this.#value(second, native, Infinity)];
    });
  }

  #innerTag(end: number): WalkedType {
    this.name();
    assert.equal(this.name(), "StructProperty");
    const size = this.i32();
    assert.equal(this.i32(), 0);
    const type = this.#details13("StructProperty");
    assert.equal(this.at + size, end, "size of the elements");
    return type;
  }

  #step(count: number): number {
    const at = this.at;
    this.at += count;
    if (this.at > this.bytes.length) throw new RangeError(`Cannot read ${count} bytes at ${at}`);
    return at;
  }
}

function isNativeName({ name, parameters }: WalkedType): boolean {
  const struct = parameters[0]?.name ?? "";
  return name === "StructProperty" && (NATIVE_SIZES.has(struct) || struct === "UniqueNetIdRepl");
}

function show({ name, parameters }: WalkedType): string {
  return parameters.length === 0 ? name : `${name}<${parameters.map(show).join(",")}>`;
}

/** Names of archives: plain text. */
export const archiveName: ReadName = (walker) => walker.text();

/** Names of a world, by the table of its header. */
export function worldName(table: ReadonlyMap<number, string>): ReadName {
  return (walker) => {
    const key = walker.u32();
    const number = walker.i32();
    const text = table.get(key);
    assert.ok(text !== undefined, `name ${key.toString(16)} stands in the table`);
    return number === 0 ? text : `${text}_${number - 1}`;
  };
}

/** Reads a name table to the end of its bytes. */
export function readTable(bytes: Uint8Array, offset = 0): Map<number, string> {
  const walker = new Walker(bytes, { layout: 14, readName: archiveName, isWorld: true });
  walker.at = offset;
  const table = new Map<number, string>();
  for (let left = walker.i32(); left > 0; left--) table.set(walker.u32(), walker.text());
  assert.equal(walker.at, bytes.length, "the name table ends the header");
  return table;
}

/** One object of a world, taken apart to its last byte. */
export interface WalkedObject {
  className: string;
  names: string[];
  partIndex: number;
  flags: number;
  properties: WalkedTag[];
  /** Ends after its flags, without properties and GUID. */
  isBare: boolean;
  guid: string;
  tail: Uint8Array;
}

/** Takes one `game` value apart. */
export function walkObject(
  blob: Uint8Array,
  layout: 13 | 14,
  table: ReadonlyMap<number, string>,
): WalkedObject {
  const walker = new Walker(blob, { layout, readName: worldName(table), isWorld: true });
  const className = walker.name();
  assert.equal(walker.i32(), 0);
  const names = Array.from({ length: walker.i32() }, () => walker.text());
  const partIndex = walker.i32();
  const flags = walker.u8();
  const head = { className, names, partIndex, flags, isBare: walker.at === blob.length };
  if (head.isBare) return { ...head, properties: [], guid: "", tail: blob.subarray(walker.at) };
  if (layout === 14) assert.equal(walker.u8(), 0);
  const properties = walker.properties();
  assert.equal(walker.i32(), 1);
  const guid = walker.guid();
  return { ...head, properties, guid, tail: blob.subarray(walker.at) };
}

/** Undoes the zero-run code of cryopods, byte by byte after section 12.1. */
export function decodeWildcards(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte < 0xf0) out.push(byte);
    else if (byte === 0xf0) out.push(bytes[++at]!);
    else if (byte === 0xf1) {
      const both = bytes[++at]!;
      out.push(0xf0 | (both >> 4), 0xf0 | (both & 15));
    } else if (byte === 0xff) {
      const [a, b] = [bytes[++at]!, bytes[++at]!];
      out.push(0, 0, 0, a, 0, 0, 0, b, 0, 0, 0);
    } else out.push(...new Uint8Array(byte & 15));
  }
  return Uint8Array.from(out);
}
