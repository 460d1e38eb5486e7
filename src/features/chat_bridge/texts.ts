/**
 * What the chat bridge says to people. On Discord in both languages; in the game in English, since
 * nobody's language is known there.
 * @module
 */

import type { Text } from "../../discord/surface.ts";

/** Answers in the game's chat. */
export const IN_GAME = {
  online: "Online",
  notReachable: "not reachable",
} as const;

/** What staff are told unasked. */
export const NOTICES = {
  drained: {
    en:
      "⚠️ **{server}: another program reads this chat**\nLines that BlissBot sent into the game " +
      "did not come back, though players are online. The game hands out each line of chat only " +
      "once: what the other program gets is missing here.\n**What to do:** turn off reading the " +
      "chat (GetChat) in the other tool – a web panel, an RCON tool, a second bot. One server, " +
      "one reader. `/bridge action: status` shows whether it is gone.",
    de: "⚠️ **{server}: Ein anderes Programm liest diesen Chat mit**\nZeilen, die BlissBot ins " +
      "Spiel geschickt hat, kamen nicht zurück, obwohl jemand spielt. Das Spiel gibt jede " +
      "Chatzeile nur einmal heraus: Was das andere Programm bekommt, fehlt hier.\n**Was tun:** " +
      "Schalte im anderen Werkzeug das Lesen des Chats (GetChat) ab – Webpanel, RCON-Programm, " +
      "zweiter Bot. Ein Server, ein Leser. `/brücke aktion: Status` zeigt, ob es weg ist.",
  },
  storeAway: {
    en: "⚠️ **The database is away**\nThe chat bridge goes on and keeps lines in memory until it " +
      "is back. If BlissBot is stopped hard before that, lines that are not posted yet are lost. " +
      "Check PostgreSQL; `/health` of the Master shows the error.",
    de: "⚠️ **Die Datenbank antwortet nicht**\nDie Chatbrücke läuft weiter und hält Zeilen so " +
      "lange im Speicher. Wird BlissBot vorher hart beendet, gehen noch nicht gepostete Zeilen verloren. " +
      "Prüfe PostgreSQL; `/zustand` beim Master zeigt den Fehler.",
  },
  storeBack: {
    en: "✅ **The database is back**\nWhat the chat bridge kept in memory is stored now.",
    de: "✅ **Die Datenbank antwortet wieder**\nWas die Chatbrücke im Speicher hielt, ist jetzt " +
      "gesichert.",
  },
  /** `time` is when, relative. */
  gap: {
    en: "⚠️ **{server}: chat may be missing**\nThe connection broke {time} while the chat was " +
      "being read, and the game's log had nothing to fill the gap with. Start the game server " +
      "with `-servergamelog`: then BlissBot fetches such lines from there.",
    de:
      "⚠️ **{server}: Vielleicht fehlen Chatzeilen**\nDie Verbindung riss {time} beim Lesen des Chats " +
      "ab, und im Protokoll des Spiels stand nichts, was die Lücke füllt. Starte den Spielserver " +
      "mit `-servergamelog`: Dann holt BlissBot solche Zeilen von dort.",
  },
} as const satisfies Record<string, Text>;

/** `/bridge`. */
export const TEXTS = {
  command: { en: "bridge", de: "brücke" },
  about: {
    en: "The chat bridge: how it is doing, pause it, mute somebody",
    de: "Chatbrücke: nachsehen, wie sie läuft, sie anhalten, jemanden stummschalten",
  },
  action: { en: "action", de: "aktion" },
  actionAbout: { en: "What to do", de: "Was du tun willst" },
  status: { en: "status", de: "Status" },
  pause: { en: "pause", de: "anhalten" },
  resume: { en: "resume", de: "fortsetzen" },
  mute: { en: "mute", de: "stummschalten" },
  unmute: { en: "unmute", de: "Stummschaltung aufheben" },
  player: { en: "player", de: "spieler" },
  playerAbout: {
    en: "To mute or unmute: a player's name as the game's chat shows it",
    de: "Zum Stummschalten: Name eines Spielers, wie ihn der Chat im Spiel zeigt",
  },
  member: { en: "member", de: "mitglied" },
  memberAbout: {
    en: "To mute or unmute: a member of this Discord",
    de: "Zum Stummschalten: ein Mitglied dieses Discords",
  },
  length: { en: "length", de: "dauer" },
  lengthAbout: {
    en: "To mute: how long, such as 30m, 2h or 7d (one hour if left out)",
    de: "Zum Stummschalten: wie lange, etwa 30m, 2h oder 7d (ohne Angabe eine Stunde)",
  },

  statusTitle: { en: "Chat bridge", de: "Chatbrücke" },
  running: { en: "running", de: "läuft" },
  losing: { en: "running, but lines get lost", de: "läuft, aber Zeilen gehen verloren" },
  paused: { en: "paused", de: "angehalten" },
  nextTry: { en: "next try {time}", de: "nächster Versuch {time}" },
  lastLine: { en: "last line {time}", de: "letzte Zeile {time}" },
  noLine: { en: "no line yet", de: "noch keine Zeile" },
  delay: { en: "delay {seconds} s", de: "Verzögerung {seconds} s" },
  toDiscord: {
    en: "📥 On the way to Discord: {count}",
    de: "📥 Unterwegs nach Discord: {count}",
  },
  toGame: { en: "📤 Waiting for the game: {count}", de: "📤 Warten auf das Spiel: {count}" },
  drained: {
    en: "**Another tool reads this chat**, so lines are missing here. Turn off GetChat in the " +
      "web panel, RCON tool or second bot: one server, one reader.",
    de: "**Ein anderes Werkzeug liest diesen Chat mit**, darum fehlen hier Zeilen. Schalte " +
      "GetChat im Webpanel, RCON-Programm oder zweiten Bot ab: ein Server, ein Leser.",
  },
  storeAway: {
    en: "⚠️ The database is away: lines are kept in memory only. Check PostgreSQL.",
    de: "⚠️ Die Datenbank antwortet nicht: Zeilen liegen nur im Speicher. Prüfe PostgreSQL.",
  },
  gaps: {
    en: "Chat may be missing after broken connections, times since the start: {count}. Start the " +
      "game server with `-servergamelog`: then BlissBot fills such gaps.",
    de: "Nach Verbindungsabbrüchen fehlen vielleicht Chatzeilen, seit dem Start: {count}-mal. " +
      "Starte den Spielserver mit `-servergamelog`, dann füllt BlissBot solche Lücken.",
  },
  lastError: { en: "Last trouble {time}: {text}", de: "Letzte Störung {time}: {text}" },
  muted: { en: "Muted", de: "Stummgeschaltet" },
  mutedUntil: { en: "🔇 {who} · ends {time} · by {by}", de: "🔇 {who} · endet {time} · von {by}" },
  nobodyMuted: { en: "Nobody is muted.", de: "Niemand ist stummgeschaltet." },

  didPause: {
    en:
      "⏸️ Paused: {servers}\nNothing is carried over, in either direction, until somebody picks " +
      "`resume`; that also holds after a restart.",
    de: "⏸️ Angehalten: {servers}\nBis jemand `fortsetzen` wählt, kommt in keiner Richtung etwas " +
      "durch; das gilt auch nach einem Neustart.",
  },
  didPauseUnstored: {
    en:
      "⏸️ Paused: {servers}\nNothing is carried over, in either direction, until somebody picks " +
      "`resume`.\n⚠️ The database does not answer: after a restart of BlissBot it carries on. Pause " +
      "again when the database is back.",
    de: "⏸️ Angehalten: {servers}\nBis jemand `fortsetzen` wählt, kommt in keiner Richtung etwas " +
      "durch.\n⚠️ Die Datenbank antwortet nicht: Nach einem Neustart von BlissBot läuft die Brücke " +
      "weiter. Halte sie noch einmal an, wenn die Datenbank wieder da ist.",
  },
  didResume: { en: "✅ Running again: {servers}", de: "✅ Läuft wieder: {servers}" },
  didResumeUnstored: {
    en:
      "✅ Running again: {servers}\n⚠️ The database does not answer: after a restart of BlissBot " +
      "it may be paused again. Resume again when the database is back.",
    de: "✅ Läuft wieder: {servers}\n⚠️ Die Datenbank antwortet nicht: Nach einem Neustart von " +
      "BlissBot ist die Brücke vielleicht wieder angehalten. Setz sie noch einmal fort, wenn die " +
      "Datenbank wieder da ist.",
  },
  didMute: {
    en: "🔇 Muted: {who}. The bridge carries nothing of theirs over; that ends {time}.",
    de:
      "🔇 Stummgeschaltet: {who}. Was von dort kommt, überträgt die Brücke nicht; das endet {time}.",
  },
  didUnmute: { en: "🔊 {who} is heard again.", de: "🔊 {who} ist wieder zu hören." },
  wasNotMuted: {
    en: "{who} is not muted. `status` lists who is.",
    de: "{who} ist nicht stummgeschaltet. Wer es ist, zeigt `Status`.",
  },
  whom: {
    en: "Enter either `player` (a name in the game) or `member` (somebody on Discord), and only " +
      "one of them.",
    de: "Gib entweder `spieler` (ein Name im Spiel) oder `mitglied` (jemand auf Discord) an, nur " +
      "eines von beiden.",
  },
  wrongLength: {
    en:
      "“{typed}” is no length. Enter a number and a unit, such as `30m`, `2h`, `7d` or `1d 12h`; " +
      "one minute to 365 days.",
    de:
      "„{typed}“ ist keine Dauer. Gib eine Zahl und eine Einheit an, etwa `30m`, `2h`, `7d` oder " +
      "`1d 12h`; eine Minute bis 365 Tage.",
  },
  notStored: {
    en:
      "The database does not answer, so nothing was changed. Try again in a minute; if it stays, " +
      "check PostgreSQL.",
    de:
      "Die Datenbank antwortet nicht, deshalb wurde nichts geändert. Versuch es in einer Minute " +
      "noch einmal; wenn es bleibt, prüfe PostgreSQL.",
  },
} as const satisfies Record<string, Text>;
