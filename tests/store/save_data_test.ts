import assert from "node:assert/strict";
import fc from "fast-check";
import { StoreError } from "../../src/store/errors.ts";
import { openStore } from "../../src/store/open.ts";
import {
  lastSaveCheck,
  readSave,
  SAVE_KINDS,
  type SaveKind,
  type SaveToStore,
  storeSave,
} from "../../src/store/save_data.ts";
import { type Database, openSql } from "../../src/store/sql.ts";
import { testDatabases, testPostgres } from "./databases.ts";

const LONG_MS = 60_000;

interface Shape {
  serverId?: string;
  version: number;
  /** Number of chunks per kind; the same for all unless told otherwise. */
  chunks: number | Record<SaveKind, number>;
  perChunk?: number;
}

function chunkCount(chunks: Shape["chunks"], kind: SaveKind): number {
  return typeof chunks === "number" ? chunks : chunks[kind];
}

/** A save whose every record tells its version and its place. */
function save({ serverId = "a", version, chunks, perChunk = 2 }: Shape): SaveToStore {
  return {
    serverId,
    detail: { version },
    *chunks(kind) {
      for (let chunk = 0; chunk < chunkCount(chunks, kind); chunk++) {
        const records = Array.from(
          { length: perChunk },
          (_, i) => ({ kind, version, n: chunk * perChunk + i }),
        );
        yield JSON.stringify(records);
      }
    },
  };
}

/** Everything stored is of exactly this save. */
async function assertStored(db: Database, shape: Shape): Promise<void> {
  const { serverId = "a", version, chunks, perChunk = 2 } = shape;
  const stored = await readSave(db, serverId, { kinds: SAVE_KINDS });
  for (const kind of SAVE_KINDS) {
    const length = chunkCount(chunks, kind) * perChunk;
    assert.deepEqual(stored[kind], Array.from({ length }, (_, n) => ({ kind, version, n })));
  }
  assert.deepEqual(await lastSaveCheck(db, serverId), { version, serverId });
}

testDatabases("storeSave()", async ({ db, t }) => {
  await t.step("a server without a save has no records", async () => {
    assert.deepEqual(await readSave(db, "a", { kinds: ["bases"] }), { bases: [] });
    assert.equal(await lastSaveCheck(db, "a"), undefined);
  });

  await t.step("a save comes back as it was written, in its order", async () => {
    await storeSave(db, save({ version: 1, chunks: 60 }));
    await assertStored(db, { version: 1, chunks: 60 });
  });

  await t.step("a smaller save leaves nothing of the larger one, and others alone", async () => {
    await storeSave(db, save({ serverId: "b", version: 5, chunks: 3 }));
    const chunks = { players: 0, tribes: 1, bases: 25, structures: 26, tamed: 60 };
    await storeSave(db, save({ version: 2, chunks }));
    await assertStored(db, { version: 2, chunks });
    await assertStored(db, { serverId: "b", version: 5, chunks: 3 });
  });

  await t.step("records may come from an asynchronous source", async () => {
    const { chunks, ...rest } = save({ version: 3, chunks: 2 });
    await storeSave(db, {
      ...rest,
      async *chunks(kind) {
        yield* chunks(kind);
      },
    });
    await assertStored(db, { version: 3, chunks: 2 });
  });

  await t.step("a source that fails in the middle changes nothing", async () => {
    const fault = new RangeError("the save is damaged");
    const failing = save({ version: 4, chunks: 80 });
    const broken = {
      ...failing,
      *chunks(kind: SaveKind) {
        yield* failing.chunks(kind) as Iterable<string>;
        if (kind === "structures") throw fault;
      },
    };
    await assert.rejects(storeSave(db, broken), fault);
    await assertStored(db, { version: 3, chunks: 2 });
  });

  await t.step("a chunk that is no JSON changes nothing and says so", async () => {
    const broken = { ...save({ version: 4, chunks: 1 }), chunks: () => ["[1]", "[2"] };
    await assert.rejects(storeSave(db, broken), (error) => {
      assert.ok(error instanceof StoreError);
      assert.equal(error.kind, "failed");
      assert.match(error.message, /json/);
      return true;
    });
    await assertStored(db, { version: 3, chunks: 2 });
  });

  await t.step("names with characters that the database refuses do not fail the save", async () => {
    const names = ["a\0b", "\\u0000", "\\\0", "\ud83d", "\udc00\ud83d", "😀\ud83d😀", '"\\"\x01\n'];
    const expected = ["ab", "\\u0000", "\\", "\ufffd", "\ufffd\ufffd", "😀\ufffd😀", '"\\"\x01\n'];
    // Python and others escape whatever is not ASCII, also whole pairs.
    const escaped = '["\\u0041\\\\\\u0000", "\\ud83d\\uDE00", "\\uD83D\\\\ude00", "\\u00000"]';
    const texts = [JSON.stringify(names), escaped];
    await storeSave(db, { serverId: "n", detail: { name: "x\0" }, chunks: () => texts });
    const { tribes } = await readSave(db, "n", { kinds: ["tribes"] });
    assert.deepEqual(tribes, [...expected, "A\\", "😀", "\ufffd\\ude00", "0"]);
    assert.deepEqual(await lastSaveCheck(db, "n"), { name: "x", serverId: "n" });
  });

  await t.step("any record comes back equal, but for such characters", async () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom("\\", "u", "0", '"', "\x01"), fc.string()),
    });
    const record = fc.record({ text, value: fc.jsonValue() });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(record)), async (chunks) => {
        const texts = chunks.map((chunk) => JSON.stringify(chunk));
        await storeSave(db, { serverId: "p", detail: {}, chunks: () => texts });
        const { tamed } = await readSave(db, "p", { kinds: ["tamed"] });
        assert.deepEqual(tamed, JSON.parse(JSON.stringify(chunks.flat())));
      }),
      { numRuns: 15 },
    );
  });

  await t.step("two saves of one server at once: one of them is stored, whole", async () => {
    await Promise.all([
      storeSave(db, save({ version: 6, chunks: 40 })),
      storeSave(db, save({ version: 7, chunks: 20 })),
    ]);
    const last = await lastSaveCheck(db, "a");
    await assertStored(
      db,
      last?.["version"] === 6 ? { version: 6, chunks: 40 } : { version: 7, chunks: 20 },
    );
  });

  await t.step("readers see the old save or the new one, never a mixture", async () => {
    await storeSave(db, save({ version: 10, chunks: 30 }));
    let writing = true;
    const write = async () => {
      for (let version = 11; version < 15; version++) {
        await storeSave(db, save({ version, chunks: 30 - version }));
      }
      writing = false;
    };
    const seen = new Set<number>();
    const read = async () => {
      while (writing) {
        const stored = await readSave(db, "a", { kinds: ["bases", "structures", "players"] });
        const records = Object.values(stored).flat() as { version: number }[];
        const version = records[0]?.version ?? 0;
        assert.ok(records.every((record) => record.version === version));
        assert.equal(records.length, 3 * 2 * (version === 10 ? 30 : 30 - version));
        seen.add(version);
      }
    };
    await Promise.all([write(), read(), read()]);
    assert.ok(seen.size > 0);
  });

  await t.step("a thousand chunks of two hundred records are stored", async () => {
    const chunks = { players: 0, tribes: 0, bases: 0, structures: 1000, tamed: 0 };
    await storeSave(db, save({ version: 20, chunks, perChunk: 200 }));
    const { structures } = await readSave(db, "a", { kinds: ["structures"] });
    assert.equal(structures.length, 200_000);
    assert.deepEqual(structures.at(-1), { kind: "structures", version: 20, n: 199_999 });
  });
});

/** A statement that ends all other connections to the database, as a server going down would. */
const killOthers = `select pg_terminate_backend(pid, 5000) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`;

/** The save, whose source calls `disturb` in the middle of the structures. */
function disturbed(shape: Shape, disturb: () => Promise<unknown>): SaveToStore {
  const { chunks, ...rest } = save(shape);
  return {
    ...rest,
    async *chunks(kind) {
      for await (const chunk of chunks(kind)) {
        if (kind === "structures" && chunk.includes('"n":100}')) await disturb();
        yield chunk;
      }
    },
  };
}

testPostgres("storeSave() on a failing server", async (url, t) => {
  const db = await openStore({ databaseUrl: url, dataDir: "" });
  const calm = openSql({ url, random: () => 0 });
  const admin = openSql({ url, max: 1 });
  const old = { version: 1, chunks: 60 };
  try {
    await storeSave(db, save(old));

    await t.step("a connection that dies in the middle is made up for", async () => {
      let times = 0;
      const kill = async () => {
        if (times++ < 2) await admin.run(LONG_MS, (sql) => sql.unsafe(killOthers));
      };
      await storeSave(calm, disturbed({ version: 2, chunks: 55 }, kill));
      assert.equal(times, 3);
      await assertStored(db, { version: 2, chunks: 55 });
    });

    await t.step(
      "connections that die each time: an error, and the old save is whole",
      async () => {
        let times = 0;
        const kill = () => {
          times++;
          return admin.run(LONG_MS, (sql) => sql.unsafe(killOthers));
        };
        await assert.rejects(
          storeSave(calm, disturbed({ version: 3, chunks: 55 }, kill)),
          (error) => error instanceof StoreError && error.kind === "unreachable",
        );
        assert.equal(times, 4);
        await assertStored(admin, { version: 2, chunks: 55 });
      },
    );

    await t.step("a server that is full: an error, and the old save is whole", async () => {
      await admin.run(LONG_MS, (sql) =>
        sql.unsafe(`
          create function full_disk() returns trigger language plpgsql as
            $$ begin raise exception 'no space left on device' using errcode = '53100'; end $$;
          create trigger full_disk before insert on save_tamed for each row execute function full_disk()`));
      await assert.rejects(storeSave(calm, save({ version: 4, chunks: 5 })), (error) => {
        assert.ok(error instanceof StoreError);
        assert.match(error.message, /no space left on device; free some disk space$/);
        return true;
      });
      await assertStored(admin, { version: 2, chunks: 55 });
    });
  } finally {
    await Promise.all([db.close(), calm.close(), admin.close()]);
  }
});
