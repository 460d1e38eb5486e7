/**
 * What the fleet's cards say, in both languages.
 * @module
 */

import type { Text } from "../../discord/surface.ts";
import type { PartState } from "../../runtime/supervise.ts";

/** What a bot is doing, in a word or two. */
export const STATE_WORDS: Readonly<Record<PartState, Text>> = {
  off: { en: "not configured", de: "nicht eingerichtet" },
  starting: { en: "starting", de: "startet" },
  ready: { en: "ready", de: "bereit" },
  reconnecting: { en: "reconnecting", de: "verbindet sich neu" },
  waiting: { en: "crashed, will restart", de: "abgestürzt, startet neu" },
  disabled: { en: "disabled", de: "abgeschaltet" },
  stopped: { en: "stopped after too many crashes", de: "nach zu vielen Abstürzen angehalten" },
};

/** How a part of the program is doing. */
export const HEALTH_WORDS = {
  ok: { en: "fine", de: "in Ordnung" },
  off: { en: "not used", de: "nicht benutzt" },
  down: { en: "down", de: "ausgefallen" },
} satisfies Record<string, Text>;

/** What still works while a part is down, by its name; of a bot see `othersGoOn`. */
export const WITHOUT: Readonly<Record<string, Text>> = {
  Store: {
    en: "The bots still answer; nothing new is stored.",
    de: "Die Bots antworten weiter; Neues wird nicht gespeichert.",
  },
  Redis: {
    en: "Everything still works; nothing lives there yet.",
    de: "Alles läuft weiter; noch liegt dort nichts.",
  },
  Disk: {
    en: "Everything still works until the disk is full.",
    de: "Alles läuft weiter, bis die Platte voll ist.",
  },
};

/** Everything else. */
export const TEXTS = {
  fleetCommand: { en: "fleet", de: "flotte" },
  fleetAbout: { en: "How the six bots are doing", de: "Wie es den sechs Bots geht" },
  fleetTitle: { en: "The fleet", de: "Die Flotte" },
  healthCommand: { en: "health", de: "zustand" },
  healthAbout: {
    en: "How everything the bots need is doing",
    de: "Wie es allem geht, was die Bots brauchen",
  },
  healthTitle: { en: "Health", de: "Zustand" },
  helpCommand: { en: "help", de: "hilfe" },
  helpAbout: { en: "What this bot does", de: "Was dieser Bot macht" },
  commands: { en: "Commands", de: "Befehle" },
  state: { en: "State", de: "Zustand" },
  restart: { en: "Restart", de: "Neu starten" },
  details: { en: "Details", de: "Einzelheiten" },
  whichBot: { en: "Which bot shall restart?", de: "Welcher Bot soll neu starten?" },
  pickBot: { en: "Pick a bot", de: "Bot auswählen" },
  restarting: { en: "{bot} restarts now.", de: "{bot} startet jetzt neu." },
  cannotRestart: {
    en: "There is nothing to restart: {setting} is not set for {bot}.",
    de: "Es gibt nichts neu zu starten: {setting} ist für {bot} nicht gesetzt.",
  },
  ownerOnly: {
    en: "Only an owner may restart the Master itself.",
    de: "Nur ein Inhaber darf den Master selbst neu starten.",
  },
  away: {
    en: "not in this server: `/health` has its invite link",
    de: "nicht auf diesem Server: `/zustand` hat den Einladungslink",
  },
  since: { en: "{state} since {time}", de: "{state} seit {time}" },
  notSet: { en: "{setting} is not set", de: "{setting} ist nicht gesetzt" },
  delay: { en: "delay {ms} ms", de: "Verzögerung {ms} ms" },
  restarts: { en: "Restarts: {count}", de: "Neustarts: {count}" },
  nextTry: { en: "Next try {time}", de: "Nächster Versuch {time}" },
  lastError: { en: "Last error {time}, {id}: {text}", de: "Letzter Fehler {time}, {id}: {text}" },
  lastTrouble: { en: "Last trouble {time}: {text}", de: "Letzte Störung {time}: {text}" },
  othersGoOn: { en: "Everything else goes on.", de: "Alles andere läuft weiter." },
  process: {
    en: "Process: {memory} MB, running since {time}",
    de: "Prozess: {memory} MB, läuft seit {time}",
  },
} satisfies Record<string, Text>;
