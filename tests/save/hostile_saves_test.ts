/**
 * Parts of saves made to hurt: each becomes a problem, and the rest is kept.
 */

import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { deflateSync } from "node:zlib";
import { DEFAULT_DECAY_RULE } from "../../src/ark/decay.ts";
import { openArchive } from "../../src/save/archive.ts";
import { readEmbedded } from "../../src/save/people.ts";
import { openPod } from "../../src/save/pods.ts";
import { readProperties } from "../../src/save/properties.ts";
import { Cursor, SaveDataError } from "../../src/save/reader.ts";
import { ArchiveNames } from "../../src/save/names.ts";
import { PropertyFormat } from "../../src/save/tags.ts";
import { type Survey, surveySave } from "../../src/save/survey.ts";
import { ByteWriter } from "../../src/sandbox/world/bytes.ts";
import { generateWorld } from "../../src/sandbox/world/generate.ts";
import { ARCHIVE_NAMES } from "../../src/sandbox/world/names.ts";
import {
  encodeProperties,
  Int,
  type Property,
  struct,
} from "../../src/sandbox/world/properties.ts";
import { writeWorld } from "../../src/sandbox/world/world.ts";
import { withTempFolder } from "../temp_folder.ts";

function survey(path: string, folder?: string): Survey {
  return surveySave({
    path,
    folder,
    savedAtMs: 1e12,
    decay: DEFAULT_DECAY_RULE,
    dinoRadiusUnits: 2500,
    maps: {},
  });
}

type Problem = { class: string; reason: string };

const problemsOf = (found: Survey) => [...found.records("problems", "document")] as Problem[];

Deno.test("a profile that is a folder, empty, cut short or enormous is one problem each", async () => {
  await withTempFolder((folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    const { spec, truth } = generateWorld({ structures: 60, archives: "files" });
    writeWorld(path, spec);
    const good = [...Deno.readDirSync(folder)].find(({ name }) =>
      name.endsWith(".arkprofile")
    )!.name;
    Deno.mkdirSync(`${folder}/a.arkprofile`);
    Deno.writeTextFileSync(`${folder}/b.arkprofile`, "");
    const cut = Deno.readFileSync(`${folder}/${good}`).subarray(0, 60);
    Deno.writeFileSync(`${folder}/c.arkprofile`, cut);
    Deno.writeFileSync(`${folder}/d.arktribe`, cut);
    Deno.truncateSync(`${folder}/d.arktribe`, 2 ** 33); // sparse: takes no space
    const found = survey(path, folder);
    equal(found.summary.counts.players, truth.players.length);
    deepEqual(
      problemsOf(found).map((problem) => problem.class),
      ["a.arkprofile", "b.arkprofile", "c.arkprofile", "d.arktribe"],
    );
  });
});

Deno.test("an object of impossible size is a problem without a class", async () => {
  await withTempFolder((folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    writeWorld(path, generateWorld({ structures: 60 }).spec);
    const db = new DatabaseSync(path);
    db.prepare("insert into game values (?, ?)").run(
      new Uint8Array(16).fill(9),
      new Uint8Array(17 * 1024 * 1024),
    );
    db.close();
    const found = survey(path);
    equal(found.summary.counts.structures, 60);
    deepEqual(
      problemsOf(found).map(({ class: path, reason }) => [path, reason]),
      [["unknown class", "too large for an object"]],
    );
  });
});

Deno.test("embedded entries that share their bytes are refused, not read a million times", () => {
  const out = new ByteWriter();
  out.i32(1);
  out.i32(100);
  out.i32(50);
  out.zeros(100);
  for (let i = 0; i < 50; i++) {
    out.zeros(8);
    out.i32(0);
    out.i32(100);
  }
  throws(() => readEmbedded(out.copy(), () => {}), /entries overlap/);
});

Deno.test("lists nested without end are given up, with what stood before them kept", () => {
  const Nested = struct("Nested");
  let list: Property[] = [];
  for (let depth = 0; depth < 2_000; depth++) list = [Nested.of("N", list)];
  const out = new ByteWriter();
  encodeProperties(
    { out, names: ARCHIVE_NAMES, layout: 14 },
    [Int.of("Before", 7), ...list, Int.of("After", 8)],
  );
  const format = new PropertyFormat(new ArchiveNames(), true, false);
  const troubles: unknown[] = [];
  const { properties } = readProperties(new Cursor(out.copy()), format, (t) => troubles.push(t));
  deepEqual(properties.map(({ name }) => name), ["Before", "N", "After"]);
  ok(troubles.length > 0);
});

Deno.test("a type tree nested without end is refused", () => {
  const out = new ByteWriter();
  out.string("Name");
  for (let depth = 0; depth < 50_000; depth++) {
    out.string("ArrayProperty");
    out.i32(1);
  }
  const format = new PropertyFormat(new ArchiveNames(), true, false);
  const reasons: string[] = [];
  readProperties(new Cursor(out.copy()), format, ({ reason }) => reasons.push(reason));
  deepEqual(reasons, ["impossible type"]);
});

Deno.test("a cryopod that would unpack without end is refused", () => {
  const bomb = (inflatedSize: number) => {
    const out = new ByteWriter();
    out.i32(0x0407);
    out.i32(inflatedSize);
    out.i32(0);
    out.bytes(new Uint8Array(deflateSync(new Uint8Array(64 * 1024 * 1024).fill(0xfe))));
    return out.copy();
  };
  for (const size of [64 * 1024 * 1024, 1000, -1, 0x7fffffff]) {
    throws(() => openPod(bomb(size)), SaveDataError);
  }
});

Deno.test("an archive that announces millions of objects is refused before they are made", () => {
  const out = new ByteWriter();
  out.i32(7);
  out.zeros(8);
  out.i32(50_000_000);
  out.zeros(1_000);
  throws(() => openArchive(out.copy()), /impossible count 50000000/);
});
