/**
 * A temporary folder for one test.
 * @module
 */

/** Runs with a new empty folder and removes it afterwards. */
export async function withTempFolder<T>(run: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "blissbot-test-" });
  try {
    return await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
