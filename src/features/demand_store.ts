/**
 * What commands say while the store is away, of which they need something. Asks the store nothing.
 * @module
 */

import { Refusal, type Text } from "../discord/surface.ts";
import type { Log } from "../runtime/log.ts";
import { StoreError } from "../store/errors.ts";

const AWAY = {
  en: "The database does not answer, so nothing was done. Try again in a minute; `/health` tells " +
    "admins more.",
  de: "Die Datenbank antwortet nicht, deshalb ist nichts passiert. Versuch es in einer Minute " +
    "noch einmal; Admins sehen mehr unter `/zustand`.",
} as const satisfies Text;

/** What the store gives. @throws {Refusal} while it is away: then nothing can be done. */
export async function demandStore<T>(work: Promise<T>, log: Log): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.warn("A command was refused: the store is away", { error });
    throw new Refusal("INTERNAL", AWAY);
  }
}
