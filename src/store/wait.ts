/**
 * Waiting with an end. Knows nothing of what is waited for.
 * @module
 */

import { delay } from "es-toolkit";

/** Resolves when `event` has settled, or after `limitMs` milliseconds. Never rejects. */
export async function waitAtMost(limitMs: number, event: Promise<unknown>): Promise<void> {
  const settled = new AbortController();
  const limit = delay(limitMs, { signal: settled.signal });
  await Promise.allSettled([Promise.race([event, limit])]);
  settled.abort();
  // Cancelled, the limit rejects.
  await Promise.allSettled([limit]);
}
