/**
 * How long to wait before trying again. Knows no clock and does not wait itself.
 * @module
 */

/** Bounds of {@linkcode backoffMs}. */
export interface Backoff {
  /** Longest wait before the first repetition, in milliseconds. */
  firstMs: number;
  /** Longest wait before any repetition, in milliseconds. */
  maxMs: number;
  /** Source of numbers from 0 up to, not including, 1. */
  random?: () => number;
}

/**
 * Milliseconds to wait before repetition number `repetition`, which counts from 0.
 *
 * Exponential backoff with full jitter: any moment up to the doubling ceiling is equally likely, so
 * that callers who failed together do not come back together.
 *
 * Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015, variant "full jitter".
 */
export function backoffMs(
  repetition: number,
  { firstMs, maxMs, random = Math.random }: Backoff,
): number {
  // Doubling further than any maximum would end at infinity, and no wait is infinity times 0.
  return random() * Math.min(maxMs, firstMs * 2 ** Math.min(repetition, 40));
}
