/** Schedules and wall clocks as instants, also where clocks change. */

import { equal, throws } from "node:assert/strict";
import { instantOf, nextTime } from "../../src/runtime/next_time.ts";

const timezone = "Europe/Berlin";

function next(cron: string, after: string): string {
  return nextTime(cron, { after: new Date(after), timezone })!.toISOString();
}

Deno.test("nextTime() counts in the zone's own time, weekdays as everybody does", () => {
  const friday = "2026-03-13T12:00:00Z";
  equal(next("0 6 * * *", friday), "2026-03-14T05:00:00.000Z");
  equal(next("*/15 * * * *", friday), "2026-03-13T12:15:00.000Z");
  for (const sunday of ["0", "7", "SUN", "sun"]) {
    equal(next(`0 20 * * ${sunday}`, friday), "2026-03-15T19:00:00.000Z");
  }
  equal(next(" 0  20 * *  1-5 ", friday), "2026-03-13T19:00:00.000Z");
  equal(next("0 6 29 2 *", friday), "2028-02-29T05:00:00.000Z");
});

Deno.test("nextTime() leaves nothing out and repeats nothing when clocks change", () => {
  equal(next("30 2 * * *", "2026-03-28T12:00:00Z"), "2026-03-29T01:00:00.000Z");
  equal(next("30 2 * * *", "2026-10-24T12:00:00Z"), "2026-10-25T00:30:00.000Z");
  equal(next("30 2 * * *", "2026-10-25T00:30:00Z"), "2026-10-26T01:30:00.000Z");
  equal(next("*/30 * * * *", "2026-10-25T00:30:00Z"), "2026-10-25T01:00:00.000Z");
});

Deno.test("nextTime() refuses what is no schedule, and what never comes", () => {
  for (
    const cron of ["", "@daily", "0 6 * *", "0 0 6 * * *", "60 * * * *", "0 6 * * 8", "x * * * *"]
  ) {
    throws(() => next(cron, "2026-03-13T12:00:00Z"), {
      name: "RangeError",
      message: `Cannot read the schedule "${cron}": it must be minute, hour, day, month, weekday`,
    });
  }
  const after = new Date("2026-03-13T12:00:00Z");
  equal(nextTime("0 0 31 2 *", { after, timezone }), undefined);
});

Deno.test("instantOf() knows summer time, and days that do not exist", () => {
  equal(instantOf("2026-12-24T18:00", timezone).toISOString(), "2026-12-24T17:00:00.000Z");
  equal(instantOf("2026-07-01T18:00", timezone).toISOString(), "2026-07-01T16:00:00.000Z");
  equal(instantOf("2026-03-29T02:30", timezone).toISOString(), "2026-03-29T01:30:00.000Z");
  throws(() => instantOf("2026-02-31T18:00", timezone), RangeError);
  throws(() => instantOf("2026-02-01T24:30", timezone), RangeError);
});
