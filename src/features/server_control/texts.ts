/**
 * What staff read about commands to the game servers, in both languages.
 * @module
 */

import type { Text } from "../../discord/surface.ts";

/** All of them. */
export const TEXTS = {
  rcon: { en: "rcon", de: "rcon" },
  rconAbout: {
    en: "Send a console command to a game server",
    de: "Einen Konsolenbefehl an einen Spielserver senden",
  },
  command: { en: "command", de: "befehl" },
  commandAbout: {
    en: "Such as ListPlayers or SaveWorld",
    de: "Zum Beispiel ListPlayers oder SaveWorld",
  },
  say: { en: "say", de: "sagen" },
  sayAbout: {
    en: "Say something to the players of a server",
    de: "Den Spielern eines Servers etwas sagen",
  },
  text: { en: "text", de: "text" },
  textAbout: { en: "At most 200 characters", de: "Höchstens 200 Zeichen" },
  style: { en: "style", de: "stil" },
  styleAbout: { en: "In the chat, or as a banner", de: "Im Chat oder als Banner" },
  chat: { en: "chat", de: "Chat" },
  banner: { en: "banner", de: "Banner" },

  noCommand: {
    en: "It cannot be sent as one command: {reason}.",
    de: "Das lässt sich nicht als ein Befehl senden: {reason}.",
  },
  noGetChat: {
    en:
      "GetChat is not sent from here: the bridge reads the chat, and reading it here would take " +
      "its lines. Read the server's thread instead.",
    de:
      "GetChat geht von hier aus nicht: Die Brücke liest den Chat, und wer ihn hier liest, nimmt " +
      "ihr die Zeilen weg. Lies stattdessen im Thread des Servers.",
  },
  noGetTribeLog: {
    en: "GetTribeLog is not sent: with some plugins it crashes the server. Read the tribe's log " +
      "in the game.",
    de: "GetTribeLog wird nicht gesendet: Mit manchen Plugins stürzt der Server davon ab. Lies " +
      "das Stammes-Log im Spiel.",
  },
  noGetGameLog: {
    en:
      "GetGameLog is not sent from here: it shows the secret codes with which players link their " +
      "accounts, and whoever reads it takes lines away that the chat bridge may still need. Read " +
      "the server's thread instead.",
    de: "GetGameLog geht von hier aus nicht: Es zeigt die geheimen Codes, mit denen Spieler ihre " +
      "Konten verknüpfen, und wer es liest, nimmt der Chatbrücke Zeilen weg, die sie vielleicht " +
      "noch braucht. Lies stattdessen im Thread des Servers.",
  },
  noBan: {
    en: "Bans go through `/ban` and `/unban`: the ban list would undo this one.",
    de:
      "Banns laufen über `/bannen` und `/entbannen`: Die Bannliste würde diesen hier rückgängig machen.",
  },
  onlyAdmins: {
    en: "Only admins may send this command. Moderators may send: {commands}.",
    de: "Diesen Befehl dürfen nur Admins senden. Moderatoren dürfen: {commands}.",
  },

  noText: {
    en: "Done, the server sent no text. A mistyped command looks the same.",
    de: "Erledigt, der Server hat keinen Text geschickt. Bei einem vertippten Befehl sieht das " +
      "genauso aus.",
  },
  notSent: { en: "The command was not sent.", de: "Der Befehl wurde nicht gesendet." },
  unknown: {
    en: "The command was sent and its answer was lost: nobody knows whether it ran. Look in the " +
      "game before you send it again.",
    de:
      "Der Befehl ging raus, aber die Antwort ging verloren: Ob er lief, weiß niemand. Schau im " +
      "Spiel nach, bevor du ihn noch einmal sendest.",
  },
  askAgain: {
    en: "The answer was lost. The command only asks something: you can send it again.",
    de:
      "Die Antwort ging verloren. Der Befehl fragt nur etwas ab: Du kannst ihn noch einmal senden.",
  },
  atWork: {
    en: "No answer yet, the server is still at it. Look in the game in a minute.",
    de: "Noch keine Antwort, der Server ist noch dabei. Schau in einer Minute im Spiel nach.",
  },
  unknownShort: {
    en: "not known whether it ran",
    de: "unbekannt, ob es ankam",
  },

  really: { en: "Really send this?", de: "Wirklich senden?" },
  reallySchedule: { en: "Really schedule this?", de: "Wirklich einplanen?" },
  reallyEnds: {
    en: "This question is open until {time}.",
    de: "Diese Frage ist offen bis {time}.",
  },
  nobody: { en: "nobody is online", de: "niemand ist online" },
  online: { en: "{count} online", de: "{count} online" },
  inAll: { en: "On all of them: {online}", de: "Auf allen zusammen: {online}" },
  notKnownOf: { en: "{online}, not known of {count}", de: "{online}, von {count} unbekannt" },
  moreServers: { en: "… and {count} more servers", de: "… und {count} weitere Server" },
  andMore: { en: "{names} and {count} more", de: "{names} und {count} weitere" },
  notKnown: { en: "not known who is online", de: "unbekannt, wer online ist" },
  go: { en: "Go", de: "Los" },
  cancel: { en: "Cancel", de: "Abbrechen" },
  again: { en: "Ask again", de: "Noch einmal fragen" },
  cancelled: { en: "Cancelled, nothing was sent.", de: "Abgebrochen, nichts wurde gesendet." },
  notYours: {
    en: "Only the person who was asked can decide this. Run the command yourself.",
    de: "Das kann nur entscheiden, wer gefragt wurde. Ruf den Befehl selbst auf.",
  },

  said: { en: "Said to the players", de: "Den Spielern gesagt" },
  sentTitle: { en: "Sent", de: "Gesendet" },
  bannerNote: {
    en: "ARK: Survival Ascended does not show banners on every server. The chat always works.",
    de: "ARK: Survival Ascended zeigt Banner nicht auf jedem Server. Der Chat kommt immer an.",
  },
  nothingReadable: {
    en: "Nothing of the text is left that the game could show. Write words.",
    de: "Vom Text bleibt nichts übrig, was das Spiel zeigen könnte. Schreib Wörter.",
  },
  tooLong: {
    en: "The text is too long: {length} of {most} characters. Shorten it.",
    de: "Der Text ist zu lang: {length} von {most} Zeichen. Kürze ihn.",
  },

  schedule: { en: "schedule", de: "zeitplan" },
  scheduleAbout: {
    en: "Console commands that are sent at set times",
    de: "Konsolenbefehle, die zu festen Zeiten gesendet werden",
  },
  action: { en: "action", de: "aktion" },
  actionAbout: { en: "What to do", de: "Was zu tun ist" },
  add: { en: "add", de: "anlegen" },
  list: { en: "list", de: "zeigen" },
  remove: { en: "remove", de: "entfernen" },
  run: { en: "run", de: "ausführen" },
  when: { en: "when", de: "wann" },
  whenAbout: {
    en: "2h, 30m, friday 20:00, 2026-12-24 18:00, or cron: 0 6 * * *",
    de: "2h, 30m, freitag 20:00, 2026-12-24 18:00, oder cron: 0 6 * * *",
  },
  id: { en: "id", de: "nummer" },
  idAbout: { en: "Number in the list", de: "Nummer in der Liste" },
  addNeeds: {
    en: "To add a schedule, enter `server`, `when` and `command`.",
    de: "Zum Anlegen gib `server`, `wann` und `befehl` an.",
  },
  idNeeded: {
    en: "Enter the `id` of the schedule; `/schedule list` shows it.",
    de: "Gib die `nummer` des Zeitplans an; `/zeitplan zeigen` zeigt sie.",
  },
  noSuchSchedule: {
    en: "There is no schedule {id}. `/schedule list` shows all.",
    de: "Es gibt keinen Zeitplan {id}. `/zeitplan zeigen` zeigt alle.",
  },
  wrongWhen: {
    en:
      "“{typed}” is not a time, or never comes. Write a length from `1m` to `366d`, such as `2h`; " +
      "a day such as `friday 20:00` or `2026-12-24 18:00`; or minute, hour, day, month and " +
      "weekday as in cron: `0 6 * * *`.",
    de:
      "„{typed}“ ist keine Zeit oder kommt nie. Schreib eine Dauer von `1m` bis `366d`, etwa `2h`; " +
      "einen Tag, etwa `freitag 20:00` oder `2026-12-24 18:00`; oder Minute, Stunde, Tag, Monat " +
      "und Wochentag wie bei cron: `0 6 * * *`.",
  },
  tooNear: {
    en: "That time has passed. Times are those of {timezone}; enter one that is still to come.",
    de: "Diese Zeit ist vorbei. Zeiten gelten in {timezone}; gib eine an, die noch kommt.",
  },
  tooFar: {
    en: "That is too far ahead. Enter a time within the next 366 days.",
    de: "Das ist zu weit weg. Gib eine Zeit in den nächsten 366 Tagen an.",
  },
  clash: {
    en: "{server} restarts {time}, and the command would come within 5 minutes of that. Choose " +
      "another time.",
    de:
      "{server} startet {time} neu, und der Befehl käme weniger als 5 Minuten davor oder danach. " +
      "Wähle eine andere Zeit.",
  },
  tooMany: {
    en: "There are {most} schedules already. Remove one first.",
    de: "Es gibt schon {most} Zeitpläne. Entferne erst einen.",
  },
  added: { en: "Schedule {id} added", de: "Zeitplan {id} angelegt" },
  removed: { en: "Schedule {id} removed", de: "Zeitplan {id} entfernt" },
  title: { en: "Schedules", de: "Zeitpläne" },
  none: {
    en: "There are no schedules. `/schedule add` makes one.",
    de: "Es gibt keine Zeitpläne. Mit `/zeitplan anlegen` legst du einen an.",
  },
  allServers: { en: "all servers", de: "alle Server" },
  next: { en: "next {time} ({relative})", de: "nächstes Mal {time} ({relative})" },
  once: { en: "once, {time} ({relative})", de: "einmal, {time} ({relative})" },
  isOver: { en: "over", de: "vorbei" },
  by: { en: "by {name}", de: "von {name}" },
  lastDone: { en: "✅ last run {time}", de: "✅ zuletzt {time}" },
  lastFailed: { en: "❌ last run {time}: {error}", de: "❌ zuletzt {time}: {error}" },
  lastUnknown: {
    en: "⚠️ last run {time}, not known whether it ran",
    de: "⚠️ zuletzt {time}, unbekannt, ob er lief",
  },
  lastMissed: {
    en: "❌ missed: the program was off at {time}",
    de: "❌ verpasst {time}: Das Programm lief nicht",
  },
  /** English alone is used: nobody asked, and what is told is stored. */
  alert: {
    en: "⏰ Schedule {id} by {name}, {command}: {what}",
    de: "⏰ Zeitplan {id} von {name}, {command}: {what}",
  },
  missedAlert: {
    en: "missed, as the program was off. Run it by hand if it is still wanted.",
    de: "verpasst, da das Programm nicht lief. Führ ihn von Hand aus, wenn er noch nötig ist.",
  },
  serverGone: {
    en: "The server of this schedule is not configured any more. Remove the schedule.",
    de: "Der Server dieses Zeitplans ist nicht mehr eingetragen. Entferne den Zeitplan.",
  },
  noServer: {
    en: "its server is not configured any more",
    de: "der Server ist nicht mehr eingetragen",
  },
} as const satisfies Record<string, Text>;
