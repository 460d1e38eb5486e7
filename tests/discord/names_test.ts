/** Display names made plain. */

import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { cleanDisplayName } from "../../src/discord/names.ts";

const ID = "80351110224678912";

function check(name: string, expected: string): void {
  equal(cleanDisplayName(name, ID), expected, JSON.stringify(name));
}

Deno.test("cleanDisplayName() removes what the rules name", () => {
  check("🔥Z̴a̸l̷g̶o̴🔥", "Zalgo");
  check("🔥Emoji🔥", "Emoji");
  check("<a:custom_emoji:1234567890>Text", "Text");
  check("<:custom:1234567890> Text <:b:2>", "Text");
  check("**bold** __under__ ~~gone~~ `code` ||spoiler||", "bold under gone code spoiler");
  check("> quote", "quote");
  check("back\\slash", "backslash");
  check("  spaces  ", "spaces");
  check("### Heading", "Heading");
  check("-# small", "small");
  check("- item", "item");
});

Deno.test("cleanDisplayName() leaves names that only look odd", () => {
  for (
    const name of [
      "Ann-Marie O'Neil",
      "[TRIBE] Bob (EU)",
      "1. FC Köln",
      "Player #1",
      "-Ann-",
      "a+b=c",
      "x2^3",
      "Łukasz",
      "Ωmega",
      "李小龙",
      "한국어",
      "ダイナソー",
      "𝓙𝓪𝔃𝔃",
      "Ann <3",
    ]
  ) check(name, name);
});

Deno.test("cleanDisplayName() keeps an é in one piece and an e of an é in two", () => {
  check("Ren\u00e9", "Ren\u00e9");
  check("Rene\u0301", "Rene");
});

Deno.test("cleanDisplayName() keeps marks of a script of its own, two at most per letter", () => {
  check("हिन्दी", "हिन्दी");
  check("ที่นี่", "ที่นี่");
  check("தமிழ்", "தமிழ்");
  check("ก\u0e31\u0e48\u0e49\u0e4a\u0e4bข", "ก\u0e31\u0e48ข");
  check("\u0e31\u0e48กา", "กา"); // on no letter
  check("न\u0334ी", "नी");
});

Deno.test("cleanDisplayName() removes every part of an emoji", () => {
  check("A👍🏽B", "AB"); // skin tone
  check("A👨‍👩‍👧‍👦B", "AB"); // joined
  check("A❤️B", "AB"); // variation selector
  check("A1️⃣B", "A1B"); // keycap: the digit is one
  check("A🇩🇪B", "AB"); // regional indicators
  check("A🏴󠁧󠁢󠁳󠁣󠁴󠁿B", "AB"); // tags
  check("A‼️↔️B", "AB"); // pictures of other categories
  check("A™©®★☠B", "AB");
});

Deno.test("cleanDisplayName() lets nothing invisible through", () => {
  check("Ann\nBen\r\nCarl\u2028Dora", "Ann Ben Carl Dora");
  check("\u202eevil\u202c\u2066x\u2069", "evilx");
  check("a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg", "abcdefg");
  check("a\u3164b\u115fc\uffa0d\u034fe", "abcde"); // fillers
  check("a\u0000b\u0007c\u001bd\u007fe", "abcde");
  check("\ud83dAnn\udc00", "Ann");
});

Deno.test("cleanDisplayName() names those of whose name nothing is left", () => {
  for (
    const name of ["", "   ", "🔥🔥", "***", "\u200b", "\u0334\u0335", "\u202e", "<:a:1>"]
  ) {
    check(name, "Member-8912");
  }
});

Deno.test("cleanDisplayName() leaves no mention, link or markdown", () => {
  check("@everyone", "everyone");
  check("@@here", "here");
  check("@every*one", "everyone");
  check("@\u200beveryone", "everyone");
  check("@EveryOne", "EveryOne");
  check("<@123> <@&456> <#789>", "<@123 <@&456 <#789");
  check("<<:a:1>:b:2>", "<:b:2");
  check("[free](https://evil.example)", "[free] (https://evil.example)");
});

Deno.test("cleanDisplayName() keeps its promises for any name", () => {
  const pieces = fc.constantFrom(
    "a",
    "Ω",
    "न",
    "\u093f",
    "\u0334",
    "\u0489",
    "\u200d",
    "🔥",
    "\ufe0f",
    "<a:x:1>",
    "<",
    ">",
    "@",
    "everyone",
    "here",
    "*",
    "_",
    "`",
    "](",
    "\n",
    " ",
    "#",
    "- ",
    "\u202e",
    "\ud83d",
  );
  const name = fc.oneof(
    fc.string({ unit: "binary", maxLength: 80, size: "max" }),
    fc.array(pieces, { maxLength: 40, size: "max" }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(name, (name) => {
      const clean = cleanDisplayName(name, ID);
      ok(clean.length > 0 && clean === clean.trim() && clean.isWellFormed());
      ok(!/[\p{C}\p{So}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}*_~`|>\\]/u.test(clean));
      ok(!/(?=\p{M})\p{Script=Inherited}/u.test(clean));
      ok(!/\p{M}{3}|(?<![\p{L}\p{N}\p{M}])\p{M}/u.test(clean));
      ok(!/@(everyone|here)|\]\(|<a?:\w+:\d+>/i.test(clean));
      equal(cleanDisplayName(clean, ID), clean, "cleaning again changes nothing");
    }),
    { numRuns: 500 },
  );
});
