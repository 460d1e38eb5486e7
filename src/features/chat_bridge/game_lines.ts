/**
 * Lines of the game's chat as they stand on Discord. Decides what is passed on by the kind of a line
 * alone: mutes, commands and echoes are others'.
 * @module
 */

import type { ChatLine, PlayerChat } from "../../ark/chat.ts";
import { toDiscordText } from "../../ark/discord_text.ts";
import { readableName } from "../names.ts";

/** One line of a message on Discord. */
export interface GameLine {
  /** At most {@linkcode LONGEST_CONTENT} UTF-16 units; empty for what is kept but never posted. */
  readonly content: string;
  /** See {@linkcode saidOf}; null for what no player said, and for the rest of a long line. */
  readonly said: string | null;
}

/** Discord takes messages of 2,000 characters; this leaves room for the time of a late one. */
export const LONGEST_CONTENT = 1_900;

/** Longer names cannot be typed into the game; who sends one all the same is shown its beginning. */
const LONGEST_NAME = 100;
/** A line is known again by its beginning. */
const LONGEST_SAID = 500;
/** Begins what goes on from the line above. */
const GOES_ON = "… ";

/** As loose as `game_commands.ts`, and for whatever name of a command. */
const COMMAND =
  /^\s*(?:[!！]\p{L}[\p{L}\p{N}]*|\?(?:link|report|discord|online)(?![\p{L}\p{N}]))/iu;

/** The colour that the game gives a line, with a bracket that it leaves behind some of them. */
const COLOURED =
  /^((?:Tribe .*?: Day \d{1,10}, [\d:]{8}: )?)<RichColor Color="[^"]*">(.*)<\/>\)?$/s;

/**
 * A line for Discord, in parts when it is too long; nothing for what is not passed on. Of words that
 * nobody can see nothing is posted.
 */
export function toDiscordLines(line: ChatLine): readonly GameLine[] {
  if (line.kind === "chat" && readableName(line.text) === "") {
    return [{ content: "", said: saidOf(line) }];
  }
  const [head, text] = partsOf(line);
  if (head === "" && text.trim() === "") return [];
  const said = saidOf(line);
  return pieces(head + text).map((content, index) => ({
    content,
    said: index === 0 ? said : null,
  }));
}

/**
 * What a player said, in the form in which lines are compared with the game's log; null for what no
 * player said. Of a command only its first word: what follows may be a secret, and this is stored.
 */
export function saidOf(line: ChatLine): string | null {
  if (line.kind !== "chat") return null;
  const { text } = withoutSecret(line);
  // The game's answers lose the blanks at their end, so a line at the end of one may have lost its own.
  return `${line.player} (${line.character}): ${text}`.slice(0, LONGEST_SAID).toWellFormed()
    .replaceAll("\0", "").trimEnd();
}

/** Whether a player wrote it to a bot, such as `!online`. */
export function isCommand(line: ChatLine): boolean {
  return line.kind === "chat" && COMMAND.test(line.text);
}

/** The line as it may be stored. */
export function withoutSecret(line: PlayerChat): PlayerChat {
  return isCommand(line) ? { ...line, text: COMMAND.exec(line.text)![0].trim() } : line;
}

/** What the program says about a line, in Discord's markup, and the escaped text of the game. */
function partsOf(line: ChatLine): [head: string, text: string] {
  switch (line.kind) {
    case "chat": {
      const isSame = line.character === line.player;
      const character = isSame ? "" : ` (${shownName(line.character)})`;
      return [`**${shownName(line.player)}**${character}: `, toDiscordText(line.text)];
    }
    case "presence":
      return [
        `${line.event === "joined" ? "➡️" : "⬅️"} **${shownName(line.player)}** ${line.event}`,
        "",
      ];
    case "tribe":
      return ["🛡️ ", toDiscordText(withoutColour(line.text))];
    case "event":
      return ["📣 ", toDiscordText(withoutColour(line.text))];
    case "unknown":
      return ["", toDiscordText(line.text)];
    default:
      return ["", ""];
  }
}

function shownName(name: string): string {
  return toDiscordText(name.slice(0, LONGEST_NAME)).trim() || "–";
}

function withoutColour(text: string): string {
  return text.replace(COLOURED, "$1$2");
}

/** The text in parts, none of which is too long. */
function pieces(text: string): string[] {
  const all: string[] = [];
  for (let rest = text; rest !== "";) {
    const start = all.length === 0 ? "" : GOES_ON;
    const end = endOfPiece(rest, LONGEST_CONTENT - start.length);
    all.push(start + rest.slice(0, end));
    rest = rest.slice(end);
  }
  return all;
}

/** Made when it is first wanted: its tables take 3 MB. */
let graphemes: Intl.Segmenter | undefined;

/** How much of a text fits: up to the start of a grapheme, with every backslash before its sign. */
function endOfPiece(text: string, room: number): number {
  if (text.length <= room) return text.length;
  graphemes ??= new Intl.Segmenter("und", { granularity: "grapheme" });
  const near = text.slice(0, room + 2);
  const end = beforeBackslash(text, graphemes.segment(near).containing(room)!.index);
  if (end > 0) return end;
  // One sign with more marks than a message holds: it is cut between two of them.
  return /[\udc00-\udfff]/.test(text[room]!) ? room - 1 : room;
}

/** In escaped text a backslash escapes the next sign, unless it is itself escaped. */
function beforeBackslash(text: string, end: number): number {
  let start = end;
  while (start > 0 && text[start - 1] === "\\") start--;
  return end - (end - start) % 2;
}
