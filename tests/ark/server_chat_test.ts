/**
 * Discord messages on their way into the game: what is said, how it is split, and that it can never
 * be more than one ServerChat.
 * @module
 */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { type ServerChatOptions, toAnnouncement, toServerChat } from "../../src/ark/server_chat.ts";
import { checkCommand } from "../../src/rcon/command_text.ts";

const START = /^ServerChat \[[^\]]*\]: (?:\.\.\. )?/;

/** The text of the only command. */
function said(text: string, options?: ServerChatOptions): string {
  const { commands, isCut } = toServerChat("Ben", text, options);
  deepEqual([commands.length, isCut], [1, false]);
  return commands[0]!.replace(START, "");
}

function texts(commands: readonly string[]): string[] {
  return commands.map((command) => command.replace(START, ""));
}

Deno.test("toServerChat() brings a message from the phone into the game", () => {
  deepEqual(toServerChat("Ben", "raptor at the door 😂 **help**"), {
    commands: ["ServerChat [Ben]: raptor at the door help"],
    isCut: false,
  });
});

Deno.test("toServerChat() takes Discord's formatting off and leaves other signs", () => {
  const cases: [string, string][] = [
    ["*a* _b_ __c__ ***d*** ~~e~~ ||f|| `g`", "a b c d e f g"],
    ["**bold __and *all*__**", "bold and all"],
    ["2 * 3 * 4, snake_case_name, a * b", "2 * 3 * 4, snake_case_name, a * b"],
    ["\\*not\\* \\_this\\_", "*not* _this_"],
    ["> quote\n> more\nend", "quote more end"],
    ["# big\n-# small", "big small"],
    ["```ts\nlet x\n```", "let x"],
    ["[click](https://a.b/c)", "click (a.b/c)"],
    ["see <https://a.b/c> or http://d.e", "see a.b/c or d.e"],
    ["wow <:rex:123456789012345678> <a:dodo:1> 🦖👩‍👩‍👧🇩🇪1️⃣ 20°C", "wow 1 20°C"],
    ["use </ban:12>", "use /ban"],
    ["at <t:1773514329:R>!", "at 2026-03-14 18:52 UTC!"],
    ["at <t:9999999999999>", "at (t:9999999999999)"],
    ["größer — “ok” … naïve", "größer - 'ok' ... naïve"],
  ];
  for (const [typed, expected] of cases) equal(said(typed), expected);
});

Deno.test("toServerChat() writes names where Discord has numbers", () => {
  const names: Record<string, string> = { "1": "Ana", "2": "Staff", "3": "island" };
  const nameOf = (id: string) => names[id];
  equal(said("<@1> <@!1> <@&2> <#3> <@4>", { nameOf }), "@Ana @Ana @Staff #island @someone");
});

Deno.test("toServerChat() says what was sent and whom it answers", () => {
  const sent = "sent a picture";
  equal(toServerChat("Ben", "", { sent }).commands[0], "ServerChat [Ben] sent a picture");
  equal(toServerChat("Ben", "😂", { sent }).commands[0], "ServerChat [Ben] sent a picture");
  equal(said("look", { sent, reply: "to Ana" }), "(to Ana) look (sent a picture)");
  equal(said("schau", { sent: "hat ein Bild geschickt" }), "schau (hat ein Bild geschickt)");
});

Deno.test("toServerChat() sends nothing when nothing readable is left", () => {
  for (const text of ["", "  \n", "😂🦖", "\u200b\u202e", "<:rex:1>"]) {
    deepEqual(toServerChat("Ben", text, { reply: "to Ana" }), { commands: [], isCut: false });
  }
});

Deno.test("toServerChat() lets no text end the command, comment out or forge markup", () => {
  equal(said("hi | DestroyWildDinos"), "hi / DestroyWildDinos");
  equal(said("hi\nDoExit\r\nDoExit\u2028DoExit\0DoExit"), "hi DoExit DoExit DoExitDoExit");
  equal(said('say "x" // no'), "say 'x' / no");
  equal(said("a|/|/\\\\b ｜ ＂ ／／"), "a/b / ' /");
  equal(said("hhttps://ttps://x"), "https:/x");
  equal(said('<RichColor Color="1,0,0,1">x</>'), "(RichColor Color='1,0,0,1')x(/)");
  equal(said("\u202eabc\u2066\u200b"), "abc");
});

Deno.test("toServerChat() lets no name forge another's", () => {
  const start = (name: string) => toServerChat(name, "x").commands[0];
  equal(start("Ben]: hi [Admin"), "ServerChat [Ben hi Admin]: x");
  equal(start('@Ben #1 | \n"B"'), "ServerChat [Ben 1 / 'B']: x");
  equal(start("😂"), "ServerChat [Unknown]: x");
  equal(start("[]:"), "ServerChat [Unknown]: x");
  const unnamed = "Member-1234";
  equal(toServerChat("😂", "x", { unnamed }).commands[0], "ServerChat [Member-1234]: x");
  equal(
    toServerChat("恐龙", "x", { unnamed, ascii: true }).commands[0],
    "ServerChat [Member-1234]: x",
  );
  equal(toServerChat("Ben", "x", { unnamed }).commands[0], "ServerChat [Ben]: x");
  equal(start("x".repeat(50)), `ServerChat [${"x".repeat(32)}]: x`);
});

Deno.test("toServerChat() spells letters in ASCII for servers that know nothing else", () => {
  const ascii = (text: string) => said(text, { ascii: true });
  equal(ascii("Tür größer ÄÖÜ ß"), "Tuer groesser AeOeUe ss");
  equal(ascii("ça va? naïve Łódź"), "ca va? naive Lodz");
  equal(ascii("ok привет"), "ok ??????");
  equal(ascii("??"), "??");
  deepEqual(toServerChat("Ben", "привет", { ascii: true }).commands, []);
  equal(toServerChat("恐竜", "x", { ascii: true }).commands[0], "ServerChat [Unknown]: x");
});

Deno.test("toServerChat() splits between words, in order, and says what it left out", () => {
  const words = Array.from({ length: 200 }, (_, i) => `w${i}`);
  const short = toServerChat("Ben", words.slice(0, 100).join(" "));
  ok(!short.isCut);
  deepEqual(texts(short.commands).join(" ").split(" "), words.slice(0, 100));
  match(short.commands[1]!, /^ServerChat \[Ben\]: \.\.\. w\d+ /);

  const long = toServerChat("Ben", words.join(" "));
  ok(long.isCut);
  equal(long.commands.length, 3);
  const heard = texts(long.commands).join(" ");
  ok(heard.endsWith("..."));
  ok(words.join(" ").startsWith(heard.slice(0, -3)));
});

Deno.test("toServerChat() fills three commands before it cuts", () => {
  equal(toServerChat("Ben", "x".repeat(200)).commands.length, 1);
  equal(toServerChat("Ben", "x".repeat(201)).commands.length, 2);
  equal(toServerChat("Ben", "x".repeat(592)).isCut, false);
  const cut = toServerChat("Ben", "x".repeat(593));
  equal(cut.isCut, true);
  equal(cut.commands[2], `ServerChat [Ben]: ... ${"x".repeat(193)}...`);
});

Deno.test("toServerChat() never splits inside a grapheme", () => {
  const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });
  for (const grapheme of ["नि", "각", "e̋̋", "กำ", "𝒳"]) {
    const { commands } = toServerChat("Ben", `x${grapheme.repeat(200)}`);
    ok(commands.length > 1);
    for (const text of texts(commands)) {
      const pieces = [...graphemes.segment(text.replace(/^x|\.\.\.$/g, ""))];
      deepEqual(
        new Set(pieces.map(({ segment }) => segment)),
        new Set([grapheme.normalize("NFC")]),
      );
    }
  }
});

Deno.test("toServerChat() gets through graphemes that have no end", () => {
  const conjunct = toServerChat("Ben", "क्".repeat(2000));
  equal(conjunct.commands.length, 3);
  equal(said(`Z${"\u0301".repeat(2000)}`), "\u0179\u0301\u0301");
});

Deno.test("toServerChat() makes ServerChats and nothing else of whatever is written", () => {
  const piece = fc.constantFrom(
    ..."|/\\\"'`<>[]():@#*_~ \n\r\0\u2028\u200b\u202e\ufeff｜＂ß漢é",
    ...["https://", "http", "😂", "DoExit", "\ud83d", "<@1>", "<t:1>", "```", "||", "\u0301", "क्"],
  );
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 900 }),
    fc.array(piece, { maxLength: 900, size: "max" }).map((all) => all.join("")),
  );
  const options = fc.record({ ascii: fc.boolean(), reply: text, sent: text });
  fc.assert(
    fc.property(text, text, options, (name, typed, { ascii, reply, sent }) => {
      const nameOf = () => name;
      const { commands, isCut } = toServerChat(name, typed, { ascii, reply, sent, nameOf });
      ok(commands.length <= 3);
      ok(!isCut || commands.length === 3);
      for (const command of commands) {
        match(command, /^ServerChat \[[^[\]:@#]+\](?: |: )\S/);
        match(command, ascii ? /^[\x20-\x7e]+$/ : /^[^\p{C}\u2028\u2029]+$/u);
        ok(!/[|"<>\\]|\/\/|https?:\/\//.test(command), command);
        ok(command.replace(/^ServerChat \[[^\]]*\]:? /, "").length <= 200);
        ok(new TextEncoder().encode(command).length <= 500);
        checkCommand(command); // no message is refused on its way
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("toServerChat() takes 100 kB of anything in its stride", () => {
  const hostile = [
    "*",
    "**",
    "_",
    " _a",
    "__a",
    "~~a ",
    "||",
    "`",
    "```",
    "[",
    "[a](https://",
    "> ",
  ]
    .concat([
      "<@",
      "<a:a",
      "</a",
      "<t:1",
      "\\",
      "\n",
      " ",
      "# ",
      "a",
      "\u0301",
      "क्",
      "😂",
      "/",
      "*a ",
    ])
    .concat(["[a](https://a.b", "<https://", "** ~~ || ", "<t:111"]);
  for (const piece of hostile) {
    const began = performance.now();
    toServerChat(piece.repeat(3000), piece.repeat(100_000 / piece.length), { ascii: true });
    const took = performance.now() - began;
    ok(took < 400, `${JSON.stringify(piece)} took ${took} ms`);
  }
});

Deno.test("toAnnouncement() is one ServerChat or one Broadcast of whatever is written", () => {
  deepEqual(toAnnouncement("chat", "Restart in **15** min 🦖"), {
    command: "ServerChat Restart in 15 min",
    length: 17,
  });
  equal(
    toAnnouncement("banner", 'hi | DoExit // "x"\n<@1>').command,
    "Broadcast hi / DoExit / 'x' @someone",
  );
  deepEqual(toAnnouncement("chat", "😂 \u200b"), { command: undefined, length: 0 });
  equal(toAnnouncement("chat", "x".repeat(213)).length, 213);
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const { command, length } = toAnnouncement("chat", text);
      if (command === undefined) return equal(length, 0);
      equal(command.slice("ServerChat ".length).length, length);
      ok(!/[|"<>\\]|\/\//.test(command), command);
      if (length <= 200) checkCommand(command);
    }),
  );
});
