/** Cutting and splitting text, also text that was written to break it. */

import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { cut, splitText } from "../../src/discord/text.ts";

const FAMILY = "👨‍👩‍👧‍👦"; // one grapheme of 11 units
const ZALGO = "Z" + "\u0334".repeat(50);

/** Text from outside: plain, odd, and made of what splitting has to be careful with. */
const nasty = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400, size: "max" }),
  fc.array(
    fc.constantFrom(
      "```",
      "```js\n",
      "`",
      "\n",
      " ",
      "wört",
      FAMILY,
      ZALGO,
      "\ud83d",
      "🇩🇪",
      "\r\n",
    ),
    { maxLength: 120, size: "max" },
  ).map((parts) => parts.join("")),
);

Deno.test("cut() leaves alone what fits, and counts the dots in", () => {
  equal(cut("short", 5), "short");
  equal(cut("longer", 5), "lo...");
  equal(cut("x".repeat(5000), 4096).length, 4096);
  equal(cut("", 0), "");
  deepEqual([0, 1, 2, 3, 4].map((max) => cut("abcdef", max)), ["", ".", "..", "...", "a..."]);
});

Deno.test("cut() never cuts inside a flag, a family, an accent or a surrogate pair", () => {
  equal(cut(`ab${FAMILY}cdefghijkl`, 10), "ab...");
  equal(cut(`ab${FAMILY}cdefghijkl`, 16), `ab${FAMILY}...`);
  equal(cut("🇩🇪🇫🇷🇮🇹", 10), "🇩🇪...");
  equal(cut("ae\u0301xyzzz", 6), "ae\u0301...");
  equal(cut("ae\u0301xyzzz", 5), "a...");
  equal(cut("😀😀😀", 5), "😀...");
  equal(cut("a\r\nbcdef", 5), "a...");
  equal(cut(ZALGO, 20), "...");
});

Deno.test("cut() replaces halves of characters, which Discord refuses", () => {
  equal(cut("a\ud83d", 10), "a\ufffd");
  equal(cut("\udc00bcdefgh", 6), "\ufffdbc...");
});

Deno.test("cut() keeps the limit and the beginning, whatever it is given", () => {
  fc.assert(fc.property(nasty, fc.integer({ min: 0, max: 300 }), (text, max) => {
    const short = cut(text, max);
    ok(short.length <= max || text.length <= max);
    ok(short.isWellFormed());
    if (text.length > max && max >= 3) {
      ok(short.endsWith("..."));
      const kept = short.slice(0, -3);
      ok(text.toWellFormed().startsWith(kept));
      const starts = [...new Intl.Segmenter().segment(text)].map(({ index }) => index);
      ok([...starts, text.length].includes(kept.length));
    }
  }));
});

Deno.test("splitText() gives short text as it is, and nothing for nothing", () => {
  deepEqual(splitText("hello\nworld", 100), ["hello\nworld"]);
  deepEqual(splitText("", 100), []);
  deepEqual(splitText(" \n\t\n ", 100), []);
  deepEqual(splitText("\n".repeat(500), 100), []);
  throws(() => splitText("x", 10), /^RangeError: Cannot split text: parts must hold 64 or more/);
});

Deno.test("splitText() splits at line ends, then at spaces, then between graphemes", () => {
  const line = "a".repeat(40);
  deepEqual(splitText([line, line, line].join("\n"), 90), [`${line}\n${line}`, line]);
  deepEqual(splitText([line, line, line].join(" "), 90), [`${line} ${line}`, line]);
  // 30 of eleven units each: 88 is what fits into 96 with room for a fence.
  const parts = splitText(FAMILY.repeat(30), 96);
  deepEqual(parts.map((part) => part.length), [88, 88, 88, 66]);
});

Deno.test("splitText() closes a code block and opens it again with its language", () => {
  const lines = Array.from({ length: 12 }, (_, i) => `line ${i} of the listing`);
  const parts = splitText(`Look:\n\`\`\`ts\n${lines.join("\n")}\n\`\`\`\nThat was it.`, 100);
  ok(parts.length > 2);
  ok(parts[0]!.startsWith("Look:\n```ts\nline 0"));
  for (const part of parts.slice(0, -1)) ok(part.endsWith("\n```"), part);
  for (const part of parts.slice(1, -1)) ok(part.startsWith("```ts\n"), part);
  ok(parts.at(-1)!.endsWith("That was it."));
  const code = parts.join("\n").match(/line \d+ of the listing/g);
  deepEqual(code, lines);
});

Deno.test("splitText() makes no empty code blocks around a split", () => {
  const filler = "x".repeat(60);
  deepEqual(splitText(`${filler}\n\`\`\`js\n${filler}\n\`\`\`\n${filler}`, 80), [
    filler,
    `\`\`\`js\n${filler}\n\`\`\``,
    filler,
  ]);
});

Deno.test("splitText() keeps limit, order, words and fences, whatever it is given", () => {
  fc.assert(
    fc.property(nasty, fc.integer({ min: 64, max: 200 }), (text, max) => {
      const parts = splitText(text, max);
      for (const part of parts) {
        ok(part.length <= max, "too long");
        ok(part.trim() !== "", "empty");
        ok(part.isWellFormed(), "half a character");
        if (parts.length > 1) equal((part.match(/```/g) ?? []).length % 2, 0, "an open code block");
      }
      // Fences may be added and languages repeated; all the rest is there, once and in order.
      const bare = (text: string) => text.replace(/[`\s]/g, "").replaceAll("js", "");
      equal(bare(parts.join("\n")), bare(text.toWellFormed()));
    }),
    { numRuns: 300 },
  );
});

Deno.test("a megabyte of hostile text is cut and split in no time", () => {
  const hostile = ["`", "\n", " ", "a", "漢", ZALGO, FAMILY, "\u0334", "```\n", "```js\nx"];
  const start = performance.now();
  for (const unit of hostile) {
    for (const before of ["", "```js\nx"]) {
      const text = before + unit.repeat(1_000_000 / unit.length);
      cut(text, 4096);
      ok(splitText(text, 2000).every((part) => part.length <= 2000));
    }
  }
  const tookMs = performance.now() - start;
  ok(tookMs < 8_000, `took ${tookMs} ms`);
});
