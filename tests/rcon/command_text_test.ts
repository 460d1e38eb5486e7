/** What may be sent as a command, and what comes back as text. */

import { doesNotThrow, equal, ok, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { decodeAnswer } from "../../src/rcon/answer_text.ts";
import {
  answerMs,
  checkCommand,
  isRepeatable,
  LONGEST_COMMAND_BYTES,
} from "../../src/rcon/command_text.ts";
import { RconError } from "../../src/rcon/errors.ts";

Deno.test("commands of every day are let through as they are", () => {
  for (
    const command of [
      "ListPlayers",
      "ServerChat [Ann]: hello / there, 100% <sure>",
      "ServerChat größer 漢字 🔥",
      'ServerChatTo "0002abcdef0123456789abcdef012345" hi',
      "BanPlayer 0002abcdef0123456789abcdef012345",
      `Broadcast ${"x".repeat(LONGEST_COMMAND_BYTES - 10)}`,
    ]
  ) doesNotThrow(() => checkCommand(command), command);
});

Deno.test("texts that could become another command are refused with the reason", () => {
  const refused: [string, RegExp][] = [
    ["", /it is empty/],
    ["   ", /it is empty/],
    [" ListPlayers", /does not begin with a command's name/],
    ["/ListPlayers", /does not begin with a command's name/],
    ["ServerChat hi\nDoExit", /line break/],
    ["ServerChat hi\rDoExit", /line break/],
    ["ServerChat hi\u2028DoExit", /line break/],
    ["ServerChat hi\u0085DoExit", /line break/],
    ["ServerChat hi\0 hidden", /control character/],
    ["ServerChat hi\tthere", /control character/],
    ["ServerChat \x1b[31m", /control character/],
    ["ServerChat \ud83d", /half a character/],
    ["ServerChat \u202egpj.exe", /invisible/],
    ["ServerChat a\u200bb", /invisible/],
    ["ServerChat hi | DestroyWildDinos", /"\|"/],
    ['ServerChat "hi | DestroyWildDinos"', /"\|"/],
    ["ServerChat https://example.org", /"\/\/"/],
    [`ServerChat ${"é".repeat(LONGEST_COMMAND_BYTES / 2)}`, /it has 911 bytes, and 900 are/],
  ];
  for (const [command, reason] of refused) {
    throws(() => checkCommand(command), (error) => {
      ok(error instanceof RconError);
      equal(error.kind, "invalid");
      equal(error.outcome, "not sent");
      return reason.test(error.message);
    }, JSON.stringify(command));
  }
});

Deno.test("whatever is let through is one line of bounded length without separators", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
    const command = `ServerChat ${text}`;
    try {
      checkCommand(command);
    } catch (error) {
      return ok(error instanceof RconError);
    }
    ok(!/[|\p{Cc}\u2028\u2029]|\/\//u.test(command));
    equal(Buffer.from(command).toString(), command);
  }));
});

Deno.test("only harmless commands are repeated, and slow ones get more time, in any case", () => {
  ok(isRepeatable("ListPlayers"));
  ok(isRepeatable("banplayer 0002"));
  for (
    const command of ["GetChat", "GETCHAT", "ServerChat listplayers", "KickPlayer 1", "DoExit", "X"]
  ) {
    ok(!isRepeatable(command), command);
  }
  equal(answerMs("ListPlayers"), 10_000);
  equal(answerMs("SAVEWORLD"), 60_000);
});

Deno.test("an answer's bytes become text whatever they are", () => {
  const text = (...bytes: number[]) => decodeAnswer(Uint8Array.from(bytes));
  equal(decodeAnswer(Buffer.from("café 漢字🔥")), "café 漢字🔥");
  equal(text(0x63, 0x61, 0x66, 0xe9), "café", "not UTF-8, so it is one byte per character");
  equal(text(0x61, 0, 0x07, 0x0d, 0x0a, 0x09, 0x62, 0x1b), "a\n\tb");
  equal(decodeAnswer(Buffer.from("World Saved \n ")), "World Saved");
  equal(decodeAnswer(Buffer.from("a\nb\n \n ")), "a\nb\n", "only once");
  equal(text(), "");
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    // deno-lint-ignore no-control-regex
    ok(!/[\u0000-\u0008\u000b-\u001f\u007f]/.test(decodeAnswer(bytes)));
  }));
});
