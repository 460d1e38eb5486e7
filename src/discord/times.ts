/**
 * Times in messages, which Discord shows to all readers in their own language and zone. Pure.
 * @module
 */

/** Such as "2 hours ago" or "in 5 minutes"; Discord keeps it right while somebody looks at it. */
export function relative(time: Date): string {
  return stamp(time, "R");
}

/** Such as "14 March 2026 09:26". */
export function dateTime(time: Date): string {
  return stamp(time, "f");
}

/** Such as "09:26". */
export function timeOfDay(time: Date): string {
  return stamp(time, "t");
}

/** Rounded down: fractions are no timestamp to Discord. */
function stamp(time: Date, style: "R" | "f" | "t"): string {
  return `<t:${Math.floor(time.getTime() / 1000)}:${style}>`;
}
