/**
 * Times as the game writes them, in UTC.
 * @module
 */

/** Date and time in the game's digits, and the milliseconds. */
function digits(ms: number): { date: string; time: string; thousandths: string } {
  const iso = new Date(ms).toISOString();
  return {
    date: iso.slice(0, 10).replaceAll("-", "."),
    time: iso.slice(11, 19).replaceAll(":", "."),
    thousandths: iso.slice(20, 23),
  };
}

/** Before what players do: `2026.03.14_18.42.09`. */
export function gameStamp(ms: number): string {
  const { date, time } = digits(ms);
  return `${date}_${time}`;
}

/** In the name of an old log: `2026.03.14-18.42.09`. */
export function fileStamp(ms: number): string {
  const { date, time } = digits(ms);
  return `${date}-${time}`;
}

/** At the start of every line of the log: `2026.03.14-18.42.09:603`. */
export function lineStamp(ms: number): string {
  return `${fileStamp(ms)}:${digits(ms).thousandths}`;
}
