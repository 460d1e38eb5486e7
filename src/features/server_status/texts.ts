/**
 * What the status of the servers says, in both languages.
 * @module
 */

import type { Text } from "../../discord/surface.ts";
import type { Trouble } from "./roster.ts";

/** Why a server is not up, and what happens. */
export const TROUBLES: Readonly<Record<Trouble, Text>> = {
  loading: {
    en: "It answers, but does not say yet who is there: most likely it is still loading.",
    de: "Er antwortet, sagt aber noch nicht, wer da ist: Vermutlich lädt er noch.",
  },
  silent: {
    en: "It takes connections but does not answer: it is starting, saving, or hangs.",
    de: "Er nimmt Verbindungen an, antwortet aber nicht: Er startet, speichert oder hängt.",
  },
  unreachable: {
    en: "It cannot be reached: it is off, or restarts.",
    de: "Er ist nicht zu erreichen: Er ist aus oder startet neu.",
  },
  broken: {
    en: "The connection to it breaks off: it may be shutting down.",
    de: "Die Verbindung zu ihm bricht ab: Vielleicht fährt er gerade herunter.",
  },
  password: {
    en: "It refuses BlissBot's RCON password: the staff has to correct it. Playing may well work.",
    de: "Er lehnt das RCON-Passwort von BlissBot ab: Das Team muss es korrigieren. Spielen geht " +
      "vielleicht trotzdem.",
  },
  busy: {
    en: "Its console is busy with other commands.",
    de: "Seine Konsole ist mit anderen Befehlen beschäftigt.",
  },
};

/** How a server is, in a word. */
export const STATES = {
  unknown: { en: "not asked yet", de: "noch nicht gefragt" },
  up: { en: "up", de: "läuft" },
  hiccup: { en: "slow", de: "stockt" },
  starting: { en: "starting or busy", de: "startet oder ist beschäftigt" },
  down: { en: "down", de: "nicht erreichbar" },
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
  boardChanged: { en: "Last change {ago}", de: "Letzte Änderung {ago}" },
  boardStopped: {
    en: "⏹️ **BlissBot is stopped**, state of {time}",
    de: "⏹️ **BlissBot ist angehalten**, Stand {time}",
  },
} as const satisfies Record<string, Text>;
