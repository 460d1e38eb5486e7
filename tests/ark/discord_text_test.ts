/**
 * Game text on Discord: each kind of markup, and a model of what Discord's renderer looks for.
 * @module
 */

import { equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { toDiscordText } from "../../src/ark/discord_text.ts";

/** What a reader sees: a backslash before a sign shows the sign. */
function shown(escaped: string): string {
  return escaped.replace(/\\([^0-9A-Za-z\s])/g, "$1");
}

/** What is left for Discord to make something of. */
function unescaped(escaped: string): string {
  return escaped.replace(/\\[^0-9A-Za-z\s]/g, "\0");
}

const MARKUP = /[\\*_~`|<>[\]/@]|:[\w+-]+:|^\s*(?:[#+-]|\d+\.)/;

const EACH = [
  ...["@everyone", "@here", "<@123456789012345678>", "<@!1>", "<@&1>", "<#1>", "<id:customize>"],
  ...["</ban:1>", "<:rex:1>", "<a:rex:1>", ":smile:", ":wave::skin-tone-2:", "<t:1700000000:R>"],
  ...[
    "**b**",
    "*i*",
    "_i_",
    "__u__",
    "~~s~~",
    "||spoiler||",
    "`code`",
    "```ts\ncode```",
    "***x***",
  ],
  ...["# h", "### h", "-# small", "- list", "+ list", "* list", "1. list", "  12. list", "> q"],
  ...[">>> q", "[text](https://a.b)", "[a](<https://a.b>)", "https://a.b/c", "<https://a.b>"],
  ...["discord.gg/abc", "steam://connect/1", "<mailto:a@b.c>", "<tel:+49>", "\\*", "¯\\_(ツ)_/¯"],
  ...['<RichColor Color="1, 0, 0, 1">red</>', '<img src="Chat.Image" path="Emote_Wave"/> hi'],
];

Deno.test("toDiscordText() leaves nothing to render and shows what was typed", () => {
  for (const text of EACH) {
    const escaped = toDiscordText(text);
    equal(shown(escaped), text.replace("\n", " "));
    ok(!MARKUP.test(unescaped(escaped)), escaped);
  }
});

Deno.test("toDiscordText() leaves ordinary text alone", () => {
  for (
    const text of [
      ...["hello", "ratio 3:1, at 12:30 ok?", "I'm #1 - really!", "50% (half) + 2.5 = x; y"],
      ...["名無しの恐竜", "ça va? naïve", "🦖 👩‍👩‍👧 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "می‌خواهم", "", " a  b "],
    ]
  ) equal(toDiscordText(text), text);
});

Deno.test("toDiscordText() shows RichColor tags as they were typed", () => {
  equal(
    toDiscordText('<RichColor Color="0, 1, 0, 1">green</>'),
    '\\<RichColor Color="0, 1, 0, 1"\\>green\\<\\/\\>',
  );
});

Deno.test("toDiscordText() removes what cannot be seen before it escapes", () => {
  equal(toDiscordText("@\u200beveryone \u202eabc\u2066\u0007\ufeff\u3164"), "\\@everyone abc");
  equal(toDiscordText(":sm\u2060ile:"), "\\:smile:");
  equal(toDiscordText("\u200b# h"), "\\# h");
  equal(toDiscordText("\u0000"), "");
  equal(toDiscordText("a\ud800b"), "a\ufffdb");
});

Deno.test("toDiscordText() makes one line: no player writes a line in another's name", () => {
  equal(toDiscordText("hi\nBo: I quit\r\n\u2028# x\x85y"), "hi Bo: I quit # x y");
});

Deno.test("toDiscordText() is harmless and unchanged for whatever is typed", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom(...EACH, ..."\\*_~`|<>[]()/@:#+-.1 \n\u200b\u202e")).map((all) =>
      all.join("")
    ),
  );
  fc.assert(
    fc.property(text, (typed) => {
      const escaped = toDiscordText(typed);
      ok(!MARKUP.test(unescaped(escaped)), escaped);
      match(escaped, /^[^\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]*$/u);
      ok(escaped.isWellFormed());
      const visible = (all: string) =>
        all.replace(/[\p{C}\p{Default_Ignorable_Code_Point}\s]/gu, "");
      equal(visible(shown(escaped)), visible(typed.toWellFormed()));
    }),
    { numRuns: 500 },
  );
});

Deno.test("toDiscordText() takes 100 kB of anything in its stride", () => {
  for (const piece of [":", ":a", "a", "1", " ", "*", "[", "\u200b", "\n", "@", "1 ", "😂"]) {
    const began = performance.now();
    toDiscordText(piece.repeat(100_000 / piece.length));
    const took = performance.now() - began;
    ok(took < 400, `${JSON.stringify(piece)} took ${took} ms`);
  }
});
