/**
 * How the servers and their players look on Discord. Pure: asks nobody, and keeps nothing.
 * @module
 */

import { chunk, upperFirst } from "es-toolkit";
import { mapKey } from "../../ark/maps.ts";
import { toDiscordText } from "../../ark/discord_text.ts";
import { cardId } from "../../discord/cards.ts";
import {
  type Embed,
  type Language,
  type OutgoingMessage,
  type Page,
  Refusal,
  type Text,
} from "../../discord/surface.ts";
import { fill, fillEach } from "../../discord/texts.ts";
import { relative, timeOfDay } from "../../discord/times.ts";
import { CONSOLE_TROUBLE } from "../console_trouble.ts";
import type { GameServer, Presence } from "../feature.ts";
import type { ServerState, Trouble } from "./roster.ts";
import { STATES, TEXTS } from "./texts.ts";

/** A server with all that is shown of it. */
export interface ServerView extends Pick<GameServer, "name" | "map"> {
  readonly state: ServerState;
  /** Announced or under way. */
  readonly restart: { readonly at: Date; readonly isUnderWay: boolean } | undefined;
}

/** Name of the card that opens the players. */
export const PLAYERS_CARD = "players";

/** How a server is, as people are told. */
type ShownState = keyof typeof STATES;

const MARKS: Readonly<Record<ShownState, string>> = {
  unknown: "⚪",
  up: "🟢",
  hiccup: "🟡",
  starting: "🟡",
  down: "🔴",
  refused: "🔴",
  restarting: "🔄",
};

/** They come first, in this order; all others stand as they are configured. */
const TROUBLE_FIRST: readonly ShownState[] = ["down", "refused", "hiccup", "starting"];

/** Room for the lines of servers; the rest of Discord's 4096 is for what stands around them. */
const MOST_LINES_LENGTH = 3_800;
const PLAYERS_PER_PAGE = 25;
const MOST_NAMES = 20;
const LONGEST_NAME = 60;

/** All servers on one card: what `/servers` answers. */
export function serversMessage(
  servers: readonly ServerView[],
  language: Language,
): OutgoingMessage {
  const description = `${serversText(servers, language)}\n\n${ageLine(servers, language)}`;
  return withPlayersButton({ title: TEXTS.serversTitle[language], description }, language);
}

/** The same as the status board, which is English since nobody in particular reads it. */
export function boardMessage(servers: readonly ServerView[], changedAt: Date): OutgoingMessage {
  const ago = fill(TEXTS.boardChanged, "en", { ago: relative(changedAt) });
  const description = `${serversText(servers, "en")}\n\n-# ${ago}`;
  return withPlayersButton({ title: TEXTS.serversTitle.en, description }, "en");
}

/** The board of a program that has stopped: it must not pass for the present. */
export function stoppedBoardMessage(
  servers: readonly ServerView[],
  stoppedAt: Date,
): OutgoingMessage {
  const head = fill(TEXTS.boardStopped, "en", { time: moment(stoppedAt) });
  const description = `${head}\n\n${serversText(servers, "en")}`;
  return { embeds: [{ title: TEXTS.serversTitle.en, description, color: "failure" }] };
}

/**
 * A line or two for each server, what needs somebody first, and how many play on all of them. The
 * same for the same state.
 */
export function serversText(servers: readonly ServerView[], language: Language): string {
  const sorted = servers.toSorted((a, b) => rankOf(a) - rankOf(b));
  const heads = sorted.map((server) => headLine(server, language));
  const whole = sorted.map((server, i) =>
    [heads[i]!, ...troubleLines(server, language)].join("\n")
  );
  const count = servers.reduce((sum, { state }) => sum + playersNow(state).length, 0);
  const isShort = whole.join("\n").length <= MOST_LINES_LENGTH;
  const lines = isShort ? whole : fitting(heads, language);
  return [fill(TEXTS.total, language, { count }), "", ...lines].join("\n");
}

function withPlayersButton(embed: Embed, language: Language): OutgoingMessage {
  const label = TEXTS.playersButton[language];
  return {
    embeds: [embed],
    rows: [[{ kind: "button", id: cardId(PLAYERS_CARD), label, emoji: "👥" }]],
  };
}

/** As many lines as there is room for, and how many are missing. */
function fitting(lines: readonly string[], language: Language): readonly string[] {
  let length = 0;
  const firstTooLong = lines.findIndex((line) => (length += line.length + 1) > MOST_LINES_LENGTH);
  if (firstTooLong < 0) return lines;
  const count = lines.length - firstTooLong;
  return [...lines.slice(0, firstTooLong), fill(TEXTS.moreServers, language, { count })];
}

function headLine(server: ServerView, language: Language): string {
  const { name, map, state, restart } = server;
  const shownAs = shownState(server);
  const parts = [`${MARKS[shownAs]} **${shownServer(name)}**`, STATES[shownAs][language]];
  if (shownAs === "up" || shownAs === "hiccup") {
    parts.push(fill(TEXTS.onlineHere, language, { count: state.players.length }));
  }
  const title = map && mapTitle(map);
  // Most servers are called after their map.
  if (title && !mapKey(name).includes(mapKey(title))) parts.push(toDiscordText(title));
  const since = shownAs === "restarting" ? restart?.at : state.since;
  if (since) {
    const text = shownAs === "up" ? TEXTS.upSince : TEXTS.since;
    parts.push(fill(text, language, { time: moment(since) }));
  }
  if (restart && !restart.isUnderWay) {
    parts.push(`🔄 ${fill(TEXTS.restart, language, { time: relative(restart.at) })}`);
  }
  return parts.join(" · ");
}

function troubleLines(server: ServerView, language: Language): string[] {
  const { trouble } = server.state;
  if (!trouble || shownState(server) === "restarting") return [];
  return [`> ${troubleSentence(trouble)[language]} ${TEXTS.keepsTrying[language]}`];
}

function troubleSentence(trouble: Trouble): Text {
  const { en, de } = trouble === "loading" ? TEXTS.loading : CONSOLE_TROUBLE[trouble];
  return { en: `${upperFirst(en)}.`, de: `${upperFirst(de)}.` };
}

function shownState({ state: { what, trouble }, restart }: ServerView): ShownState {
  if (trouble === "password") return "refused"; // which no restart will end
  if (restart?.isUnderWay) return "restarting";
  if (what !== "away") return what;
  return trouble === "loading" || trouble === "silent" || trouble === "busy" ? "starting" : "down";
}

function rankOf(server: ServerView): number {
  const rank = TROUBLE_FIRST.indexOf(shownState(server));
  return rank < 0 ? TROUBLE_FIRST.length : rank;
}

/** Of a server that is away, nobody knows. */
function playersNow({ what, players }: ServerState): readonly Presence[] {
  return what === "up" || what === "hiccup" ? players : [];
}

/** Who is on which server: a page or more for each with players, then one for all the others. */
export function playersPages(
  servers: readonly ServerView[],
  { language, showsIds }: { language: Language; showsIds: boolean },
): Page[] {
  const busy = servers.filter(({ state }) => playersNow(state).length > 0);
  const pages = busy.flatMap((server) => serverPages(server, { language, showsIds }));
  const others = servers.filter((server) => !busy.includes(server));
  if (others.length === 0) return pages;
  const isAnswering = ({ state: { what } }: ServerView) => what === "up" || what === "hiccup";
  const listed = (text: Text, some: readonly ServerView[]) =>
    some.length === 0 ? [] : [fill(text, language, {
      servers: some.map(({ name }) => `**${shownServer(name)}**`).join(", "),
    })];
  const isNobodyThere = busy.length === 0;
  const lines = [
    ...(isNobodyThere && others.every(isAnswering)
      ? [TEXTS.nobodyAnywhere[language]]
      : listed(TEXTS.nobodyOn, others.filter(isAnswering))),
    ...listed(TEXTS.noAnswerFrom, others.filter((server) => !isAnswering(server))),
    "",
    ageLine(servers, language),
  ];
  const title = (isNobodyThere ? TEXTS.playersButton : TEXTS.othersTitle)[language];
  return [...pages, { title, text: lines.join("\n") }];
}

/**
 * Who is on one server.
 * @throws {Refusal} SERVER_DOWN, with the last known players, when it does not answer.
 */
export function serverPages(
  server: ServerView,
  { language, showsIds }: { language: Language; showsIds: boolean },
): Page[] {
  const { name, state } = server;
  if (state.what === "unknown" || state.what === "away") throw serverDown(server);
  const title = `${shownServer(name)} · ${
    fill(TEXTS.onlineHere, language, { count: state.players.length })
  }`;
  const age = ageLine([server], language);
  if (state.players.length === 0) {
    return [{ title, text: `${TEXTS.nobodyHere[language]}\n\n${age}` }];
  }
  const lines = state.players.map((player) => {
    const since = fill(TEXTS.since, language, { time: moment(player.since) });
    const id = showsIds ? [`\`${player.id}\``] : [];
    return [`**${shownName(player, language)}**`, since, ...id].join(" · ");
  });
  return chunk(lines, PLAYERS_PER_PAGE).map((some) => ({
    title,
    text: `${some.join("\n")}\n\n${age}`,
  }));
}

function serverDown({ name, state }: ServerView): Refusal {
  const server = shownServer(name);
  const { since, trouble } = state;
  if (!since || !trouble) {
    return new Refusal("SERVER_DOWN", fillEach(TEXTS.notAskedYet, { server }));
  }
  const values = {
    server,
    since: moment(since),
    trouble: troubleSentence(trouble),
    last: lastSeen(state),
  };
  return new Refusal("SERVER_DOWN", fillEach(TEXTS.serverDown, values));
}

function lastSeen({ answeredAt, players }: ServerState): Text {
  if (!answeredAt) return TEXTS.lastUnknown;
  const ago = relative(answeredAt);
  if (players.length === 0) return fillEach(TEXTS.lastNobody, { ago });
  const names = { en: namesOf(players, "en"), de: namesOf(players, "de") };
  return fillEach(TEXTS.lastPlayers, { ago, names });
}

function namesOf(players: readonly Presence[], language: Language): string {
  const names = players.slice(0, MOST_NAMES).map((player) => shownName(player, language))
    .join(", ");
  const count = players.length - MOST_NAMES;
  return count > 0 ? fill(TEXTS.morePlayers, language, { names, count }) : names;
}

/** How old the newest answer is; while there is none, nothing. */
function ageLine(servers: readonly ServerView[], language: Language): string {
  const answers = servers.flatMap(({ state: { answeredAt } }) => answeredAt?.getTime() ?? []);
  if (answers.length === 0) return "";
  return `-# ${fill(TEXTS.asked, language, { ago: relative(new Date(Math.max(...answers))) })}`;
}

function shownName({ name }: Presence, language: Language): string {
  return shownText(name) || TEXTS.nameless[language];
}

function shownServer(name: string): string {
  return shownText(name) || "–";
}

/** Cut before it is escaped, so that no backslash is left alone. */
function shownText(text: string): string {
  return toDiscordText([...text].slice(0, LONGEST_NAME).join("")).trim();
}

/** A map in readable words: `ScorchedEarth_WP` becomes "Scorched Earth". */
function mapTitle(map: string): string {
  if (mapKey(map) === "bobsmissions") return "Club Ark"; // the game's own name for it is internal
  return map.replace(/_w?p$/i, "").replaceAll("_", " ").replace(/(\p{Ll})(?=\p{Lu})/gu, "$1 ");
}

/** A time of day with how long ago that is. */
function moment(time: Date): string {
  return `${timeOfDay(time)} (${relative(time)})`;
}
