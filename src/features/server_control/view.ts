/**
 * What staff see of commands to the game servers, as embeds and pages. Pure.
 * @module
 */

import { isEmptyAnswer } from "../../ark/chat.ts";
import { toDiscordText } from "../../ark/discord_text.ts";
import type { Embed, Language, Page } from "../../discord/surface.ts";
import { cut } from "../../discord/text.ts";
import { fill } from "../../discord/texts.ts";
import type { GameServer, Presence } from "../feature.ts";
import { headOf, reasonOf } from "./execute.ts";
import type { Schedule } from "./schedule_store.ts";
import { outcomeOf, type Result } from "./sending.ts";
import { TEXTS } from "./texts.ts";

/** Names that are shown of those who are online on a server. */
const MOST_NAMES = 10;
const LONGEST_NAME = 32;
const LONGEST_SERVER_NAME = 60;
/** Of an answer that stands in one line. */
const LONGEST_ANSWER = 150;
const SCHEDULES_PER_PAGE = 10;
/** Of the lines of all servers; the rest of an embed's 4096 is for what stands around them. */
const MOST_LINES_LENGTH = 3_500;

/** The pages of all servers, one after the other. */
export function resultPages(
  results: readonly Result[],
  { command, language }: { readonly command: string; readonly language: Language },
): readonly Page[] {
  return results.flatMap(({ server, execution }) =>
    execution?.pages ?? [{ ...headOf({ server, command }), text: TEXTS.atWork[language] }]
  );
}

/**
 * One line per server: ✅, ❌ with the reason, ⚠️ when nobody knows, ⏳ when it is still at it. Of
 * very many servers only the signs.
 */
export function resultLines(
  results: readonly Result[],
  { language, showAnswers }: { readonly language: Language; readonly showAnswers: boolean },
): string {
  return fitting(results, (result, isShort) => {
    const [sign, said] = signAndWords(result, language);
    const words = isShort || sign === "✅" && !showAnswers ? [] : [said];
    return [sign, shownName(result.server), ...words].join(" ");
  });
}

function signAndWords({ execution }: Result, language: Language): readonly [string, string] {
  if (!execution) return ["⏳", TEXTS.atWork[language]];
  const { answer = "", failure } = execution;
  if (!failure) {
    const said = isEmptyAnswer(answer) ? TEXTS.noText[language] : shownAnswer(answer);
    return ["✅", said];
  }
  const reason = reasonOf(failure, language);
  if (failure.outcome === "not sent") return ["❌", reason];
  return ["⚠️", `${TEXTS.unknownShort[language]}. ${reason}`];
}

/** Cut before it is escaped, so that no backslash is left alone. */
function shownAnswer(text: string): string {
  return toDiscordText(cut(text, LONGEST_ANSWER));
}

function shownName({ name }: GameServer): string {
  return `**${toDiscordText(cut(name, LONGEST_SERVER_NAME))}**`;
}

/** A line for each; when there is no room for that, a short one for each. */
function fitting<T>(all: readonly T[], lineOf: (one: T, isShort: boolean) => string): string {
  const whole = all.map((one) => lineOf(one, false)).join("\n");
  return whole.length <= MOST_LINES_LENGTH ? whole : all.map((one) => lineOf(one, true)).join("\n");
}

/** Lime when every server took it. */
export function colorOf(results: readonly Result[]): "success" | "failure" {
  const isDone = ({ execution }: Result) => execution && outcomeOf(execution) === "done";
  return results.every(isDone) ? "success" : "failure";
}

/** What came of a command on each server, in short. */
export function resultEmbed(results: readonly Result[], language: Language): Embed {
  return {
    title: TEXTS.sentTitle[language],
    color: colorOf(results),
    description: resultLines(results, { language, showAnswers: true }),
  };
}

/** Asks whether to send a command: what, where, who is there now, and how long that can be done. */
export function questionEmbed(
  { command, servers, online, until, language }: {
    readonly command: string;
    readonly servers: readonly GameServer[];
    readonly online: (serverId: string) => readonly Presence[] | undefined;
    readonly until: Date;
    readonly language: Language;
  },
): Embed {
  const lines = fitting(servers, (server, isShort) => {
    const who = whoIsOnline(online(server.id), { language, isShort });
    return `${shownName(server)} · ${who}`;
  });
  const ends = fill(TEXTS.reallyEnds, language, { time: relative(until) });
  return {
    title: TEXTS.really[language],
    description: [code(command), "", lines, "", ends].join("\n"),
  };
}

function whoIsOnline(
  players: readonly Presence[] | undefined,
  { language, isShort }: { readonly language: Language; readonly isShort: boolean },
): string {
  if (!players) return TEXTS.notKnown[language];
  if (players.length === 0) return TEXTS.nobody[language];
  const online = fill(TEXTS.online, language, { count: players.length });
  if (isShort) return online;
  const names = players.slice(0, MOST_NAMES)
    .map(({ name }) => toDiscordText(cut(name, LONGEST_NAME)) || "–").join(", ");
  const count = players.length - MOST_NAMES;
  const shown = count > 0 ? fill(TEXTS.andMore, language, { names, count }) : names;
  return `${online}: ${shown}`;
}

/** All schedules; what is over stands last. */
export function schedulePages(
  schedules: readonly Schedule[],
  { servers, language }: { readonly servers: readonly GameServer[]; readonly language: Language },
): readonly Page[] {
  const title = TEXTS.title[language];
  if (schedules.length === 0) return [{ title, text: TEXTS.none[language] }];
  const pages: Page[] = [];
  for (let at = 0; at < schedules.length; at += SCHEDULES_PER_PAGE) {
    const texts = schedules.slice(at, at + SCHEDULES_PER_PAGE)
      .map((schedule) => scheduleText(schedule, { servers, language }));
    pages.push({ title, text: texts.join("\n\n") });
  }
  return pages;
}

/** One schedule in a few lines. */
export function scheduleText(
  schedule: Schedule,
  { servers, language }: { readonly servers: readonly GameServer[]; readonly language: Language },
): string {
  const { id, command, serverId, cron, byName } = schedule;
  const server = serverId === undefined
    ? TEXTS.allServers[language]
    : servers.find((server) => server.id === serverId)?.name ?? serverId;
  const last = lastRunText(schedule, language);
  return [
    [`**${id}**`, code(command), toDiscordText(server)].join(" · "),
    [
      ...(cron === undefined ? [] : [code(cron)]),
      nextRunText(schedule, language),
      fill(TEXTS.by, language, { name: toDiscordText(byName) }),
    ].join(" · "),
    ...(last === undefined ? [] : [last]),
  ].join("\n");
}

function nextRunText({ nextRun, cron }: Schedule, language: Language): string {
  if (!nextRun) return TEXTS.isOver[language];
  const times = { time: dateTime(nextRun), relative: relative(nextRun) };
  return fill(cron === undefined ? TEXTS.once : TEXTS.next, language, times);
}

const LAST_RUNS = {
  done: TEXTS.lastDone,
  failed: TEXTS.lastFailed,
  unknown: TEXTS.lastUnknown,
  missed: TEXTS.lastMissed,
};

function lastRunText(
  { lastRun, lastOutcome, lastError = "" }: Schedule,
  language: Language,
): string | undefined {
  if (!lastRun || !lastOutcome) return undefined;
  const values = { time: dateTime(lastRun), error: shownAnswer(lastError) };
  return fill(LAST_RUNS[lastOutcome], language, values);
}

/** A text of one line in code, which it cannot leave. */
export function code(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}

/** A point in time, which Discord shows in the reader's own language and zone. */
function dateTime(time: Date): string {
  return `<t:${Math.floor(time.getTime() / 1000)}:f>`;
}

/** A time that Discord shows as "in 2 hours", in the reader's own language. */
export function relative(time: Date): string {
  return `<t:${Math.floor(time.getTime() / 1000)}:R>`;
}
