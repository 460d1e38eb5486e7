import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import fc from "fast-check";
import {
  encodePod,
  encodeSaddle,
  encodeWildcards,
  type PodContent,
  type PodVersion,
} from "../../../src/sandbox/world/cryopod.ts";
import { Bool, Float, Int, Name, Obj, Str } from "../../../src/sandbox/world/properties.ts";
import { archiveName, decodeWildcards, type ReadName, Walker } from "./walker.ts";

const GUID = "44f56abe74f878428e1e643835b94cf9";

const squeezed = (hex: string) => encodeWildcards(Uint8Array.fromHex(hex)).toHex();

Deno.test("encodeWildcards() encodes each kind of run as the game does", () => {
  assert.equal(squeezed("010203"), "010203");
  assert.equal(squeezed("00"), "00");
  assert.equal(squeezed("0000"), "f2");
  assert.equal(squeezed("00".repeat(14)), "fe");
  assert.equal(squeezed("00".repeat(15)), "fe00");
  assert.equal(squeezed("00000005000000070000 00".replace(" ", "")), "ff0507");
  assert.equal(squeezed("0000000500000000000000"), "ff0500", "b may be 0");
  assert.equal(squeezed("000000000000000700000001"), "f707f301", "a must not be 0");
  assert.equal(squeezed("00000005000000070000"), "f305f307f2", "one byte short");
  assert.equal(squeezed("f0"), "f0f0");
  assert.equal(squeezed("ff01"), "f0ff01");
  assert.equal(squeezed("f3fe"), "f13e");
  assert.equal(squeezed("f3fef5"), "f13ef0f5");
});

Deno.test("encodeWildcards() loses nothing of any bytes", () => {
  const bytes = fc.array(
    fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 0, max: 255 })),
    {
      maxLength: 200,
    },
  ).map((list) => Uint8Array.from(list));
  fc.assert(
    fc.property(bytes, (plain) => {
      assert.deepEqual(decodeWildcards(encodeWildcards(plain)), plain);
    }),
    { numRuns: 500 },
  );
});

const CONTENT: PodContent = {
  dino: {
    guid: GUID,
    className: "/Game/PrimalEarth/Dinos/Rex/Rex_Character_BP.Rex_Character_BP_C",
    names: ["Rex_Character_BP_C_1", "PersistentLevel", "TheIsland_WP"],
    properties: [
      Str.of("TamedName", "小龍"),
      Bool.of("bIsFemale", true),
      Int.of("TargetingTeam", 1_060_495_371),
      Name.of("ColorSetNames", "DyeIndex", 3),
      Obj.of("MyCharacterStatusComponent", { index: 1 }),
    ],
  },
  status: {
    guid: GUID,
    className: "/Game/PrimalEarth/Status.Status_C",
    names: ["Status1", "Rex_Character_BP_C_1"],
    properties: [Float.of("CurrentStatusValues", 330, 0), Int.of("BaseCharacterLevel", 12)],
  },
  caughtAt: { x: -350_526, y: 47, z: -44_303, yawDegrees: 35.5 },
};

/** Takes a payload apart with the fixed names that these properties use. */
function walkPod(bytes: Uint8Array, version: PodVersion) {
  const head = new DataView(bytes.buffer);
  assert.equal(head.getInt32(0, true), version);
  assert.deepEqual([...bytes.subarray(12, 14)], [0x78, 0x9c], "zlib, default level");
  const inflated = new Uint8Array(inflateSync(bytes.subarray(12)));
  assert.equal(head.getInt32(4, true), inflated.length);
  const payload = decodeWildcards(inflated);
  const table: string[] = [];
  const fixed = new Map([
    [1, "StrProperty"],
    [3, "BoolProperty"],
    [5, "FloatProperty"],
    [8, "None"],
    [10, "NameProperty"],
    [12, "ObjectProperty"],
    [15, "IntProperty"],
    [55, "bIsFemale"],
    [34, "MyCharacterStatusComponent"],
    [36, "TargetingTeam"],
    [42, "CurrentStatusValues"],
    [9, "ColorSetNames"],
  ]);
  const readName: ReadName = (walker) => {
    const key = walker.u32();
    assert.equal(walker.i32(), 0);
    const name = key & 0x10000000 ? table[key & 0xfffffff] : fixed.get(key);
    assert.ok(name !== undefined, `name ${key.toString(16)}`);
    return name;
  };
  const layout = version === 0x0407 ? 14 : 13;
  const walker = new Walker(payload, { layout, readName, isWorld: false });
  walker.at = head.getInt32(8, true);
  for (let left = walker.i32(); left > 0; left--) table.push(walker.text());
  assert.equal(walker.at, payload.length, "the name table ends the payload");
  walker.at = 0;
  if (layout === 14) assert.deepEqual([walker.i32(), walker.i32()], [522, 1013]);
  const objects = Array.from({ length: walker.i32() }, () => {
    const guid = walker.guid();
    const className = walker.text();
    assert.equal(walker.i32(), 0);
    const names = Array.from({ length: walker.i32() }, () => walker.text());
    assert.deepEqual([walker.i32(), walker.i32()], [0, 0]);
    const location = walker.i32() === 0 ? [] : Array.from({ length: 6 }, () => walker.f32());
    const offset = walker.i32();
    assert.equal(walker.i32(), 0);
    return { guid, className, names, location, offset };
  });
  return objects.map((object) => {
    assert.equal(walker.at, object.offset, "properties follow without a gap");
    if (layout === 14) assert.equal(walker.u8(), 0);
    const properties = walker.properties().map(({ name, index, value }) => [name, index, value]);
    assert.equal(walker.i32(), 1);
    assert.equal(walker.guid(), object.guid);
    return { ...object, properties, tail: walker.i32() };
  });
}

for (const version of [0x0407, 0x0406] as const) {
  Deno.test(`encodePod() packs dino and status so that they come out whole, version ${version}`, () => {
    const [dino, status] = walkPod(encodePod(CONTENT, version), version);
    assert.equal(dino?.className, CONTENT.dino.className);
    assert.deepEqual(dino?.names, CONTENT.dino.names);
    assert.deepEqual(dino?.location, [-350_526, 47, -44_303, 0, 35.5, 0]);
    assert.deepEqual(dino?.properties, [
      ["TamedName", 0, "小龍"],
      ["bIsFemale", 0, true],
      ["TargetingTeam", 0, 1_060_495_371],
      ["ColorSetNames", 3, "DyeIndex"],
      ["MyCharacterStatusComponent", 0, "index 1"],
    ]);
    assert.equal(dino?.tail, 1);
    assert.deepEqual(status?.location, []);
    assert.deepEqual(status?.properties, [
      ["CurrentStatusValues", 0, 330],
      ["BaseCharacterLevel", 0, 12],
    ]);
    assert.equal(status?.tail, 0);
  });

  Deno.test(`encodeSaddle() writes a bare property list, version ${version}`, () => {
    const path = "/Game/Saddle.Saddle_C";
    const bytes = encodeSaddle([Obj.of("ItemArchetype", { path })], version);
    const layout = version === 0x0407 ? 14 : 13;
    const walker = new Walker(bytes, { layout, readName: archiveName, isWorld: false });
    assert.equal(walker.u32(), 0x01bedead);
    const versions = Array.from({ length: layout === 14 ? 3 : 1 }, () => walker.i32());
    assert.deepEqual(versions, layout === 14 ? [7, 522, 1013] : [6]);
    assert.equal(walker.properties()[0]?.value, `path ${path}`);
    assert.equal(walker.at, bytes.length);
  });
}
