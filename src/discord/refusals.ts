/**
 * Refusals as messages: a plain sentence, one next step, and the code in the footer.
 * @module
 */

import { cardId } from "./cards.ts";
import type { Language, OutgoingMessage, Refusal, Text } from "./surface.ts";
import { AGAIN } from "./targets.ts";
import { fill, REFUSALS, WORDS } from "./texts.ts";

/** The message for a refusal. */
export function refusalMessage(
  { code, text }: Pick<Refusal, "code" | "text">,
  language: Language,
): OutgoingMessage {
  return { embeds: [{ color: "failure", description: text[language], note: code }] };
}

/** The message for an error of ours; the log has the same id. */
export function internalMessage(id: string, language: Language): OutgoingMessage {
  const description = fill(REFUSALS.internal, language, { id });
  return { embeds: [{ color: "failure", description, note: `INTERNAL ${id}` }] };
}

/** The message for something that is too old, with a button where it can be opened again. */
export function expiredMessage(
  text: Text,
  { language, again }: { language: Language; again: readonly string[] },
): OutgoingMessage {
  const message = refusalMessage({ code: "EXPIRED_CARD", text }, language);
  if (again.length === 0) return message;
  const label = WORDS.openAgain[language];
  return { ...message, rows: [[{ kind: "button", id: cardId(AGAIN, ...again), label }]] };
}
