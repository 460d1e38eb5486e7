/** What moderators type. */

import { equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { Refusal } from "../../../src/discord/surface.ts";
import { oneLine, readLength, readLink, readNote } from "../../../src/features/moderation/input.ts";

Deno.test("readLength() refuses what is no length, and takes nothing for no end", () => {
  equal(readLength(" 12 H "), 43_200_000);
  equal(readLength(undefined), undefined);
  for (const typed of ["", " ", "7", "0d", "for ever"]) throws(() => readLength(typed), Refusal);
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
