/** The options "server" and "player": what is suggested, what is found, and what is refused. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { type Call, type Language, Refusal } from "../../src/discord/surface.ts";
import type { GameServer } from "../../src/features/feature.ts";
import {
  findPlayer,
  findServers,
  playerOption,
  serverOption,
} from "../../src/features/server_options.ts";

const ID = "0002a1c4e6f80b2d4f6a8c0e1b3d5f70";
const OTHER_ID = "0002ffffffffffffffffffffffffffff";
const STEAM_ID = "76561198000000001";

/** Only names and ids are looked at. */
function server(name: string, id = name.toLowerCase()): GameServer {
  return { id, name } as GameServer;
}

const SERVERS = ["Island", "Ragnarok", "Extinction", "Ragnar\u00f6k 2"].map((name) => server(name));

/** What somebody says who types it. */
function calledIn(language: Language): Call {
  return { caller: { language } } as Call;
}

function servers(typed: string | undefined, all = SERVERS): string[] {
  return findServers(all, typed).map(({ id }) => id);
}

interface Player {
  readonly name: string;
  readonly id: string;
}

function player(typed: string | undefined, known: readonly Player[]): Player {
  return findPlayer({ known: () => known }, typed);
}

function suggested(typed: string, known: readonly Player[]): Promise<readonly string[]> {
  return playerOption({ known: () => known }).suggest!(typed, calledIn("en"));
}

/** Code and text of the refusal. */
function refused(work: () => unknown, language: Language = "en"): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return `${error.code} ${error.text[language]}`;
    throw error;
  }
  throw new Error("It was not refused");
}

/** Anything that can stand in a name, and often the same. */
const NAME = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "Ana",
    "ANA",
    "A\u200bna",
    "",
    " ",
    "\u3164",
    `x \u00b7 ${ID}`,
    ID,
    "\ud800",
    "*",
  ),
);

Deno.test("a server is found by its name, its id, or a part of its name that only it has", () => {
  for (const typed of ["Island", " ISLAND ", "isl", "Is\u200bland"]) {
    deepEqual(servers(typed), ["island"], typed);
  }
  deepEqual(servers("Ragnarok"), ["ragnarok"]);
  deepEqual(servers("ragnaro\u0308k  2"), ["ragnar\u00f6k 2"]);
  deepEqual(servers("s1", [server("Island", "s1"), server("Aberration", "s2")]), ["s1"]);
});

Deno.test("all servers are meant when the option is left out or says so, not when it is blank", () => {
  for (const typed of [undefined, "all", "ALL ", "Alle"]) equal(servers(typed).length, 4);
  for (const typed of ["", "  ", "\u200b"]) {
    match(refused(() => servers(typed)), /^UNKNOWN_SERVER /);
  }
  deepEqual(servers("all", [server("All", "a"), server("Island")]), ["a"]);
});

Deno.test("a name goes before an id: it is what people see", () => {
  deepEqual(servers("Ragnarok", [server("Island", "ragnarok"), server("Ragnarok", "x")]), ["x"]);
});

Deno.test("a server that is not there is refused with the nearest names, as plain text", () => {
  match(
    refused(() => servers("Iland")),
    /^UNKNOWN_SERVER There is no server “Iland”\. Did you mean Island\?$/,
  );
  match(refused(() => servers("rag")), /Did you mean Ragnarok, Ragnar\u00f6k 2\?$/);
  equal(
    refused(() => servers("**Insel** @everyone"), "de"),
    "UNKNOWN_SERVER Es gibt keinen Server \u201e\\*\\*Insel\\*\\* \\@everyone\u201c. " +
      "W\u00e4hle beim Tippen einen Vorschlag.",
  );
  equal(
    refused(() => servers("Valguero")),
    "UNKNOWN_SERVER There is no server \u201cValguero\u201d. Pick a suggestion while typing.",
  );
  match(refused(() => servers("x", [])), /^UNKNOWN_SERVER No game server with a console/);
  match(refused(() => servers(undefined, []), "de"), /Es ist kein Spielserver mit Konsole/);
  ok(refused(() => servers("\ud83d*".repeat(3_000))).length < 400);
});

Deno.test("servers are suggested while typing, and all of them in the caller's language", async () => {
  const suggest = (typed: string, language: Language = "en", orAll = true) =>
    serverOption(SERVERS, { orAll }).suggest!(typed, calledIn(language));
  deepEqual(await suggest(""), ["all", "Island", "Ragnarok", "Extinction", "Ragnar\u00f6k 2"]);
  deepEqual(await suggest("al", "de"), ["alle"]);
  deepEqual(await suggest("al", "de", false), []);
  deepEqual(await suggest("RAGNARO\u0308"), ["Ragnar\u00f6k 2"]);
  const many = Array.from({ length: 40 }, (_, i) => server(`S${i}`));
  equal((await serverOption(many).suggest!("", calledIn("en"))).length, 25);
});

Deno.test("every suggested server is found, and one server at most for what else is typed", async () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1 }).filter((name) => name.trim() !== ""), {
    minLength: 1,
    maxLength: 20,
    selector: (name) => name.toLowerCase().replace(/\s+/g, " ").trim(),
  });
  await fc.assert(fc.asyncProperty(names, NAME, async (names, typed) => {
    const all = names.map((name, i) => server(name, `id-${i}-of-many`));
    for (const name of await serverOption(all).suggest!("", calledIn("en"))) {
      if (/^alle?$/i.test(name.trim())) continue;
      deepEqual(findServers(all, name).map((one) => one.name), [name]);
    }
    try {
      equal(findServers(all, typed).length, 1);
    } catch (error) {
      ok(error instanceof Refusal);
    }
  }));
});

const ANA = { name: "Ana", id: ID };
const BEN = { name: "Ben", id: STEAM_ID };

Deno.test("a player is found by name, by account id, or as suggested", async () => {
  const known = [ANA, BEN, { name: "", id: OTHER_ID }];
  for (const typed of ["Ana", " ANA ", "A\u200bna", ID, ID.toUpperCase(), `Ana \u00b7 ${ID}`]) {
    deepEqual(player(typed, known), ANA, typed);
  }
  deepEqual(player(STEAM_ID, known), BEN);
  deepEqual(player(`Her old name \u00b7 ${ID}`, known), ANA);
  deepEqual(await suggested("an", known), [`Ana \u00b7 ${ID}`]);
  deepEqual(await suggested("0002F", known), [OTHER_ID]);
});

Deno.test("an account id needs nobody to have seen the player", () => {
  deepEqual(player(OTHER_ID.toUpperCase(), [ANA]), { id: OTHER_ID, name: OTHER_ID });
  for (const typed of [ID.slice(1), `${ID}0`, "7656119800000000", ID.replace("a", "g")]) {
    match(refused(() => player(typed, [])), /^UNKNOWN_PLAYER .*32 digits and letters/);
  }
});

Deno.test("of two players of one name neither is meant, until one is picked", async () => {
  const double = { name: "an\u200ba", id: OTHER_ID };
  const known = [ANA, double, BEN];
  equal(
    refused(() => player("Ana", known)),
    `AMBIGUOUS Several players are called \u201cAna\u201d: Ana \u00b7 ${ID}, ana \u00b7 ${OTHER_ID}. ` +
      "Pick the right one from the suggestions while typing.",
  );
  match(refused(() => player("Ana", known), "de"), /Mehrere Spieler hei\u00dfen \u201eAna\u201c: /);
  const picked = (await suggested("ana", known)).map((text) => player(text, known));
  deepEqual(picked, [ANA, double]);
});

Deno.test("nobody gets another punished by a name that looks like an id or a suggestion", () => {
  const victim = { name: "Ana", id: STEAM_ID };
  const eve = { name: `Eve \u00b7 ${STEAM_ID}`, id: OTHER_ID };
  deepEqual(player(eve.name, [victim, eve]), eve);
  const mallory = { name: ID, id: OTHER_ID };
  deepEqual(player(ID, [ANA, mallory]), ANA);
});

Deno.test("nothing typed means nobody, also where somebody has no name", () => {
  for (const typed of [undefined, "", " ", "\u3164"]) {
    match(refused(() => player(typed, [{ name: "", id: ID }])), /^UNKNOWN_PLAYER /);
  }
});

Deno.test("who is not known is refused with the nearest names and what to do", () => {
  const known = [BEN, ANA];
  equal(
    refused(() => player("Anna", known)),
    `UNKNOWN_PLAYER Nobody called \u201cAnna\u201d was seen on the servers. Did you mean Ana \u00b7 ${ID}? ` +
      "Pick a suggestion while typing, or enter the account id.",
  );
  match(
    refused(() => player("*Ana", known), "de"),
    /Niemand namens \u201e\\\*Ana\u201c .*Meintest du Ana/,
  );
  match(refused(() => player("Anna", []), "de"), /gib die Konto-Id ein \(32 Ziffern/);
});

Deno.test("no name is suggested that has nothing to do with what was typed", () => {
  for (const typed of ["Bodo", "0".repeat(31), "x", "", "Anastasia"]) {
    match(
      refused(() => player(typed, [BEN, ANA, { name: "", id: OTHER_ID }])),
      /^UNKNOWN_PLAYER Nobody called \S* was seen on the servers\. Pick a suggestion/,
    );
  }
});

Deno.test("a long text among thousands of players holds up nothing", () => {
  const known = Array.from({ length: 5_000 }, (_, i) => ({ name: `Player ${i}`, id: ID }));
  const began = performance.now();
  match(refused(() => player("nobody ".repeat(850), known)), /^UNKNOWN_PLAYER /);
  const took = performance.now() - began;
  ok(took < 500, `it took ${took} ms`); // 12 ms; comparing all of it takes 2,300 ms
});

Deno.test("whatever players are called, each suggestion is short, readable and finds that player", async () => {
  const hex = fc.integer({ min: 0, max: 15 }).map((digit) => digit.toString(16));
  const id = fc.array(hex, { minLength: 32, maxLength: 32 }).map((digits) => digits.join(""));
  const players = fc.uniqueArray(fc.record({ name: NAME, id }), {
    maxLength: 25,
    selector: ({ id }) => id,
  });
  await fc.assert(fc.asyncProperty(players, NAME, async (known, typed) => {
    const texts = await suggested("", known);
    deepEqual(texts.map((text) => player(text, known).id), known.map(({ id }) => id));
    for (const text of texts) {
      ok(text.length <= 100);
      ok(!/[\p{C}\p{Default_Ignorable_Code_Point}]/u.test(text), text);
    }
    try {
      const found = player(typed, known);
      ok(/^[0-9a-f]{32}$/.test(found.id));
    } catch (error) {
      ok(error instanceof Refusal);
      ok(error.text.en.length < 600 && error.text.de.length < 600);
    }
  }));
});
