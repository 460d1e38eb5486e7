/** Texts for people: there in each language, with the same gaps. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import type { Text } from "../../src/discord/surface.ts";
import { fill, fillEach } from "../../src/discord/texts.ts";

/** Workers listen as soon as they are imported; they say nothing to people. */
const FILES = globSync(["src/discord/**/*.ts", "src/features/**/*.ts", "src/bots.ts"])
  .filter((file) => !file.endsWith("worker.ts"));

/** Every text within a value. */
function textsIn(value: unknown, seen = new Set<unknown>()): Text[] {
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  seen.add(value);
  if ("en" in value && "de" in value) return [value as Text];
  return Object.values(value).flatMap((part) => textsIn(part, seen));
}

/** Texts that are written out within functions, where no import finds them. */
function textsWritten(source: string): Text[] {
  const pairs = source.matchAll(/\ben:\s*("(?:[^"\\]|\\.)*"),\s*de:\s*("(?:[^"\\]|\\.)*")\s*[,}]/g);
  return [...pairs].map(([, en, de]) => ({ en: JSON.parse(en!), de: JSON.parse(de!) }));
}

function gapsOf(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();
}

Deno.test("every text of the shelf, the features and the bots is there in English and German", async () => {
  const modules = await Promise.all(
    FILES.map((file) => import(new URL(`../../${file}`, import.meta.url).href)),
  );
  const declared = modules.flatMap((module) => textsIn({ ...module }));
  const written = FILES.flatMap((file) => textsWritten(readFileSync(file, "utf8")));
  ok(declared.length > 20, `only ${declared.length} were found`);
  ok(written.length > 10, `only ${written.length} were found`);
  for (const text of [...declared, ...written]) {
    for (const language of ["en", "de"] as const) {
      equal(typeof text[language], "string", JSON.stringify(text));
      ok(text[language].trim() !== "", JSON.stringify(text));
    }
    deepEqual(gapsOf(text.de), gapsOf(text.en), JSON.stringify(text));
  }
});

Deno.test("the check of texts finds what is wrong", () => {
  const nested = { a: [{ b: { en: "x", de: "" } }], self: {} };
  nested.self = nested;
  deepEqual(textsIn(nested), [{ en: "x", de: "" }]);
  deepEqual(textsWritten('{ en: "say \\"{x}\\"", de: "{y}" }'), [{ en: 'say "{x}"', de: "{y}" }]);
  deepEqual(gapsOf("{b} and {a}"), ["a", "b"]);
});

Deno.test("fill() puts values in, also texts, and leaves a gap without one to be seen", () => {
  const text = { en: "{who} has {count} of {all}", de: "{who} hat {count} von {all}" };
  const who = { en: "The bot", de: "Der Bot" };
  equal(fill(text, "de", { who, count: 0 }), "Der Bot hat 0 von {all}");
  deepEqual(fillEach(text, { who, count: "{all}", all: "$&" }), {
    en: "The bot has {all} of $&",
    de: "Der Bot hat {all} von $&",
  });
});
