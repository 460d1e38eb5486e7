/**
 * Restarts as cards for Discord and as lines for the game. Pure.
 * @module
 */

import { toDiscordText } from "../../ark/discord_text.ts";
import { cardId } from "../../discord/cards.ts";
import type { Language, OutgoingMessage } from "../../discord/surface.ts";
import { cut } from "../../discord/text.ts";
import { fill } from "../../discord/texts.ts";
import { relative } from "../../discord/times.ts";
import { CONSOLE_TROUBLE } from "../console_trouble.ts";
import { hasFailed, isOver, type Plan, type ServerRestart, type State } from "./plan.ts";
import { DETAIL_TEXTS, type Shown, STATE_TEXTS, TEXTS } from "./texts.ts";

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
  const linesOf = ({ says, longestName }: Form) =>
    serverIds.map((serverId) => {
      const name = `**${shortName(nameOf(serverId), longestName)}**`;
      const count = online(serverId);
      if (says !== "all") return `${name} ${count ?? "?"}`;
      const text = count === undefined ? TEXTS.unknown : count > 0 ? TEXTS.online : TEXTS.nobody;
      return `${name} · ${fill(text, language, { count: count ?? 0 })}`;
    });
  const expiry = fill(TEXTS.expires, language, { time: relative(endsAt) });
  return {
    embeds: [{
      title: TEXTS.questionTitle[language],
      description: withServers([when, ...reasonLines(reason, language)], linesOf, ["", expiry]),
    }],
    rows: [[
      { kind: "button", id: cardId(CARD, "go", id), label: TEXTS.go[language], style: "danger" },
      { kind: "button", id: cardId(CARD, "cancel", id), label: TEXTS.cancel[language] },
    ]],
  };
}

/** How much a line says of its server. */
interface Form {
  readonly says: "all" | "state" | "mark";
  readonly longestName: number;
}

/** The longest one first. */
const FORMS: readonly [Form, ...Form[]] = [
  { says: "all", longestName: 100 },
  { says: "all", longestName: 24 },
  { says: "state", longestName: 24 },
  { says: "state", longestName: 12 },
  { says: "mark", longestName: 24 },
  { says: "mark", longestName: 12 },
  { says: "mark", longestName: 6 },
];

/** A line for each server in the longest form for which Discord has room, between other lines. */
function withServers(
  before: readonly string[],
  linesOf: (form: Form) => readonly string[],
  after: readonly string[] = [],
): string {
  const [head, tail] = [[...before, "", ""].join("\n"), ["", ...after].join("\n")];
  const room = LONGEST_DESCRIPTION - head.length - tail.length;
  const texts = FORMS.map((form) => linesOf(form).join("\n"));
  return head + cut(texts.find(({ length }) => length <= room) ?? texts.at(-1)!, room) + tail;
}

/** Shortened in the middle: names of one community begin alike, or end alike. */
function shortName(name: string, longest: number): string {
  const signs = [...name];
  const half = (longest - 1) / 2;
  const short = signs.length <= longest
    ? name
    : `${signs.slice(0, Math.ceil(half)).join("")}…${signs.slice(-Math.floor(half)).join("")}`;
  return toDiscordText(short);
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
  const linesOf = (form: Form) =>
    servers.map((server) => serverLine(server, { plan, nameOf, now, language, form }));
  const isAllOver = servers.every(isOver);
  const color = servers.some(hasFailed)
    ? "failure" as const
    : isAllOver && servers.some(({ state }) => state === "back")
    ? "success" as const
    : undefined;
  return {
    embeds: [{
      title: TEXTS.title[language],
      description: withServers([
        fill(TEXTS.by, language, { name: toDiscordText(byName) }),
        ...reasonLines(reason, language),
        ...(isAllOver ? [`**${summary(plan)}**`] : []),
      ], linesOf),
      ...(color && { color }),
    }],
    rows: abortRows(plan, nameOf),
  };
}

/** What has become of one server, in a line. */
export function serverLine(
  restart: ServerRestart,
  { plan, nameOf, now, language, form = FORMS[0] }: {
    readonly plan: Plan;
    readonly nameOf: NameOf;
    readonly now: number;
    readonly language: Language;
    readonly form?: Form;
  },
): string {
  const { serverId, state, saveFailure, failure, abortedBy, exitAt, downAt, backAt } = restart;
  const server = `${MARKS[state]} **${shortName(nameOf(serverId), form.longestName)}**`;
  if (form.says === "mark") return server;
  const shown = shownAs(restart, plan.dueAt.getTime() <= now);
  const values = {
    due: relative(plan.dueAt),
    since: relative(downAt ?? exitAt ?? plan.dueAt),
    time: downAt && backAt ? duration(backAt.getTime() - downAt.getTime()) : "",
    why: failure ? CONSOLE_TROUBLE[failure] : "–",
    name: toDiscordText(abortedBy ?? "–"),
  };
  const text = `${server} · ${fill(STATE_TEXTS[shown], language, values)}`;
  if (form.says === "state") return text;
  const detail = DETAIL_TEXTS[shown];
  const why = saveFailure === "unconfirmed"
    ? TEXTS.unconfirmed
    : saveFailure && CONSOLE_TROUBLE[saveFailure];
  return [
    text,
    detail ? fill(detail, language, values) : "",
    why ? ` (${fill(TEXTS.notSaved, language, { why })})` : "",
  ].join("");
}

function shownAs({ state, failure, downAt, backAt }: ServerRestart, isDue: boolean): Shown {
  if (state === "announced" && isDue) return failure ? "trying" : "going";
  if (state === "restarting" && downAt) return "down";
  if (state === "back" && !(downAt && backAt)) return "unseen";
  return state;
}

/** What the players of a server are told so many minutes before it stops. */
export function warning({ language, reason }: Plan, minutes: number): string {
  const text = minutes > 1 ? TEXTS.inGame : minutes === 1 ? TEXTS.inGameOne : TEXTS.inGameNow;
  const words = fill(text, language, { minutes });
  return reason === "" ? words : `${words}: ${cut(reason, LONGEST_IN_GAME)}`;
}

/** With the words before it within the 200 signs of a line (ark-logs-and-commands 4). */
const LONGEST_IN_GAME = 160;
/** Discord's limits. */
const LONGEST_DESCRIPTION = 4_096;
const MENU_CHOICES = 25;
const MENUS = 4;
/** Two of them stand above the choices of a menu. */
const LONGEST_MENU_NAME = 60;

function reasonLines(reason: string, language: Language): string[] {
  if (reason === "") return [];
  return [fill(TEXTS.why, language, { reason: toDiscordText(reason) })];
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
      placeholder: menus.length > 1
        ? fill(TEXTS.abortSome, language, {
          first: cut(choices[0]!.label, LONGEST_MENU_NAME),
          last: cut(choices.at(-1)!.label, LONGEST_MENU_NAME),
        })
        : TEXTS.abortOne[language],
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
