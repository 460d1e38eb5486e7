/**
 * What staff see of commands to the game servers, as embeds and pages. Pure.
 * @module
 */

import { isEmptyAnswer } from "../../ark/chat.ts";
import { toDiscordText } from "../../ark/discord_text.ts";
import type { Embed, Language, Page } from "../../discord/surface.ts";
import { cut } from "../../discord/text.ts";
import { fill } from "../../discord/texts.ts";
import { dateTime, relative } from "../../discord/times.ts";
import { CONSOLE_TROUBLE } from "../console_trouble.ts";
import type { GameServer, Presence } from "../feature.ts";
import { withoutPassword } from "./command_rules.ts";
import { type Execution, headOf } from "./execute.ts";
import type { NewSchedule, Schedule } from "./schedule_store.ts";
import { outcomeOf, type Result } from "./sending.ts";
import { TEXTS } from "./texts.ts";

/** Names that are shown of those who are online on a server. */
const MOST_NAMES = 10;
const LONGEST_NAME = 32;
const LONGEST_SERVER_NAME = 60;
/** Of an answer that stands in one line. */
const LONGEST_ANSWER = 150;
const SCHEDULES_PER_PAGE = 10;
/** Discord's limit for the text of an embed. */
const MOST_TEXT = 4_096;
/** Of the results of all servers; the rest is for what stands around them. */
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
 * One line per server: ✅, ❌ with the reason, ⚠️ when nobody knows, ⏳ when it is still at it. When
 * not everything fits, reasons come before answers.
 */
export function resultLines(
  results: readonly Result[],
  { language, showAnswers }: { readonly language: Language; readonly showAnswers: boolean },
): string {
  const withAnswers = results.map((result) => resultLine(result, language));
  const allLong = withAnswers.map(({ long }) => long).join("\n");
  if (showAnswers && allLong.length <= MOST_LINES_LENGTH) return allLong;
  const isDone = ({ execution }: Result) => execution && !execution.failure;
  const lines = withAnswers.map(({ short, long }, i) =>
    isDone(results[i]!) ? { short, long: short } : { short, long }
  );
  return fitting(lines, { room: MOST_LINES_LENGTH, language });
}

function resultLine({ server, execution }: Result, language: Language): Line {
  const [sign, said] = signAndWords(execution, language);
  const short = `${sign} ${shownName(server)}`;
  return { short, long: `${short}: ${said}` };
}

function signAndWords(
  execution: Execution | undefined,
  language: Language,
): readonly [string, string] {
  if (!execution) return ["⏳", TEXTS.atWork[language]];
  const { answer = "", failure } = execution;
  if (!failure) {
    const said = isEmptyAnswer(answer) ? TEXTS.noText[language] : shownAnswer(answer);
    return ["✅", said];
  }
  const why = CONSOLE_TROUBLE[failure.kind][language];
  if (failure.outcome === "not sent") return ["❌", why];
  return ["⚠️", `${TEXTS.unknownShort[language]}, ${why}`];
}

/** Cut before it is escaped, so that no backslash is left alone. */
function shownAnswer(text: string): string {
  return toDiscordText(cut(text, LONGEST_ANSWER));
}

function shownName({ name }: GameServer): string {
  return `**${toDiscordText(cut(name, LONGEST_SERVER_NAME))}**`;
}

/** What is said of one server. */
interface Line {
  readonly short: string;
  /** Begins like the short one. */
  readonly long: string;
}

/** A line for each: long ones while there is room for a short one of every other server. */
function fitting(
  lines: readonly Line[],
  { room, language }: { readonly room: number; readonly language: Language },
): string {
  const more = (count: number) => fill(TEXTS.moreServers, language, { count });
  let left = room - more(lines.length).length;
  const shown: Line[] = [];
  for (const line of lines) {
    left -= line.short.length + 1;
    if (left < 0) break;
    shown.push(line);
  }
  const texts = shown.map(({ short, long }) => {
    if (long.length - short.length > left) return short;
    left -= long.length - short.length;
    return long;
  });
  const count = lines.length - shown.length;
  return [...texts, ...(count > 0 ? [more(count)] : [])].join("\n");
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

/**
 * Asks whether to send a command: what, when, where, who is there now, and how long that can be
 * done. Names players while there is room; how many they are is always told.
 */
export function questionEmbed(
  { command, servers, online, when, until, language }: {
    readonly command: string;
    readonly servers: readonly GameServer[];
    readonly online: (serverId: string) => readonly Presence[] | undefined;
    /** As Discord shows it; undefined: at once. */
    readonly when: string | undefined;
    readonly until: Date;
    readonly language: Language;
  },
): Embed {
  const head = [shownCommand(command), ...(when === undefined ? [] : [when]), ""].join("\n");
  const all = servers.map(({ id }) => online(id));
  const foot = [
    ...(servers.length > 1 ? [totalOnline(all, language)] : []),
    "",
    fill(TEXTS.reallyEnds, language, { time: relative(until) }),
  ].join("\n");
  const lines = servers.map((server, i) => onlineLine(server, all[i], language));
  const room = MOST_TEXT - head.length - foot.length - 2;
  return {
    title: (when === undefined ? TEXTS.really : TEXTS.reallySchedule)[language],
    description: [head, fitting(lines, { room, language }), foot].join("\n"),
  };
}

function onlineLine(
  server: GameServer,
  players: readonly Presence[] | undefined,
  language: Language,
): Line {
  const short = `${shownName(server)} · ${countOnline(players, language)}`;
  if (!players || players.length === 0) return { short, long: short };
  const names = players.slice(0, MOST_NAMES)
    .map(({ name }) => toDiscordText(cut(name, LONGEST_NAME)) || "–").join(", ");
  const count = players.length - MOST_NAMES;
  const shown = count > 0 ? fill(TEXTS.andMore, language, { names, count }) : names;
  return { short, long: `${short}: ${shown}` };
}

function countOnline(players: readonly Presence[] | undefined, language: Language): string {
  if (!players) return TEXTS.notKnown[language];
  if (players.length === 0) return TEXTS.nobody[language];
  return fill(TEXTS.online, language, { count: players.length });
}

function totalOnline(
  all: readonly (readonly Presence[] | undefined)[],
  language: Language,
): string {
  const known = all.filter((players) => players !== undefined);
  const online = fill(TEXTS.online, language, { count: known.flat().length });
  const count = all.length - known.length;
  const told = count > 0 ? fill(TEXTS.notKnownOf, language, { online, count }) : online;
  return fill(TEXTS.inAll, language, { online: told });
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
  const { id, command, serverId, byName } = schedule;
  const server = serverId === undefined
    ? TEXTS.allServers[language]
    : servers.find((server) => server.id === serverId)?.name ?? serverId;
  const last = lastRunText(schedule, language);
  return [
    [`**${id}**`, shownCommand(command), toDiscordText(server)].join(" · "),
    `${timesText(schedule, language)} · ${
      fill(TEXTS.by, language, { name: toDiscordText(byName) })
    }`,
    ...(last === undefined ? [] : [last]),
  ].join("\n");
}

/** When a schedule comes. */
export function timesText(
  { nextRun, cron }: Pick<Schedule | NewSchedule, "nextRun" | "cron">,
  language: Language,
): string {
  const again = cron === undefined ? "" : `${code(cron)} · `;
  if (!nextRun) return `${again}${TEXTS.isOver[language]}`;
  const times = { time: dateTime(nextRun), relative: relative(nextRun) };
  return again + fill(cron === undefined ? TEXTS.once : TEXTS.next, language, times);
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

/** A command as staff may see it. */
export function shownCommand(command: string): string {
  return code(withoutPassword(command));
}

/** A text of one line in code, which it cannot leave. */
function code(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}
