/// <reference lib="deno.worker" />
/**
 * Runs the embedded PostgreSQL (PGlite) away from the main thread, which its statements would block,
 * and serves it on a loopback socket. Knows no table.
 * @module
 */

import { PGlite } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { StoreError, type StoreErrorKind } from "./errors.ts";
import { lockFolder } from "./folder_lock.ts";

/** What the worker is asked: first to open a data folder, later to close it. */
export type Request = { open: string; wait: boolean } | "close";
/** What it answers: the port it listens on, that it has closed, or why it is of no use any more. */
export type Answer = { port: number } | "closed" | { kind: StoreErrorKind; reason: string };

/** More than the one connection in use, because a lost one takes a moment to go away. */
const MAX_CONNECTIONS = 8;

let close = () => Promise.resolve();
/** The last fault of the disk, for when PGlite throws something that says nothing. */
let lastFault = "PGlite did not say why";

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  try {
    if (data !== "close") return answer({ port: await open(data.open, data) });
    await close();
    answer("closed");
  } catch (error) {
    const kind = error instanceof StoreError ? error.kind : "failed";
    answer({ kind, reason: error instanceof Error ? error.message : lastFault });
  }
};

function answer(message: Answer): void {
  self.postMessage(message);
}

/** The lock is held here, so that it lasts as long as anybody may touch the files. */
async function open(dataDir: string, { wait }: { wait: boolean }): Promise<number> {
  const lock = await lockFolder(dataDir, { wait });
  const folder = `${dataDir}/pglite`;
  await makeIfMissing(folder);
  const db = await openFolder(folder);
  const server = new PGLiteSocketServer({ db, port: 0, maxConnections: MAX_CONNECTIONS });
  await server.start();
  close = async () => {
    await server.stop();
    await db.close();
    lock.close();
  };
  return Number(server.getServerConn().split(":").at(-1));
}

/** Makes the database beside its place first: what a kill leaves half made is never opened. */
async function makeIfMissing(folder: string): Promise<void> {
  const names = await namesIn(folder);
  if (names.includes("PG_VERSION")) return;
  if (names.length > 0) throw new Error("it holds something else than a database");
  const unfinished = `${folder}.unfinished`;
  if ((await namesIn(unfinished)).length > 0) await Deno.remove(unfinished, { recursive: true });
  const db = await openFolder(unfinished);
  await db.close();
  await Deno.rename(unfinished, folder);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function openFolder(folder: string): Promise<PGlite> {
  return PGlite.create({ fs: new Folder(folder), onStderr: endWithDatabase });
}

/**
 * Tells at once when the database ends itself, such as on a full disk, and ends this thread with it:
 * PGlite would turn in circles for ever, which nobody could stop from outside.
 */
function endWithDatabase(line: string): boolean {
  const [, reason] = /(?:PANIC|FATAL): +(.*)/.exec(line) ?? [];
  if (reason) {
    answer({ kind: "failed", reason });
    self.close();
  }
  return false;
}

/** A part of PGlite that its types leave out: it makes error numbers of faults of the disk. */
interface FileAccess {
  NODEFS: { tryFSOperation<T>(operation: () => T): T };
}

/**
 * A folder whose every fault reaches the database. One that Deno gives no code, such as a used-up
 * quota, would be lost in PGlite, which then turns in circles.
 */
class Folder extends NodeFS {
  override init(db: PGlite, options: Parameters<NodeFS["init"]>[1]) {
    const giveCodes = ({ NODEFS }: FileAccess) => {
      const original = NODEFS.tryFSOperation;
      NODEFS.tryFSOperation = (operation) => original(() => withCode(operation));
    };
    return super.init(db, { ...options, preRun: [...options.preRun ?? [], giveCodes] });
  }
}

function withCode<T>(operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // The file size limit and the quota, by their numbers on Linux: to us the disk is full.
    const unnamed = /\(os error (27|122)\)/.test(error.message) ? "ENOSPC" : "EIO";
    const code = "code" in error && error.code || unnamed;
    if (code !== "ENOENT") lastFault = error.message;
    throw Object.assign(error, { code });
  }
}
