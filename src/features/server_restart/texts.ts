/**
 * What restarts say, on Discord and in the game, in both languages.
 * @module
 */

import type { Text } from "../../discord/surface.ts";
import type { State } from "./plan.ts";

/** How a server is shown. */
export type Shown = State | "going" | "trying" | "down" | "unseen";

/** How far a server is, behind its name on the card. */
export const STATE_TEXTS: Readonly<Record<Shown, Text>> = {
  announced: { en: "stops {due}", de: "stoppt {due}" },
  restarting: { en: "going down", de: "fährt herunter" },
  going: { en: "stops now, saving the world", de: "stoppt jetzt, speichert die Welt" },
  trying: { en: "not stopped yet", de: "noch nicht gestoppt" },
  down: { en: "went down {since}", de: "heruntergefahren {since}" },
  back: { en: "back after {time}", de: "wieder da nach {time}" },
  unseen: { en: "answers", de: "antwortet" },
  "not told": {
    en: "could not be told to stop within 2 min",
    de: "ließ sich in 2 min nicht stoppen",
  },
  "never down": {
    en: "was told to stop and still runs after 3 min",
    de: "sollte stoppen und läuft nach 3 min noch immer",
  },
  "not back": { en: "not back after 15 min", de: "nach 15 min nicht wieder da" },
  aborted: { en: "aborted", de: "abgebrochen" },
  overdue: { en: "cancelled", de: "abgesagt" },
  forgotten: { en: "cancelled", de: "abgesagt" },
};

/** What follows where there is room for it. */
export const DETAIL_TEXTS: Readonly<Partial<Record<Shown, Text>>> = {
  trying: {
    en: ": {why}. BlissBot keeps trying for 2 min",
    de: ": {why}. BlissBot versucht es 2 min lang",
  },
  unseen: {
    en: "; BlissBot was away meanwhile and did not see whether it restarted",
    de: "; BlissBot war zwischendurch weg und hat nicht gesehen, ob er neu gestartet ist",
  },
  "not told": {
    en: ": {why}. Ask for the restart again when it answers",
    de: ": {why}. Veranlasse den Neustart noch einmal, wenn er antwortet",
  },
  "never down": { en: "; look at it yourself", de: "; schau selbst nach" },
  "not back": { en: ": {why}; look at its host", de: ": {why}; sieh beim Hoster nach" },
  aborted: { en: " by {name}", de: " von {name}" },
  overdue: {
    en: ": BlissBot or its database was away when it mattered; ask for it again if needed",
    de:
      ": BlissBot oder seine Datenbank war im entscheidenden Moment nicht da; veranlasse ihn bei " +
      "Bedarf noch einmal",
  },
  forgotten: {
    en: ": the server is no longer in config.toml",
    de: ": der Server steht nicht mehr in config.toml",
  },
};

/** Everything else. */
export const TEXTS = {
  command: { en: "server", de: "server" },
  about: {
    en: "Restarts game servers, announced in the game",
    de: "Startet Spielserver neu, mit Ansage im Spiel",
  },
  action: { en: "action", de: "aktion" },
  actionAbout: { en: "What to do", de: "Was zu tun ist" },
  restart: { en: "restart", de: "neustart" },
  delay: { en: "delay", de: "wartezeit" },
  delayAbout: {
    en: "Minutes until then, 0 to 60; default 15",
    de: "Minuten bis dahin, 0 bis 60; sonst 15",
  },
  reason: { en: "reason", de: "grund" },
  reasonAbout: {
    en: "Why; the players are told as well",
    de: "Warum; die Spieler erfahren es auch",
  },
  wrongDelay: {
    en: "{typed} is no delay: enter 0 to 60 minutes.",
    de: "{typed} geht nicht als Wartezeit: gib 0 bis 60 Minuten an.",
  },
  longReason: {
    en: "The reason has {length} of 200 signs. Make it shorter.",
    de: "Der Grund hat {length} von 200 Zeichen. Fass ihn kürzer.",
  },
  already: {
    en:
      "{server}: a restart was asked for by {name}, due {due}. [Its card]({link}) shows how far " +
      "it is, and can abort it.",
    de:
      "{server}: Einen Neustart hat {name} schon veranlasst, fällig {due}. [Die Karte dazu]({link}) " +
      "zeigt, wie weit er ist, und kann ihn abbrechen.",
  },
  tooLate: {
    en: "It cannot be aborted any more: the server has been told to stop, or it is over.",
    de: "Das lässt sich nicht mehr abbrechen: Der Server soll schon stoppen, oder es ist vorbei.",
  },
  questionTitle: { en: "Restart?", de: "Neu starten?" },
  when: { en: "{delay} min after Go", de: "{delay} min nach Los" },
  atOnce: { en: "At once after Go", de: "Sofort nach Los" },
  expires: { en: "The buttons expire {time}.", de: "Die Knöpfe verfallen {time}." },
  online: { en: "{count} online", de: "{count} online" },
  nobody: { en: "nobody online", de: "niemand online" },
  unknown: { en: "who is online is not known", de: "wer online ist, ist nicht bekannt" },
  why: { en: "Reason: {reason}", de: "Grund: {reason}" },
  go: { en: "Go", de: "Los" },
  cancel: { en: "Cancel", de: "Abbrechen" },
  cancelled: {
    en: "{name} has called the restart off before it began.",
    de: "{name} hat den Neustart abgeblasen, bevor er begann.",
  },
  title: { en: "Restart", de: "Neustart" },
  by: { en: "Asked for by {name}", de: "Veranlasst von {name}" },
  notSaved: {
    en: "the world was not saved before: {why}",
    de: "die Welt wurde vorher nicht gespeichert: {why}",
  },
  unconfirmed: { en: "it did not confirm that", de: "er hat es nicht bestätigt" },
  allUp: { en: "All up, {time}.", de: "Alle wieder da, {time}." },
  allUpUnseen: { en: "All up.", de: "Alle wieder da." },
  notAllUp: { en: "Up: {up} of {count}.", de: "Wieder da: {up} von {count}." },
  nothing: { en: "Nothing was restarted.", de: "Nichts wurde neu gestartet." },
  abort: { en: "Abort all", de: "Alle abbrechen" },
  abortOne: { en: "Abort single servers", de: "Einzelne Server abbrechen" },
  abortSome: { en: "Abort: {first} – {last}", de: "Abbrechen: {first} – {last}" },
  alert: { en: "Restart: {line}", de: "Neustart: {line}" },
  inGame: { en: "Restart in {minutes} minutes", de: "Neustart in {minutes} Minuten" },
  inGameOne: { en: "Restart in 1 minute", de: "Neustart in 1 Minute" },
  inGameNow: { en: "Restart now", de: "Neustart jetzt" },
  inGameAborted: { en: "The restart is cancelled", de: "Der Neustart ist abgesagt" },
} as const satisfies Record<string, Text>;
