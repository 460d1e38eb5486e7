/**
 * Ids of buttons, menus and forms: the name of the card that handles them and what it needs to go
 * on after a restart. Nothing in them is secret, and nothing in them is proof of a right.
 * @module
 */

/** Discord's limit for a `custom_id`. */
const LONGEST_ID = 100;

/**
 * The id for a button, menu or form of a card.
 *
 * @throws {RangeError} when there is no card name, or the id is longer than Discord's 100.
 */
export function cardId(card: string, ...args: readonly string[]): string {
  const id = idOf(card, args);
  if (card !== "" && id.length <= LONGEST_ID) return id;
  throw new RangeError(
    `Cannot make an id for card "${card}": ${id.length} characters, allowed are 1 to ` +
      `${LONGEST_ID}; keep the data in the store and its key in the id`,
  );
}

/** Whether {@linkcode cardId} has room for these arguments, which may come from people. */
export function fitsCardId(card: string, ...args: readonly string[]): boolean {
  return idOf(card, args).length <= LONGEST_ID;
}

function idOf(card: string, args: readonly string[]): string {
  return [card, ...args].map((part) => part.replace(/[\\:]/g, "\\$&")).join(":");
}

/** What {@linkcode cardId} was given; any text is the id of some card, known or not. */
export function parseCardId(id: string): { readonly card: string; readonly args: string[] } {
  const parts = [""];
  for (const [sign] of id.matchAll(/\\[\\:]|[^]/g)) {
    if (sign === ":") parts.push("");
    else parts[parts.length - 1] += sign.length === 2 ? sign.charAt(1) : sign;
  }
  const [card = "", ...args] = parts;
  return { card, args };
}
