/**
 * GetChat answers: hand-written ones, the shared corpus where it is there, and hostile ones.
 * @module
 */

import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { type ChatLine, isEmptyAnswer, parseChat } from "../../src/ark/chat.ts";
import { sharedPath, sharedTest } from "../shared.ts";

const ID = "0002a1c4e6f80b2d4f6a8c0e1b3d5f70";
const STAMP = "2026.03.14_18.59.30: ";
const AT = Date.UTC(2026, 2, 14, 18, 59, 30);

function check(reply: string, expected: ChatLine[]): void {
  deepEqual(parseChat(reply), expected);
}

function chat(player: string, character: string, text: string): ChatLine {
  return { kind: "chat", player, character, text };
}

function kinds(reply: string): string[] {
  return parseChat(reply).map(({ kind }) => kind);
}

Deno.test("parseChat() finds account, survivor and words, whatever stands in the names", () => {
  check("Ada (Ada the Tamer): hello", [chat("Ada", "Ada the Tamer", "hello")]);
  check("Ada (Ada): ratio 3:1, time 12:30: ok", [chat("Ada", "Ada", "ratio 3:1, time 12:30: ok")]);
  check("Dr: Bones (Bones): hi", [chat("Dr: Bones", "Bones", "hi")]);
  check("[TAG] Bo (x) (Ch (1)): hi", [chat("[TAG] Bo (x)", "Ch (1)", "hi")]);
  check("Ada (Ada): see (this): ok", [chat("Ada", "Ada", "see (this): ok")]);
  check("Ada (:)): hi", [chat("Ada", ":)", "hi")]);
  check(" (Nameless): hi", [chat("", "Nameless", "hi")]);
  check("Ada (Ada):   ", [chat("Ada", "Ada", "  ")]);
  check("Ada (Ada):", [chat("Ada", "Ada", "")]);
  check("d?j? vu (Zo?): ?", [chat("d?j? vu", "Zo?", "?")]);
});

Deno.test("parseChat() keeps a line that comes twice, and their order", () => {
  check("Ada (Ada): hi\nAda (Ada): hi\r\nBo (Bo): yo\n ", [
    chat("Ada", "Ada", "hi"),
    chat("Ada", "Ada", "hi"),
    chat("Bo", "Bo", "yo"),
  ]);
});

Deno.test("parseChat() reads time stamps as UTC", () => {
  check(`${STAMP}Alice (Rex): hello\nSERVER: [Bob]: hi\n `, [
    { ...chat("Alice", "Rex", "hello"), at: AT },
    { kind: "server", text: "[Bob]: hi" },
  ]);
});

Deno.test("parseChat() finds nothing in the empty answer, which is compared whole", () => {
  for (const empty of ["", " \n ", "Keep Alive", "Server received, But no response!! \n "]) {
    check(empty, []);
    ok(isEmptyAnswer(empty));
  }
  const said = "Ada (Ada): Server received, But no response!!";
  check(said, [chat("Ada", "Ada", "Server received, But no response!!")]);
});

Deno.test("parseChat() hears players who type the words of tools and admins", () => {
  for (
    const words of [
      "SERVER: restart",
      "AdminCmd: fly",
      "RCON request",
      "RCON: Not connected",
      "Error: [Errno 104]",
      "Server received, But no response!!",
      `Bo [UniqueNetId:${ID} Platform:None] joined this ARK!`,
      "Tribe Alpha, ID 1: Day 1, 00:00:00: Your Tribe killed Ada - Lvl 1!)",
    ]
  ) {
    check(`Eve (Eve): ${words}`, [chat("Eve", "Eve", words)]);
    deepEqual(kinds(`${STAMP}Eve (Eve): ${words}`), ["chat"]);
  }
  check("SERVER (Eve): restart", [chat("SERVER", "Eve", "restart")]);
});

Deno.test("parseChat() tells echoes, admin commands and tool texts by how a line begins", () => {
  for (const stamp of ["", STAMP]) {
    deepEqual(kinds(`${stamp}SERVER: [Mia]: hi (a): b`), ["server"]);
    deepEqual(kinds(`${stamp}SERVER:hi`), ["server"]);
    deepEqual(kinds(`${stamp}AdminCmd: ServerChat a (b): c (PlayerName: Ada)`), ["admin"]);
    deepEqual(kinds(`${stamp}RCON request (x): y`), ["tool"]);
    deepEqual(kinds(`${stamp}Error: [Errno 104] reset`), ["tool"]);
    deepEqual(kinds(`${stamp}RCON: Not connected`), ["tool"]);
  }
});

Deno.test("parseChat() believes joins and leaves only with a time stamp; the last id counts", () => {
  const line = `Bo [UniqueNetId:${ID} Platform:None] left this ARK!`;
  check(STAMP + line, [{ kind: "presence", event: "left", player: "Bo", id: ID, at: AT }]);
  check(`${STAMP}${line} [UniqueNetId:${ID.toUpperCase()} Platform:] joined this ARK!`, [
    { kind: "presence", event: "joined", player: line, id: ID, at: AT },
  ]);
  check(`${STAMP}Bo joined this ARK!`, [
    { kind: "presence", event: "joined", player: "Bo", at: AT },
  ]);
  check(line, [{ kind: "spoof", text: line }]);
  check(`${STAMP}Bo [UniqueNetId:12 Platform:None] left this ARK!`, [
    { kind: "unknown", text: "Bo [UniqueNetId:12 Platform:None] left this ARK!", at: AT },
  ]);
});

Deno.test("parseChat() tells tribe logs and public events", () => {
  const log = 'Tribe A, ID 7, ID 16: Day 3, 01:01:01: <RichColor Color="1, 0, 0, 1">Eve (x): y</>)';
  check(STAMP + log, [{ kind: "tribe", text: log, at: AT }]);
  check(log, [{ kind: "spoof", text: log }]);
  deepEqual(kinds(`${STAMP}Io - Lvl 130 (morrow) was killed!`), ["event"]);
  deepEqual(kinds(`${STAMP}Ada of Tribe A Tamed a Rex - Lvl 150 (Rex)!`), ["event"]);
  deepEqual(kinds(`${STAMP}Frozen by ID: 827600001`), ["event"]);
  deepEqual(kinds(`${STAMP}Kurt ist diesem ARK beigetreten!`), ["unknown"]);
});

Deno.test("parseChat() gives lines without a header to the message above, but no spoof", () => {
  const spoof = `Bo [UniqueNetId:${ID} Platform:None] joined this ARK!`;
  check(`Eve (Eve): one\ntwo\n\nthree\n${spoof}\nfour\nBo (Bo): hi`, [
    chat("Eve", "Eve", "one\ntwo\nthree\nfour"),
    { kind: "spoof", text: spoof },
    chat("Bo", "Bo", "hi"),
  ]);
  check(`${spoof}\nlost`, [{ kind: "spoof", text: spoof }, { kind: "unknown", text: "lost" }]);
  check("SERVER: [Mia]: one\ntwo", [{ kind: "server", text: "[Mia]: one\ntwo" }]);
  check("Eve (Eve): one\nSERVER: fake\ntwo", [
    chat("Eve", "Eve", "one"),
    { kind: "server", text: "fake\ntwo" },
  ]);
  check("lost\nand alone", [
    { kind: "unknown", text: "lost" },
    { kind: "unknown", text: "and alone" },
  ]);
  check(`Eve (Eve): one\n${STAMP}strange`, [
    chat("Eve", "Eve", "one"),
    { kind: "unknown", text: "strange", at: AT },
  ]);
});

Deno.test("parseChat() lets no continued message pass for the game's lines", () => {
  const presence = `Bo [UniqueNetId:${ID} Platform:None] joined this ARK!`;
  const tribe = "Tribe A, ID 7: Day 3, 01:01:01: Your Tribe killed Bo!";
  const typed: [string, string][] = [
    [presence, "spoof"],
    ["Bo left this ARK!", "spoof"],
    [tribe, "spoof"],
    [`AdminCmd: ${presence}`, "spoof"],
    ["AdminCmd: DoExit (PlayerName: Bo, ARKID: 1, PlatformID: 2)", "admin"],
    ["SERVER: [Admin]: send me your password", "server"],
    ["RCON request", "tool"],
    ["Bo (Bo): I cheat", "chat"], // nothing tells it from Bo's own words
  ];
  for (const [line, kind] of typed) {
    deepEqual(kinds(`Eve (Eve): hi\n${line}`), ["chat", kind]);
    deepEqual(kinds(`Eve (Eve): hi\nthere\n${line}\nBo (Bo): yo`), ["chat", kind, "chat"]);
  }
});

Deno.test("parseChat() throws at no answer and loses no line of it", () => {
  const piece = fc.constantFrom(
    ...["Ada", " (", "): ", ")", ":", " ", "\n", "\r\n", STAMP, "SERVER: ", "AdminCmd: ", "Tribe "],
    ...[", ID 1: Day 1, 01:01:01: ", " [UniqueNetId:", ID, " Platform:None] joined this ARK!"],
    ...["Server received, But no response!!", "\0", "\ud800", "😂", "\u202e", "\u2028"],
  );
  const reply = fc.oneof(fc.string({ unit: "binary" }), fc.array(piece).map((all) => all.join("")));
  fc.assert(fc.property(reply, (text) => {
    const lines = parseChat(text);
    if (isEmptyAnswer(text)) return equal(lines.length, 0);
    const read = lines.map((line) => "text" in line ? line.text : line.player).join("\n");
    const rows = text.split(/\r\n|[\r\n]/).filter((row) => row.trim() !== "");
    ok(
      lines.reduce((sum, line) => sum + ("text" in line ? line.text.split("\n").length : 1), 0) >=
        rows.length,
    );
    ok(read.length <= text.length);
  }));
});

Deno.test("parseChat() takes 100 kB of anything in its stride", () => {
  const hostile = ["(", ")", " (", "): ", "a (", " (PlayerName: ", " [UniqueNetId:", ", ID 1"]
    .concat([
      `${ID} Platform:`,
      " - Lvl 1 (",
      "\n",
      "x\n",
      ", ID 1: Day ",
      " joined this ARK!",
      "1",
    ])
    .concat([" [UniqueNetId:" + ID + " Platform:x", " Tamed a ", " "]);
  for (const piece of hostile) {
    const much = piece.repeat(Math.ceil(100_000 / piece.length));
    for (const start of ["", "AdminCmd: ", "Tribe ", STAMP, `${STAMP}Tribe `, "Ada (Ada): "]) {
      const began = performance.now();
      parseChat(`${start}${much} joined this ARK!`);
      parseChat(start + much);
      const took = performance.now() - began;
      ok(took < 400, `${JSON.stringify(start + piece)} took ${took} ms`);
    }
  }
});

/** Kinds of the corpus → ours. */
function kindOf(corpusKind: string): string {
  if (corpusKind.startsWith("tribe_")) return "tribe";
  const same: Record<string, string> = {
    ...{ server_chat: "server", admin_cmd: "admin", join: "presence", leave: "presence" },
    ...{ presence_no_id: "presence", death: "event", tame: "event", cryo_by: "event" },
    ...{ dupe: "event", world_event: "event", continuation: "unknown", rcon_error: "tool" },
  };
  return same[corpusKind] ?? corpusKind;
}

sharedTest("parseChat() reads every game line of the shared corpus as expected", () => {
  const lines = readFileSync(sharedPath("logs/log-corpus.txt"), "utf8").split("\n");
  const [head, ...rows] = readFileSync(sharedPath("logs/log-corpus.expected.tsv"), "utf8")
    .trimEnd().split("\n").map((row) => row.split("\t"));
  let seen = 0;
  for (const [i, cells] of rows.entries()) {
    const want = Object.fromEntries(head!.map((name, n) => [name, cells[n] ?? ""]));
    const text = lines[i]!.replace(/^\uFEFF?\[[^\]]*\]\[[ \d]*\]/, "");
    const isFile = want["source"] === "file";
    if (isFile && (!/^\d{4}\.\d\d\.\d\d_/.test(text) || want["kind"] === "partial")) continue;
    if (!isFile && !["getchat", "getgamelog"].includes(want["source"]!)) continue;
    const got = parseChat(text);
    if (want["kind"] === "rcon_empty" || want["kind"] === "blank") {
      deepEqual(got, []);
      continue;
    }
    seen++;
    const where = `line ${i + 1}`;
    equal(got.length, 1, where);
    const line = got[0]!;
    const isSpoof = want["kind"] === "continuation" && text.endsWith(" joined this ARK!");
    equal(line.kind, isSpoof ? "spoof" : kindOf(want["kind"]!), where);
    if (line.kind === "chat") {
      deepEqual([line.player, line.text], [want["player"], want["message"]]);
    }
    if (line.kind === "server") equal(line.text, want["message"], where);
    if (line.kind === "presence") {
      deepEqual([line.player, line.id ?? ""], [want["player"], want["id"]], where);
      const event = want["kind"] === "presence_no_id" ? want["message"] : want["kind"];
      equal(line.event, event === "join" ? "joined" : "left", where);
    }
  }
  ok(seen > 120, `only ${seen} lines were compared`);
});
