/**
 * A temporary folder for one test.
 * @module
 */

/** Runs with a new empty folder and removes it afterwards. */
export async function withTempFolder(run: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "blissbot-test-" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
