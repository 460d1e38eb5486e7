/**
 * Restarts as cards for Discord and as lines for the game. Pure.
 * @module
 */

import { toDiscordText } from "../../ark/discord_text.ts";
import { cardId } from "../../discord/cards.ts";
import type { Language, OutgoingMessage } from "../../discord/surface.ts";
import { cut } from "../../discord/text.ts";
import { fill } from "../../discord/texts.ts";
import { hasFailed, isOver, type Plan, type ServerRestart, type State } from "./plan.ts";
import { STATE_TEXTS, TEXTS } from "./texts.ts";

/** Name of the card that asks, and shows how it goes. */
export const CARD = "server-restart";

/** A restart that waits for Go. */
export interface Question {
  readonly id: string;
  readonly serverIds: readonly string[];
  readonly delayMinutes: number;
  readonly reason: string;
  /** Then its buttons stop working. */
  readonly endsAt: Date;
}

/** What people call a server, by its id. */
export type NameOf = (serverId: string) => string;

/** The card that asks. `online` counts players; undefined while that is not known. */
export function questionMessage(
  { id, serverIds, delayMinutes, reason, endsAt }: Question,
  { nameOf, online, language }: {
    readonly nameOf: NameOf;
    readonly online: (serverId: string) => number | undefined;
    readonly language: Language;
  },
): OutgoingMessage {
  const when = fill(delayMinutes > 0 ? TEXTS.when : TEXTS.atOnce, language, {
    delay: delayMinutes,
  });
  const lines = serverIds.map((serverId) => {
    const count = online(serverId);
    const text = count === undefined ? TEXTS.unknown : count > 0 ? TEXTS.online : TEXTS.nobody;
    return `**${toDiscordText(nameOf(serverId))}** · ${
      fill(text, language, { count: count ?? 0 })
    }`;
  });
  const expiry = fill(TEXTS.expires, language, { time: relative(endsAt) });
  return {
    embeds: [{
      title: TEXTS.questionTitle[language],
      description: [when, ...reasonLines(reason, language), "", ...lines, "", expiry].join("\n"),
    }],
    rows: [[
      { kind: "button", id: cardId(CARD, "go", id), label: TEXTS.go[language], style: "danger" },
      { kind: "button", id: cardId(CARD, "cancel", id), label: TEXTS.cancel[language] },
    ]],
  };
}

const MARKS: Readonly<Record<State, string>> = {
  announced: "⏳",
  restarting: "🔄",
  back: "✅",
  "not told": "❌",
  "never down": "❌",
  "not back": "❌",
  aborted: "🚫",
  overdue: "❌",
  forgotten: "❌",
};

/** The card that shows how a restart goes. @param now Milliseconds since 1970. */
export function planMessage(
  plan: Plan,
  { nameOf, now }: { readonly nameOf: NameOf; readonly now: number },
): OutgoingMessage {
  const { language, servers, byName, reason } = plan;
  const lines = servers.map((server) => serverLine(server, { plan, nameOf, now, language }));
  const isAllOver = servers.every(isOver);
  const color = servers.some(hasFailed)
    ? "failure" as const
    : isAllOver && servers.some(({ state }) => state === "back")
    ? "success" as const
    : undefined;
  return {
    embeds: [{
      title: TEXTS.title[language],
      description: [
        fill(TEXTS.by, language, { name: toDiscordText(byName) }),
        ...reasonLines(reason, language),
        // In front: of very many servers the last lines may be cut off.
        ...(isAllOver ? [`**${summary(plan)}**`] : []),
        "",
        ...lines,
      ].join("\n"),
      ...(color && { color }),
    }],
    rows: abortRows(plan, nameOf),
  };
}

/** What has become of one server, in a line. */
export function serverLine(
  { serverId, state, saveFailure, exitAt, downAt, backAt, words }: ServerRestart,
  { plan, nameOf, now, language }: {
    readonly plan: Plan;
    readonly nameOf: NameOf;
    readonly now: number;
    readonly language: Language;
  },
): string {
  const shown = state === "announced" && now >= plan.dueAt.getTime()
    ? "going"
    : state === "restarting" && downAt
    ? "down"
    : state === "back" && !(downAt && backAt)
    ? "unseen"
    : state;
  const text = fill(STATE_TEXTS[shown], language, {
    due: relative(plan.dueAt),
    since: relative(downAt ?? exitAt ?? plan.dueAt),
    time: downAt && backAt ? duration(backAt.getTime() - downAt.getTime()) : "",
    words: plainWords(words),
  });
  const notSaved = saveFailure === undefined
    ? ""
    : ` (${fill(TEXTS.notSaved, language, { words: plainWords(saveFailure) })})`;
  return `${MARKS[state]} **${toDiscordText(nameOf(serverId))}** · ${text}${notSaved}`;
}

/** What the players of a server are told so many minutes before it stops. */
export function warning({ language, reason }: Plan, minutes: number): string {
  const text = minutes > 1 ? TEXTS.inGame : minutes === 1 ? TEXTS.inGameOne : TEXTS.inGameNow;
  const words = fill(text, language, { minutes });
  return reason === "" ? words : `${words}: ${cut(reason, LONGEST_IN_GAME)}`;
}

/** With the words before it within the 200 signs of a line (ark-logs-and-commands 4). */
const LONGEST_IN_GAME = 160;
/** Of what went wrong: a line for each server, not a page. */
const LONGEST_WORDS = 100;
/** Discord's limits. */
const MENU_CHOICES = 25;
const MENUS = 4;

function reasonLines(reason: string, language: Language): string[] {
  if (reason === "") return [];
  return [fill(TEXTS.why, language, { reason: toDiscordText(reason) })];
}

/** Values in texts are cut before they are escaped, so that no escape is torn. */
function plainWords(words = "–"): string {
  return toDiscordText(cut(words, LONGEST_WORDS));
}

function summary({ servers, language }: Plan): string {
  const wanted = servers.filter(({ state }) => state !== "aborted");
  const up = wanted.filter(({ state }) => state === "back");
  const isDown = wanted.some(({ state }) => state === "not back");
  if (up.length === 0 && !isDown) return TEXTS.nothing[language];
  if (up.length < wanted.length) {
    return fill(TEXTS.notAllUp, language, { up: up.length, count: wanted.length });
  }
  const downs = up.flatMap(({ downAt }) => downAt ? [downAt.getTime()] : []);
  const backs = up.flatMap(({ backAt }) => backAt ? [backAt.getTime()] : []);
  if (downs.length < up.length || backs.length < up.length) return TEXTS.allUpUnseen[language];
  return fill(TEXTS.allUp, language, { time: duration(Math.max(...backs) - Math.min(...downs)) });
}

/** While a server can still be spared: a button for all of them, and menus for single ones. */
function abortRows(
  { id, servers, language }: Plan,
  nameOf: NameOf,
): NonNullable<OutgoingMessage["rows"]> {
  const choices = servers.flatMap(({ serverId, state }, index) =>
    state === "announced" ? [{ label: nameOf(serverId), value: String(index) }] : []
  );
  if (choices.length === 0) return [];
  const menus = servers.length === 1 ? [] : Array.from(
    { length: Math.min(MENUS, Math.ceil(choices.length / MENU_CHOICES)) },
    (_, menu) => choices.slice(menu * MENU_CHOICES, (menu + 1) * MENU_CHOICES),
  );
  return [
    [{
      kind: "button",
      id: cardId(CARD, "abort", id),
      label: TEXTS.abort[language],
      style: "danger",
    }],
    ...menus.map((choices, menu) => [{
      kind: "select" as const,
      id: cardId(CARD, "abort-some", id, String(menu)),
      placeholder: TEXTS.abortOne[language],
      choices,
      max: choices.length,
    }]),
  ];
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/** Discord counts it in the reader's own language. */
export function relative(date: Date): string {
  return `<t:${Math.floor(date.getTime() / 1000)}:R>`;
}
