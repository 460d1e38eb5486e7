/**
 * How moderation looks on Discord: results per server, the card before a ban, the list of bans.
 * Pure.
 * @module
 */

import { toDiscordText } from "../../ark/discord_text.ts";
import type { Embed, Language, Page, Text } from "../../discord/surface.ts";
import { fill, fillEach } from "../../discord/texts.ts";
import { dateTime, relative } from "../../discord/times.ts";
import { CONSOLE_TROUBLE } from "../console_trouble.ts";
import type { GameServer, KnownPlayer, Presence } from "../feature.ts";
import type { Ban, BanState, ListedBan } from "./ban_store.ts";
import type { ActResult, Trouble } from "./console_acts.ts";
import { toCsv } from "./csv.ts";
import { TEXTS } from "./texts.ts";

const MARKS: Readonly<Record<ActResult["outcome"], string>> = {
  done: "✅",
  refused: "❌",
  failed: "❌",
  unknown: "⚠️",
};

const LONGEST_NAME = 60;
const LONGEST_TEXT = 200;
/** Of the reasons of earlier bans, so that five fit into a field of 1,024 with their escapes. */
const LONGEST_EARLIER = 60;
const MOST_EARLIER = 5;
const BANS_PER_PAGE = 8;
const MOST_PAGED = 400;

/** Whom something is done to. The name may be empty, and is the id of who was never seen. */
interface Player {
  readonly id: string;
  readonly name: string;
}

/** What a player is called on Discord, at the beginning of a sentence. */
export function nameOf({ id, name }: Player): Text {
  const readable = shown(name, LONGEST_NAME).trim();
  const isNameless = readable === "" || name === id;
  return isNameless ? fillEach(TEXTS.nameless, { id }) : { en: readable, de: readable };
}

/** The same with the account's id in any case. */
export function nameAndId(player: Player, language: Language): string {
  const name = nameOf(player)[language];
  return name.includes(player.id) ? `**${name}**` : `**${name}** \`${player.id}\``;
}

/** A text of people or of the game as it can stand on Discord. */
export function shown(text: string, most = LONGEST_TEXT): string {
  const signs = [...text];
  return toDiscordText(signs.length > most ? `${signs.slice(0, most - 1).join("")}…` : text);
}

/** The end of a ban. */
export function untilText(until: Date | undefined, language: Language): string {
  return until ? `${dateTime(until)} (${relative(until)})` : TEXTS.forEver[language];
}

/** One line for what came of a command on one server. */
export function resultLine({ server, outcome, trouble }: ActResult, language: Language): string {
  if (!trouble) return line(MARKS[outcome], server, []);
  const text = outcome === "unknown" ? TEXTS.unknown : TEXTS.notDone;
  return line(MARKS[outcome], server, [fill(text, language, { why: textOf(trouble) })]);
}

function textOf(trouble: Trouble): Text {
  if ("failure" in trouble) return CONSOLE_TROUBLE[trouble.failure];
  return fillEach(TEXTS.answered, { answer: shown(trouble.answer) });
}

/** A server that was not told, since it does not say who is there. */
export function unclearLine(server: GameServer, language: Language): string {
  return line("⚠️", server, [TEXTS.maybeThere[language]]);
}

/** One line for how far a server is with a ban, or its end; its state is undefined when not known. */
export function stateLine(
  server: GameServer,
  { state, language }: { state: BanState | undefined; language: Language },
): string {
  if (state?.isApplied) return line("✅", server, []);
  const words = state?.trouble
    ? fill(TEXTS.laterBecause, language, { why: textOf(state.trouble) })
    : TEXTS.later[language];
  return line("🕒", server, [words]);
}

function line(mark: string, server: GameServer, words: readonly string[]): string {
  return [`${mark} **${shown(server.name)}**`, ...words].join(" · ");
}

/** What the card before a ban shows. */
export interface BanFacts {
  readonly player: Player;
  readonly reason: string;
  readonly until: Date | undefined;
  readonly evidence: string | undefined;
  readonly online: readonly { readonly server: GameServer; readonly presence: Presence }[];
  readonly known: KnownPlayer | undefined;
  /** Undefined: not known. */
  readonly earlier: readonly Ban[] | undefined;
  readonly servers: readonly GameServer[];
}

/** Everything that matters before somebody is banned. */
export function banQuestion(facts: BanFacts, language: Language): Embed {
  const { player, reason, until, evidence, online, known, earlier, servers } = facts;
  const places = online.map(({ server, presence }) =>
    fill(TEXTS.onlineSince, language, {
      server: shown(server.name),
      time: relative(presence.since),
    })
  );
  const field = (name: keyof typeof TEXTS, value: string) => ({
    name: capital(TEXTS[name][language]),
    value,
  });
  return {
    title: TEXTS.banQuestion[language],
    color: "failure",
    description: nameAndId(player, language),
    fields: [
      field("reason", shown(reason)),
      field("until", untilText(until, language)),
      ...(evidence ? [field("evidence", evidence)] : []),
      field("online", places.join("\n") || TEXTS.nowhere[language]),
      field("lastSeen", seenText(known, { servers, language })),
      field("earlierBans", earlierText(earlier, language)),
      field("servers", servers.map(({ name }) => shown(name)).join(", ")),
    ],
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** When and where a player was seen last. */
export function seenText(
  known: KnownPlayer | undefined,
  { servers, language }: { servers: readonly GameServer[]; language: Language },
): string {
  if (!known) return TEXTS.never[language];
  const server = servers.find(({ id }) => id === known.serverId)?.name ?? known.serverId;
  const values = { time: relative(known.seenAt), server: shown(server) };
  return fill(TEXTS.seen, language, values);
}

function earlierText(earlier: readonly Ban[] | undefined, language: Language): string {
  if (!earlier) return TEXTS.notKnown[language];
  if (earlier.length === 0) return TEXTS.none[language];
  const lines = earlier.slice(0, MOST_EARLIER)
    .map(({ at, reason }) => `${relative(at)} ${shown(reason, LONGEST_EARLIER)}`);
  return [String(earlier.length), ...lines].join("\n");
}

/** Bans as pages of a few each. */
export function banPages(
  bans: readonly ListedBan[],
  { servers, language }: { servers: readonly GameServer[]; language: Language },
): Page[] {
  const title = capital(TEXTS.bans[language]);
  const texts = bans.slice(0, MOST_PAGED).map((ban) => entry(ban, { servers, language }));
  const more = bans.length - texts.length;
  if (more > 0) texts.push(fill(TEXTS.more, language, { count: more }));
  return Array.from(
    { length: Math.ceil(texts.length / BANS_PER_PAGE) },
    (_, page) => ({
      title,
      text: texts.slice(page * BANS_PER_PAGE, (page + 1) * BANS_PER_PAGE).join("\n\n"),
    }),
  );
}

function entry(
  ban: ListedBan,
  { servers, language }: { servers: readonly GameServer[]; language: Language },
): string {
  const values = {
    by: ban.byId,
    since: relative(ban.at),
    until: untilText(ban.until, language),
    time: ban.liftedAt ? relative(ban.liftedAt) : "",
    servers: namesOf(ban.waitingFor, servers).map((name) => shown(name)).join(", "),
  };
  return [
    nameAndId({ id: ban.accountId, name: ban.name }, language),
    shown(ban.reason),
    fill(TEXTS.listed, language, values),
    ...(ban.liftedAt ? [fill(TEXTS.lifted, language, values)] : []),
    ...(!ban.liftedAt && ban.waitingFor.length > 0
      ? [fill(TEXTS.waitingOn, language, values)]
      : []),
  ].join("\n");
}

function namesOf(ids: readonly string[], servers: readonly GameServer[]): string[] {
  return servers.filter(({ id }) => ids.includes(id)).map(({ name }) => name);
}

/** Bans as a table, with a line of titles. */
export function banTable(
  bans: readonly ListedBan[],
  { servers, language }: { servers: readonly GameServer[]; language: Language },
): Uint8Array<ArrayBuffer> {
  const titles = [
    TEXTS.columnId,
    TEXTS.columnName,
    TEXTS.columnReason,
    TEXTS.columnEvidence,
    TEXTS.columnBy,
    TEXTS.columnSince,
    TEXTS.columnUntil,
    TEXTS.columnLifted,
    TEXTS.columnWaiting,
  ];
  return toCsv([
    titles.map((title) => title[language]),
    ...bans.map((ban) => [
      ban.accountId,
      ban.name,
      ban.reason,
      ban.evidence ?? "",
      ban.byName,
      ban.at.toISOString(),
      ban.until?.toISOString() ?? "",
      ban.liftedAt?.toISOString() ?? "",
      namesOf(ban.waitingFor, servers).join(", "),
    ]),
  ]);
}
