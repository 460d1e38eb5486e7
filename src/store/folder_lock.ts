/**
 * One process at a time per data folder. Knows nothing of what the folder holds.
 * @module
 */

import { StoreError } from "./errors.ts";

/**
 * Takes the lock of a data folder, which is made when it is missing. The lock lasts until the file
 * is closed or the holder ends, however it ends: the system sees to that.
 *
 * @param wait Until the present holder has gone, rather than being refused at once.
 * @throws {StoreError} `locked` when somebody else has it, `unreachable` when the folder cannot be
 * used.
 */
export async function lockFolder(
  dataDir: string,
  { wait }: { wait: boolean },
): Promise<Deno.FsFile> {
  let file: Deno.FsFile | undefined;
  try {
    await Deno.mkdir(dataDir, { recursive: true });
    file = await Deno.open(`${dataDir}/pglite.lock`, { create: true, write: true });
    if (wait) await file.lock(true);
    if (wait || await file.tryLock(true)) return file;
  } catch (cause) {
    file?.close();
    const fault = cause instanceof Deno.errors.NotCapable
      ? "Deno lets no program write there"
      : cause instanceof Error
      ? cause.message
      : String(cause);
    throw new StoreError(
      "unreachable",
      `Cannot use ${dataDir} for the store: ${fault}; ` +
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
