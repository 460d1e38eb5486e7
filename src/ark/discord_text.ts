/**
 * Text from the game for Discord, so that it stands there as the player typed it: nothing of it is
 * formatted, linked or taken for a mention. That nobody is notified is the shelf's promise, which
 * allows no mentions unasked. Knows no limit of length.
 * @module
 */

/** A line of the game stays one line: nobody can write a second one in another's name. */
const LINE_BREAKS = /[\t\n\v\f\r\x85\u2028\u2029]+/g;

/**
 * Controls, also those of direction, and what has no width. Joiners and selectors stay: emoji and
 * some scripts are made with them. So do tags, which spell out flags.
 */
const INVISIBLE =
  /(?![\u200c\u200d\ufe0e\ufe0f\u{e0020}-\u{e007f}])[\p{C}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Emphasis, code, spoilers, links of both forms, everything in `<…>`, mentions; the slash for
 * addresses, with and without `https:`. A name of an emoji between colons would become its picture.
 */
const MARKUP = /[\\*_~`|<>[\]/@]|:(?=[\w+-]+:)/g;

/** What makes a heading, small print or a list when a text begins with it. */
const LEADING = /^(\s*\d*)(?=[#+.)-])/;

/**
 * The text with a backslash before everything that Discord would take for markup, without line
 * breaks and anything invisible; apart from that unchanged. May be empty.
 */
export function toDiscordText(text: string): string {
  return text
    .toWellFormed()
    .replace(LINE_BREAKS, " ")
    .replace(INVISIBLE, "")
    .replace(MARKUP, "\\$&")
    .replace(LEADING, "$1\\");
}
