/** How long something is to last, as people type it. */

import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { parseLength } from "../../src/features/length.ts";

Deno.test("parseLength() understands what people type, and nothing else", () => {
  const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
  const cases: [string, number | undefined][] = [
    ["30m", 30 * minute],
    [" 2H ", 2 * hour],
    ["7d", 7 * day],
    ["1d 12h", 36 * hour],
    ["1w, 1d", 8 * day],
    ["90 min", 90 * minute],
    ["1 hour", hour],
    ["2 Stunden", 2 * hour],
    ["1 Woche", 7 * day],
    ["9999d", 9_999 * day],
    ["10000d", undefined],
    ["1429w", undefined],
    ["0h", undefined],
    ["1", undefined],
    ["", undefined],
    ["h", undefined],
    ["1.5h", undefined],
    ["1y", undefined],
    ["1h then", undefined],
    ["9999999999h", undefined],
  ];
  for (const [typed, ms] of cases) equal(parseLength(typed), ms, typed);
  const piece = fc.constantFrom("1", "99", "m", "h", "d", "w", " ", ",", "std", "-", ".", "é");
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.array(piece).map((all) => all.join("")));
  fc.assert(fc.property(text, (typed) => {
    const ms = parseLength(typed);
    ok(ms === undefined || ms >= minute && ms <= 9_999 * day);
  }));
  equal(parseLength("1m".repeat(50_000)), undefined); // at once
});
