/** Ids of buttons, menus and forms. */

import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { cardId, parseCardId } from "../../src/discord/cards.ts";

Deno.test("cardId() keeps card and arguments readable", () => {
  equal(cardId("fleet"), "fleet");
  equal(cardId("fleet", "restart", "7"), "fleet:restart:7");
  equal(cardId("a:b", "c\\", "", "d:"), "a\\:b:c\\\\::d\\:");
});

Deno.test("parseCardId() gives back what cardId() was given", () => {
  const part = fc.oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.array(fc.constantFrom(":", "\\", "a", "\ud83d", "😀"), { maxLength: 12, size: "max" })
      .map((signs) => signs.join("")),
  );
  fc.assert(fc.property(part, fc.array(part, { maxLength: 4 }), (card, args) => {
    const length = [card, ...args].join(":").replace(/[\\:]/g, "xx").length - args.length;
    fc.pre(card !== "" && length <= 100);
    deepEqual(parseCardId(cardId(card, ...args)), { card, args });
  }));
});

Deno.test("parseCardId() reads any text, also what it has not written", () => {
  deepEqual(parseCardId(""), { card: "", args: [] });
  deepEqual(parseCardId(":"), { card: "", args: [""] });
  deepEqual(parseCardId("a\\"), { card: "a\\", args: [] });
  deepEqual(parseCardId("a\\x:b"), { card: "a\\x", args: ["b"] });
});

Deno.test("cardId() refuses what Discord would refuse, and says what to do", () => {
  equal(cardId("x".repeat(100)).length, 100);
  throws(() => cardId("list", "x".repeat(96)), {
    name: "RangeError",
    message: 'Cannot make an id for card "list": 101 characters, allowed are 1 to 100; ' +
      "keep the data in the store and its key in the id",
  });
  throws(() => cardId(""), RangeError);
});
