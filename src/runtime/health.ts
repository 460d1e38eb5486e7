/**
 * How everything the program depends on is doing, and since when. Is handed the checks; knows
 * neither what they ask nor who reads the answers.
 * @module
 */

import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";

/** One thing that is well or not. */
export interface HealthItem {
  readonly name: string;
  readonly state: "ok" | "off" | "down";
  /** A short sentence for people; no secrets. */
  readonly text: string;
  /** The same in German; left out where the text is a message of a library or system. */
  readonly german?: string;
}

/** A thing with its history since the program started. */
export interface HealthReport extends HealthItem {
  /** When it came into this state. */
  readonly since: Date;
  readonly lastError: Pick<HealthItem, "text" | "german"> & { readonly at: Date } | undefined;
}

/** Asks how one thing is doing; has a deadline of its own. What it throws means down. */
export interface HealthCheck {
  readonly name: string;
  /** Whether the thing tells the log by itself when it comes and goes. */
  readonly logsItself?: boolean;
  check(): Promise<Omit<HealthItem, "name">>;
}

/** Remembers how things were, so that it can tell since when they are so. */
export interface Health {
  /** Asks everything now. Whoever asks meanwhile shares the answer. Never rejects. */
  check(): Promise<readonly HealthReport[]>;
}

/** Watches some things; every change of state is one line in the log. */
export function openHealth(
  checks: readonly HealthCheck[],
  { clock, log }: { clock: Clock; log: Log },
): Health {
  const known = new Map<HealthCheck, HealthReport>(); // names may be given twice
  let running: Promise<readonly HealthReport[]> | undefined;

  async function report(item: HealthCheck): Promise<HealthReport> {
    const { name, check, logsItself = false } = item;
    const found = await Promise.try(check).catch((error) => ({
      state: "down" as const,
      text: error instanceof Error ? error.message : String(error),
    }));
    const before = known.get(item);
    const now = new Date(clock.now());
    const hasChanged = found.state !== before?.state;
    const next: HealthReport = {
      name,
      ...found,
      since: hasChanged ? now : before.since,
      lastError: found.state === "down" ? { ...found, at: now } : before?.lastError,
    };
    known.set(item, next);
    if (logsItself || !hasChanged) return next;
    if (found.state === "down") log.warn(`${name} is down: ${found.text}`);
    else if (found.state === "ok") log.info(`${name} is fine: ${found.text}`);
    return next;
  }

  return {
    check: () => running ??= Promise.all(checks.map(report)).finally(() => running = undefined),
  };
}
