/**
 * Lengths of time as people type them into commands. Pure.
 * @module
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Who types more means for ever, and what is counted from now on must remain a date. */
const LONGEST_MS = 9_999 * DAY_MS;

/** What units are called in English and German. */
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^m(?:in(?:ute[sn]?)?)?$/, MINUTE_MS],
  [/^(?:h(?:ours?)?|std|stunden?)$/, HOUR_MS],
  [/^(?:d(?:ays?)?|tage?)$/, DAY_MS],
  [/^(?:w(?:eeks?)?|wochen?)$/, 7 * DAY_MS],
];

/** One or more numbers with units. */
const LENGTH = /^(?:\d{1,6}\s*[a-z]+[\s,]*)+$/;

/**
 * Milliseconds of a text such as `30m`, `2h`, `7d`, `1d 12h` or `3 Tage`; undefined when it is none,
 * shorter than a minute or longer than 9,999 days.
 */
export function parseLength(typed: string): number | undefined {
  const text = typed.trim().toLowerCase();
  if (text.length > 50 || !LENGTH.test(text)) return undefined;
  let ms = 0;
  for (const [, count, word] of text.matchAll(/(\d+)\s*([a-z]+)/g)) {
    const unitMs = UNITS.find(([pattern]) => pattern.test(word!))?.[1];
    if (unitMs === undefined) return undefined;
    ms += Number(count) * unitMs;
  }
  return ms >= MINUTE_MS && ms <= LONGEST_MS ? ms : undefined;
}
