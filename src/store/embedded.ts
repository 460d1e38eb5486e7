/**
 * The store for a machine without a PostgreSQL server: PGlite under the data directory, in a worker,
 * reached like a server. Only one process at a time may have it.
 * @module
 */

import { connect } from "node:net";
import type { Answer, Request } from "./embedded_worker.ts";
import { type Place, StoreError } from "./errors.ts";
import { type Database, openSql } from "./sql.ts";
import { waitAtMost } from "./wait.ts";

/** Where {@linkcode openEmbedded} keeps its files, and how long it may take. */
export interface EmbeddedOptions {
  /** Folder that holds `pglite/` and `pglite.lock`; made when it is missing. */
  dataDir: string;
  /** Longest wait for the start. The first one took 5 to 10 s on a small machine, others 1 to 2 s. */
  startMs?: number;
  /** Gives up the start. The folder stays locked until the worker has noticed. */
  signal?: AbortSignal | undefined;
}

/** A worker that serves the store on a loopback port. */
interface Server {
  port: number;
  close(): Promise<void>;
}

interface StartOptions extends EmbeddedOptions {
  startMs: number;
  /** Waits for the folder until its last user has gone, rather than being refused. */
  wait: boolean;
  /** Called when the server has not started, or has ended itself later. */
  onEnd(reason: string): void;
}

const START_MS = 120_000;
const CLOSE_MS = 10_000;
const TIDY_MS = 60_000;

/**
 * Opens the embedded store in `<dataDir>/pglite`, which is made when it is not there. When it ends
 * itself, as it does on a full disk, the next work starts it again.
 *
 * @throws {StoreError} `locked` when another process has it, `unreachable` when the folder cannot be
 * used, `failed` when what is in it cannot be opened, `timeout` when that takes too long; and the
 * signal's reason.
 */
export async function openEmbedded(
  { dataDir, startMs = START_MS, signal }: EmbeddedOptions,
): Promise<Database> {
  const at: Place = { place: `the embedded store in ${dataDir}`, remedy: "try again" };
  let server: Promise<Server> | undefined;
  function running(options: { wait: boolean; signal?: AbortSignal | undefined }): Promise<Server> {
    return server ??= startServer({
      dataDir,
      startMs,
      ...options,
      onEnd(reason) {
        server = undefined;
        at.remedy = `it had ended itself: ${reason}; make sure that the disk has space`;
      },
    });
  }
  await running({ wait: false, signal });
  // One session serves all, so more connections would only wait for each other.
  const db = openSql({
    url: "postgres://postgres@127.0.0.1/postgres",
    max: 1,
    at,
    dial: async () => connect((await running({ wait: true })).port, "127.0.0.1"),
  });
  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    await db.close();
    const last = await server?.catch(() => undefined);
    await last?.close();
  }
  return { ...db, tidy: (tables) => tidy(db, tables), close: () => closing ??= close() };
}

/**
 * PGlite has no background processes: neither vacuum nor checkpoint would ever happen, and tables and
 * write-ahead log would grow with every save.
 */
function tidy(db: Database, tables: readonly string[]): Promise<void> {
  return db.run(TIDY_MS, async (sql, progress) => {
    for (const table of tables) {
      await sql`vacuum ${sql(table)}`;
      progress();
    }
    await sql`checkpoint`;
  });
}

async function startServer(
  { dataDir, startMs, wait, signal, onEnd }: StartOptions,
): Promise<Server> {
  signal?.throwIfAborted();
  const worker = new Worker(new URL("./embedded_worker.ts", import.meta.url), { type: "module" });
  const ask = (request: Request) => worker.postMessage(request);
  const port = Promise.withResolvers<number>();
  const closed = Promise.withResolvers<void>();
  function end(error: unknown, reason: string): void {
    worker.terminate();
    port.reject(error);
    closed.resolve();
    onEnd(reason);
  }
  const fail = (reason: string) => end(cannotOpen(dataDir, reason), reason);
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    if (data === "closed") closed.resolve();
    else if ("port" in data) port.resolve(data.port);
    else if (data.kind === "failed") fail(data.reason);
    else end(new StoreError(data.kind, data.reason), data.reason);
  };
  worker.onerror = (event) => {
    event.preventDefault(); // Otherwise the error would end the process.
    fail(event.message);
  };
  const giveUp = () => end(signal?.reason, "the start was given up");
  signal?.addEventListener("abort", giveUp);
  const late = `it did not start within ${startMs / 1000} s`;
  const timer = setTimeout(() => end(cannotOpen(dataDir, late, "timeout"), late), startMs);
  try {
    ask({ open: dataDir, wait });
    return {
      port: await port.promise,
      async close() {
        ask("close");
        await waitAtMost(CLOSE_MS, closed.promise);
        worker.terminate();
      },
    };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  }
}

function cannotOpen(
  dataDir: string,
  reason: string,
  kind: "failed" | "timeout" = "failed",
): StoreError {
  return new StoreError(
    kind,
    `Cannot open the embedded store in ${dataDir}: ${reason}; make sure that the disk has space and ` +
      "that the folder pglite in it is whole, or move that folder away to start with an empty store",
  );
}
