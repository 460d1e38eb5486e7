/** What moderators type. */

import { equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { Refusal } from "../../../src/discord/surface.ts";
import { oneLine, readLength, readLink, readNote } from "../../../src/features/moderation/input.ts";

Deno.test("readLength() knows minutes, hours and days, and nothing else", () => {
  const check = (typed: string, expected: number) => equal(readLength(typed), expected);
  check("30m", 1_800_000);
  check(" 12 H ", 43_200_000);
  check("7d", 604_800_000);
  check("9999d", 9_999 * 86_400_000);
  equal(readLength(undefined), undefined);
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."07-.e mhdMHDw") }), (typed) => {
    if (/^\s*0*[1-9]?\d* ?[mhd]\s*$/i.test(typed)) return;
    throws(() => readLength(typed), Refusal);
  }));
});

Deno.test("readLink() takes addresses of pages, encoded so that they end where they end", () => {
  equal(readLink(" https://a.b/c d?e=<f> "), "https://a.b/c%20d?e=%3Cf%3E");
  equal(readLink("http://a.b"), "http://a.b/");
  for (const typed of ["", "a.b", "ftp://a.b", "javascript:alert(1)", "data:text/html,x"]) {
    throws(() => readLink(typed), Refusal);
  }
});

Deno.test("oneLine() and readNote() leave one line that any database takes", () => {
  equal(oneLine(" a\r\n\tb\u0000\u0085c\ud800 "), "a b c\ufffd");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const line = oneLine(text);
    equal(line, line.toWellFormed());
    // deno-lint-ignore no-control-regex -- these are what must not be there
    equal(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(line), false);
    if ([...line].length > 200) throws(() => readNote(text), Refusal);
    else equal(readNote(text), line);
  }));
});
