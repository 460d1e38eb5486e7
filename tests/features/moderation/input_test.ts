/** What moderators type. */

import { equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { Refusal } from "../../../src/discord/surface.ts";
import {
  readLength,
  readLink,
  readNote,
  readReason,
} from "../../../src/features/moderation/input.ts";

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

Deno.test("readNote() and readReason() leave one line that any database takes and people can see", () => {
  equal(readNote(" a\r\n\tb\u0000\u200b\u202ec\ud800 "), "a bc");
  for (const typed of ["", "\u200b", " \u2060\u00ad\ufe0f \u3164", "\u202e\u{e0041}"]) {
    throws(() => readReason(typed), Refusal);
  }
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
    const line = readNote(text);
    equal(line, line.toWellFormed().trim());
    equal(/[\p{C}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u.test(line), false);
  }));
  throws(() => readNote("é".repeat(201)), Refusal);
});
