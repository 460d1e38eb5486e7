/**
 * From a path to a save that was read: finds the world, copies it out of the game's way, and has a
 * worker read the copy. Stores and prints nothing.
 * @module
 */

import { basename, dirname, join } from "node:path";
import { delay } from "es-toolkit";
import { WorkerError, WorkerFailure, WorkerTask } from "../../runtime/workers.ts";
import type { RecordKind, RecordShape } from "../../save/records.ts";
import type { SurveyProgress, SurveyRequest, SurveySummary } from "../../save/survey.ts";
import type { SurveyAnswer, SurveyQuestion } from "./worker.ts";

/** How saves are judged; see the configuration's `[decay]` and `[maps]`. */
export type JudgeOptions = Pick<SurveyRequest, "decay" | "dinoRadiusUnits" | "maps">;

/** A save that cannot be read. Its text names the file, what is wrong, and what to do. */
export class UnreadableSaveError extends Error {
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`Cannot read ${path}: ${reason}`, options);
    this.name = "UnreadableSaveError";
  }
}

/** How far reading has come. */
export type ReadProgress = SurveyProgress | {
  readonly phase: "copy";
  readonly done: number;
  readonly total: number;
};

/** A save that was read. Its records stay in the worker until asked for. */
export interface ReadSave extends SurveySummary {
  /** File name of the world. */
  readonly file: string;
  /** Real time of the save: when the world's file was written. */
  readonly savedAt: Date;
  /** All records of a kind as JSON arrays, made anew at each call. One call at a time. */
  chunks(kind: RecordKind, shape: RecordShape): AsyncGenerator<string, void>;
  /** Ends the worker. */
  close(): void;
}

/** Bounds of reading one save. */
export interface ReadLimits {
  /** Longest time without progress, milliseconds. */
  readonly silenceMs: number;
  /** Most memory that reading may take, bytes. */
  readonly memoryBytes: number;
}

const LIMITS: ReadLimits = { silenceMs: 60_000, memoryBytes: 800 * 2 ** 20 };

/**
 * Reads a world file, or a save folder with its profiles and tribes.
 *
 * @param path Absolute or relative to the working directory.
 * @throws {UnreadableSaveError} when there is no readable save; nothing is left behind.
 */
export async function readSave(path: string, options: {
  judge: JudgeOptions;
  onProgress?: (progress: ReadProgress) => void;
  signal?: AbortSignal;
  /** Narrower bounds for tests. */
  limits?: ReadLimits;
}): Promise<ReadSave> {
  const { judge, onProgress = () => {}, signal, limits = LIMITS } = options;
  const { world, folder } = await findWorld(path);
  const copy = await copyWorld(world, onProgress);
  let forgotten: Promise<void> | undefined;
  try {
    const worker = new WorkerTask<SurveyQuestion, SurveyAnswer, ReadProgress>(
      new URL("./worker.ts", import.meta.url),
      limits.silenceMs,
    );
    const stop = () => worker.stop();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      signal?.throwIfAborted();
      const savedAtMs = copy.savedAt.getTime();
      const request = { path: copy.path, folder, savedAtMs, ...judge };
      const { memoryBytes } = limits;
      const question = { ask: "survey", request, memoryBytes } as const;
      const summary = await worker.ask(question, (progress) => {
        // Open by now, a file needs no name: nothing stays even when this process is killed.
        if (progress.phase === "objects" && progress.done === 0) forgotten = forget(copy.folder);
        onProgress(progress);
      }) as SurveySummary;
      return {
        ...summary,
        file: basename(world),
        savedAt: copy.savedAt,
        chunks: (kind, shape) => chunksOf(worker, { world, kind, shape }),
        close() {
          signal?.removeEventListener("abort", stop);
          worker.stop();
        },
      };
    } catch (error) {
      signal?.removeEventListener("abort", stop);
      worker.stop();
      throw asUnreadable(world, error);
    }
  } finally {
    // What was read is in the worker's memory; the copy has done its duty.
    await forgotten;
    await removeFolder(copy.folder);
  }
}

async function* chunksOf(
  worker: WorkerTask<SurveyQuestion, SurveyAnswer, ReadProgress>,
  { world, kind, shape }: { world: string; kind: RecordKind; shape: RecordShape },
): AsyncGenerator<string, void> {
  const ask = async (question: SurveyQuestion) => {
    try {
      return await worker.ask(question) as readonly string[];
    } catch (error) {
      throw asUnreadable(world, error);
    }
  };
  let texts = await ask({ ask: "start", kind, shape });
  while (texts.length > 0) {
    yield* texts;
    texts = await ask({ ask: "more" });
  }
}

function asUnreadable(path: string, error: unknown): unknown {
  if (error instanceof WorkerFailure) return new UnreadableSaveError(path, error.message);
  if (error instanceof WorkerError && error.fault !== "stopped") {
    return new UnreadableSaveError(path, `${error.message}; the save may be damaged`, {
      cause: error,
    });
  }
  return error;
}

/** Backups that the game leaves beside a world: `<Map>_dd.mm.yyyy_hh.mm.ss.ark`. */
const BACKUP = /_\d\d\.\d\d\.\d{4}_\d\d\.\d\d\.\d\d\.ark$/i;

async function findWorld(path: string): Promise<{ world: string; folder: string | undefined }> {
  const stat = await statOf(path);
  if (!stat.isDirectory) return { world: path, folder: undefined };
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    if (!isDirectory && /\.ark$/i.test(name) && !BACKUP.test(name)) names.push(name);
  }
  const own = names.find((name) => name.toLowerCase() === `${basename(path)}.ark`.toLowerCase());
  const [only, ...more] = own ? [own] : names.sort();
  if (only === undefined) {
    throw new UnreadableSaveError(path, "the folder holds no world (a file that ends in .ark)");
  }
  if (more.length > 0) {
    const found = [only, ...more].join(", ");
    throw new UnreadableSaveError(path, `the folder holds several worlds (${found}); name one`);
  }
  return { world: join(path, only), folder: path };
}

async function statOf(path: string): Promise<Deno.FileInfo> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    throw new UnreadableSaveError(path, reasonOf(error), { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file or folder";
  if (error instanceof Deno.errors.PermissionDenied) return "this account may not read it";
  if (error instanceof Deno.errors.NotCapable) {
    return "Deno lets no program touch this place (/dev, /proc, /sys); use a folder elsewhere";
  }
  return error instanceof Error ? error.message : String(error);
}

/** Copies tried while the game keeps replacing the file, and the pause between them. */
const COPY_ATTEMPTS = 3, COPY_PAUSE_MS = 300;

/** A copy in a folder of its own that only this account may enter: saves hold addresses. */
interface Copy {
  readonly folder: string;
  readonly path: string;
  /** When the original was written. */
  readonly savedAt: Date;
}

/** Copies a world to the temporary folder, in one state of the file. */
async function copyWorld(
  world: string,
  onProgress: (progress: ReadProgress) => void,
): Promise<Copy> {
  for (let attempt = 1; attempt <= COPY_ATTEMPTS; attempt++) {
    await refuseWhileWritten(world);
    const before = await statOf(world);
    if (!before.isFile) throw new UnreadableSaveError(world, "it is no file");
    if (!before.mtime || Number.isNaN(before.mtime.getTime())) {
      throw new UnreadableSaveError(world, "it has no time of modification; touch it");
    }
    onProgress({ phase: "copy", done: 0, total: before.size });
    const { folder, path } = await copyToTemp(world);
    const after = await statOf(world).catch(() => undefined); // replaced just now
    const isLast = attempt === COPY_ATTEMPTS;
    // An empty file is most likely one that was just begun.
    if (after && isSameState(before, after) && (before.size > 0 || isLast)) {
      return { folder, path, savedAt: before.mtime };
    }
    await removeFolder(folder);
    if (!isLast) await delay(COPY_PAUSE_MS);
  }
  throw new UnreadableSaveError(
    world,
    `it changed during each of ${COPY_ATTEMPTS} copies; the game is writing it. ` +
      "Try again in a minute",
  );
}

function isSameState(a: Deno.FileInfo, b: Deno.FileInfo): boolean {
  return a.size === b.size && a.ino === b.ino && a.mtime?.getTime() === b.mtime?.getTime();
}

async function copyToTemp(world: string): Promise<{ folder: string; path: string }> {
  let folder: string | undefined;
  try {
    folder = await Deno.makeTempDir({ prefix: "blissbot-" });
    const path = join(folder, "world.ark");
    await Deno.copyFile(world, path);
    return { folder, path };
  } catch (error) {
    if (folder) await removeFolder(folder);
    throw new UnreadableSaveError(
      world,
      `it cannot be copied to the temporary folder: ${reasonOf(error)}. ` +
        "Free some space there, or set TMPDIR to another folder",
      { cause: error },
    );
  }
}

/** Removes the copy early; where open files cannot be removed, it goes at the end. */
function forget(folder: string): Promise<void> {
  return removeFolder(folder).catch(() => {});
}

async function removeFolder(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/** First bytes of SQLite's rollback journal: as long as it is there, the file is half written. */
const JOURNAL_MAGIC = Uint8Array.of(0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7);

async function refuseWhileWritten(world: string): Promise<void> {
  // SQLite's files lie beside the file itself, not beside a link to it.
  const real = await Deno.realPath(world).catch(() => world);
  const journal = await startOf(`${real}-journal`);
  const log = await startOf(`${real}-wal`);
  if (JOURNAL_MAGIC.every((byte, i) => byte === journal[i]) || log.length > 0) {
    throw new UnreadableSaveError(
      world,
      `it is being written (there is a ${basename(world)}-journal or -wal beside it in ` +
        `${dirname(world)}). Try again when the game has finished saving`,
    );
  }
}

/** The first 8 bytes of a file; none when it does not exist. */
async function startOf(path: string): Promise<Uint8Array> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch {
    return new Uint8Array(0);
  }
  using open = file;
  const bytes = new Uint8Array(8);
  return bytes.subarray(0, await open.read(bytes) ?? 0);
}
