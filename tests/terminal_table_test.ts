/** What people see of `start` and `doctor` on a terminal. */

import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { stripVTControlCharacters } from "node:util";
import { type Line, tableText } from "../src/terminal_table.ts";

const ok = (name: string, text = "fine", below?: string): Line => ({
  mark: "ok",
  name,
  text,
  below,
});

Deno.test("names stand in one column over all sections, remedies below their line", () => {
  const sections = [
    { title: "Bots", lines: [ok("Ticket", "ready", "https://discord.com/")] },
    { title: "Stores", lines: [{ mark: "failed", name: "PostgreSQL", text: "down" } as const] },
  ];
  equal(
    tableText(sections, { colours: false }),
    "Bots\n  ✓ Ticket      ready\n    → https://discord.com/\n\n" +
      "Stores\n  ✗ PostgreSQL  down\n\n",
  );
});

Deno.test("colours change nothing but colours, and each kind of line has its own", () => {
  const lines = (["ok", "off", "busy", "failed"] as const)
    .map((mark): Line => ({ mark, name: mark, text: "", below: "do it" }));
  const sections = [{ title: "All", lines }];
  const coloured = tableText(sections, { colours: true });
  equal(stripVTControlCharacters(coloured), tableText(sections, { colours: false }));
  const colours = coloured.match(/\S+(?=[✓○…✗])/g);
  equal(new Set(colours).size, 4);
});

Deno.test("a section without lines is left out, and nothing at all is an empty text", () => {
  equal(tableText([{ title: "Servers", lines: [] }], { colours: false }), "");
  equal(tableText([], { colours: true }), "");
});

Deno.test("names from outside cannot move the cursor, fake a line or turn the writing", () => {
  const evil = "\x1b[2Jgone\r\n  ✓ Fake  fine\u2028\u202e\u0007reversed";
  const [line, ...rest] = tableText([{ title: "T", lines: [ok(evil, evil, evil)] }], {
    colours: false,
  }).split("\n").slice(1);
  equal(line, "  ✓ gone ✓ Fake  fine reversed  gone ✓ Fake  fine reversed");
  deepEqual(rest, ["    → gone ✓ Fake  fine reversed", "", ""]);
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const lines = tableText([{ title: "T", lines: [ok(text, text, "x")] }], { colours: false });
    equal(lines.split(/[\n\r\u2028\u2029]/).length, 5);
    equal(/(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(lines), false);
  }));
});
