import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { StoreError } from "../../src/store/errors.ts";
import { migrate } from "../../src/store/migrate.ts";
import { openStore } from "../../src/store/open.ts";
import { type Database, openSql } from "../../src/store/sql.ts";
import { testDatabases, testPostgres } from "./databases.ts";

const LONG_MS = 30_000;

/** A folder with these migrations, for the time of `body`. */
async function withFolder(
  files: Record<string, string>,
  body: (folder: URL) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "blissbot_test_" });
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${path}/${name}`, text);
    }
    await body(pathToFileURL(`${path}/`));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

async function recorded(db: Database): Promise<string[]> {
  const rows = await db.run(LONG_MS, (sql) =>
    sql<{ name: string }[]>`
    select name from schema_migration order by version`);
  return rows.map(({ name }) => name);
}

async function tableExists(db: Database, name: string): Promise<boolean> {
  const [row] = await db.run(LONG_MS, (sql) =>
    sql<{ found: boolean }[]>`
    select to_regclass(${name}) is not null as found`);
  return row?.found === true;
}

/** The program's own, oldest first. */
const OURS = [...Deno.readDirSync(new URL("../../src/store/migrations/", import.meta.url))]
  .map(({ name }) => name).sort();
const numbered = (after: number, name: string) =>
  `${String(OURS.length + after).padStart(3, "0")}_${name}.sql`;
const [GOOD_NAME, BAD_NAME] = [numbered(1, "good"), numbered(2, "bad")];

const DONE = Object.fromEntries(
  OURS.map((name) => [name, "select 1 / 0 -- must not run a second time"]),
);
const GOOD = { [GOOD_NAME]: "create table one (id int); create table two (id int);" };
const BAD = { [BAD_NAME]: "create table three (id int); select 1 / 0;" };

testDatabases("migrate()", async ({ db, t }) => {
  await t.step("makes the tables and notes it", async () => {
    assert.deepEqual(await recorded(db), OURS);
    for (const kind of ["players", "tribes", "bases", "structures", "tamed"]) {
      assert.ok(await tableExists(db, `save_${kind}`));
    }
    assert.ok(await tableExists(db, "background") && await tableExists(db, "open_cards"));
  });

  await t.step("does nothing when it is called again", async () => {
    await migrate(db);
    assert.deepEqual(await recorded(db), OURS);
  });

  await t.step(
    "a migration that fails leaves nothing, those before it stay",
    () =>
      withFolder({ ...DONE, ...GOOD, ...BAD, "notes.txt": "not SQL" }, async (folder) => {
        await assert.rejects(migrate(db, folder), /division by zero/);
        assert.deepEqual(await recorded(db), [...OURS, GOOD_NAME]);
        assert.ok(await tableExists(db, "one") && await tableExists(db, "two"));
        assert.ok(!await tableExists(db, "three"));
      }),
  );

  await t.step(
    "goes on from there once it is mended",
    () =>
      withFolder(
        { ...DONE, ...GOOD, [BAD_NAME]: "create table three (id int)" },
        async (folder) => {
          await migrate(db, folder);
          assert.deepEqual(await recorded(db), [...OURS, GOOD_NAME, BAD_NAME]);
        },
      ),
  );

  await t.step(
    "a database of a newer program is left alone, with a word on what to do",
    async () => {
      await assert.rejects(migrate(db), (error) => {
        assert.ok(error instanceof StoreError);
        assert.equal(error.kind, "failed");
        assert.match(error.message, /newer version of this program.*update the program/);
        assert.ok(error.message.includes(`(${OURS.length + 2}, this one knows ${OURS.length})`));
        return true;
      });
    },
  );
});

testPostgres("processes that start together make the tables once", async (url) => {
  const opened = await Promise.all(
    Array.from({ length: 4 }, () => openStore({ databaseUrl: url, dataDir: "" })),
  );
  const db = openSql({ url });
  try {
    assert.deepEqual(await recorded(db), OURS);
  } finally {
    await Promise.all([db, ...opened].map((each) => each.close()));
  }
});
