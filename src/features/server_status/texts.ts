/**
 * What the status of the servers says, in both languages.
 * @module
 */

import type { Text } from "../../discord/surface.ts";

/** How a server is, in a word. */
export const STATES = {
  unknown: { en: "not asked yet", de: "noch nicht gefragt" },
  up: { en: "up", de: "läuft" },
  hiccup: { en: "slow", de: "stockt" },
  starting: { en: "starting or busy", de: "startet oder ist beschäftigt" },
  down: { en: "down", de: "nicht erreichbar" },
  refused: { en: "refuses the RCON password", de: "lehnt das RCON-Passwort ab" },
  restarting: { en: "restarting", de: "startet neu" },
} as const satisfies Record<string, Text>;

/** Everything else. */
export const TEXTS = {
  serversCommand: { en: "servers", de: "serverliste" },
  serversAbout: {
    en: "How the game servers are, and how many play",
    de: "Wie es den Spielservern geht und wie viele spielen",
  },
  playersCommand: { en: "players", de: "spieler" },
  playersAbout: { en: "Who is playing right now", de: "Wer gerade spielt" },
  playersButton: { en: "Players", de: "Spieler" },
  serversTitle: { en: "Servers", de: "Server" },
  total: { en: "**{count}** online", de: "**{count}** online" },
  onlineHere: { en: "{count} online", de: "{count} online" },
  upSince: { en: "answers since {time}", de: "antwortet seit {time}" },
  since: { en: "since {time}", de: "seit {time}" },
  restart: { en: "restart {time}", de: "Neustart {time}" },
  /** A clause, as those of consoles' troubles. */
  loading: {
    en: "it answers, but does not say yet who is there: most likely it is still loading",
    de: "er antwortet, sagt aber noch nicht, wer da ist: Vermutlich lädt er noch",
  },
  keepsTrying: { en: "BlissBot keeps trying.", de: "BlissBot versucht es weiter." },
  asked: { en: "As of {ago}", de: "Stand: {ago}" },
  moreServers: {
    en: "… and {count} more: `/players` shows each.",
    de: "… und {count} weitere: `/spieler` zeigt jeden.",
  },
  nobodyAnywhere: {
    en: "Nobody is online right now. The servers are all yours!",
    de: "Gerade ist niemand online. Du hast die Server ganz für dich!",
  },
  nobodyHere: {
    en: "Nobody is online right now.",
    de: "Gerade ist niemand online.",
  },
  othersTitle: { en: "The other servers", de: "Die anderen Server" },
  nobodyOn: { en: "Nobody is on {servers}.", de: "Niemand ist auf {servers}." },
  noAnswerFrom: { en: "No answer from {servers}.", de: "Keine Antwort von {servers}." },
  nameless: { en: "(no name)", de: "(ohne Namen)" },
  morePlayers: { en: "{names} and {count} more", de: "{names} und {count} weitere" },
  serverDown: {
    en: "**{server}** has not answered since {since}. {trouble} {last} Try again in a minute; " +
      "`/servers` shows the others.",
    de: "**{server}** antwortet seit {since} nicht. {trouble} {last} Versuch es in einer Minute " +
      "noch einmal; `/serverliste` zeigt die anderen.",
  },
  notAskedYet: {
    en:
      "**{server}** was not asked yet, since BlissBot has only just started. Try again in half a " +
      "minute.",
    de: "**{server}** wurde noch nicht gefragt, weil BlissBot gerade erst gestartet ist. Versuch " +
      "es in einer halben Minute noch einmal.",
  },
  lastPlayers: { en: "Last seen there {ago}: {names}.", de: "Zuletzt dort {ago}: {names}." },
  lastNobody: { en: "Nobody was there {ago}.", de: "Dort war {ago} niemand." },
  lastUnknown: {
    en: "It has not answered since BlissBot started.",
    de: "Seit BlissBot läuft, hat er nicht geantwortet.",
  },
  passwordRefused: {
    en: "🔑 **{server} refuses the RCON password**\nUntil that is corrected, its chat is not " +
      "carried over, no command reaches it, and nobody sees who plays there. Playing goes on.\n" +
      "**What to do:** enter the server's `ServerAdminPassword` as its `rcon_password` in " +
      "config.toml and restart BlissBot. The game reads its own setting only when it starts. " +
      "`/servers` shows when it answers again.",
    de: "🔑 **{server} lehnt das RCON-Passwort ab**\nBis es korrigiert ist, wird sein Chat nicht " +
      "übertragen, kein Befehl kommt an, und niemand sieht, wer dort spielt. Gespielt wird weiter.\n" +
      "**Was tun:** Trage das `ServerAdminPassword` des Servers als sein `rcon_password` in " +
      "config.toml ein und starte BlissBot neu. Das Spiel liest seine Einstellung nur beim Start. " +
      "`/serverliste` zeigt, wann er wieder antwortet.",
  },
  boardChanged: { en: "Last change {ago}", de: "Letzte Änderung {ago}" },
  boardStopped: {
    en: "⏹️ **BlissBot is stopped**, state of {time}",
    de: "⏹️ **BlissBot ist angehalten**, Stand {time}",
  },
} as const satisfies Record<string, Text>;
