/**
 * When the time of a cron schedule comes next, and which instant a clock on the wall means. Waits
 * for nothing and runs nothing.
 * @module
 */

import { Cron } from "croner";

/**
 * The next time of a schedule after `after`: minute, hour, day, month and weekday in cron's
 * notation, weekdays by name or as 0 (Sunday) to 7. A time that a change of the clocks leaves out
 * comes right after the change. Of one that it repeats the first comes, and the second only when no
 * hours are listed, such as in `30 * * * *`.
 *
 * @param timezone As IANA names it, such as `Europe/Berlin`.
 * @returns Undefined for what never comes, as 31 February.
 * @throws {RangeError} when it is not five such fields.
 */
export function nextTime(
  cron: string,
  { after, timezone }: { readonly after: Date; readonly timezone: string },
): Date | undefined {
  // croner would take more fields, which are seconds and years, and words such as @daily.
  const fields = cron.trim().split(/\s+/);
  try {
    if (fields.length !== 5) throw new RangeError(`It has ${fields.length} fields`);
    const schedule = new Cron(fields.join(" "), { timezone, mode: "5-part" });
    return schedule.nextRun(after) ?? undefined;
  } catch (cause) {
    const message =
      `Cannot read the schedule "${cron}": it must be minute, hour, day, month, weekday`;
    throw new RangeError(message, { cause });
  }
}

/**
 * The instant at which clocks of a time zone show that date and time (`2026-12-24T18:00`). A time
 * that a change of the clocks leaves out comes an hour later; of one that comes twice the first.
 *
 * @throws {RangeError} when there is no such date or time.
 */
export function instantOf(dateAndTime: string, timezone: string): Date {
  const { epochMilliseconds } = Temporal.PlainDateTime.from(dateAndTime, { overflow: "reject" })
    .toZonedDateTime(timezone);
  return new Date(epochMilliseconds);
}
