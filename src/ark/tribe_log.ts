/**
 * One line of a tribe's log as plain text with what it tells about. Knows the English game texts;
 * does not take the sentence apart into names and levels, and does not escape it for any display.
 * @module
 */

/** What a tribe log line tells; `other` is anything that is not known (yet). */
export type TribeLogKind =
  | "captured"
  | "released"
  | "froze"
  | "starved"
  | "tamed"
  | "killed"
  | "destroyed"
  | "expired"
  | "demolished"
  | "unclaimed"
  | "added"
  | "removed"
  | "merged"
  | "claimed"
  | "promoted"
  | "demoted"
  | "other";

/** A tribe log line taken apart. */
export interface TribeLogLine {
  /** In-game day, counted by the server. */
  readonly day: number;
  /** In-game time of that day, `HH:MM:SS`. */
  readonly time: string;
  readonly kind: TribeLogKind;
  /** The sentence without the colour tag; names in it are as players wrote them. */
  readonly text: string;
}

/**
 * Colour of the tag (red, green, blue; empty: no tag), kind, and the words that give it away.
 *
 * Source: asa-save-format 14.8. "removed", "demoted" and "Your Tribe killed" are not in its
 * samples; they are texts the game is known to write, with the colour of their opposite.
 */
const KINDS: readonly (readonly [colour: string, kind: TribeLogKind, words: string])[] = [
  ["", "captured", " captured by "],
  ["", "released", " released by "],
  ["", "froze", " froze "],
  ["", "starved", " starved to death"],
  ["0, 1, 0", "tamed", " Tamed "],
  ["1, 0, 0", "expired", " death essence expired"],
  ["1, 0, 0", "killed", " killed"],
  ["1, 0, 0", "destroyed", " was destroyed"],
  ["1, 1, 0", "demolished", " demolished "],
  ["1, 1, 0", "unclaimed", " unclaimed "],
  ["0, 1, 1", "added", " was added to the Tribe"],
  ["0, 1, 1", "removed", " was removed from the Tribe"],
  ["0, 1, 1", "merged", " merged in"],
  ["1, 0, 1", "claimed", " claimed "],
  ["0, 0, 1", "promoted", " was promoted to "],
  ["0, 0, 1", "demoted", " was demoted "],
];

/**
 * Reads `Day D, HH:MM:SS: text` and `Day D, HH:MM:SS: <RichColor Color="R, G, B, A">text</>`.
 *
 * Takes time in proportion to the line's length, whatever players put into their names.
 *
 * @returns `undefined` when the line has another form.
 *
 * Source: the pattern of asa-save-format 14.8, which fits all 1,624 real lines seen.
 */
export function parseTribeLogLine(line: string): TribeLogLine | undefined {
  const head = /^Day (\d{1,10}), (\d\d:\d\d:\d\d): (?:<RichColor Color="([^"]*)">)?/.exec(line);
  if (!head) return undefined;
  const [{ length }, day, time, colour = ""] = head;
  // Only the tag around the whole sentence is the game's: a "</>" further in belongs to a name.
  const text = line.slice(length).replace(/<\/>$/, "");
  return { day: Number(day), time: time!, kind: kindOf(text, colour), text };
}

/** Words of the line's own colour decide first: names are the players' choice, colours are not. */
function kindOf(text: string, colour: string): TribeLogKind {
  const told = KINDS.filter(([, , words]) => text.includes(words));
  const match = told.find(([own]) => own && colour ? colour.startsWith(own) : own === colour);
  return (match ?? told[0])?.[1] ?? "other";
}
