/**
 * Names from the game as commands deal with them: as they are suggested, and as they are compared
 * with what somebody types. Escapes nothing for Discord (`ark/discord_text.ts`). Pure.
 * @module
 */

/** Controls, and what looks like nothing; Discord may refuse a suggestion that has such signs. */
const INVISIBLE = /(?!\s)[\p{C}\p{Default_Ignorable_Code_Point}]/gu;

/** The name on one line, without what cannot be seen; may be empty. */
export function readableName(name: string): string {
  return name.replace(INVISIBLE, "").replace(/\s+/g, " ").trim();
}

/** Equal for names that look alike, however they are typed. */
export function foldedName(name: string): string {
  return readableName(name).toLowerCase().normalize("NFC");
}
