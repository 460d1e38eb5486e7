/**
 * Random property lists for property tests: every type, nested structs and containers.
 * @module
 */
import fc from "fast-check";
import * as p from "../../../src/sandbox/world/properties.ts";

/** Lower case only: names that differ in case are one name to the game. */
const names = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/).map((text) => `p${text}`);
const guids = fc.stringMatching(/^[0-9a-f]{32}$/);
const texts = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: "grapheme", maxLength: 6 }))
  .map((text) => text.replaceAll("\0", ""));
const ints = (bits: number, signed: boolean) =>
  fc.integer(
    signed ? { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 } : { min: 0, max: 2 ** bits - 1 },
  );
const four = <T>(of: fc.Arbitrary<T>) => fc.tuple(of, of, of, of);
const three = <T>(of: fc.Arbitrary<T>) => fc.tuple(of, of, of);

/** A type together with random values for it. */
interface Typed<V> {
  type: p.Type<V>;
  values: fc.Arbitrary<V>;
}

const typed = <V>(type: p.Type<V>, values: fc.Arbitrary<V>): Typed<V> => ({ type, values });

function propertiesOf<V>({ type, values }: Typed<V>): fc.Arbitrary<p.Property> {
  return fc.tuple(names, values, fc.nat(3)).map(([name, value, index]) =>
    type.of(name, value, index)
  );
}

/** Array, set and map of one type; sets and maps only where layout 13 can write them too. */
function containersOf<V>({ type, values }: Typed<V>): fc.Arbitrary<p.Property>[] {
  const lists = fc.array(values, { maxLength: 4 });
  const array = propertiesOf(typed(p.array(type), lists));
  if (type.native) return [array];
  const entries = fc.array(fc.tuple(ints(32, true), values), { maxLength: 3 });
  return [
    array,
    propertiesOf(typed(p.set(type), lists)),
    propertiesOf(typed(p.map(p.Int, type), entries)),
  ];
}

function everyKind<V>(kind: Typed<V>): fc.Arbitrary<p.Property>[] {
  return [propertiesOf(kind), ...containersOf(kind)];
}

/** Lists of up to six properties whose structs nest up to three deep. */
export function propertyLists(place: "world" | "archive"): fc.Arbitrary<p.Property[]> {
  const references: fc.Arbitrary<p.Reference> = fc.oneof(
    place === "world" ? guids.map((guid) => ({ guid })) : fc.nat(9).map((index) => ({ index })),
    names.map((name) => ({ path: `/game/${name}.${name}_c` })),
    fc.constant("null" as const),
  );
  const doubles = fc.double();
  const flat = [
    ...everyKind(typed(p.Int8, ints(8, true))),
    ...everyKind(typed(p.Int16, ints(16, true))),
    ...everyKind(typed(p.Int, ints(32, true))),
    ...everyKind(typed(p.Int64, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))),
    ...everyKind(typed(p.UInt16, ints(16, false))),
    ...everyKind(typed(p.UInt32, ints(32, false))),
    ...everyKind(typed(p.UInt64, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))),
    ...everyKind(typed(p.Float, fc.float())),
    ...everyKind(typed(p.Double, doubles)),
    ...everyKind(typed(p.Bool, fc.boolean())),
    ...everyKind(typed(p.Byte, ints(8, false))),
    ...everyKind(typed(p.Str, texts)),
    ...everyKind(typed(p.Name, names)),
    ...everyKind(typed(p.Obj, references)),
    ...everyKind(typed(p.SoftObj, names.map((name) => `/game/${name}.${name}_c`))),
    ...everyKind(typed(p.Vector, three(doubles))),
    ...everyKind(typed(p.Rotator, three(doubles))),
    ...everyKind(typed(p.Quat, four(doubles))),
    ...everyKind(typed(p.LinearColor, four(fc.float()))),
    ...everyKind(typed(p.Color, four(ints(8, false)))),
    ...everyKind(typed(p.IntPoint, fc.tuple(ints(32, true), ints(32, true)))),
    ...everyKind(typed(p.Guid, guids)),
    ...everyKind(typed(p.UniqueNetId, guids)),
    propertiesOf(typed(p.byteEnum("etest"), names)),
    propertiesOf(typed(p.enumeration("etest"), names)),
    propertiesOf(typed(p.Bytes, fc.uint8Array({ maxLength: 40 }))),
    propertiesOf(typed(p.array(p.byteEnum("etest")), fc.array(names, { maxLength: 3 }))),
  ];
  return fc.letrec<{ list: p.Property[]; property: p.Property }>((tie) => ({
    list: fc.array(tie("property"), { maxLength: 6 }),
    property: fc.oneof(
      { depthSize: "small", maxDepth: 3 },
      fc.oneof(...flat),
      fc.oneof(
        ...everyKind(typed(p.struct("teststruct"), tie("list"))),
        ...everyKind(typed(p.struct("CustomItemData", { native: true }), tie("list"))),
      ),
    ),
  })).list;
}
