/** Times as messages carry them. */

import { deepEqual, equal } from "node:assert/strict";
import { dateTime, relative, timeOfDay } from "../../src/discord/times.ts";

Deno.test("a time stands in a message as Discord takes it, in whole seconds", () => {
  const time = new Date("2026-03-14T09:26:53.999Z");
  deepEqual([relative(time), dateTime(time), timeOfDay(time)], [
    "<t:1773480413:R>",
    "<t:1773480413:f>",
    "<t:1773480413:t>",
  ]);
  equal(relative(new Date(-1)), "<t:-1:R>"); // as far back as anybody may type
});
