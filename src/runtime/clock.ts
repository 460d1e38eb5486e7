/**
 * Time as the program sees it, so that tests can move it. Knows nothing of what is waited for.
 * @module
 */

/** What tells the time and waits. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds, at once when there are none left.
   * @throws the signal's reason as soon as it aborts; the timer is gone by then.
   * @throws {RangeError} when `ms` is no number or longer than {@linkcode LONGEST_SLEEP_MS}.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Calls back after `ms` milliseconds, unless what it returns is called before. Ten times cheaper
   * than a sleep that is given up: for deadlines that are nearly always kept.
   * @throws {RangeError} as `sleep` does.
   */
  after(ms: number, run: () => void): () => void;
}

/** Timers count in 32 bits: about 24 days. A longer one would fire at once. */
export const LONGEST_SLEEP_MS = 2 ** 31 - 1;

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // Not Node's promised timer: at a signal it makes an error of its own, which costs as much as
  // sending a command.
  async sleep(ms, signal) {
    checkSleep(ms);
    signal?.throwIfAborted();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.max(0, ms));
    try {
      await (signal ? unlessAborted(promise, signal) : promise);
    } finally {
      clearTimeout(timer);
    }
  },
  after(ms, run) {
    checkSleep(ms);
    const timer = setTimeout(run, Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};

/** @throws {RangeError} when a clock cannot sleep that long. */
export function checkSleep(ms: number): void {
  if (ms <= LONGEST_SLEEP_MS) return;
  throw new RangeError(`Cannot sleep ${ms} ms: it must be a number up to ${LONGEST_SLEEP_MS}`);
}

/** The promise's outcome, or the signal's reason as soon as that comes. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Whether `work` settles, in whatever way, within `ms` milliseconds. Never rejects. */
export async function settlesWithin(
  ms: number,
  { work, clock }: { work: Promise<unknown>; clock: Clock },
): Promise<boolean> {
  const settled = new AbortController();
  return await Promise.race([
    work.then(() => true, () => true),
    clock.sleep(ms, settled.signal).then(() => false, () => true),
  ]).finally(() => settled.abort());
}
