/**
 * Log lines: one line of text per event, on stderr, with time and level. Callers never put secrets
 * into messages; known ones are masked all the same.
 * @module
 */

/** Writes events of one part of the program. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** What a log needs from outside. */
export interface LogOptions {
  readonly write: (line: string) => void;
  readonly now: () => Date;
  /** Values that must never appear; replaced by `***`. */
  readonly secrets: readonly string[];
}

/** Shorter values would mask ordinary words; real tokens and passwords are longer. */
const SHORTEST_SECRET = 4;

/** A log for one part of the program. */
export function openLog(part: string, { write, now, secrets }: LogOptions): Log {
  const masked = secrets.filter((secret) => secret.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length); // a longer one may contain a shorter one
  const line = (level: keyof Log, message: string) => {
    const text = masked.reduce((text, secret) => text.replaceAll(secret, "***"), message);
    // One event is one line, whatever a player's name contains.
    write(
      `${now().toISOString()} ${level.padEnd(5)} ${part}: ${text.replace(/\p{Cc}+/gu, " ")}\n`,
    );
  };
  return {
    info: (message) => line("info", message),
    warn: (message) => line("warn", message),
    error: (message) => line("error", message),
  };
}
