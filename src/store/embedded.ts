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
  /** Gives up the start. */
  signal?: AbortSignal;
}

/** A worker that serves the store on a loopback port. */
interface Server {
  port: number;
  close(): Promise<void>;
}

interface StartOptions {
  startMs: number;
  signal: AbortSignal | undefined;
  /** Called with the reason when the server has not started, or has ended itself later. */
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
  const folder = `${dataDir}/pglite`;
  const at: Place = { place: `the embedded store in ${folder}`, remedy: "try again" };
  const lock = await takeLock(folder, dataDir);
  let server: Promise<Server> | undefined;

  function running(giveUp?: AbortSignal): Promise<Server> {
    return server ??= startServer(folder, {
      startMs,
      signal: giveUp,
      onEnd: (reason) => {
        server = undefined;
        at.remedy = `it had ended itself: ${reason}`;
      },
    });
  }
  try {
    await running(signal);
  } catch (error) {
    lock.close();
    throw error;
  }
  // One session serves all, so more connections would only wait for each other.
  const db = openSql({
    url: "postgres://postgres@127.0.0.1/postgres",
    max: 1,
    at,
    dial: async () => connect((await running()).port, "127.0.0.1"),
  });
  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    await db.close();
    const last = await server?.catch(() => undefined);
    await last?.close();
    lock.close();
  }
  return {
    ...db,
    // PGlite has no background processes: neither vacuum nor checkpoint would ever happen, and
    // tables and write-ahead log would grow with every save.
    tidy: (tables) =>
      db.run(TIDY_MS, async (sql, progress) => {
        for (const table of tables) {
          await sql`vacuum ${sql(table)}`;
          progress();
        }
        await sql`checkpoint`;
      }),
    close: () => closing ??= close(),
  };
}

/** Released by the system when the process ends, however it ends. */
async function takeLock(folder: string, dataDir: string): Promise<Deno.FsFile> {
  let file: Deno.FsFile | undefined;
  try {
    await Deno.mkdir(dataDir, { recursive: true });
    file = await Deno.open(`${folder}.lock`, { create: true, write: true });
    if (await file.tryLock(true)) return file;
  } catch (cause) {
    file?.close();
    throw new StoreError(
      "unreachable",
      `Cannot use ${dataDir} for the store: ${messageOf(cause)}; ` +
        "make it a folder that this program may write to, or set data_dir to another",
      { cause },
    );
  }
  file.close();
  throw new StoreError(
    "locked",
    `Cannot open the store in ${dataDir}: another BlissBot process is using it; ` +
      "stop that process, or set data_dir to another folder",
  );
}

async function startServer(
  folder: string,
  { startMs, signal, onEnd }: StartOptions,
): Promise<Server> {
  signal?.throwIfAborted();
  const worker = new Worker(new URL("./embedded_worker.ts", import.meta.url), { type: "module" });
  const port = Promise.withResolvers<number>();
  const closed = Promise.withResolvers<void>();
  const ask = (request: Request) => worker.postMessage(request);

  function end(error: unknown): void {
    worker.terminate();
    port.reject(error);
    closed.resolve();
    onEnd(messageOf(error));
  }
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    if (data === "closed") closed.resolve();
    else if ("port" in data) port.resolve(data.port);
    else end(cannotOpen(folder, data.failure));
  };
  worker.onerror = (event) => {
    event.preventDefault(); // Otherwise the error would end the process.
    end(cannotOpen(folder, event.message));
  };
  const giveUp = () => end(signal?.reason);
  signal?.addEventListener("abort", giveUp);
  const late = cannotOpen(folder, `it did not start within ${startMs / 1000} s`, "timeout");
  const timer = setTimeout(() => end(late), startMs);
  try {
    ask({ open: folder });
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
  folder: string,
  reason: string,
  kind: "failed" | "timeout" = "failed",
): StoreError {
  return new StoreError(
    kind,
    `Cannot open the embedded store in ${folder}: ${reason}; make sure that the disk has space and ` +
      "that the folder is whole, or move it away to start with an empty store",
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
