import assert from "node:assert/strict";
import { ByteWriter } from "../../../src/sandbox/world/bytes.ts";
import { ARCHIVE_NAMES, CryopodNames, WorldNames } from "../../../src/sandbox/world/names.ts";
import { readTable } from "./walker.ts";

/** Section 3.1 of the format document. */
const KEYS = {
  None: 0x09ad2622,
  BoolProperty: 0x4d8226aa,
  UInt64Property: 0xb2938574,
  StructProperty: 0xfaa4c670,
  TargetingTeam: 0x081d4335,
  LastInAllyRangeTimeSerialized: 0x16010915,
  MyInventoryComponent: 0x00267cfa,
  TamedName: 0x7c5ada51,
};

Deno.test("WorldNames writes the hash keys of the game and a table of every name used", () => {
  const names = new WorldNames();
  const out = new ByteWriter();
  for (const text of Object.keys(KEYS)) names.write(out, text);
  names.write(out, "None");
  names.write(out, { text: "NPCZoneVolume", number: 509 });
  const view = new DataView(out.view().buffer);
  for (const [i, key] of Object.values(KEYS).entries()) {
    assert.equal(view.getUint32(i * 8, true), key);
    assert.equal(view.getInt32(i * 8 + 4, true), 0);
  }
  assert.equal(view.getInt32(out.length - 4, true), 509);

  const table = new ByteWriter();
  names.writeTable(table);
  const texts = readTable(table.view());
  assert.deepEqual([...texts.values()], [...Object.keys(KEYS), "NPCZoneVolume"]);
  for (const [text, key] of Object.entries(KEYS)) assert.equal(texts.get(key), text);
});

Deno.test("WorldNames gives names that differ only in case one entry, as the game does", () => {
  const names = new WorldNames();
  const out = new ByteWriter();
  names.write(out, "Health");
  names.write(out, "HEALTH");
  const bytes = out.view();
  assert.deepEqual(bytes.subarray(0, 4), bytes.subarray(8, 12));
  const table = new ByteWriter();
  names.writeTable(table);
  assert.deepEqual([...readTable(table.view()).values()], ["Health"]);
});

Deno.test("ARCHIVE_NAMES writes text, with the number as readers show it", () => {
  const out = new ByteWriter();
  ARCHIVE_NAMES.write(out, { text: "Zone", number: 3 });
  assert.equal(out.view().toHex(), `07000000${new TextEncoder().encode("Zone_2").toHex()}00`);
});

Deno.test("CryopodNames uses the game's list first and its own table for the rest", () => {
  const names = new CryopodNames();
  const out = new ByteWriter();
  for (const name of ["DinoID1", "TamedName", "None", "GeneTraits", "TamedName"]) {
    names.write(out, name);
  }
  const view = new DataView(out.view().buffer);
  const keys = [0, 1, 2, 3, 4].map((i) => view.getUint32(i * 8, true));
  assert.deepEqual(keys, [23, 0x10000000, 8, 0x10000001, 0x10000000]);
});
