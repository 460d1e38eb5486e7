/**
 * Real databases for tests: an own one on the PostgreSQL server, and the embedded store.
 * @module
 */

import { openStore } from "../../src/store/open.ts";
import { type Database, openSql } from "../../src/store/sql.ts";

/** What a test body is given. */
export interface TestDatabase {
  /** Open, with its tables. */
  db: Database;
  /** Where it is: a URL of an own database of the server, or nothing for the embedded store. */
  url: string | undefined;
  /** Registers steps. */
  t: Deno.TestContext;
}

/** The server that tests use; each of them makes a database of its own there. */
const SERVER = Deno.env.get("TEST_DATABASE_URL") ??
  "postgres://postgres@127.0.0.1:5432/postgres";

/**
 * Registers one test for each kind of store. Starting the embedded one takes seconds, so a file
 * should do with one call, and steps.
 */
export function testDatabases(
  name: string,
  body: (given: TestDatabase) => Promise<void>,
): void {
  testPostgres(name, async (url, t) => {
    const db = await openStore({ databaseUrl: url, dataDir: "" });
    try {
      await body({ db, url, t });
    } finally {
      await db.close();
    }
  });
  Deno.test(`${name} [embedded]`, async (t) => {
    const dataDir = await Deno.makeTempDir({ prefix: "blissbot_test_" });
    try {
      const db = await openStore({ dataDir });
      try {
        await body({ db, url: undefined, t });
      } finally {
        await db.close();
      }
    } finally {
      await Deno.remove(dataDir, { recursive: true });
    }
  });
}

/**
 * Registers a test that is given the URL of an empty database on the server. Without a server it is
 * ignored, and with CI=true it fails.
 */
export function testPostgres(
  name: string,
  body: (url: string, t: Deno.TestContext) => Promise<void>,
): void {
  const inCi = Deno.env.get("CI") === "true";
  if (!unreachable || inCi) {
    Deno.test(`${name} [PostgreSQL]`, (t) => withDatabase((url) => body(url, t)));
  } else {
    console.warn(`NOT TESTED on PostgreSQL: ${name}: ${unreachable}`);
    Deno.test({ name: `${name} [PostgreSQL: cannot be reached]`, ignore: true, fn() {} });
  }
}

export async function withDatabase(body: (url: string) => Promise<void>): Promise<void> {
  const name = `blissbot_test_${Deno.pid}_${crypto.randomUUID().slice(0, 8)}`;
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  await onServer(`create database ${name}`);
  try {
    await body(url.href);
  } finally {
    await onServer(`drop database ${name} with (force)`);
  }
}

async function onServer(statement: string): Promise<void> {
  const server = openSql({ url: SERVER, connectTimeoutMs: 3_000 });
  try {
    await server.run(60_000, (sql) => sql.unsafe(statement));
  } finally {
    await server.close();
  }
}

const unreachable: string | undefined = await onServer("select 1").then(
  () => undefined,
  (error) => error.message,
);
