/**
 * Encodes property lists: a tag with name, type and size before each value, `None` at the end. One
 * description is written in either layout (save version 13 or 14) and with any form of names.
 * Leaves objects and files to others, and reads nothing.
 *
 * A property is made from a type: `Int.of("TargetingTeam", 1_234_567_890)`, or
 * `array(Obj).of("InventoryItems", [{ guid }])`.
 * @module
 */
import { type ByteWriter, NO_GUID } from "./bytes.ts";
import type { Names, NumberedName } from "./names.ts";

/** Tag layouts, named after the save version that introduced them. Source: asa-save-format 7, 9. */
export type Layout = 13 | 14;

/** Where and how to write: shared by everything inside one object. */
export interface Encoder {
  out: ByteWriter;
  names: Names;
  layout: Layout;
}

/** A type as version 14 writes it, for example `ArrayProperty<ObjectProperty>`. */
export interface TypeTree {
  name: string;
  parameters: readonly TypeTree[];
}

/** One property, ready to be written. */
export interface Property {
  name: string;
  /** Element of a static array, such as the health stat in `CurrentStatusValues`; mostly 0. */
  index: number;
  tree: TypeTree;
  /** Value has a fixed binary form (flag 0x08 of version 14). */
  native: boolean;
  /** What `encode` writes, for tests that compare it with what a reader finds. */
  value: unknown;
  encode: (to: Encoder) => void;
}

type EncodeValue<V> = (to: Encoder, value: V, propertyName: string) => void;

/** How values of one property type are described and written. */
export class Type<V> {
  constructor(
    readonly tree: TypeTree,
    /** Writes the bare value, as it also stands inside arrays. */
    readonly encode: EncodeValue<V>,
    readonly native = false,
  ) {}

  /** A property of this type; `index` is its place in a static array. */
  of(name: string, value: V, index = 0): Property {
    const encode = (to: Encoder) => this.encode(to, value, name);
    return { name, index, tree: this.tree, native: this.native, value, encode };
  }
}

/** Reference to another object, or to an asset by path; archives count objects instead of GUIDs. */
export type Reference =
  | { guid: string }
  | { path: string }
  | { index: number }
  | "null"
  /** The 4-byte null of item records; only as a property value, never in an array. */
  | "short-null";

const tree = (name: string, ...parameters: TypeTree[]): TypeTree => ({ name, parameters });

function scalar<V>(name: string, encode: (out: ByteWriter, value: V) => void): Type<V> {
  return new Type(tree(name), (to, value) => encode(to.out, value));
}

/** Signed byte. */
export const Int8: Type<number> = scalar("Int8Property", (out, value) => out.u8(value));
/** Signed 16-bit integer. */
export const Int16: Type<number> = scalar("Int16Property", (out, value) => out.i16(value));
/** Signed 32-bit integer. */
export const Int: Type<number> = scalar("IntProperty", (out, value) => out.i32(value));
/** Signed 64-bit integer. */
export const Int64: Type<bigint> = scalar("Int64Property", (out, value) => out.i64(value));
/** Unsigned 16-bit integer. */
export const UInt16: Type<number> = scalar("UInt16Property", (out, value) => out.i16(value));
/** Unsigned 32-bit integer. */
export const UInt32: Type<number> = scalar("UInt32Property", (out, value) => out.i32(value));
/** Unsigned 64-bit integer. */
export const UInt64: Type<bigint> = scalar("UInt64Property", (out, value) => out.i64(value));
/** IEEE single. */
export const Float: Type<number> = scalar("FloatProperty", (out, value) => out.f32(value));
/** IEEE double. */
export const Double: Type<number> = scalar("DoubleProperty", (out, value) => out.f64(value));
/** Boolean: one byte in arrays; a property keeps it in its tag and has no value bytes. */
export const Bool: Type<boolean> = scalar("BoolProperty", (out, value) => out.u8(value ? 1 : 0));
/** Unsigned byte. */
export const Byte: Type<number> = scalar("ByteProperty", (out, value) => out.u8(value));
/** Text. */
export const Str: Type<string> = scalar("StrProperty", (out, value) => out.string(value));
/** Name. */
export const Name: Type<string | NumberedName> = new Type(
  tree("NameProperty"),
  (to, value) => to.names.write(to.out, value),
);
/** Reference to an object or asset. */
export const Obj: Type<Reference> = new Type(tree("ObjectProperty"), encodeReference);
/** Full path of an asset that need not be loaded, `package.asset`; empty for none. */
export const SoftObj: Type<string> = new Type(tree("SoftObjectProperty"), encodeSoftPath);
/** Array of bytes. */
export const Bytes: Type<Uint8Array> = new Type(
  tree("ArrayProperty", tree("ByteProperty")),
  (to, value) => {
    to.out.i32(value.length);
    to.out.bytes(value);
  },
);

/** Byte that holds an enumerator, written as its name such as `EBabyCuddleType::FOOD`. */
export function byteEnum(enumName: string, pkg = "/Script/ShooterGame"): Type<string> {
  const type = tree("ByteProperty", tree(enumName, tree(pkg)));
  return new Type(type, (to, value) => to.names.write(to.out, value));
}

/** EnumProperty: likewise a name. */
export function enumeration(enumName: string, pkg = "/Script/ShooterGame"): Type<string> {
  const type = tree("EnumProperty", tree(enumName, tree(pkg)), tree("ByteProperty"));
  return new Type(type, (to, value) => to.names.write(to.out, value));
}

/** What else is known about a struct. */
export interface StructOptions {
  pkg?: string;
  /** Identity text of a struct made in a blueprint. */
  id?: string;
  /** Flagged as native although the bytes are a property list: CustomItemData. */
  native?: boolean;
}

/** Struct whose value is a property list of its own. */
export function struct(name: string, options: StructOptions = {}): Type<readonly Property[]> {
  const { pkg = "/Script/ShooterGame", id, native = false } = options;
  return new Type(structTree(name, pkg, id), encodeProperties, native);
}

function structTree(name: string, pkg: string, id?: string): TypeTree {
  const parameters = [tree(name, tree(pkg))];
  if (id !== undefined) parameters.push(tree(id));
  return tree("StructProperty", ...parameters);
}

function native<V>(
  name: string,
  encode: (out: ByteWriter, value: V) => void,
  pkg = "/Script/CoreUObject",
): Type<V> {
  return new Type(structTree(name, pkg), (to, value) => encode(to.out, value), true);
}

/** Fixed lists of numbers, in the order of the struct's fields. */
type Pair = readonly [number, number];
type Triple = readonly [number, number, number];
type Four = readonly [number, number, number, number];

const doubles = (out: ByteWriter, value: readonly number[]) => value.forEach((n) => out.f64(n));
const ints = (out: ByteWriter, value: readonly number[]) => value.forEach((n) => out.i32(n));

/** x, y, z. */
export const Vector: Type<Triple> = native("Vector", doubles);
/** pitch, yaw, roll in degrees. */
export const Rotator: Type<Triple> = native("Rotator", doubles);
/** x, y, z, w. */
export const Quat: Type<Four> = native("Quat", doubles);
/** x, y. */
export const Vector2D: Type<Pair> = native("Vector2D", doubles);
/** red, green, blue, alpha, each 0 to 1. */
export const LinearColor: Type<Four> = native(
  "LinearColor",
  (out, value) => value.forEach((n) => out.f32(n)),
);
/** red, green, blue, alpha, each 0 to 255; the file has blue first. */
export const Color: Type<Four> = native("Color", (out, [red, green, blue, alpha]) => {
  for (const byte of [blue, green, red, alpha]) out.u8(byte);
});
/** x, y. */
export const IntPoint: Type<Pair> = native("IntPoint", ints);
/** x, y, z. */
export const IntVector: Type<Triple> = native("IntVector", ints);
/** 32 hex digits. */
export const Guid: Type<string> = native("Guid", (out, value) => out.guid(value));
/** Ticks of 100 ns since the year 1. */
export const DateTime: Type<bigint> = native("DateTime", (out, value) => out.i64(value));
/** Ticks of 100 ns. */
export const Timespan: Type<bigint> = native("Timespan", (out, value) => out.i64(value));
/** An account: 32 hex digits. The leading byte 249 stands in all real samples. */
export const UniqueNetId: Type<string> = native("UniqueNetIdRepl", (out, accountId) => {
  out.u8(249);
  out.string("RedpointEOS");
  out.u8(16);
  out.guid(accountId);
}, "/Script/Engine");

/**
 * Array of the given element type.
 *
 * @throws RangeError for arrays of containers, which Unreal does not have.
 */
export function array<V>(of: Type<V>): Type<readonly V[]> {
  const type = tree("ArrayProperty", elementTree(of));
  return new Type(type, (to, items, name) => {
    to.out.i32(items.length);
    const encodeItems = () => items.forEach((item) => of.encode(to, item, name));
    if (to.layout === 13 && of.tree.name === "StructProperty") {
      encodeInnerTag(to, name, of.tree, encodeItems);
    } else encodeItems();
  }, of.native);
}

/**
 * Set of the given element type.
 *
 * @throws RangeError for sets of containers; when written in layout 13, also for native structs.
 */
export function set<V>(of: Type<V>): Type<readonly V[]> {
  return new Type(tree("SetProperty", elementTree(of)), (to, items, name) => {
    refuseNative13(to, of);
    to.out.i32(0);
    to.out.i32(items.length);
    for (const item of items) of.encode(to, item, name);
  }, of.native);
}

/**
 * Map from one type to another, as a list of pairs.
 *
 * @throws RangeError for maps of containers; when written in layout 13, also for native structs.
 */
export function map<K, V>(key: Type<K>, value: Type<V>): Type<readonly (readonly [K, V])[]> {
  const type = tree("MapProperty", elementTree(key), elementTree(value));
  return new Type(type, (to, entries, name) => {
    refuseNative13(to, key);
    refuseNative13(to, value);
    to.out.i32(0);
    to.out.i32(entries.length);
    for (const [entryKey, entryValue] of entries) {
      key.encode(to, entryKey, name);
      value.encode(to, entryValue, name);
    }
  }, key.native || value.native);
}

function elementTree<V>(of: Type<V>): TypeTree {
  if (/^(Array|Set|Map)Property$/.test(of.tree.name)) {
    throw new RangeError(
      `Cannot put ${of.tree.name} into a container: Unreal knows no nested ones`,
    );
  }
  return of.tree;
}

/** Layout 13 does not store the struct's name in sets and maps, so no reader could tell its size. */
function refuseNative13<V>(to: Encoder, of: Type<V>): void {
  if (to.layout === 13 && of.native) {
    const name = of.tree.parameters[0]?.name;
    throw new RangeError(`Cannot write ${name} in a set or map: layout 13 loses the struct's name`);
  }
}

/** Writes a property list and the `None` that ends it. */
export function encodeProperties(to: Encoder, properties: readonly Property[]): void {
  for (const property of properties) {
    if (to.layout === 14) encodeTag14(to, property);
    else encodeTag13(to, property);
  }
  to.names.write(to.out, "None");
}

/** Name, type tree, size, flags, index when not 0, value. Source: asa-save-format 7.1. */
function encodeTag14(to: Encoder, property: Property): void {
  const { out, names } = to;
  const { index, native } = property;
  names.write(out, property.name);
  encodeTree(to, property.tree);
  const sizeAt = out.length;
  out.i32(0);
  const isBool = property.tree.name === "BoolProperty";
  const valueFlag = isBool && property.value === true ? 0x10 : 0;
  out.u8((index > 0 ? 0x01 : 0) | (native ? 0x08 : 0) | valueFlag);
  if (index > 0) out.i32(index);
  if (!isBool) encodeSized(to, sizeAt, property.encode);
}

function encodeTree(to: Encoder, { name, parameters }: TypeTree): void {
  to.names.write(to.out, name);
  to.out.i32(parameters.length);
  for (const parameter of parameters) encodeTree(to, parameter);
}

/** Name, type name, size, index, details that depend on the type, value. Source: section 9. */
function encodeTag13(to: Encoder, property: Property): void {
  const { out, names } = to;
  names.write(out, property.name);
  names.write(out, property.tree.name);
  const sizeAt = out.length;
  out.i32(0);
  out.i32(property.index);
  if (property.tree.name === "BoolProperty") {
    out.u8(property.value === true ? 1 : 0);
    out.u8(0);
    return;
  }
  encodeDetails13(to, property.tree);
  encodeSized(to, sizeAt, property.encode);
}

/** What layout 13 says about a type besides its name; the last byte means "no property GUID". */
function encodeDetails13(to: Encoder, { name, parameters }: TypeTree): void {
  const { out, names } = to;
  const [first, second] = parameters;
  if (name === "ByteProperty" || name === "EnumProperty") names.write(out, first?.name ?? "None");
  else if (first !== undefined) names.write(out, first.name);
  if (name === "StructProperty") out.zeros(16);
  if (name === "MapProperty" && second !== undefined) names.write(out, second.name);
  out.u8(0);
}

/** Layout 13 repeats a tag before the structs of an array: it holds the struct's name. */
function encodeInnerTag(to: Encoder, name: string, element: TypeTree, items: () => void): void {
  to.names.write(to.out, name);
  to.names.write(to.out, "StructProperty");
  const sizeAt = to.out.length;
  to.out.i32(0);
  to.out.i32(0);
  encodeDetails13(to, element);
  encodeSized(to, sizeAt, items);
}

function encodeSized(to: Encoder, sizeAt: number, encode: (to: Encoder) => void): void {
  const start = to.out.length;
  encode(to);
  to.out.patchI32(sizeAt, to.out.length - start);
}

/** Int16 kind in worlds, int32 kind elsewhere. Source: asa-save-format 7.4. */
function encodeReference(to: Encoder, reference: Reference): void {
  const { out, names } = to;
  if (reference === "short-null") return out.i32(-1);
  const isPath = reference !== "null" && "path" in reference;
  if (names.place === "world") {
    out.i16(isPath ? 1 : 0);
    if (isPath) return names.write(out, reference.path);
    if (reference === "null") return out.guid(NO_GUID);
    if ("guid" in reference) return out.guid(reference.guid);
    throw new RangeError("Cannot refer to an object by index in a world: use its guid");
  }
  out.i32(isPath ? 1 : 0);
  if (isPath) return out.string(reference.path);
  if (reference === "null") return out.i32(-1);
  if ("index" in reference) return out.i32(reference.index);
  throw new RangeError(`Cannot refer to a guid in a ${names.place}: use the object's index`);
}

function encodeSoftPath(to: Encoder, path: string): void {
  if (to.names.place === "cryopod") {
    throw new RangeError("Cannot write a soft reference in a cryopod: its form there is unknown");
  }
  if (to.names.place === "world") to.names.write(to.out, path || "None");
  else {
    const [pkg = "None", asset = "None"] = path === "" ? [] : path.split(".", 2);
    to.out.string(pkg);
    to.out.string(asset);
  }
  to.out.i32(0);
}
