/**
 * Parts of saves made to hurt: each becomes a problem, and the rest is kept.
 */

import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
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

Deno.test("rows that are no objects are problems, and the rest is kept", async () => {
  await withTempFolder((folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    writeWorld(path, generateWorld({ structures: 60 }).spec);
    const db = new DatabaseSync(path);
    const insert = db.prepare("insert into game values (?, ?)");
    insert.run("abcdefghijklmnop", new Uint8Array(9));
    insert.run(new Uint8Array(1), new Uint8Array(9));
    db.exec("insert into game values (x'00112233445566778899aabbccddeeff', 1152921504606846977)");
    db.close();
    const found = survey(path);
    deepEqual([found.summary.counts.structures, found.summary.counts.problems], [60, 3]);
    deepEqual(
      problemsOf(found).map(({ class: path, reason }) => [path, reason]),
      Array(3).fill(["unknown class", "this row is no object, or larger than any"]),
    );
  });
});

Deno.test("a structure with a damaged name keeps its tribe, its place and its base", async () => {
  await withTempFolder((folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    writeWorld(
      path,
      generateWorld({ structures: 60, bases: 1, tribes: 1, dinos: 0, pods: 0 }).spec,
    );
    const owner = [...survey(path).bases()][0]!.ownerName!;
    const db = new DatabaseSync(path);
    const update = db.prepare("update game set value = ? where key = ?");
    for (const { key, value } of db.prepare("select key, value from game").all()) {
      const bytes = (value as Uint8Array).slice();
      const at = Buffer.from(bytes).indexOf(`${owner}\0`);
      if (at < 0) continue;
      new DataView(bytes.buffer).setInt32(at - 4, 1000, true); // longer than its property
      update.run(bytes, key!);
    }
    db.close();
    const found = survey(path);
    equal(found.summary.counts.structures, 60);
    deepEqual([...found.bases()].map(({ structures, ownerName }) => [structures, ownerName]), [[
      60,
      null,
    ]]);
    equal(problemsOf(found).length, found.summary.counts.problems);
    ok(found.summary.counts.problems >= 60);
  });
});

Deno.test("a world without its table of positions says so", async () => {
  await withTempFolder((folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    writeWorld(path, generateWorld({ structures: 60 }).spec);
    const db = new DatabaseSync(path);
    db.exec("update custom set value = substr(value, 1, 200) where key = 'ActorTransforms'");
    deepEqual(problemsOf(survey(path)).map(({ reason }) => reason), ["cut short"]);
    db.exec("delete from custom where key like 'ActorTransforms%'");
    db.close();
    const [problem] = problemsOf(survey(path));
    deepEqual(
      [problem!.class, problem!.reason],
      ["ActorTransforms", "missing: no structure or dino has a position"],
    );
  });
});

Deno.test("guids that are merely counted are found as quickly as random ones", async () => {
  await withTempFolder((folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    const owner = { teamId: 1_234_567_890, name: "Counters" };
    const structures = Array.from({ length: 40_000 }, (_, i) => ({
      guid: i.toString(16).padStart(32, "0"),
      className: "/Game/PrimalEarth/Structures/Stone/Floor_Stone.Floor_Stone_C",
      place: { x: i * 3, y: 0, z: 0 },
      owner,
    }));
    writeWorld(path, { version: 14, map: "TheIsland_WP", gameTimeSeconds: 1e8, structures });
    // All share their first twelve bytes: a hash of those alone would compare each with each.
    const found = survey(path);
    deepEqual([found.summary.unplacedStructures, found.summary.counts.bases], [0, 1]);
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
      [["unknown class", "this row is no object, or larger than any"]],
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
  const reasons: string[] = [];
  const { tribes } = readEmbedded(out.copy(), ({ reason }) => reasons.push(reason));
  deepEqual([tribes.length, reasons], [1, ["entries overlap"]]);
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
