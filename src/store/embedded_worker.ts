/// <reference lib="deno.worker" />
/**
 * Runs the embedded PostgreSQL (PGlite) away from the main thread, which its statements would block,
 * and serves it on a loopback socket. Knows nothing of locks and tables.
 * @module
 */

import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";

/** What the worker is asked: first to open a folder, later to close it. */
export type Request = { open: string } | "close";
/** What it answers: the port it listens on, that it has closed, or why it is of no use any more. */
export type Answer = { port: number } | "closed" | { failure: string };

/** More than the one connection in use, because a lost one takes a moment to go away. */
const MAX_CONNECTIONS = 8;

let close = () => Promise.resolve();

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  try {
    if (data !== "close") return answer({ port: await open(data.open) });
    await close();
    answer("closed");
  } catch (error) {
    answer({ failure: error instanceof Error ? error.message : String(error) });
  }
};

function answer(message: Answer): void {
  self.postMessage(message);
}

async function open(folder: string): Promise<number> {
  await makeIfMissing(folder);
  const db = await PGlite.create({ dataDir: folder, onStderr: reportEnd });
  const server = new PGLiteSocketServer({ db, port: 0, maxConnections: MAX_CONNECTIONS });
  await server.start();
  close = async () => {
    await server.stop();
    await db.close();
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
  const db = await PGlite.create({ dataDir: unfinished, onStderr: reportEnd });
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

/**
 * Tells at once when the database ends itself, such as on a full disk: PGlite then blocks this
 * thread for ever, and no statement is answered.
 */
function reportEnd(line: string): boolean {
  const [, reason] = /(?:PANIC|FATAL): +(.*)/.exec(line) ?? [];
  if (reason) answer({ failure: reason });
  return false;
}
