import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type SaveHeader, WorldFile } from "../../../src/sandbox/world/container.ts";
import { FLAGS, type GameObject } from "../../../src/sandbox/world/objects.ts";
import { Bool, Int } from "../../../src/sandbox/world/properties.ts";
import { withFolder } from "./opened.ts";
import { readTable, walkObject } from "./walker.ts";

const HEADER: SaveHeader = {
  version: 14,
  map: "GreenflatMap",
  gameTimeSeconds: 105_184_156.40937033,
  saveCount: 15,
};

const GUID = "44f56abe74f878428e1e643835b94cf9";
const FLOOR: GameObject = {
  guid: GUID,
  className: "/Game/Floor.Floor_C",
  names: ["Floor_C_1"],
  flags: FLAGS.actor,
  properties: [Int.of("TargetingTeam", 5)],
  place: { x: 1, y: -2, z: 3, yawDegrees: 180 },
};

function write(path: string, objects: GameObject[], header = HEADER): void {
  using file = new WorldFile(path, header);
  for (const object of objects) file.add(object);
  file.finish({
    tribes: [{ key: 7, archive: Uint8Array.of(1, 2, 3) }],
    profiles: [{ key: 0, archive: Uint8Array.of(4) }, { key: 1, archive: Uint8Array.of(5, 6) }],
  });
}

/** Everything in a world file: pragmas and schema, `custom` by name, `game` in row order. */
function open(path: string) {
  using database = new DatabaseSync(path, { readOnly: true });
  const pragma = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  const rows = (sql: string) => database.prepare(sql).all();
  return {
    pragmas: ["page_size", "journal_mode", "encoding", "user_version", "application_id"].map(
      pragma,
    ),
    schema: rows("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").map((row) => row["sql"]),
    custom: new Map(
      rows("SELECT key, value FROM custom").map((row) => [row["key"], row["value"] as Uint8Array]),
    ),
    game: rows("SELECT key, value FROM game").map((row) => ({
      key: (row["key"] as Uint8Array).toHex(),
      value: row["value"] as Uint8Array,
    })),
  };
}

Deno.test("WorldFile makes the database that the game makes", () =>
  withFolder((folder) => {
    const path = join(folder, "w.ark");
    write(path, [FLOOR]);
    const { pragmas, schema, custom } = open(path);
    assert.deepEqual(pragmas, [8192, "delete", "UTF-8", 0, 0]);
    assert.deepEqual(schema, [
      "CREATE TABLE game (key BLOB primary key not null, value blob not null)",
      "CREATE TABLE custom (key VARCHAR(64) primary key not null, value blob not null)",
    ]);
    assert.deepEqual([...custom.keys()], [
      "SaveHeader",
      "GameModeCustomBytes",
      "ActorTransforms",
      "ActorTransformsDelta",
    ]);
  }));

Deno.test("WorldFile writes the header with an exact table offset in both versions", () =>
  withFolder((folder) => {
    for (const version of [14, 13] as const) {
      const path = join(folder, "w.ark");
      write(path, [FLOOR], { ...HEADER, version });
      const bytes = open(path).custom.get("SaveHeader")!;
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      const start = version === 14 ? 10 : 2;
      const offset = start + 49;
      const head = (version === 14 ? "0e000a020000f5030000" : "0d00") +
        offset.toString(16) + "000000" + "fa31a371ee139941" + "0f000000" + "01000000" +
        "0d000000" + "477265656e666c61744d617000" + "ffffffff" + "00".repeat(8);
      assert.equal(bytes.subarray(0, offset).toHex(), head);
      assert.equal(view.getInt32(start, true), offset);
      const names = [...readTable(bytes, offset).values()];
      assert.deepEqual(names, ["/Game/Floor.Floor_C", "TargetingTeam", "IntProperty", "None"]);
    }
  }));

Deno.test("WorldFile writes each object under its GUID, and a transform when it has a place", () =>
  withFolder((folder) => {
    const path = join(folder, "w.ark");
    const item = { ...FLOOR, guid: "01".repeat(16), flags: FLAGS.item, properties: [] };
    const { place: _, ...lost } = item;
    write(path, [FLOOR, lost]);
    const { custom, game } = open(path);
    assert.deepEqual(game.map((row) => row.key), [GUID, "01".repeat(16)]);
    const table = readTable(custom.get("SaveHeader")!, 59);
    const [floor] = game.map((row) => walkObject(row.value, 14, table));
    assert.equal(floor?.guid, GUID);
    assert.deepEqual(floor?.names, ["Floor_C_1"]);
    assert.equal(floor?.properties[0]?.value, 5);

    const transforms = custom.get("ActorTransforms")!;
    assert.equal(transforms.length, 72 + 16, "one record and the end");
    assert.equal(transforms.subarray(0, 16).toHex(), GUID);
    const numbers = new Float64Array(transforms.slice(16, 72).buffer);
    const expected = [1, -2, 3, 0, 0, 1, 0];
    assert.ok(expected.every((part, i) => Math.abs(numbers[i]! - part) < 1e-9), `${numbers}`);
    assert.equal(transforms.subarray(72).toHex(), "00".repeat(16));
  }));

Deno.test("WorldFile embeds tribes and profiles with offsets from the start of their store", () =>
  withFolder((folder) => {
    const path = join(folder, "w.ark");
    write(path, []);
    assert.equal(
      open(path).custom.get("GameModeCustomBytes")!.toHex(),
      "01000000" +
        "03000000" + "01000000" + "010203" + "07000000" + "01000000" + "00000000" + "03000000" +
        "03000000" + "02000000" + "040506" +
        "0000000000000000" + "00000000" + "01000000" +
        "0100000000000000" + "01000000" + "02000000" +
        "0a000000" + "2211aacc" + "00".repeat(20),
    );
  }));

Deno.test("WorldFile ends a blob after the flags when an object has no properties at all", () =>
  withFolder((folder) => {
    const path = join(folder, "w.ark");
    const { properties: _, ...bare } = FLOOR;
    write(path, [bare]);
    const [row] = open(path).game;
    assert.equal(row?.value.at(-1), FLAGS.actor);
    assert.equal(row?.value.length, 8 + 4 + 4 + (4 + 10) + 4 + 1);
  }));

Deno.test("WorldFile replaces an older file, but nothing that is no file", () =>
  withFolder((folder) => {
    const path = join(folder, "w.ark");
    Deno.writeTextFileSync(path, "old");
    write(path, [FLOOR]);
    assert.equal(open(path).game.length, 1);
    Deno.mkdirSync(join(folder, "d.ark"));
    assert.throws(() => write(join(folder, "d.ark"), []), /exists and is no file/);
    assert.throws(() => write(join(folder, "none", "w.ark"), []), /folder is missing or read-only/);
    assert.deepEqual([...Deno.readDirSync(folder)].map((entry) => entry.name).sort(), [
      "d.ark",
      "w.ark",
    ]);
  }));

Deno.test("WorldFile leaves the old file and no trace when it is not finished", () =>
  withFolder((folder) => {
    const path = join(folder, "w.ark");
    Deno.writeTextFileSync(path, "old");
    const failing = () => {
      using file = new WorldFile(path, HEADER);
      file.add({ ...FLOOR, properties: [Bool.of("b", true)] });
      file.add(FLOOR);
    };
    assert.throws(failing, /UNIQUE/, "a GUID can be used once");
    assert.equal(Deno.readTextFileSync(path), "old");
    assert.equal([...Deno.readDirSync(folder)].length, 1);
  }));
