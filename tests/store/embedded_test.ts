import assert from "node:assert/strict";
import { StoreError } from "../../src/store/errors.ts";
import { openEmbedded } from "../../src/store/embedded.ts";
import { openStore } from "../../src/store/open.ts";
import { lastSaveCheck, readSave, SAVE_KINDS, storeSave } from "../../src/store/save_data.ts";
import type { Database, Sql } from "../../src/store/sql.ts";

const LONG_MS = 60_000;

async function failureOf(work: Promise<unknown>): Promise<StoreError> {
  const error = await work.then(() => assert.fail("it did not fail"), (error) => error);
  assert.ok(error instanceof StoreError, `not a StoreError: ${error}`);
  return error;
}

async function using(dataDir: string, body: (db: Database) => Promise<void>): Promise<void> {
  const db = await openStore({ dataDir });
  try {
    await body(db);
  } finally {
    await db.close();
  }
}

async function assertOldSave(db: Database): Promise<void> {
  assert.deepEqual(await lastSaveCheck(db, "a"), { version: 1, serverId: "a" });
  const stored = await readSave(db, "a", { kinds: SAVE_KINDS });
  for (const kind of SAVE_KINDS) assert.deepEqual(stored[kind], [{ version: 1 }]);
}

/** Runs tests/store/embedded_child.ts, with files of at most `fileBlocks` × 512 bytes when given. */
function child(dataDir: string, task: string, fileBlocks?: number): Deno.ChildProcess {
  const script = new URL("./embedded_child.ts", import.meta.url).href;
  const command = [Deno.execPath(), "run", "-q", "--no-check", "-A", script, dataDir, task];
  const limit = fileBlocks ? `trap '' XFSZ; ulimit -f ${fileBlocks}; ` : "";
  return new Deno.Command("sh", {
    args: ["-c", `${limit}exec "$@"`, "sh", ...command],
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

async function linesOf(process: Deno.ChildProcess): Promise<string[]> {
  const { stdout } = await process.output();
  return new TextDecoder().decode(stdout).trim().split("\n");
}

async function copy(from: string, to: string): Promise<string> {
  await Deno.mkdir(to);
  const { success } = await new Deno.Command("cp", { args: ["-r", `${from}/pglite`, to] }).output();
  assert.ok(success);
  return to;
}

/** Resolves when the worker of a start that was given up has gone. */
async function unlocked(dataDir: string): Promise<void> {
  const file = await Deno.open(`${dataDir}/pglite.lock`, { create: true, write: true });
  await file.lock(true);
  file.close();
}

Deno.test("the embedded store", async (t) => {
  const root = await Deno.makeTempDir({ prefix: "blissbot_test_" });
  const home = `${root}/home`;
  try {
    await t.step("makes its folder at the first start, and keeps what it is given", async () => {
      await using(home, (db) =>
        storeSave(db, {
          serverId: "a",
          detail: { version: 1 },
          chunks: () => ['[{"version":1}]'],
        }));
      await using(home, assertOldSave);
    });

    await t.step(
      "refuses a second opener, here or in another process, and says what to do",
      () =>
        using(home, async (db) => {
          const message =
            `Cannot open the store in ${home}: another BlissBot process is using it; ` +
            "stop that process, or set data_dir to another folder";
          const error = await failureOf(openStore({ dataDir: home }));
          assert.deepEqual([error.kind, error.message], ["locked", message]);
          assert.deepEqual(await linesOf(child(home, "open")), [message]);
          await assertOldSave(db);
        }),
    );

    await t.step("starts again by itself when the database has ended itself", async () => {
      const dataDir = await copy(home, `${root}/ended`);
      await using(dataDir, async (db) => {
        await Deno.rename(`${dataDir}/pglite/pg_wal`, `${dataDir}/pg_wal`);
        const switchLogs = async (sql: Sql) => {
          for (let times = 0; times < 3; times++) {
            await sql`create table ${sql(`t${times}`)} (id int)`;
            await sql`select pg_switch_wal()`;
          }
        };
        const error = await failureOf(db.run(LONG_MS, switchLogs));
        assert.equal(error.kind, "unreachable");
        // The lost connection may be noticed before the reason has arrived.
        assert.match(
          error.message,
          /it had ended itself: .* No such file or directory; make sure|the connection was lost/,
        );
        assert.equal((await failureOf(db.run(LONG_MS, switchLogs))).kind, "failed");
        await Deno.rename(`${dataDir}/pg_wal`, `${dataDir}/pglite/pg_wal`);
        await assertOldSave(db);
      });
    });

    await t.step("does not grow when saves are replaced", async () => {
      await using(await copy(home, `${root}/growing`), async (db) => {
        const sizes: number[] = [];
        for (let version = 0; version < 8; version++) {
          const noise = Array.from({ length: 1000 }, () => crypto.randomUUID());
          const chunks = Array.from({ length: 20 }, () => JSON.stringify([noise]));
          await storeSave(db, { serverId: "a", detail: {}, chunks: () => chunks });
          const [row] = await db.run(LONG_MS, (sql) =>
            sql<{ table: number; log: number }[]>`
              select pg_total_relation_size('save_bases')::int as table,
                (pg_current_wal_lsn() - redo_lsn)::int as log from pg_control_checkpoint()`);
          sizes.push(row?.table ?? NaN);
          assert.ok((row?.log ?? NaN) < 100_000, "the log is never cut");
        }
        assert.ok(sizes.at(-1)! <= 2.5 * sizes[0]!, `it grows: ${sizes}`);
      });
    });

    await t.step(
      "keeps the old save when its process is killed while it writes the new",
      async () => {
        const dataDir = await copy(home, `${root}/killed`);
        const process = child(dataDir, "write-half");
        const reader = process.stdout.getReader();
        assert.equal(new TextDecoder().decode((await reader.read()).value), "half\n");
        process.kill("SIGKILL");
        await process.status;
        await reader.cancel();
        await using(dataDir, assertOldSave);
      },
    );

    await t.step("starts afresh after a first start that was killed, or had no room", async () => {
      const dataDir = `${root}/half_made`;
      await Deno.mkdir(dataDir);
      const events = Deno.watchFs(dataDir);
      const process = child(dataDir, "open");
      for await (const { paths } of events) {
        if (paths.some((path) => path.endsWith("/PG_VERSION"))) break;
      }
      process.kill("SIGKILL");
      await linesOf(process);
      const [line = ""] = await linesOf(child(dataDir, "open", 4096));
      assert.match(line, /^Cannot open the embedded store in .*File too large/);
      await using(dataDir, async (db) => assert.equal(await lastSaveCheck(db, "a"), undefined));
    });

    await t.step("says that the disk is full, does not hang, and keeps the old save", async () => {
      const dataDir = await copy(home, `${root}/full`);
      const lines = await linesOf(child(dataDir, "fill", 32_760));
      assert.equal(lines.length, 3);
      for (const line of lines.slice(0, 2)) assert.match(line, /^Cannot .*No space left on device/);
      await using(dataDir, assertOldSave);
    });

    await t.step("says that a folder cannot be used", async () => {
      await Deno.writeTextFile(`${root}/file`, "");
      for (const dataDir of [`${root}/file`, `${root}/file/below`, "/proc/blissbot"]) {
        const error = await failureOf(openEmbedded({ dataDir }));
        assert.equal(error.kind, "unreachable");
        assert.ok(error.message.startsWith(`Cannot use ${dataDir} for the store: `));
        assert.match(error.message, /; make it a folder .* or set data_dir to another$/);
      }
    });

    await t.step("leaves a folder alone that holds something else", async () => {
      await Deno.mkdir(`${root}/other/pglite`, { recursive: true });
      await Deno.writeTextFile(`${root}/other/pglite/diary`, "dear diary");
      const error = await failureOf(openEmbedded({ dataDir: `${root}/other` }));
      assert.equal(error.kind, "failed");
      assert.match(error.message, /it holds something else than a database/);
      assert.equal(await Deno.readTextFile(`${root}/other/pglite/diary`), "dear diary");
    });

    await t.step("says that its files are damaged", async () => {
      const dataDir = await copy(home, `${root}/damaged`);
      await Deno.writeFile(`${dataDir}/pglite/global/pg_control`, new Uint8Array(8192).fill(77));
      const error = await failureOf(openEmbedded({ dataDir }));
      assert.equal(error.kind, "failed");
      assert.ok(error.message.startsWith(`Cannot open the embedded store in ${dataDir}: `));
    });

    await t.step("gives up a start that takes too long or is not wanted any more", async () => {
      const dataDir = await copy(home, `${root}/given_up`);
      assert.equal((await failureOf(openEmbedded({ dataDir, startMs: 1 }))).kind, "timeout");
      await unlocked(dataDir);
      const stop = new AbortController();
      const reason = new Error("the program stops");
      const opening = openEmbedded({ dataDir, signal: stop.signal });
      queueMicrotask(() => stop.abort(reason));
      await assert.rejects(opening, reason);
      await assert.rejects(openEmbedded({ dataDir, signal: stop.signal }), reason);
      await unlocked(dataDir);
      await using(dataDir, assertOldSave);
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
