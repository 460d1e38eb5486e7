/**
 * Display names made plain: what people may call themselves on Discord, without what would format,
 * mention, hide or overflow somewhere else. Knows no limit of length; Discord's is 32.
 * @module
 */

import type { Id } from "./surface.ts";

/** Of a guild: `<:name:id>`, moving ones `<a:name:id>`. */
const CUSTOM_EMOJI = /<a?:\w+:\d+>/g;

/** They leave a space, so that words stay apart. */
const LINE_BREAKS = /[\t\n\v\f\r\x85\u2028\u2029]+/g;

/**
 * Marks of no script of their own: Zalgo, accents apart from their letter, signs around emoji.
 * `(?=…)` stands for "and", which patterns lack.
 */
const FOREIGN_MARKS = /(?=\p{M})[\p{Script=Inherited}\p{Script=Common}]/gu;

/** Symbols, pictures, and the skin tones that follow some of them. */
const SYMBOLS = /[\p{So}\p{Extended_Pictographic}\p{Emoji_Modifier}]/gu;

/** Controls, also those of direction; zero width; fillers that look like nothing; half characters. */
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}]/gu;

/** Emphasis, code, spoilers, quotes, escapes; without `>` there is no mention by id either. */
const MARKDOWN = /[*_~`|>\\]/g;

/** At the beginning they would make headings, small print and lists. */
const LEADING_MARKDOWN = /^(?:(?:-?#{1,3}|[-+])\s+)+/;

/** A letter or digit with its marks, or marks that have none. */
const MARKED = /([\p{L}\p{N}]?)(\p{M}+)/gu;

/** No script needs more on one letter. */
const MOST_MARKS = 2;

/**
 * The name without Discord's markdown, emoji, symbols, foreign combining marks, line breaks and
 * anything invisible. Nothing is normalised: an é in one piece stays, one in two becomes e.
 *
 * @param id Of the member; its last four digits name those of whose name nothing is left.
 */
export function cleanDisplayName(name: string, id: Id): string {
  const plain = name
    .replace(CUSTOM_EMOJI, "")
    .replace(LINE_BREAKS, " ")
    .replace(INVISIBLE, "")
    .replace(SYMBOLS, "")
    .replace(FOREIGN_MARKS, "")
    .replace(MARKDOWN, "")
    .replace(
      MARKED,
      (_, letter: string, marks: string) =>
        letter && letter + [...marks].slice(0, MOST_MARKS).join(""),
    )
    .replace(/@+(?=everyone|here)/gi, "")
    .replace(/\](?=\()/g, "] ") // `[text](address)` would be a link
    .trim()
    .replace(LEADING_MARKDOWN, "");
  return plain || `Member-${id.slice(-4)}`;
}
