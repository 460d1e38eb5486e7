/**
 * The folder of real saves and of Discord's API description beside the project, where there is one.
 * The saves hold real players' data: tests read it, nothing of it is copied or printed.
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SHARED = new URL("../../shared/", import.meta.url);

/** Whether the folder is there. A clone elsewhere has none; made worlds cover the same ground. */
export const hasShared = existsSync(SHARED);

if (!hasShared) {
  console.warn("../shared/ is absent: what is compared with real data there is not tested");
}

/** Path of a file in the folder. */
export function sharedPath(name: string): string {
  return fileURLToPath(new URL(name, SHARED));
}

/** A JSON file of the folder. */
export function sharedJson<T>(name: string): T {
  return JSON.parse(readFileSync(sharedPath(name), "utf8"));
}

/** Defines a test that needs the folder; where it is absent the test is ignored and says so. */
export function sharedTest(name: string, run: () => void | Promise<void>): void {
  if (hasShared) Deno.test(name, run);
  else Deno.test({ name: `${name} (../shared/ is absent)`, ignore: true, fn() {} });
}
