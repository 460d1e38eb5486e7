/**
 * How much room is left where the program keeps its data.
 * @module
 */

import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { HealthItem } from "./runtime/health.ts";

/** With less than this the embedded store and the copies of saves soon fail. */
const LEAST_FREE_BYTES = 100_000_000;

/** Looks at the disk that holds `folder`, which need not exist yet. */
export async function checkDisk(folder: string): Promise<Omit<HealthItem, "name">> {
  let free: number;
  try {
    const { bavail, bsize } = await statfs(folder);
    free = bavail * bsize;
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (isMissing && dirname(folder) !== folder) return await checkDisk(dirname(folder));
    return { state: "off", text: "This system does not tell how much room is left" };
  }
  const text = `${(free / 1e9).toFixed(1)} GB free`;
  return free < LEAST_FREE_BYTES
    ? { state: "down", text: `only ${text}; free some room where ${folder} is` }
    : { state: "ok", text };
}
