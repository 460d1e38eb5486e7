/**
 * What someone wrote on Discord, as plain words: without the signs that format it, and with names
 * where Discord has numbers. Knows no limit and no game; dangerous signs stay (`server_chat.ts`).
 * @module
 */

/** Finds the name of a user, role or channel by its id. */
export type NameOf = (id: string) => string | undefined;

/** Marks that stand in pairs: bold, underlined, struck out, hidden, code. */
const PAIRED = /(?<!\\)(\*\*|__|~~|\|\||`{1,3})(.+?)\1/gs;

/** Marks inside marks inside marks; deeper ones stay. */
const DEEPEST = 4;

/** `_` does not format within a word, `*` does. Neither does beside white space. */
const SLANTED = [
  /(?<!\\)\*(?=\S)([^*]+)(?<=[^\s\\])\*/g,
  /(?<![\\\w])_(?=\S)([^_]+)(?<=[^\s\\])_(?!\w)/g,
];

/** The language of a code block. */
const LANGUAGE = /```[\w+#.-]{1,20}\r?\n/g;

/** Quotes, headings and small print, which begin a line. */
const LINE_MARKS = /^ {0,3}(?:>>> |> |-?#{1,3} )+/gm;

/** What is mentioned and not known by name, in the language of the players. */
const UNKNOWN = { "@": "someone", "#": "channel" } as const;

/**
 * The text as one would read it aloud: formatting is gone, `<@id>` is `@name`, a link is its words
 * and its address, a time is in UTC, emoji of a server are gone. What Discord would not format
 * stays. Takes time in proportion to the length.
 *
 * @param nameOf Those that are not known become `someone` and `channel`.
 */
export function plainWords(text: string, nameOf: NameOf): string {
  let plain = text
    .replace(
      /<(@|#)[!&]?(\d{1,20})>/g,
      (_, sign: "@" | "#", id: string) => sign + (nameOf(id) ?? UNKNOWN[sign]),
    )
    .replace(/<a?:\w{1,32}:\d{1,20}>/g, "")
    .replace(/<(\/[^<>:]{1,100}):\d{1,20}>/g, "$1")
    .replace(/<t:(-?\d{1,13})(?::\w)?>/g, (all, seconds: string) => utc(Number(seconds)) ?? all)
    .replace(/\[([^[\]\n]+)\]\(<?(https?:\/\/[^\s[()<>]+)>?\)/g, "$1 ($2)")
    .replace(/<(https?:\/\/[^\s<>]+)>/g, "$1")
    .replace(LANGUAGE, "```")
    .replace(LINE_MARKS, "");
  for (let depth = 0; depth < DEEPEST; depth++) plain = plain.replace(PAIRED, "$2");
  for (const slanted of SLANTED) plain = plain.replace(slanted, "$1");
  return plain.replace(/\\([^0-9A-Za-z\s])/g, "$1");
}

/** `2026-03-14 18:52 UTC`; undefined beyond what dates can hold. */
function utc(seconds: number): string | undefined {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return undefined;
  return `${date.toISOString().slice(0, -":00.000Z".length).replace("T", " ")} UTC`;
}
