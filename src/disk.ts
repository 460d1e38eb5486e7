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
    return {
      state: "off",
      text: "this system does not tell how much room is left",
      german: "dieses System sagt nicht, wie viel Platz noch ist",
    };
  }
  const gigabytes = (free / 1e9).toFixed(1);
  return free < LEAST_FREE_BYTES
    ? {
      state: "down",
      text: `only ${gigabytes} GB free; free some room where ${folder} is`,
      german: `nur noch ${gigabytes} GB frei; schaffe Platz, wo ${folder} liegt`,
    }
    : { state: "ok", text: `${gigabytes} GB free`, german: `${gigabytes} GB frei` };
}
