/**
 * Files that are no saves, half saves and hostile saves: a result with problems or one clear error,
 * never a crash, a hang or all the memory.
 */

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { DEFAULT_DECAY_RULE } from "../../../src/ark/decay.ts";
import { type ReadSave, readSave, UnreadableSaveError } from "../../../src/features/bases/mod.ts";
import type { SurveyAnswer, SurveyQuestion } from "../../../src/features/bases/worker.ts";
import type { ReadLimits } from "../../../src/features/bases/refresh.ts";
import { WorkerFailure, WorkerTask } from "../../../src/runtime/workers.ts";
import { RECORD_KINDS } from "../../../src/save/records.ts";
import type { SurveySummary } from "../../../src/save/survey.ts";
import { generateWorld } from "../../../src/sandbox/world/generate.ts";
import { writeWorld } from "../../../src/sandbox/world/world.ts";
import { withTempFolder } from "../../temp_folder.ts";

const JUDGE = { decay: DEFAULT_DECAY_RULE, dinoRadiusUnits: 2500, maps: {} };

const read = (path: string): Promise<ReadSave> => readSave(path, { judge: JUDGE });

/** A small world with everything in it, as bytes. */
async function smallWorld(structures = 60): Promise<Uint8Array<ArrayBuffer>> {
  let bytes = new Uint8Array(0);
  await withTempFolder((folder) => {
    const { spec } = generateWorld({
      structures,
      objects: structures * 3,
      dinos: 4,
      pods: 3,
      tribes: 2,
    });
    writeWorld(`${folder}/World.ark`, spec);
    bytes = Deno.readFileSync(`${folder}/World.ark`);
  });
  return bytes;
}

function checkRefused(name: string, content: Uint8Array | string, reason: RegExp): void {
  Deno.test(`${name} is refused with a sentence that says so`, async () => {
    await withTempFolder(async (folder) => {
      const path = `${folder}/TheIsland_WP.ark`;
      await Deno.writeFile(
        path,
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
      await rejects(read(path), (error: unknown) => {
        ok(error instanceof UnreadableSaveError);
        match(error.message, reason);
        ok(error.message.startsWith(`Cannot read ${path}: `));
        return true;
      });
    });
  });
}

checkRefused("an empty file", "", /The file is empty/);
checkRefused("a text file", "just some notes about my base\n".repeat(20), /no ARK world/);
checkRefused("a compressed backup", Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0), /unpack it first/);
checkRefused(
  "a git-lfs pointer",
  "version https://git-lfs.github.com/spec/v1\noid",
  /git lfs pull/,
);
checkRefused("a profile in a world's place", archiveHead(7, 1), /profile or tribe, not a world/);
checkRefused("a world of ARK: Survival Evolved", evolvedHead(), /Survival Evolved/);
checkRefused("a profile of ARK: Survival Evolved", archiveHead(6, 0), /Survival Evolved/);
checkRefused("half an SQLite header", "SQLite format 3\0......", /ends within its own header/);
checkRefused("an SQLite header and nothing else", "SQLite format 3\0".padEnd(100, "\0"), /damaged/);

function archiveHead(version: number, guidByte: number): Uint8Array {
  const bytes = new Uint8Array(200).fill(guidByte);
  new DataView(bytes.buffer).setInt32(0, version, true);
  return bytes;
}

function evolvedHead(): Uint8Array {
  const bytes = new Uint8Array(200).fill(1);
  new DataView(bytes.buffer).setInt16(0, 9, true);
  return bytes;
}

Deno.test("a file that does not exist is named", async () => {
  await rejects(
    read("/nowhere/at/all.ark"),
    /Cannot read \/nowhere\/at\/all\.ark: there is no such file/,
  );
});

Deno.test("a folder without a world says what it looked for", async () => {
  await withTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/notes.txt`, "");
    await rejects(read(folder), /holds no world/);
  });
});

Deno.test("a save folder gives its own world, never a backup of it", async () => {
  await withTempFolder(async (parent) => {
    const folder = `${parent}/TheIsland_WP`;
    const write = (name: string, structures: number) =>
      writeWorld(`${folder}/${name}`, generateWorld({ structures }).spec);
    write("TheIsland_WP_01.02.2026_03.04.05.ark", 51);
    write("TheIsland_WP.ark", 60);
    write("Other.ark", 55);
    const save = await read(folder);
    save.close();
    deepEqual([save.file, save.counts.structures], ["TheIsland_WP.ark", 60]);
    await Deno.remove(`${folder}/TheIsland_WP.ark`);
    write("Another.ark", 55);
    await rejects(read(folder), /several worlds \(Another\.ark, Other\.ark\); name one/);
  });
});

Deno.test("a database of another program is refused", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/history.ark`;
    const db = new DatabaseSync(path);
    db.exec("create table visits (url text); insert into visits values ('x')");
    db.close();
    await rejects(read(path), /database of another program/);
  });
});

Deno.test("a world of a save version to come is refused with its number", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    await Deno.writeFile(path, await smallWorld());
    const db = new DatabaseSync(path);
    const { value } = db.prepare("select value from custom where key = 'SaveHeader'").get()!;
    const header = (value as Uint8Array<ArrayBuffer>).slice();
    for (const [version, advice] of [[15, "update BlissBot"], [10, "versions 11 to 14"]] as const) {
      new DataView(header.buffer).setInt16(0, version, true);
      db.prepare("update custom set value = ? where key = 'SaveHeader'").run(header);
      await rejects(read(path), new RegExp(`save version ${version}.*${advice}`));
    }
    db.close();
  });
});

Deno.test("a world cut short at any twentieth of its length is refused as incomplete", async () => {
  const bytes = await smallWorld();
  await withTempFolder(async (folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    for (let percent = 5; percent < 100; percent += 5) {
      await Deno.writeFile(path, bytes.subarray(0, Math.floor(bytes.length * percent / 100)));
      await rejects(read(path), /cut short|damaged/);
    }
  });
});

Deno.test("a world with a journal beside it is being written and is not touched", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    await Deno.writeFile(path, await smallWorld());
    await Deno.writeFile(`${path}-journal`, Uint8Array.fromHex("d9d505f920a163d7"));
    await rejects(read(path), /it is being written/);
    await Deno.writeFile(`${path}-journal`, new Uint8Array(512)); // a journal that was ended
    (await read(path)).close();
  });
});

Deno.test("a world with one damaged page is refused, never read in half", async () => {
  const bytes = await smallWorld(400);
  await withTempFolder(async (folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    const pageSize = 8192, pages = bytes.length / pageSize;
    let refused = 0;
    for (let page = 2; page < pages; page += 3) {
      const damaged = bytes.slice();
      damaged.fill(0xff, page * pageSize, page * pageSize + 64);
      await Deno.writeFile(path, damaged);
      const save = await read(path).catch((error: unknown) => {
        ok(error instanceof UnreadableSaveError);
        match(error.message, /damaged/);
        refused++;
      });
      save?.close();
      // A page in the middle of a large value shows only inside that value.
      if (save) ok(save.counts.structures === 400 || save.counts.problems > 0, `page ${page}`);
    }
    ok(refused > 0);
  });
});

Deno.test("a world whose pages point at each other without end is refused at once", async () => {
  const bytes = await smallWorld(400);
  await withTempFolder(async (folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    await Deno.writeFile(path, bytes);
    const db = new DatabaseSync(path);
    const root = Number(
      db.prepare("select rootpage from sqlite_master where name = 'game'").get()!["rootpage"],
    );
    db.close();
    // All children of the root become its first one: the same rows come again and again.
    const view = new DataView(bytes.buffer), at = (root - 1) * 8192;
    equal(bytes[at], 5); // an interior page of a table
    const cells = view.getUint16(at + 3), first = view.getUint32(at + view.getUint16(at + 12));
    for (let cell = 0; cell < cells; cell++) {
      view.setUint32(at + view.getUint16(at + 12 + 2 * cell), first);
    }
    view.setUint32(at + 8, first);
    await Deno.writeFile(path, bytes);
    await rejects(read(path), /damaged or was copied while being written/);
  });
});

Deno.test("a database that computes its rows, or has none of its own, is no world", async () => {
  const rest = "create table custom (key, value); ";
  const hostile = {
    computed: `${rest} create table game (key blob, value blob as (zeroblob(900000000)))`,
    view: `${rest} create view game as select randomblob(16) as key, zeroblob(9) as value`,
    virtual: `${rest} create virtual table game using fts5(key, value)`,
  };
  await withTempFolder(async (folder) => {
    for (const [name, schema] of Object.entries(hostile)) {
      const path = `${folder}/${name}.ark`;
      const db = new DatabaseSync(path);
      db.exec(schema);
      if (name === "computed") db.exec("insert into game (key) values (randomblob(16))");
      db.close();
      await rejects(read(path), /database of another program/, name);
    }
  });
});

Deno.test("a pipe, a device and a forbidden place are refused, not waited for", async () => {
  await withTempFolder(async (folder) => {
    await new Deno.Command("mkfifo", { args: [`${folder}/pipe.ark`] }).output();
    await rejects(read(`${folder}/pipe.ark`), /it is no file/);
    await rejects(read("/dev/null"), UnreadableSaveError);
  });
});

Deno.test("a folder whose world is a link is read, and its journal is looked for at its target", async () => {
  await withTempFolder(async (folder) => {
    await Deno.mkdir(`${folder}/TheIsland_WP`);
    await Deno.writeFile(`${folder}/real.ark`, await smallWorld());
    await Deno.symlink(`${folder}/real.ark`, `${folder}/TheIsland_WP/TheIsland_WP.ark`);
    const save = await read(`${folder}/TheIsland_WP`);
    save.close();
    deepEqual([save.file, save.counts.structures], ["TheIsland_WP.ark", 60]);
    await Deno.writeFile(`${folder}/real.ark-journal`, Uint8Array.fromHex("d9d505f920a163d7"));
    await rejects(read(`${folder}/TheIsland_WP`), /it is being written/);
  });
});

Deno.test("a world replaced while it is copied is read in one of its states, or refused", async () => {
  const worlds = [await smallWorld(60), await smallWorld(90)];
  await withTempFolder(async (folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    await Deno.writeFile(path, worlds[0]!);
    const stop = new AbortController();
    const game = (async () => {
      for (let turn = 1; !stop.signal.aborted; turn++) {
        await Deno.writeFile(`${path}.tmp`, worlds[turn % 2]!);
        await Deno.rename(`${path}.tmp`, path);
      }
    })();
    let whole = 0, refused = 0;
    for (let i = 0; i < 15; i++) {
      const save = await read(path).catch((error: unknown) => {
        ok(error instanceof UnreadableSaveError);
        match(error.message, /changed during each of 3 copies/);
        refused++;
      });
      if (!save) continue;
      save.close();
      ok([60, 90].includes(save.counts.structures));
      equal(save.counts.problems, 0);
      whole++;
    }
    stop.abort();
    await game;
    const save = await read(path); // and when the game is done it is read
    save.close();
    equal(whole + refused, 15);
    ok([60, 90].includes(save.counts.structures));
  });
});

Deno.test("nothing is left in the temporary folder, whatever the save was", async () => {
  await withTempFolder(async (folder) => {
    const before = copiesInTemp();
    await Deno.writeFile(`${folder}/Good.ark`, await smallWorld());
    await Deno.writeTextFile(`${folder}/Bad.ark`, "SQLite format 3\0".padEnd(5000, "x"));
    (await read(`${folder}/Good.ark`)).close();
    await rejects(read(`${folder}/Bad.ark`));
    deepEqual(copiesInTemp(), before);
  });
});

function copiesInTemp(): string[] {
  const probe = Deno.makeTempFileSync();
  Deno.removeSync(probe);
  return Array.from(Deno.readDirSync(probe.slice(0, probe.lastIndexOf("/"))), ({ name }) => name)
    .filter((name) => /^blissbot-(?!test-|bench-)/.test(name)).sort();
}

Deno.test("a save that needs too much memory, or takes too long, fails alone", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    writeWorld(path, generateWorld({ structures: 6_000, objects: 20_000 }).spec);
    const limited = (limits: ReadLimits) => readSave(path, { judge: JUDGE, limits });
    await rejects(limited({ silenceMs: 60_000, memoryBytes: 2 ** 20 }), /needs more than 1 MB/);
    await rejects(limited({ silenceMs: 1, memoryBytes: 2 ** 30 }), /silent for 0.001 s/);
    (await read(path)).close();
  });
});

Deno.test("2,000 random mutations of a world: a result or a clear error, in bounded time and memory", async () => {
  const world = await smallWorld();
  const random = mulberry32(20_260_714);
  // A mutation that hangs ends the worker and fails the test; so does one that eats memory.
  const memoryBytes = 2 ** 30, before = Deno.memoryUsage().rss;
  const worker = new WorkerTask<SurveyQuestion, SurveyAnswer>(
    new URL("../../../src/features/bases/worker.ts", import.meta.url),
    5_000,
  );
  let results = 0, refusals = 0, withProblems = 0;
  try {
    await withTempFolder(async (folder) => {
      const path = `${folder}/Mutant.ark`;
      for (let round = 0; round < 2_000; round++) {
        await Deno.writeFile(path, mutated(world, random));
        const request = { path, folder: undefined, savedAtMs: 1e12, ...JUDGE };
        try {
          const { counts } = await worker.ask({
            ask: "survey",
            request,
            memoryBytes,
          }) as SurveySummary;
          for (const kind of RECORD_KINDS) await readAll(worker, kind);
          results++;
          ok(Deno.memoryUsage().rss - before < memoryBytes);
          if (counts.problems > 0) withProblems++;
        } catch (error) {
          ok(error instanceof WorkerFailure, String(error));
          refusals++;
        }
      }
    });
  } finally {
    worker.stop();
  }
  equal(results + refusals, 2_000);
  // The mutations must be such that each way of taking them occurs.
  ok(
    results > 500 && refusals > 50 && withProblems > 500,
    `${results} ${refusals} ${withProblems}`,
  );
});

async function readAll(
  worker: WorkerTask<SurveyQuestion, SurveyAnswer>,
  kind: typeof RECORD_KINDS[number],
): Promise<void> {
  let texts = await worker.ask({ ask: "start", kind, shape: "stored" }) as readonly string[];
  while (texts.length > 0) {
    for (const text of texts) JSON.parse(text);
    texts = await worker.ask({ ask: "more" }) as readonly string[];
  }
}

/** One to eight damages: flipped bytes, and lengths and counts set to extremes. */
function mutated(world: Uint8Array<ArrayBuffer>, random: () => number): Uint8Array<ArrayBuffer> {
  const bytes = world.slice(), view = new DataView(bytes.buffer);
  const extremes = [0, 1, -1, 0x7fffffff, -0x80000000, 0x00ffffff, 0x10000];
  const damages = 1 + Math.floor(random() * 8);
  // Half of the mutants keep SQLite's own pages at the start whole, so that objects get damaged.
  const from = random() < 0.5 ? 0 : 32_768;
  for (let i = 0; i < damages; i++) {
    const at = from + Math.floor(random() * (bytes.length - from - 4));
    if (random() < 0.5) bytes[at]! ^= 1 << Math.floor(random() * 8);
    else view.setInt32(at, extremes[Math.floor(random() * extremes.length)]!, true);
  }
  return bytes;
}

/** A small seeded random source, so that a failing mutation can be found again. */
function mulberry32(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
