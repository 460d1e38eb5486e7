import assert from "node:assert/strict";
import fc from "fast-check";
import { backoffMs } from "../../src/runtime/backoff.ts";

const longest = () => 1 - Number.EPSILON;

Deno.test("backoffMs() doubles the ceiling with each repetition until the maximum", () => {
  const waits = [0, 1, 2, 3, 4, 1000].map((repetition) =>
    Math.round(backoffMs(repetition, { firstMs: 100, maxMs: 500, random: longest }))
  );
  assert.deepEqual(waits, [100, 200, 400, 500, 500, 500]);
});

Deno.test("backoffMs() can answer at once, so that callers who failed together spread out", () => {
  assert.equal(backoffMs(5, { firstMs: 100, maxMs: 500, random: () => 0 }), 0);
});

Deno.test("backoffMs() never leaves its bounds", () => {
  fc.assert(fc.property(fc.nat(), fc.nat(), fc.nat(), (repetition, firstMs, maxMs) => {
    const wait = backoffMs(repetition, { firstMs, maxMs });
    assert.ok(wait >= 0 && wait <= maxMs);
  }));
});
