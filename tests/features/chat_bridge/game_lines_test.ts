/** Lines of the game as they stand on Discord, and as they are known again. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { type ChatLine, parseChat } from "../../../src/ark/chat.ts";
import { toDiscordText } from "../../../src/ark/discord_text.ts";
import { readableName } from "../../../src/features/names.ts";
import {
  isCommand,
  LONGEST_CONTENT,
  saidOf,
  toDiscordLines,
} from "../../../src/features/chat_bridge/game_lines.ts";

function chat(player: string, text: string, character = player): ChatLine {
  return { kind: "chat", player, character, text };
}

function contents(line: ChatLine): string[] {
  return toDiscordLines(line).map(({ content }) => content);
}

/** What a reader sees: a backslash before a sign shows the sign. */
function shown(escaped: string): string {
  return escaped.replace(/\\([^0-9A-Za-z\s])/g, "$1");
}

Deno.test("a player's words stand after the name in bold, with the character where it differs", () => {
  deepEqual(toDiscordLines(chat("Ana", "hi")), [{ content: "**Ana**: hi", said: "Ana (Ana): hi" }]);
  deepEqual(contents(chat("Ana", "hi", "Rex")), ["**Ana** (Rex): hi"]);
  deepEqual(contents(chat("", "hi", "Rex")), ["**–** (Rex): hi"]);
  deepEqual(contents(chat("Ana", "hi", "")), ["**Ana** (–): hi"]);
  deepEqual(contents(chat(" \u200b ", "a\nb")), ["**–**: a b"]);
});

Deno.test("names and words from the game cannot format, mention or begin a second line", () => {
  deepEqual(contents(chat("**A**\nBo", "@everyone **b** [x](https://a.b)")), [
    "**\\*\\*A\\*\\* Bo**: \\@everyone \\*\\*b\\*\\* \\[x\\](https:\\/\\/a.b)",
  ]);
  deepEqual(contents(chat("Ana", "# big")), ["**Ana**: \\# big"]);
});

Deno.test("who comes and goes, tribes and events have their signs, without the game's colours", () => {
  const at = Date.UTC(2026, 2, 14);
  const tribe = (text: string): ChatLine => ({ kind: "tribe", text, at });
  deepEqual(contents({ kind: "presence", event: "joined", player: "Ana", at }), [
    "➡️ **Ana** joined",
  ]);
  deepEqual(contents({ kind: "presence", event: "left", player: "", at }), ["⬅️ **–** left"]);
  const head = "Tribe Alpha, ID 5: Day 1, 00:00:01: ";
  const shownHead = "Tribe Alpha, ID 5: Day 1, 00\\:00\\:01: "; // else an emoji's name
  deepEqual(
    contents(tribe(`${head}<RichColor Color="1, 0, 0, 1">Your Rex was killed!</>)`)),
    [`🛡️ ${shownHead}Your Rex was killed!`],
  );
  deepEqual(
    contents(tribe(`${head}<RichColor Color="1, 0, 0, 1">Your </> was killed!</>`)),
    [`🛡️ ${shownHead}Your \\<\\/\\> was killed!`],
    "a tag in a name is the player's",
  );
  deepEqual(contents({ kind: "event", text: "Ana Tamed a Rex - Lvl 5 (Rex)!", at }), [
    "📣 Ana Tamed a Rex - Lvl 5 (Rex)!",
  ]);
  deepEqual(contents({ kind: "unknown", text: "- what?" }), ["\\- what?"]);
});

Deno.test("echoes, admins' commands, tools' errors and forged lines do not appear", () => {
  for (const kind of ["server", "admin", "tool", "spoof"] as const) {
    deepEqual(toDiscordLines({ kind, text: "x" }), []);
  }
  deepEqual(toDiscordLines({ kind: "unknown", text: "\u200b\u202e" }), [], "nothing is to be seen");
});

Deno.test("words that nobody can see are not shown, and still known", () => {
  for (const text of ["     ", "", "\u200b \u3164\t", "\u200d"]) {
    const [line, ...others] = toDiscordLines(chat("Ana", text));
    equal(line!.content, "");
    ok(line!.said!.startsWith("Ana (Ana):"));
    deepEqual(others, []);
  }
  deepEqual(contents(chat("Ana", " . ")), ["**Ana**:  \\. "]);
});

Deno.test("a line of 100 kB arrives whole, in several parts", () => {
  const text = "0123456789".repeat(10_000);
  const lines = toDiscordLines(chat("Ana", text));
  equal(lines.map(({ content }) => content.replace(/^… /, "")).join(""), `**Ana**: ${text}`);
  ok(lines.length < 60);
  equal(lines.filter(({ said }) => said !== null).length, 1);
  ok(lines.slice(1).every(({ content }) => content.startsWith("… ")));
});

Deno.test("a long line is cut between signs that belong together, and no escape is torn", () => {
  const family = "👩‍👩‍👧";
  for (let shift = 0; shift < family.length; shift++) {
    for (const content of contents(chat("Ana", "x".repeat(shift) + family.repeat(600)))) {
      match(content, /^(?:\*\*Ana\*\*: |… )x*(?:👩‍👩‍👧)+$/u);
    }
  }
  for (const shift of [0, 1]) {
    const [first, ...later] = contents(chat("Ana", "x".repeat(shift) + "\\".repeat(3_000)));
    match(first!, /[^\\](?:\\\\)+$/);
    for (const content of later) match(content, /^… (?:\\\\)+$/);
  }
});

Deno.test("whatever is typed, every part fits and nothing is lost", () => {
  const typed = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom("*", "\\", "a", "👩‍👩‍👧", "\n", "@", ":a:", "e\u0301", "1. ", "\u200b"))
      .map((all) => all.join("")),
    fc.tuple(
      fc.constantFrom("*", "\\", "a", "😂", "👩‍👩‍👧", "e", "\u0301", "ab\\*"),
      fc.integer({ min: 1, max: 3_000 }),
      fc.string(),
    ).map(([sign, times, end]) => end + sign.repeat(times) + end),
  );
  fc.assert(
    fc.property(typed, typed, (player, text) => {
      const all = contents(chat(player, text));
      if (readableName(text) === "") return deepEqual(all, [""]);
      ok(all.length > 0);
      for (const content of all) {
        ok(content.length <= LONGEST_CONTENT && content.length > 0, `${content.length}`);
        ok(content.isWellFormed());
        ok(!content.includes("\n"));
      }
      const joined = all.map((part, index) => index === 0 ? part : part.slice(2)).join("");
      ok(shown(joined).endsWith(`: ${shown(toDiscordText(text))}`));
    }),
    { numRuns: 150 },
  );
});

Deno.test("saidOf() is the same for a line of the chat and of the log, and holds no secret", () => {
  const [fromChat] = parseChat("Ana (Rex): hi \n \n ");
  const [fromLog] = parseChat("2026.03.14_18.59.30: Ana (Rex): hi \n");
  equal(saidOf(fromChat!), "Ana (Rex): hi");
  equal(saidOf(fromLog!), "Ana (Rex): hi");
  equal(saidOf(chat("Ana", "!link 123456")), "Ana (Ana): !link");
  equal(saidOf(chat("Ana", "  ！link K7QX2M")), "Ana (Ana): ！link");
  equal(saidOf(chat("Ana", "!link:123456")), "Ana (Ana): !link");
  equal(saidOf(chat("Ana", "!!! 123456")), "Ana (Ana): !!! 123456");
  equal(saidOf({ kind: "server", text: "x" }), null);
  equal(isCommand(chat("Ana", "!online")), true);
  // Of the wide mark a server that knows only ASCII makes a question mark.
  equal(saidOf(chat("Ana", "?link K7QX2M")), "Ana (Ana): ?link");
  equal(isCommand(chat("Ana", "! no")), false);
  ok(saidOf(chat("Ana", "\0\ud800".repeat(1_000)))!.isWellFormed());
});
