/**
 * The options "server" and "player" as every command understands them: what is suggested while
 * typing, what is found by what was typed, and what is refused. Asks no server.
 * @module
 */

import { distance } from "fastest-levenshtein";
import { toDiscordText } from "../ark/discord_text.ts";
import { type Option, Refusal, type Text } from "../discord/surface.ts";
import { fillEach } from "../discord/texts.ts";
import type { GameServer, KnownPlayer } from "./feature.ts";

const TEXTS = {
  server: { en: "server", de: "server" },
  serverAbout: { en: "Which game server", de: "Welcher Spielserver" },
  serverOrAllAbout: { en: "Which game server, or all", de: "Welcher Spielserver, oder alle" },
  all: { en: "all", de: "alle" },
  player: { en: "player", de: "spieler" },
  playerAbout: {
    en: "Name or account id of a player",
    de: "Name oder Konto-Id eines Spielers",
  },
  noServers: {
    en:
      "No game server with a console is configured. Whoever runs the bot enters host, rcon_port " +
      "and rcon_password of each server in config.toml.",
    de: "Es ist kein Spielserver mit Konsole eingetragen. Wer den Bot betreibt, trägt host, " +
      "rcon_port und rcon_password jedes Servers in config.toml ein.",
  },
  unknownServer: {
    en: "There is no server “{typed}”. Did you mean {guesses}?",
    de: "Es gibt keinen Server „{typed}“. Meintest du {guesses}?",
  },
  unknownPlayer: {
    en:
      "Nobody called “{typed}” was seen on the servers. Pick a suggestion while typing, or enter " +
      "the account id (32 digits and letters).",
    de:
      "Niemand namens „{typed}“ wurde auf den Servern gesehen. Wähle beim Tippen einen Vorschlag, " +
      "oder gib die Konto-Id ein (32 Ziffern und Buchstaben).",
  },
  guessPlayer: {
    en:
      "Nobody called “{typed}” was seen on the servers. Did you mean {guesses}? Pick a suggestion " +
      "while typing, or enter the account id.",
    de:
      "Niemand namens „{typed}“ wurde auf den Servern gesehen. Meintest du {guesses}? Wähle beim " +
      "Tippen einen Vorschlag, oder gib die Konto-Id ein.",
  },
  ambiguous: {
    en:
      "Several players are called “{typed}”: {guesses}. Pick the right one from the suggestions " +
      "while typing.",
    de: "Mehrere Spieler heißen „{typed}“: {guesses}. Wähle beim Tippen den richtigen aus den " +
      "Vorschlägen.",
  },
} as const satisfies Record<string, Text>;

/** What Discord shows at most. */
const MOST_SUGGESTIONS = 25;
const MOST_GUESSES = 3;
/** Stands between name and id of a suggested player. */
const DOT = " · ";
const ACCOUNT_ID = /^(?:[0-9a-f]{32}|\d{17})$/;

/** The option for one server; with `orAll` also for all of them, which is what leaving it out means. */
export function serverOption(
  servers: readonly GameServer[],
  { isRequired = false, orAll = false }: { isRequired?: boolean; orAll?: boolean } = {},
): Option {
  return {
    name: TEXTS.server,
    description: orAll ? TEXTS.serverOrAllAbout : TEXTS.serverAbout,
    kind: "text",
    isRequired,
    suggest: (typed, { caller }) => {
      const names = servers.map(({ name }) => name);
      const all = orAll ? [TEXTS.all[caller.language]] : [];
      const wanted = folded(typed);
      return Promise.resolve(
        [...all, ...names].filter((name) => folded(name).includes(wanted))
          .slice(0, MOST_SUGGESTIONS),
      );
    },
  };
}

/**
 * The servers that are meant: all for "all" or nothing, else the one of that name or id.
 * @throws {Refusal} UNKNOWN_SERVER
 */
export function findServers(
  servers: readonly GameServer[],
  typed: string | number | boolean | undefined,
): readonly GameServer[] {
  if (servers.length === 0) throw new Refusal("UNKNOWN_SERVER", TEXTS.noServers);
  const wanted = folded(String(typed ?? ""));
  if (["", TEXTS.all.en, TEXTS.all.de].includes(wanted)) return servers;
  const exact = servers.find(({ id, name }) => folded(id) === wanted || folded(name) === wanted);
  if (exact) return [exact];
  const similar = servers.filter(({ name }) => folded(name).includes(wanted));
  if (similar.length === 1) return similar;
  const guesses = nearest(similar.length > 0 ? similar : servers, wanted, ({ name }) => name);
  throw new Refusal(
    "UNKNOWN_SERVER",
    fillEach(TEXTS.unknownServer, {
      typed: shown(String(typed)),
      guesses: guesses.map(({ name }) => shown(name)).join(", "),
    }),
  );
}

/** Where players are looked up: the roster, or whatever else lists some. */
export interface KnownPlayers {
  /** The likeliest first. */
  known(): readonly Pick<KnownPlayer, "id" | "name">[];
}

/** The option for a player who was seen on a server; suggests those who play first. */
export function playerOption(roster: KnownPlayers, { isRequired = true } = {}): Option {
  return {
    name: TEXTS.player,
    description: TEXTS.playerAbout,
    kind: "text",
    isRequired,
    suggest: (typed) => {
      const wanted = folded(typed);
      const fits = roster.known().filter(({ name, id }) =>
        folded(name).includes(wanted) || id.startsWith(wanted)
      );
      return Promise.resolve(fits.slice(0, MOST_SUGGESTIONS).map(suggestion));
    },
  };
}

/**
 * The player who is meant: picked from the suggestions, or the only one of that name, or whoever has
 * that account id, also when never seen; such a player's name is the id.
 * @throws {Refusal} UNKNOWN_PLAYER, AMBIGUOUS
 */
export function findPlayer(
  roster: KnownPlayers,
  typed: string | number | boolean | undefined,
): Pick<KnownPlayer, "id" | "name"> {
  const text = String(typed ?? "").trim();
  const id = text.slice(text.lastIndexOf(DOT.trim()) + 1).trim().toLowerCase();
  const known = roster.known();
  if (ACCOUNT_ID.test(id)) return known.find((player) => player.id === id) ?? { id, name: id };
  const wanted = folded(text);
  const exact = known.filter(({ name }) => folded(name) === wanted);
  if (exact.length === 1) return exact[0]!;
  const guesses = exact.length > 1
    ? exact
    : nearest(known.filter(({ name }) => name !== ""), wanted, ({ name }) => name);
  const refused = exact.length > 1
    ? "ambiguous" as const
    : guesses.length > 0
    ? "guessPlayer" as const
    : "unknownPlayer" as const;
  throw new Refusal(
    refused === "ambiguous" ? "AMBIGUOUS" : "UNKNOWN_PLAYER",
    fillEach(TEXTS[refused], {
      typed: shown(text),
      guesses: guesses.slice(0, MOST_GUESSES).map((player) => shown(suggestion(player))).join(", "),
    }),
  );
}

/** Control characters and the like would make the suggestion unreadable, or Discord refuse it. */
function suggestion({ name, id }: Pick<KnownPlayer, "id" | "name">): string {
  const readable = name.toWellFormed().replace(/\p{C}/gu, "").trim();
  return `${[...readable].slice(0, 30).join("") || "–"}${DOT}${id}`;
}

function shown(text: string): string {
  return toDiscordText([...text].slice(0, 80).join(""));
}

function folded(text: string): string {
  return text.normalize("NFC").toLowerCase().replace(/\s+/g, " ").trim();
}

/** Those whose names contain the text first, then those that differ least. */
function nearest<T>(all: readonly T[], wanted: string, nameOf: (one: T) => string): T[] {
  const score = (one: T) => {
    const name = folded(nameOf(one));
    return name.includes(wanted) ? -1 : distance(name, wanted);
  };
  return all.toSorted((a, b) => score(a) - score(b)).slice(0, MOST_GUESSES);
}
