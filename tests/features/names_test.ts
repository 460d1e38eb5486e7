/** Names from the game as commands suggest and compare them. */

import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { foldedName, readableName } from "../../src/features/names.ts";

Deno.test("readableName() is one line on which every sign can be seen", () => {
  equal(readableName(" A\u200bn\x07a\n\t the\u3164 \u202eTamer\ud800 "), "Ana the Tamer");
  equal(readableName("\u200b\u3164\u2060 \0"), "");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => {
    const readable = readableName(name);
    ok(!/[\p{C}\p{Default_Ignorable_Code_Point}]|^\s|\s$|\s\s/u.test(readable), readable);
    equal(readableName(readable), readable);
  }));
});

Deno.test("foldedName() is the same for names that look alike, and folds no further", () => {
  for (const name of ["A\u0301NA  x", " \u00e1na\u200b X", "\u00c1NA X"]) {
    equal(foldedName(name), "\u00e1na x");
  }
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => {
    equal(foldedName(foldedName(name)), foldedName(name)); // as it is stored, so it is looked up
  }));
});
