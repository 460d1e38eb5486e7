/**
 * What moderation says to people, in both languages.
 * @module
 */

import type { Text } from "../../discord/surface.ts";

export const TEXTS = {
  reason: { en: "reason", de: "grund" },
  reasonAbout: { en: "Why, at most 200 signs", de: "Warum, höchstens 200 Zeichen" },
  noReason: {
    en: "The reason is empty. Say in a few words why.",
    de: "Der Grund ist leer. Sag in ein paar Worten, warum.",
  },
  tooLong: {
    en: "The text has {length} signs, and {most} are the most. Make it shorter.",
    de: "Der Text hat {length} Zeichen, höchstens {most} sind erlaubt. Kürze ihn.",
  },

  nameless: { en: "Player `{id}`", de: "Spieler `{id}`" },

  // One line per server.
  notDone: { en: "not done: {why}", de: "nicht erledigt: {why}" },
  answered: { en: "it answered “{answer}”", de: "er antwortete „{answer}“" },
  unknown: {
    en: "nobody can tell whether it was done: {why}",
    de: "ob es geklappt hat, weiß niemand: {why}",
  },
  later: {
    en: "is done as soon as the server answers",
    de: "wird nachgeholt, sobald der Server antwortet",
  },
  laterBecause: {
    en: "is done as soon as the server answers ({why})",
    de: "wird nachgeholt, sobald der Server antwortet ({why})",
  },
  pendingNote: {
    en: "`/bans` shows what is still waiting (🕒).",
    de: "Unter `/banns` siehst du, was noch aussteht (🕒).",
  },

  kick: { en: "kick", de: "kick" },
  kickAbout: {
    en: "Throw a player off the servers; they can come back",
    de: "Einen Spieler von den Servern werfen; er kann wiederkommen",
  },
  kicked: { en: "{player} was kicked", de: "{player} wurde gekickt" },
  notKicked: {
    en: "{player} was not kicked everywhere",
    de: "{player} wurde nicht überall gekickt",
  },
  maybeThere: {
    en: "does not answer; whether the player is there is not known",
    de: "antwortet nicht; ob der Spieler dort ist, ist nicht bekannt",
  },
  notOnline: {
    en: "{player} is on none of the servers. Last seen: {seen}. To keep them away use `/ban`.",
    de:
      "{player} ist auf keinem der Server. Zuletzt gesehen: {seen}. Zum Aussperren gibt es `/bannen`.",
  },
  noAnswer: {
    en: "{player} is on none of the servers that answer; these do not: {servers}. Try again when " +
      "they are back, or use `/ban`, which is caught up on.",
    de:
      "{player} ist auf keinem der Server, die antworten; diese tun es nicht: {servers}. Versuch " +
      "es noch einmal, wenn sie zurück sind, oder nimm `/bannen`, das wird nachgeholt.",
  },
  seen: { en: "{time}, on {server}", de: "{time} auf {server}" },
  never: { en: "never", de: "nie" },

  ban: { en: "ban", de: "bannen" },
  banAbout: {
    en: "Keep a player off all servers, also those that are away now",
    de: "Einen Spieler von allen Servern aussperren, auch von denen, die gerade weg sind",
  },
  length: { en: "length", de: "dauer" },
  lengthAbout: {
    en: "Such as 30m, 12h or 7d; left out: for ever",
    de: "Zum Beispiel 30m, 12h oder 7d; ohne: für immer",
  },
  wrongLength: {
    en: "I do not understand this length. Write minutes, hours or days, such as `30m`, `12h` or " +
      "`7d`, or leave it out for ever.",
    de: "Diese Dauer verstehe ich nicht. Schreib Minuten, Stunden oder Tage, zum Beispiel `30m`, " +
      "`12h` oder `7d`, oder lass sie weg: dann gilt es für immer.",
  },
  evidence: { en: "evidence", de: "beweis" },
  evidenceAbout: {
    en: "Link to a picture or message",
    de: "Link zu einem Bild oder einer Nachricht",
  },
  wrongLink: {
    en: "The evidence is no link. Paste an address that begins with https://",
    de: "Der Beweis ist kein Link. Füge eine Adresse ein, die mit https:// beginnt.",
  },
  banQuestion: { en: "Ban this player?", de: "Diesen Spieler bannen?" },
  until: { en: "Until", de: "Bis" },
  forEver: { en: "for ever", de: "für immer" },
  online: { en: "Online", de: "Online" },
  onlineSince: {
    en: "{server}, first seen there {time}",
    de: "{server}, dort zuerst gesehen {time}",
  },
  nowhere: { en: "nowhere", de: "nirgends" },
  lastSeen: { en: "Last seen", de: "Zuletzt gesehen" },
  earlierBans: { en: "Earlier bans", de: "Frühere Banns" },
  none: { en: "none", de: "keine" },
  notKnown: {
    en: "not known: the database does not answer",
    de: "nicht bekannt: die Datenbank antwortet nicht",
  },
  servers: { en: "Servers", de: "Server" },
  go: { en: "Ban", de: "Bannen" },
  cancel: { en: "Cancel", de: "Abbrechen" },
  cancelled: { en: "Nobody was banned.", de: "Niemand wurde gebannt." },
  notYourCard: {
    en: "Only the moderator who ran the command can decide here. Run `/ban` yourself.",
    de: "Hier entscheidet nur, wer den Befehl aufgerufen hat. Ruf `/bannen` selbst auf.",
  },
  banned: { en: "{player} is banned", de: "{player} ist gebannt" },
  alreadyBanned: {
    en:
      "{player} is banned already: by <@{by}> {since}, until: {until}, reason: {reason}. To change " +
      "that, end the ban with `/unban` first.",
    de:
      "{player} ist schon gebannt: von <@{by}> {since}, bis: {until}, Grund: {reason}. Um das zu " +
      "ändern, heb den Bann zuerst mit `/entbannen` auf.",
  },
  notRemembered: {
    en:
      "⚠️ **The database does not answer, so this ban could not be remembered.** The servers were " +
      "told once. It does not reach servers that are away, has no end, and may be missing in " +
      "`/bans`. Run `/ban` again when the database is back.",
    de:
      "⚠️ **Die Datenbank antwortet nicht, deshalb konnte ich mir diesen Bann nicht merken.** Die " +
      "Server haben einmal Bescheid bekommen. Der Bann wird nirgends nachgeholt, endet nicht von " +
      "selbst und fehlt vielleicht unter `/banns`. Ruf `/bannen` noch einmal auf, wenn die Datenbank " +
      "zurück ist.",
  },

  unban: { en: "unban", de: "entbannen" },
  unbanAbout: {
    en: "Let a banned player back in",
    de: "Einen gebannten Spieler wieder hereinlassen",
  },
  unbanned: { en: "{player} is no longer banned", de: "{player} ist nicht mehr gebannt" },
  unlisted: {
    en:
      "The bot knows of no ban of this player. The servers were told all the same, once, in case " +
      "the ban was made in another way.",
    de: "Der Bot kennt keinen Bann dieses Spielers. Die Server haben trotzdem einmal Bescheid " +
      "bekommen, falls er auf anderem Weg gebannt wurde.",
  },

  bans: { en: "bans", de: "banns" },
  bansAbout: { en: "Who is banned, and where not yet", de: "Wer gebannt ist und wo noch nicht" },
  search: { en: "search", de: "suche" },
  searchAbout: {
    en: "Part of a name, id or reason",
    de: "Teil eines Namens, einer Id oder eines Grundes",
  },
  file: { en: "file", de: "datei" },
  fileAbout: { en: "As a CSV file", de: "Als CSV-Datei" },
  resync: { en: "resync", de: "abgleich" },
  resyncAbout: {
    en: "Send all bans to a server again, such as one that was set up anew",
    de: "Alle Banns noch einmal an einen Server senden, etwa nach einer Neuinstallation",
  },
  resynced: {
    en: "Bans that are sent to {server} again: {count}. `/bans` shows what is still waiting (🕒).",
    de: "Banns, die noch einmal an {server} gehen: {count}. Unter `/banns` siehst du, was noch " +
      "aussteht (🕒).",
  },
  nobody: { en: "Nobody is banned.", de: "Niemand ist gebannt." },
  nothingFound: {
    en: "No ban fits this search: {search}",
    de: "Kein Bann passt zu dieser Suche: {search}",
  },
  listed: { en: "by <@{by}> {since} · until: {until}", de: "von <@{by}> {since} · bis: {until}" },
  lifted: {
    en: "🔓 ended {time}, not yet on: {servers}",
    de: "🔓 beendet {time}, noch nicht auf: {servers}",
  },
  waitingOn: { en: "🕒 not yet on: {servers}", de: "🕒 noch nicht auf: {servers}" },
  more: {
    en: "And {count} more: search, or take them as a file.",
    de: "Und {count} weitere: Nutze die Suche oder lass dir die Datei geben.",
  },
  columnId: { en: "account id", de: "Konto-Id" },
  columnName: { en: "name", de: "Name" },
  columnReason: { en: "reason", de: "Grund" },
  columnEvidence: { en: "evidence", de: "Beweis" },
  columnBy: { en: "by", de: "von" },
  columnSince: { en: "since (UTC)", de: "seit (UTC)" },
  columnUntil: { en: "until (UTC)", de: "bis (UTC)" },
  columnLifted: { en: "lifted (UTC)", de: "aufgehoben (UTC)" },
  columnWaiting: { en: "not yet on", de: "noch nicht auf" },

  watch: { en: "watch", de: "beobachten" },
  watchAbout: {
    en: "Be told when a player comes or goes",
    de: "Bescheid bekommen, wenn ein Spieler kommt oder geht",
  },
  action: { en: "action", de: "aktion" },
  actionAbout: { en: "What to do", de: "Was zu tun ist" },
  add: { en: "add", de: "hinzufügen" },
  remove: { en: "remove", de: "entfernen" },
  list: { en: "list", de: "auflisten" },
  note: { en: "note", de: "notiz" },
  noteAbout: {
    en: "Stands in each alert, at most 200 signs",
    de: "Steht in jeder Meldung, höchstens 200 Zeichen",
  },
  whom: { en: "Enter the player too.", de: "Gib auch den Spieler an." },
  tooManyWatches: {
    en: "{most} players are watched already, and that is the most. Remove one first.",
    de: "Es werden schon {most} Spieler beobachtet, mehr geht nicht. Entferne zuerst einen.",
  },
  watched: {
    en: "**{player}** is watched now. Staff are told when they come or go.",
    de: "**{player}** wird jetzt beobachtet. Das Team erfährt, wenn er kommt oder geht.",
  },
  unwatched: {
    en: "**{player}** is no longer watched.",
    de: "**{player}** wird nicht mehr beobachtet.",
  },
  notWatched: {
    en: "**{player}** is not watched. `/watch list` shows who is.",
    de: "**{player}** wird nicht beobachtet. `/beobachten auflisten` zeigt, wer beobachtet wird.",
  },
  watchTitle: { en: "Watched players", de: "Beobachtete Spieler" },
  nobodyWatched: { en: "Nobody is watched.", de: "Niemand wird beobachtet." },
  joined: {
    en: "👁️ **{player}** joined {server}{note} · watched by <@{by}>",
    de: "👁️ **{player}** ist jetzt auf {server}{note} · beobachtet von <@{by}>",
  },
  left: {
    en: "👁️ **{player}** left {server}{note} · watched by <@{by}>",
    de: "👁️ **{player}** hat {server} verlassen{note} · beobachtet von <@{by}>",
  },
} as const satisfies Record<string, Text>;
