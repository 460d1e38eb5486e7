/**
 * What a server answers to GetChat, taken apart. Every line has a kind; only `chat` is something a
 * player said. Does not filter, and escapes nothing for any display (see `discord_text.ts`).
 * @module
 */

/** One line of the game's chat, or one message of several lines. */
export type ChatLine =
  /** A player's words. Line breaks in `text` are the player's own. */
  | {
    readonly kind: "chat";
    /** Name of the account; may be empty, may hold anything. */
    readonly player: string;
    /** Name of the survivor. */
    readonly character: string;
    readonly text: string;
    readonly at?: number;
  }
  /** Someone came or went. A player can type such a line with a time stamp: no proof of anything. */
  | {
    readonly kind: "presence";
    readonly event: "joined" | "left";
    readonly player: string;
    /** EOS or Steam id in lower case; absent in an older form of the line. */
    readonly id?: string;
    readonly at: number;
  }
  /**
   * The rest, whole but for the time stamp and `SERVER:`.
   * - `server`: what was said by ServerChat: our own echo, or another tool's
   * - `admin`: a command that an admin typed in the game
   * - `tribe`: a line of a tribe's log
   * - `event`: something public that happened, like a death
   * - `tool`: an error text of some RCON tool that got into the chat
   * - `spoof`: what only the game writes, without the time stamp it writes: a player typed it
   * - `unknown`: none of these
   */
  | {
    readonly kind: "server" | "admin" | "tribe" | "event" | "tool" | "spoof" | "unknown";
    readonly text: string;
    readonly at?: number;
  };

/** What a player said. */
export type PlayerChat = Extract<ChatLine, { kind: "chat" }>;

/** Whole answers without a line: that of any command without output, and a stray sign of life. */
const EMPTY_ANSWERS: readonly string[] = ["server received, but no response!!", "keep alive"];

const STAMP = /^(\d{4})\.(\d\d)\.(\d\d)_(\d\d)\.(\d\d)\.(\d\d): /;

/**
 * Whether the server said nothing by it: the answer is compared whole, as players may type it.
 *
 * Source: ark-rcon Q1, Q2; the text is the same for commands that do not exist.
 */
export function isEmptyAnswer(reply: string): boolean {
  const text = reply.trim();
  return text === "" || text.length < 40 && EMPTY_ANSWERS.includes(text.toLowerCase());
}

/**
 * Takes a GetChat answer apart, oldest line first. Never throws, and takes time in proportion to
 * the answer's length whatever players type.
 *
 * A line break that a player typed makes lines without a header; they belong to the line above. A
 * line that has a header cannot be told from another player's, so it is believed; one that looks
 * like a join, a leave or a tribe's log is believed only with a time stamp.
 *
 * @returns `at` is the time stamp in Unix milliseconds, where the line has one.
 *
 * Source: ark-logs-and-commands 2 to 4, ark-rcon 2; checked against the 200 lines of its corpus.
 */
export function parseChat(reply: string): ChatLine[] {
  if (isEmptyAnswer(reply)) return [];
  const lines: ChatLine[] = [];
  let said = -1; // the message that a line without a header goes on, if any
  for (const raw of reply.split(/\r\n|[\r\n]/)) {
    if (raw.trim() === "") continue;
    const line = parseLine(raw);
    const above = lines[said];
    if (line.kind === "unknown" && line.at === undefined && above && "text" in above) {
      lines[said] = { ...above, text: `${above.text}\n${line.text}` };
      continue;
    }
    lines.push(line);
    if (line.kind === "spoof") continue; // what was typed below it still belongs to the line above
    said = line.kind === "chat" || line.kind === "server" ? lines.length - 1 : -1;
  }
  return lines;
}

function parseLine(raw: string): ChatLine {
  const stamp = STAMP.exec(raw);
  if (!stamp) return parseText(raw);
  const [year, month, day, ...time] = stamp.slice(1).map(Number);
  const [hours, minutes, seconds] = time;
  const at = Date.UTC(year!, month! - 1, day, hours, minutes, seconds);
  return { ...parseText(raw.slice(stamp[0].length), at), at };
}

/** The order is the defence: players choose how their part of a line goes on, not how it starts. */
function parseText(text: string, at?: number): ChatLine {
  const seen = presence(text);
  const came: ChatLine | undefined = seen &&
    (at === undefined ? { kind: "spoof", text } : { ...seen, at });
  if (text.startsWith("AdminCmd:")) return came ?? { kind: "admin", text }; // it may be a name
  if (text.startsWith("SERVER:")) return { kind: "server", text: text.replace(/^SERVER: ?/, "") };
  if (isOfTool(text)) return { kind: "tool", text };
  if (isTribeLog(text)) return { kind: at === undefined ? "spoof" : "tribe", text };
  return chat(text) ?? came ??
    { kind: at !== undefined && isEvent(text) ? "event" : "unknown", text };
}

function isOfTool(text: string): boolean {
  return text.startsWith("RCON request") || text.startsWith("Error: [Errno") ||
    text.trim() === "RCON: Not connected";
}

function isTribeLog(text: string): boolean {
  return /^Tribe .*?, ID \d{1,10}: Day \d{1,10}, \d\d:\d\d:\d\d: /s.test(text);
}

function isEvent(text: string): boolean {
  return / - Lvl \d{1,5} \(/.test(text) && text.includes(" was killed") ||
    / Tamed an? /.test(text) ||
    /^(?:Frozen by ID: |Removed duped item due to |Force respawning Wild Dinos!)/.test(text);
}

/**
 * `account (character): words`. The header ends at the first `): `, and the character's name is
 * the balanced bracket that ends there.
 */
function chat(text: string): ChatLine | undefined {
  // Without words the space may be missing, as answers are trimmed on their way.
  const found = text.indexOf("): ");
  const end = found < 0 && text.endsWith("):") ? text.length - 2 : found;
  if (end < 0) return undefined;
  const open = openingOf(text, end);
  if (open === undefined) return undefined;
  return {
    kind: "chat",
    player: text.slice(0, open - 1),
    character: text.slice(open + 1, end),
    text: text.slice(end + 3),
  };
}

/** Where the bracket opens that closes at `end`, with a space before it. */
function openingOf(text: string, end: number): number | undefined {
  let depth = 0;
  let open = end;
  for (; open > 0; open--) {
    if (text[open] === ")") depth++;
    else if (text[open] === "(" && --depth === 0) break;
  }
  if (open < 1 || text[open - 1] !== " ") open = text.lastIndexOf(" (", end) + 1;
  return open < 1 ? undefined : open;
}

/** `name [UniqueNetId:… Platform:…] joined this ARK!`: the last id counts, names may hold others. */
function presence(line: string) {
  const text = line.trimEnd();
  const event = text.endsWith(" joined this ARK!")
    ? "joined"
    : text.endsWith(" left this ARK!")
    ? "left"
    : undefined;
  if (!event) return undefined;
  const at = text.lastIndexOf(" [UniqueNetId:");
  const kind = "presence";
  if (at < 0) return { kind, event, player: text.slice(0, -` ${event} this ARK!`.length) } as const;
  const id = /^ \[UniqueNetId:([0-9A-Fa-f]{32}|\d{17}) Platform:[^\]\s]*\] \w+ this ARK!$/
    .exec(text.slice(at))?.[1];
  if (!id) return undefined;
  return { kind, event, player: text.slice(0, at), id: id.toLowerCase() } as const;
}
