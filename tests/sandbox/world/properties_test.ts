import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteWriter } from "../../../src/sandbox/world/bytes.ts";
import { ARCHIVE_NAMES, WorldNames } from "../../../src/sandbox/world/names.ts";
import * as p from "../../../src/sandbox/world/properties.ts";
import { propertyLists } from "./arbitrary.ts";
import { archiveName, readTable, type WalkedTag, Walker, worldName } from "./walker.ts";

const GUID = "44f56abe74f878428e1e643835b94cf9";
const LAYOUTS: p.Layout[] = [14, 13];

/** Writes a list, walks over it to its last byte and returns what was found. */
function walked(
  properties: p.Property[],
  layout: p.Layout,
  place: "world" | "archive",
): WalkedTag[] {
  const worldNames = new WorldNames();
  const out = new ByteWriter();
  p.encodeProperties(
    { out, names: place === "world" ? worldNames : ARCHIVE_NAMES, layout },
    properties,
  );
  const table = new ByteWriter();
  worldNames.writeTable(table);
  const readName = place === "world" ? worldName(readTable(table.view())) : archiveName;
  const walker = new Walker(out.view(), { layout, readName, isWorld: place === "world" });
  const tags = walker.properties();
  assert.equal(walker.at, out.length, "nothing follows None");
  return tags;
}

function archiveBytes(property: p.Property, layout: p.Layout): string {
  const out = new ByteWriter();
  p.encodeProperties({ out, names: ARCHIVE_NAMES, layout }, [property]);
  return out.view().toHex();
}

const ascii = (text: string) => new TextEncoder().encode(text).toHex();
const fstring = (text: string) =>
  `${(text.length + 1).toString(16).padStart(2, "0")}000000${ascii(text)}00`;
const NONE = fstring("None");

Deno.test("encodeProperties() writes the tag of today's layout: name, type, size, flags, value", () => {
  assert.equal(
    archiveBytes(p.Int.of("TribeID", 1), 14),
    fstring("TribeID") + fstring("IntProperty") + "00000000" + "04000000" + "00" + "01000000" +
      NONE,
  );
  assert.equal(
    archiveBytes(p.Byte.of("Points", 9, 7), 14),
    fstring("Points") + fstring("ByteProperty") + "00000000" + "01000000" + "01" + "07000000" +
      "09" + NONE,
  );
  assert.equal(
    archiveBytes(p.Bool.of("bIsFemale", true), 14),
    fstring("bIsFemale") + fstring("BoolProperty") + "00000000" + "00000000" + "10" + NONE,
  );
});

Deno.test("encodeProperties() writes the tag of layout 13: index always, a bool in two bytes", () => {
  assert.equal(
    archiveBytes(p.Int.of("TribeID", 1), 13),
    fstring("TribeID") + fstring("IntProperty") + "04000000" + "00000000" + "00" + "01000000" +
      NONE,
  );
  assert.equal(
    archiveBytes(p.Bool.of("bIsFemale", true), 13),
    fstring("bIsFemale") + fstring("BoolProperty") + "00000000" + "00000000" + "0100" + NONE,
  );
  assert.equal(
    archiveBytes(p.struct("ItemNetID").of("ItemID", []), 13),
    fstring("ItemID") + fstring("StructProperty") + "09000000" + "00000000" + fstring("ItemNetID") +
      "00".repeat(17) + NONE + NONE,
  );
});

Deno.test("encodeProperties() nests the type names of today's layout", () => {
  const type = p.map(p.Int, p.Double);
  assert.equal(
    archiveBytes(type.of("M", [[1, 0]]), 14),
    fstring("M") + fstring("MapProperty") + "02000000" + fstring("IntProperty") + "00000000" +
      fstring("DoubleProperty") + "00000000" + "14000000" + "00" +
      "00000000" + "01000000" + "01000000" + "0000000000000000" + NONE,
  );
  const [tag] = walked([p.array(p.struct("TribeAlliance")).of("A", [])], 14, "archive");
  assert.equal(tag?.type, "ArrayProperty<StructProperty<TribeAlliance</Script/ShooterGame>>>");
});

/** One property of every type, and what a reader must see as its value. */
const EVERY_TYPE: [property: p.Property, world: unknown, archive?: unknown][] = [
  [p.Int8.of("a", -3), -3],
  [p.Int16.of("a", -300), -300],
  [p.Int.of("a", -70_000), -70_000],
  [p.Int64.of("a", -(2n ** 40n)), -(2n ** 40n)],
  [p.UInt16.of("a", 65_535), 65_535],
  [p.UInt32.of("a", 4_294_967_295), 4_294_967_295],
  [p.UInt64.of("a", 2n ** 64n - 1n), 2n ** 64n - 1n],
  [p.Float.of("a", NaN), NaN],
  [p.Double.of("a", -0), -0],
  [p.Bool.of("a", true), true],
  [p.Bool.of("a", false), false],
  [p.Byte.of("a", 255), 255],
  [p.byteEnum("EBabyCuddleType").of("a", "EBabyCuddleType::FOOD"), "EBabyCuddleType::FOOD"],
  [p.enumeration("ELinkState").of("a", "ELinkState::On"), "ELinkState::On"],
  [p.Str.of("a", "龍の巣"), "龍の巣"],
  [p.Name.of("a", { text: "NPCZoneVolume", number: 509 }), "NPCZoneVolume_508"],
  [p.Obj.of("a", { path: "/Game/A.A_C" }), "path /Game/A.A_C"],
  [p.Obj.of("a", "null"), `guid ${"0".repeat(32)}`, "index -1"],
  [p.Obj.of("a", "short-null"), "short -1"],
  [p.SoftObj.of("a", "/Game/A.A_C"), "/Game/A.A_C"],
  [p.SoftObj.of("a", ""), "None", "None.None"],
  [p.Bytes.of("a", Uint8Array.of(1, 2, 250)), [1, 2, 250]],
  [p.Vector.of("a", [1, 2, 3]), "000000000000f03f00000000000000400000000000000840"],
  [p.Rotator.of("a", [0, 0, 0]), "00".repeat(24)],
  [p.Quat.of("a", [0, 0, 0, 1]), `${"00".repeat(24)}000000000000f03f`],
  [p.Vector2D.of("a", [0, 0]), "00".repeat(16)],
  [p.LinearColor.of("a", [1, 0, 0, 0]), `0000803f${"00".repeat(12)}`],
  [p.Color.of("a", [1, 2, 3, 4]), "03020104"],
  [p.IntPoint.of("a", [1, -1]), "01000000ffffffff"],
  [p.IntVector.of("a", [1, 2, 3]), "010000000200000003000000"],
  [p.Guid.of("a", GUID), GUID],
  [p.DateTime.of("a", 1n), "0100000000000000"],
  [p.Timespan.of("a", -1n), "ffffffffffffffff"],
  [p.UniqueNetId.of("a", GUID), ["RedpointEOS", GUID]],
  [p.array(p.Bool).of("a", [true, false]), [true, false]],
  [p.array(p.UniqueNetId).of("a", [GUID]), [["RedpointEOS", GUID]]],
  [p.array(p.Color).of("a", [[0, 0, 0, 9], [9, 0, 0, 0]]), ["00000009", "00000900"]],
  [p.set(p.Name).of("a", ["b", "c"]), ["b", "c"]],
  [p.map(p.Str, p.Obj).of("a", [["b", "null"]]), [["b", `guid ${"0".repeat(32)}`]], [[
    "b",
    "index -1",
  ]]],
];

for (const layout of LAYOUTS) {
  Deno.test(`encodeProperties() writes every type in layout ${layout}`, () => {
    for (const place of ["world", "archive"] as const) {
      const tags = walked(EVERY_TYPE.map(([property]) => property), layout, place);
      for (const [i, [property, world, archive]] of EVERY_TYPE.entries()) {
        const expected = place === "archive" && archive !== undefined ? archive : world;
        assert.deepEqual(tags[i]?.value, expected, `${property.tree.name} in a ${place}`);
      }
    }
  });

  Deno.test(`encodeProperties() keeps structs in arrays, sets and maps apart in layout ${layout}`, () => {
    const ItemNetID = p.struct("ItemNetID");
    const items = [[p.Int.of("A", 1)], [], [p.Str.of("B", "x"), p.Bool.of("C", true)]];
    const tags = walked(
      [
        p.array(ItemNetID).of("list", items),
        p.set(ItemNetID).of("set", items),
        p.map(p.Name, ItemNetID).of("map", items.map((item, i) => [`k${i}`, item])),
        p.array(p.struct("CustomItemData", { native: true })).of("native", items),
        p.Int.of("after", 5),
      ],
      layout,
      "world",
    );
    assert.deepEqual(tags.map((tag) => tag.name), ["list", "set", "map", "native", "after"]);
    const sizes = tags.slice(0, 4).map((tag) => (tag.value as unknown[]).length);
    assert.deepEqual(sizes, [3, 3, 3, 3]);
  });

  Deno.test(`encodeProperties() gives every random list exact sizes in layout ${layout}`, () => {
    fc.assert(
      fc.property(propertyLists("world"), (list) => {
        const tags = walked(list, layout, "world");
        assert.deepEqual(
          tags.map(({ name, index }) => ({ name, index })),
          list.map(({ name, index }) => ({ name, index })),
        );
      }),
      { numRuns: 150 },
    );
    fc.assert(
      fc.property(propertyLists("archive"), (list) => {
        assert.equal(walked(list, layout, "archive").length, list.length);
      }),
      { numRuns: 50 },
    );
  });
}

Deno.test("encodeProperties() refuses what a save cannot hold", () => {
  const nested = /Cannot put ArrayProperty into a container/;
  assert.throws(() => p.array(p.array(p.Int) as unknown as p.Type<number>), nested);
  assert.throws(() => p.set(p.Bytes), nested);
  const inWorld = (property: p.Property, layout: p.Layout) => walked([property], layout, "world");
  assert.throws(
    () => inWorld(p.set(p.Vector).of("a", []), 13),
    /Cannot write Vector in a set or map/,
  );
  assert.throws(() => inWorld(p.map(p.Guid, p.Int).of("a", []), 13), /Cannot write Guid/);
  assert.throws(() => inWorld(p.Obj.of("a", { index: 1 }), 14), /use its guid/);
  assert.throws(
    () => walked([p.Obj.of("a", { guid: GUID })], 14, "archive"),
    /use the object's index/,
  );
});
