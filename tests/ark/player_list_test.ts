/**
 * ListPlayers answers.
 * @module
 */

import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { parsePlayerList } from "../../src/ark/player_list.ts";

const ID = "0002a1c4e6f80b2d4f6a8c0e1b3d5f70";

Deno.test("parsePlayerList() reads names with commas, dots and whole rows in them", () => {
  const names = ["Ada", "Prof. Ash Jr", "[TAG] Bo, the 2nd", "5. Not An Index", `fake, ${ID}`, ""];
  const reply = names.map((name, i) => `${i}. ${name}, ${ID.toUpperCase()} \n`).join("") + " ";
  deepEqual(parsePlayerList(reply), {
    players: names.map((name) => ({ name, id: ID })),
    unknown: [],
  });
});

Deno.test("parsePlayerList() reads the ids of older servers", () => {
  deepEqual(parsePlayerList("12. Old Pal, 76561190000000001"), {
    players: [{ name: "Old Pal", id: "76561190000000001" }],
    unknown: [],
  });
});

Deno.test("parsePlayerList() tells an empty server from an answer without a list", () => {
  deepEqual(parsePlayerList("No Players Connected \n "), { players: [], unknown: [] });
  for (const none of ["", "Server received, But no response!! \n ", "World Saved"]) {
    equal(parsePlayerList(none), undefined);
  }
});

Deno.test("parsePlayerList() keeps strange rows apart", () => {
  deepEqual(parsePlayerList(`0. Two\nlines, 12\r\n1. Ada, ${ID}`), {
    players: [{ name: "Ada", id: ID }],
    unknown: ["0. Two", "lines, 12"],
  });
});

Deno.test("parsePlayerList() throws at no answer and is quick with 100 kB", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (reply) => {
    parsePlayerList(reply);
  }));
  for (const piece of [", ", `, ${ID}`, "1", "1. ", " ", "\n"]) {
    const began = performance.now();
    parsePlayerList(`0. ${piece.repeat(100_000 / piece.length)}x`);
    const took = performance.now() - began;
    ok(took < 400, `${JSON.stringify(piece)} took ${took} ms`);
  }
});
