/**
 * Why a server did not take a command, in words for people; without its address, which not
 * everybody may know.
 * @module
 */

import type { Text } from "../discord/surface.ts";
import type { RconFailure } from "../rcon/errors.ts";

/** A clause that can follow a server's name and a colon, without a full stop. */
export const CONSOLE_TROUBLE: Readonly<Record<RconFailure, Text>> = {
  invalid: {
    en: "this cannot be sent as one command",
    de: "das lässt sich nicht als ein Befehl senden",
  },
  busy: { en: "it has too much to do right now", de: "er hat gerade zu viel zu tun" },
  unreachable: {
    en: "it cannot be reached: it is off, starting, or its RCON port is another one",
    de: "er ist nicht erreichbar: Er ist aus, startet gerade, oder der RCON-Port ist ein anderer",
  },
  silent: {
    en: "it does not answer: it is starting, saving, or hangs",
    de: "er antwortet nicht: Er startet, speichert gerade oder hängt",
  },
  password: {
    en: "it refuses the RCON password; whoever runs the bot corrects it",
    de: "er lehnt das RCON-Passwort ab; wer den Bot betreibt, muss es korrigieren",
  },
  broken: { en: "the connection broke", de: "die Verbindung ist abgebrochen" },
  closed: { en: "the bot is stopping", de: "der Bot wird gerade beendet" },
};
