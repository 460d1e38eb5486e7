/**
 * Brings the tables of a database up to this program's version. Knows no table but its own record.
 * @module
 */

import { StoreError } from "./errors.ts";
import type { Database, Sql } from "./sql.ts";

/** Where the files of this program are: `001_what_it_does.sql`, numbered without gaps. */
const MIGRATIONS = new URL("./migrations/", import.meta.url);
const STEP_MS = 60_000;
/** Any number that no other program uses as a lock on the same database. */
const LOCK = 8_317_001;

/** One numbered step of the tables' history. */
interface Migration {
  version: number;
  name: string;
  text: string;
}

/**
 * Runs the migrations that the database has not seen, in order, each in a transaction of its own
 * together with its record. Two processes that start together take turns.
 *
 * @throws {StoreError} `failed` when a migration fails, of which nothing stays, and when the database
 * was made by a newer program.
 */
export async function migrate(db: Database, folder: URL = MIGRATIONS): Promise<void> {
  const migrations = await readMigrations(folder);
  await db.transaction(STEP_MS, async (sql) => {
    await lock(sql);
    await sql`
      create table if not exists schema_migration (
        version int primary key, name text not null, applied_at timestamptz not null default now()
      )`;
    const [row] = await sql<{ version: number }[]>`
      select coalesce(max(version), 0) as version from schema_migration`;
    if (row && row.version > migrations.length) {
      throw new StoreError(
        "failed",
        `Cannot use the database: a newer version of this program made its tables (${row.version}, ` +
          `this one knows ${migrations.length}); update the program`,
      );
    }
  });
  for (const migration of migrations) {
    await db.transaction(STEP_MS, (sql) => apply(sql, migration));
  }
}

async function apply(sql: Sql, { version, name, text }: Migration): Promise<void> {
  await lock(sql);
  const done = await sql`select from schema_migration where version = ${version}`;
  if (done.length > 0) return;
  await sql.unsafe(text);
  await sql`insert into schema_migration (version, name) values (${version}, ${name})`;
}

/** Held until the transaction ends; whoever comes second then sees what the first has done. */
async function lock(sql: Sql): Promise<void> {
  await sql`select pg_advisory_xact_lock(${LOCK})`;
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (/^\d{3}_\w+\.sql$/.test(name)) names.push(name);
  }
  return await Promise.all(
    names.sort().map(async (name) => ({
      version: Number(name.slice(0, 3)),
      name,
      text: await Deno.readTextFile(new URL(name, folder)),
    })),
  );
}
