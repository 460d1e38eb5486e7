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
import { foldedName, readableName } from "./names.ts";

const TEXTS = {
  server: { en: "server", de: "server" },
  serverAbout: { en: "Which game server", de: "Welcher Spielserver" },
  serverOrAllAbout: { en: "Which game server, or all", de: "Welcher Spielserver oder alle" },
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
    en: "There is no server “{typed}”. Pick a suggestion while typing.",
    de: "Es gibt keinen Server „{typed}“. Wähle beim Tippen einen Vorschlag.",
  },
  guessServer: {
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
/** Share of what was typed that may be wrong; as for settings that are misspelt (`config/`). */
const MOST_DIFFERENCE = 1 / 3;
/** Of a suggested name: with the id it stays below the 100 characters that Discord takes. */
const LONGEST_NAME = 30;
/** Of what was typed, when it is compared or said back. */
const LONGEST_TYPED = 80;
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
      const wanted = foldedName(typed);
      return Promise.resolve(
        [...all, ...names].filter((name) => foldedName(name).includes(wanted))
          .slice(0, MOST_SUGGESTIONS),
      );
    },
  };
}

/**
 * The servers that are meant: all when the option is left out or says so, else the one of that name
 * or id, or the only one whose name has the text in it.
 * @throws {Refusal} UNKNOWN_SERVER
 */
export function findServers(
  servers: readonly GameServer[],
  typed: string | number | boolean | undefined,
): readonly GameServer[] {
  if (servers.length === 0) throw new Refusal("UNKNOWN_SERVER", TEXTS.noServers);
  if (typed === undefined) return servers;
  const wanted = foldedName(String(typed));
  const exact = servers.find(({ name }) => foldedName(name) === wanted) ??
    servers.find(({ id }) => foldedName(id) === wanted);
  if (exact) return [exact];
  if (Object.values<string>(TEXTS.all).includes(wanted)) return servers;
  const similar = servers.filter(({ name }) => foldedName(name).includes(wanted));
  if (similar.length === 1) return similar;
  const guesses = nearest(similar.length > 0 ? similar : servers, wanted, ({ name }) => name);
  throw new Refusal(
    "UNKNOWN_SERVER",
    fillEach(guesses.length > 0 ? TEXTS.guessServer : TEXTS.unknownServer, {
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
      const wanted = foldedName(typed);
      const fits = roster.known().filter(({ name, id }) =>
        foldedName(name).includes(wanted) || id.startsWith(wanted)
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
  const known = roster.known();
  const wanted = foldedName(text);
  const named = known.filter(({ name }) => foldedName(name) !== "");
  const exact = named.filter(({ name }) => foldedName(name) === wanted);
  const id = text.slice(text.lastIndexOf(DOT.trim()) + 1).trim().toLowerCase();
  // A name may end like a suggestion, or be another's id: the id itself is surest, then the name.
  if (ACCOUNT_ID.test(id) && (id === wanted || exact.length === 0)) {
    return known.find((player) => player.id === id) ?? { id, name: id };
  }
  if (exact.length === 1) return exact[0]!;
  const guesses = exact.length > 1 ? exact : nearest(named, wanted, ({ name }) => name);
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

function suggestion({ name, id }: Pick<KnownPlayer, "id" | "name">): string {
  const shownName = start(readableName(name), LONGEST_NAME);
  return shownName === "" ? id : `${shownName}${DOT}${id}`;
}

function shown(text: string): string {
  return toDiscordText(start(text, LONGEST_TYPED));
}

/** At most so many code points of it. */
function start(text: string, most: number): string {
  return [...text].slice(0, most).join("");
}

/** Those whose names contain the text, then those that differ little from it; often none. */
function nearest<T>(all: readonly T[], wanted: string, nameOf: (one: T) => string): T[] {
  if (wanted === "") return [];
  const typed = start(wanted, LONGEST_TYPED); // thousands of players are compared with it
  return all
    .map((one) => {
      const name = foldedName(nameOf(one));
      return { one, differs: name.includes(typed) ? -1 : distance(name, typed) };
    })
    .filter(({ differs }) => differs <= typed.length * MOST_DIFFERENCE)
    .sort((a, b) => a.differs - b.differs)
    .slice(0, MOST_GUESSES)
    .map(({ one }) => one);
}
