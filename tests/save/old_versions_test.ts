/**
 * Worlds of save versions 11 and 12, of which no real file is at hand: a made world of version 13,
 * re-encoded by the differences that the format document names.
 */

import { deepEqual, equal } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { DEFAULT_DECAY_RULE } from "../../src/ark/decay.ts";
import { surveySave } from "../../src/save/survey.ts";
import { nameKey } from "../../src/save/names.ts";
import { Cursor } from "../../src/save/reader.ts";
import { ByteWriter } from "../../src/sandbox/world/bytes.ts";
import { generateWorld } from "../../src/sandbox/world/generate.ts";
import { writeWorld } from "../../src/sandbox/world/world.ts";
import { withTempFolder } from "../temp_folder.ts";

for (const version of [11, 12]) {
  Deno.test(`a world of save version ${version} reads like its twin of version 13`, async () => {
    await withTempFolder((folder) => {
      const path = `${folder}/TheIsland_WP.ark`;
      writeWorld(path, generateWorld({ version: 13, structures: 120, dinos: 3, pods: 3 }).spec);
      const modern = everything(path);
      makeOlder(path, version);
      const old = everything(path);
      equal(old.summary.version, version);
      deepEqual({ ...old.summary, version: 13 }, modern.summary);
      deepEqual(old.records, modern.records);
    });
  });
}

function everything(path: string) {
  const survey = surveySave({
    path,
    folder: undefined,
    savedAtMs: Date.UTC(2026, 0, 1),
    decay: DEFAULT_DECAY_RULE,
    dinoRadiusUnits: 2500,
    maps: {},
  });
  const kinds = ["players", "tribes", "bases", "structures", "tamed", "problems"] as const;
  return {
    summary: survey.summary,
    records: kinds.map((kind) => [...survey.records(kind, "stored")]),
  };
}

/** Below version 13 an object's instance names are names of the table, below 12 there is no save count. */
function makeOlder(path: string, version: number): void {
  const db = new DatabaseSync(path);
  const instanceNames = new Set<string>();
  const update = db.prepare("update game set value = ? where key = ?");
  for (const { key, value } of db.prepare("select key, value from game").all()) {
    update.run(withTableNames(value as Uint8Array, instanceNames), key!);
  }
  const { value } = db.prepare("select value from custom where key = 'SaveHeader'").get()!;
  const header = olderHeader(value as Uint8Array, { version, names: instanceNames });
  db.prepare("update custom set value = ? where key = 'SaveHeader'").run(header);
  db.close();
}

function withTableNames(blob: Uint8Array, names: Set<string>): Uint8Array {
  const cursor = new Cursor(blob), out = new ByteWriter();
  out.bytes(cursor.slice(12)); // class, "is item"
  const count = cursor.i32();
  out.i32(count);
  for (let i = 0; i < count; i++) {
    const name = cursor.text();
    names.add(name);
    out.i32(nameKey(name));
    out.i32(0);
  }
  out.bytes(cursor.slice(cursor.left));
  return out.copy();
}

function olderHeader(
  header: Uint8Array,
  { version, names }: { version: number; names: Set<string> },
): Uint8Array {
  const cursor = new Cursor(header), out = new ByteWriter();
  cursor.take(2);
  const tableAt = cursor.i32(), shift = version < 12 ? 4 : 0;
  out.u8(version);
  out.u8(0);
  out.i32(tableAt - shift);
  out.bytes(cursor.slice(8)); // game time
  cursor.take(shift); // save count
  out.bytes(cursor.slice(tableAt - cursor.pos));
  out.i32(cursor.i32() + names.size);
  out.bytes(cursor.slice(cursor.left));
  for (const name of names) {
    out.i32(nameKey(name));
    out.string(name);
  }
  return out.copy();
}
