/**
 * What someone wrote on Discord as commands that say it in the game. Whatever was written, each
 * command is one ServerChat (or one Broadcast) and nothing else. Does not send, and does not know
 * Discord's messages.
 * @module
 */

import { type NameOf, plainWords } from "./discord_markup.ts";

/** A message in words for the game. */
export interface ServerChat {
  /** In the order in which they must be sent, at most three; none: nothing readable was left. */
  readonly commands: readonly string[];
  /** More was written than the commands hold; the last one ends with `...`. */
  readonly isCut: boolean;
}

/** What there is besides the text. The words are in the language of the players. */
export interface ServerChatOptions {
  /** Names of users, roles and channels that the text mentions. */
  readonly nameOf?: NameOf;
  /** Whom the message answers, like "to Ana". */
  readonly reply?: string;
  /** What was sent with it, like "sent a picture". */
  readonly sent?: string;
  /** The server shows every other sign as `?`: letters lose their marks, ä becomes ae. */
  readonly ascii?: boolean;
  /** What an author is called of whose name nothing readable is left; default `Unknown`. */
  readonly unnamed?: string;
}

/** What the server itself says, ready to be sent. */
export interface Announcement {
  /** Undefined: nothing readable was left. */
  readonly command: string | undefined;
  /** Of the text as the players read it, in UTF-16 units; 200 are the most that should be sent. */
  readonly length: number;
}

/**
 * Of text in one command, in UTF-16 units. What the game can take is not known.
 *
 * Source: the suggestion of ark-logs-and-commands 4, and of ark-rcon 4.
 */
export const MOST_TEXT = 200;

/** Of a whole command, in UTF-8 bytes; of the same source. */
const MOST_BYTES = 500;

/** Of a message. */
const MOST_COMMANDS = 3;

/** Discord's limit. */
const LONGEST_NAME = 32;

const DOTS = "...";

const NOTHING: ServerChat = { commands: [], isCut: false };

/** Made when it is first wanted: its tables take 3 MB. */
let graphemes: Intl.Segmenter | undefined;

/**
 * `ServerChat [name]: text`, or `ServerChat [name] sent a picture` when there is no text.
 *
 * The text loses Discord's formatting, emoji, line breaks, controls, signs of direction and of no
 * width, and whatever Unreal's console takes as a separator, comment or quote.
 *
 * @param name As it is shown on Discord; loses what could forge the brackets around it.
 */
export function toServerChat(
  name: string,
  text: string,
  options: ServerChatOptions = {},
): ServerChat {
  const { nameOf = () => undefined, reply = "", sent = "", ascii = false, unnamed = "" } = options;
  const author = `ServerChat [${cleanName(name, ascii) || cleanName(unnamed, ascii) || "Unknown"}]`;
  const words = clean(plainWords(text, nameOf), ascii);
  const does = clean(sent, ascii);
  if (words === "") return does === "" ? NOTHING : split(`${author} `, does);
  const answers = clean(reply, ascii);
  return split(`${author}: `, (answers && `(${answers}) `) + words + (does && ` (${does})`));
}

/**
 * What the server says to everybody: in the chat, or as a banner across the screen. The text is
 * cleaned as that of {@linkcode toServerChat}, but neither split nor cut.
 *
 * Source: ark-rcon Q17; a banner may not be shown by ARK: Survival Ascended.
 */
export function toAnnouncement(kind: "chat" | "banner", text: string): Announcement {
  const words = clean(plainWords(text, () => undefined), false);
  const verb = kind === "chat" ? "ServerChat" : "Broadcast";
  return { command: words === "" ? undefined : `${verb} ${words}`, length: words.length };
}

/** Line breaks leave a space, so that words stay apart. */
const LINE_BREAKS = /[\t\n\v\f\r\x85\u2028\u2029]+/g;

/** Controls, also those of direction; no width; fillers that look like nothing; half characters. */
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}]/gu;

/** The game has no pictures for them; ° is no picture. */
const PICTURES = /(?!°)[\p{So}\p{Extended_Pictographic}\p{Emoji_Modifier}\u20e3]/gu;

/** A letter or digit with its marks, or marks that have none. */
const MARKED = /([\p{L}\p{N}]?)(\p{M}+)/gu;

/** No script needs more on one letter. */
const MOST_MARKS = 2;

/** Signs that every keyboard has instead of those that typing aids put in. */
const TYPEWRITTEN: readonly (readonly [RegExp, string])[] = [
  [/[\u2018-\u201b\u2032\u00b4\u2039\u203a]/g, "'"],
  [/[\u201c-\u201f\u2033\u00ab\u00bb]/g, "'"],
  [/[\u2010-\u2015\u2212]/g, "-"],
  [/\u2026/g, DOTS],
];

function clean(text: string, ascii: boolean): string {
  let plain = text
    .normalize("NFC")
    // Wide forms of the signs that are dealt with below.
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(LINE_BREAKS, " ")
    .replace(INVISIBLE, "")
    .replace(PICTURES, "")
    .replace(
      MARKED,
      (_, letter: string, marks: string) =>
        letter && letter + [...marks].slice(0, MOST_MARKS).join(""),
    );
  for (const [fancy, typed] of TYPEWRITTEN) plain = plain.replace(fancy, typed);
  if (ascii) plain = toAscii(plain);
  return neutral(plain).replace(/\s+/g, " ").trim();
}

/**
 * Without what could end or begin a command, a comment, a quoted text or the game's own markup.
 *
 * Source: ark-rcon 4. A bar chains commands in Unreal's console, `//` starts a comment.
 */
function neutral(text: string): string {
  return text
    .replace(/https?:\/\//gi, "")
    .replaceAll('"', "'")
    .replaceAll("<", "(")
    .replaceAll(">", ")")
    .replace(/[|\\/]+/g, "/");
}

/** Letters that do not come apart into one of A to Z and a mark, and the German umlauts. */
const SPELLED: Readonly<Record<string, string>> = {
  ...{ ä: "ae", ö: "oe", ü: "ue", ß: "ss", Ä: "Ae", Ö: "Oe", Ü: "Ue", ẞ: "SS" },
  ...{ æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i" },
  ...{ Æ: "Ae", Œ: "Oe", Ø: "O", Ł: "L", Đ: "D", Ð: "D", Þ: "Th" },
};

/** Empty when no letter or digit of several could be spelled. */
function toAscii(text: string): string {
  const spelled = text
    .replace(/[^\0-\x7f]/gu, (letter) => SPELLED[letter] ?? letter)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\x20-\x7e]/gu, "?");
  return /[\p{L}\p{N}]/u.test(text) && !/\w/.test(spelled) ? "" : spelled;
}

/** Empty when nothing readable is left. */
function cleanName(name: string, ascii: boolean): string {
  const bare = clean(name, ascii).replace(/[[\]:@#]/g, " ").replace(/ +/g, " ").trim();
  const short = [...bare].slice(0, LONGEST_NAME).join("").trim();
  return /[\p{L}\p{N}]/u.test(short) ? short : "";
}

/** One command for each part of the text, all with the same beginning. */
function split(author: string, text: string): ServerChat {
  const commands: string[] = [];
  let rest = text;
  while (rest !== "" && commands.length < MOST_COMMANDS) {
    const start = commands.length === 0 ? author : `${author}${DOTS} `;
    const room = { units: MOST_TEXT - (start.length - author.length), bytes: MOST_BYTES };
    room.bytes -= bytesOf(start);
    let end = endOfPart(rest, room);
    const isCut = end < rest.length && commands.length === MOST_COMMANDS - 1;
    if (isCut) {
      end = endOfPart(rest, { units: room.units - DOTS.length, bytes: room.bytes - DOTS.length });
    }
    commands.push(start + rest.slice(0, end).trimEnd() + (isCut ? DOTS : ""));
    rest = rest.slice(end).trimStart();
  }
  return { commands, isCut: rest !== "" };
}

/** Where a part ends: behind a word when that leaves it half full, else between two graphemes. */
function endOfPart(text: string, room: { units: number; bytes: number }): number {
  const near = text.slice(0, room.units + 2); // whether a grapheme ends is seen by what follows
  if (near.length <= room.units && bytesOf(near) <= room.bytes) return near.length;
  graphemes ??= new Intl.Segmenter("und", { granularity: "grapheme" });
  // A grapheme longer than a part is cut all the same, between two of its code points.
  const end = fitting([...graphemes.segment(near)].map(({ segment }) => segment), room) ||
    fitting([...near], room);
  if (text[end] === " ") return end;
  const space = text.lastIndexOf(" ", end);
  return space > end / 2 ? space : end;
}

/** How long as many of the pieces are together as there is room for. */
function fitting(pieces: readonly string[], room: { units: number; bytes: number }): number {
  let [units, bytes] = [0, 0];
  for (const piece of pieces) {
    bytes += bytesOf(piece);
    if (units + piece.length > room.units || bytes > room.bytes) break;
    units += piece.length;
  }
  return units;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
