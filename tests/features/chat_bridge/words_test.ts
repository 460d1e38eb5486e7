/**
 * What the players in the game read of a member's message: who says it, to whom, and what was sent.
 */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import type { IncomingMessage } from "../../../src/discord/surface.ts";
import { toCommands } from "../../../src/features/chat_bridge/words.ts";
import { checkCommand } from "../../../src/rcon/command_text.ts";

const ID = "1400000000000001234";

function message(wishes: Partial<IncomingMessage> & { readonly by?: string }): IncomingMessage {
  const { by = "Ben", ...others } = wishes;
  return {
    id: "1400000000000000001",
    channelId: "1400000000000000002",
    guildId: "1400000000000000003",
    author: { id: ID, isBot: false, displayName: by },
    text: "",
    files: [],
    stickers: 0,
    hasPoll: false,
    isForwarded: false,
    answers: undefined,
    names: {},
    ...others,
  };
}

/** The only line that the players read. */
function read(wishes: Parameters<typeof message>[0], ascii = false): string {
  const { commands, isCut } = toCommands(message(wishes), { ascii });
  deepEqual([commands.length, isCut], [1, false]);
  return commands[0]!.replace(/^ServerChat /, "");
}

function answering(text: string, author: Partial<IncomingMessage["author"]> = {}): string {
  const answered = { id: ID, isBot: true, displayName: "Bliss Bot", ...author };
  return read({ text: "yes", answers: { author: answered, text } });
}

Deno.test("a message from the phone is said in the game under the member's name", () => {
  equal(read({ text: "raptor at the door 😂 **help**" }), "[Ben]: raptor at the door help");
});

Deno.test("what cannot be shown in the game is said in words", () => {
  const picture = "picture" as const, file = "file" as const;
  const cases: [Partial<IncomingMessage>, string][] = [
    [{ files: [picture] }, "sent a picture"],
    [{ files: [picture, file, picture] }, "sent 2 pictures and a file"],
    [{ files: ["video"] }, "sent a video"],
    [{ files: ["sound"] }, "sent a sound"],
    [{ files: [picture, "video", file, file] }, "sent a picture, a video and 2 files"],
    [{ stickers: 1 }, "sent a sticker"],
    [{ hasPoll: true }, "sent a poll"],
    [{ files: [picture], stickers: 2 }, "sent a picture and 2 stickers"],
    [{ isForwarded: true }, "forwarded a message"],
  ];
  for (const [wishes, expected] of cases) equal(read(wishes), `[Ben] ${expected}`);
  equal(read({ text: "look", files: [picture] }), "[Ben]: look (sent a picture)");
  equal(read({ text: "😂", files: [picture] }), "[Ben] sent a picture");
});

Deno.test("a name of which nothing readable is left becomes Member and four digits", () => {
  for (const by of ["😂🦖", "\u202e\u200b", "[]:", "***", "\u0300\u0301"]) {
    equal(read({ by, text: "hi" }), "[Member-1234]: hi");
  }
  equal(read({ by: "恐龙", text: "hi" }, true), "[Member-1234]: hi");
  equal(read({ by: `Z${"\u0317".repeat(40)}algo`, text: "hi" }), "[Zalgo]: hi");
});

Deno.test("no name makes another line of chat, or a command", () => {
  equal(read({ by: "x]: hi\nSERVER: [Admin", text: "hi" }), "[x hi SERVER Admin]: hi");
  equal(read({ by: "x | DoExit //", text: "hi" }), "[x DoExit /]: hi");
});

Deno.test("mentions are read as names, and in words where nobody knows them", () => {
  const names = { "11": "Ana **|** 😂", "22": "Staff", "33": "raids" };
  const text = "<@11> <@!11> <@&22> <#33> <@44> <#55>";
  equal(read({ text, names }), "[Ben]: @Ana @Ana @Staff #raids @someone #channel");
});

Deno.test("an answer names whom it answers: a member, or the player in the bridge's line", () => {
  const ana = { isBot: false, displayName: "**Ana** 😂" };
  equal(answering("whatever\nlines", ana), "[Ben]: (to Ana) yes");
  equal(answering("**Ana**: raptor!"), "[Ben]: (to Ana) yes");
  equal(answering("**Ana** (Sue): raptor!"), "[Ben]: (to Ana) yes");
  equal(answering("**x\\_A\\*\\*n\\\\a**: hi"), "[Ben]: (to x_A**n/a) yes");
  equal(answering(`**${"x".repeat(99)}**: hi`), `[Ben]: (to ${"x".repeat(32)}) yes`);
});

Deno.test("an answer names a member as the server does, where the mention tells that", () => {
  const author = { id: "77", isBot: false, displayName: "ana_1999" };
  const answers = { author, text: "hi" };
  equal(read({ text: "yes", answers }), "[Ben]: (to ana1999) yes");
  equal(read({ text: "yes", answers, names: { "77": "Ana" } }), "[Ben]: (to Ana) yes");
});

Deno.test("an answer to several lines of the game, or to another text of a bot, names nobody", () => {
  for (
    const text of [
      "**Ana**: hi\n**Eve**: ho",
      "-# 🕒 late\n**Ana**: hi",
      "➡️ **Ana** joined",
      "****: hi",
      "**Ana",
      "**Ana\\**: hi",
      "hello",
      "",
    ]
  ) {
    equal(answering(text), "[Ben]: yes", text);
  }
});

Deno.test("900 signs arrive in three parts, in order, and more is cut", () => {
  const words = Array.from({ length: 400 }, (_, i) => `w${i}`).join(" ");
  const { commands, isCut } = toCommands(message({ text: words.slice(0, 900) }), { ascii: false });
  ok(isCut);
  equal(commands.length, 3);
  const heard = commands.map((command) => command.replace(/^ServerChat \[Ben\]: (\.\.\. )?/, ""));
  ok(words.startsWith(heard.join(" ").replace(/\.\.\.$/, "")));
});

Deno.test("nothing is said of a message in which nothing is readable", () => {
  for (const text of ["", "😂", "<:rex:1>", "\u200b"]) {
    deepEqual(toCommands(message({ text }), { ascii: false }), { commands: [], isCut: false });
  }
});

Deno.test("whatever anybody writes, calls himself or answers is one ServerChat, and no other command", () => {
  const piece = fc.constantFrom(
    ..."|/\\\"'<>[]():@#*_\n\r\0\u2028\u202e\ufeff｜＂ß漢é",
    ...["**", "//", "https://", "😂", "DoExit", "\ud83d", "<@1>", "<@2>", "```", "\u0301", "\\"],
  );
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.array(piece, { maxLength: 300, size: "max" }).map((all) => all.join("")),
  );
  const author = fc.record({ id: fc.constant(ID), isBot: fc.boolean(), displayName: text });
  const any = fc.record({
    by: text,
    text,
    files: fc.array(fc.constantFrom("picture", "video", "sound", "file"), { maxLength: 10 }),
    stickers: fc.nat(3),
    hasPoll: fc.boolean(),
    isForwarded: fc.boolean(),
    answers: fc.option(
      fc.record({ author, text: fc.oneof(text, text.map((name) => `**${name}**: hi`)) }),
      { nil: undefined },
    ),
    names: fc.record({ "1": text }),
  });
  fc.assert(
    fc.property(any, fc.boolean(), (wishes, ascii) => {
      const { commands, isCut } = toCommands(message(wishes), { ascii });
      ok(commands.length <= 3);
      ok(!isCut || commands.length === 3);
      for (const command of commands) {
        match(command, /^ServerChat \[[^[\]:@#]+\](?: |: )\S/);
        ok(!/[|"<>\\]|\/\//.test(command), command);
        checkCommand(command);
      }
    }),
    { numRuns: 300 },
  );
});
