/** CSV for spreadsheets. */

import { deepEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { toCsv } from "../../../src/features/moderation/csv.ts";

/** Reads RFC 4180. */
function parse(bytes: Uint8Array): string[][] {
  const text = new TextDecoder().decode(bytes); // takes the byte order mark away
  return [...text.matchAll(/(?:(?:"(?:[^"]|"")*"|[^",\r\n]*)(?:,|\r\n))+?(?<=\r\n)/g)].map((
    [row],
  ) =>
    [...row.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(?:,|\r\n)/g)].map(([, cell]) =>
      cell!.startsWith('"') ? cell!.slice(1, -1).replaceAll('""', '"') : cell!
    )
  );
}

const cell = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({
    unit: fc.constantFrom("=", "+", "-", "@", "'", '"', ",", "\r", "\n", " ", "1", "a"),
  }),
);

Deno.test("toCsv() gives every cell back, and no cell is a formula", () => {
  fc.assert(fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 })), (rows) => {
    const read = parse(toCsv(rows));
    for (const text of read.flat()) ok(!/^\s*[=+\-@]/.test(text), text);
    const plain = read.map((row, r) =>
      row.map((text, c) => text === `'${rows[r]?.[c]}` ? text.slice(1) : text)
    );
    deepEqual(plain, rows);
  }));
});
