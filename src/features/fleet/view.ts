/**
 * The fleet's cards: how bots and the rest of the program are doing, as embeds. Pure.
 * @module
 */

import type { Embed, Language, Page } from "../../discord/surface.ts";
import { fill } from "../../discord/texts.ts";
import { dateTime, relative } from "../../discord/times.ts";
import type { HealthReport } from "../../runtime/health.ts";
import type { PartState, PartStatus } from "../../runtime/supervise.ts";
import { HEALTH_WORDS, STATE_WORDS, TEXTS, WITHOUT } from "./texts.ts";

/** One bot as the fleet shows it. */
export interface FleetBot {
  readonly title: string;
  /** The setting that it is off for want of; undefined when it is configured. */
  readonly missing: string | undefined;
  readonly status: PartStatus;
  /** Time between a heartbeat and its answer, milliseconds; undefined while not connected. */
  readonly delayMs: number | undefined;
  /** Whether it is a member of the served guild, as far as it knows; it knows when it is ready. */
  readonly isInGuild: boolean;
}

/** The process that all bots share. */
export interface ProcessFacts {
  readonly memoryBytes: number;
  readonly startedAt: Date;
}

const STATE_MARKS: Readonly<Record<PartState, string>> = {
  off: "⚪",
  starting: "🟡",
  ready: "🟢",
  reconnecting: "🟡",
  waiting: "🟡",
  disabled: "🔴",
  stopped: "🔴",
};

const HEALTH_MARKS = { ok: "🟢", off: "⚪", down: "🔴" };

/** All bots on one card. */
export function fleetEmbed(
  bots: readonly FleetBot[],
  { language, process }: { language: Language; process: ProcessFacts },
): Embed {
  const lines = bots.map((bot) =>
    [`${markOf(bot)} **${bot.title}**`, ...summary(bot, language)].join(" · ")
  );
  const facts = fill(TEXTS.process, language, {
    memory: Math.round(process.memoryBytes / 1e6),
    time: dateTime(process.startedAt),
  });
  return { title: TEXTS.fleetTitle[language], description: [...lines, "", facts].join("\n") };
}

/** A bot that is connected but not where it is needed is as good as none. */
function isAway({ status, isInGuild }: FleetBot): boolean {
  return status.state === "ready" && !isInGuild;
}

function markOf(bot: FleetBot): string {
  return isAway(bot) ? "🔴" : STATE_MARKS[bot.status.state];
}

function summary(bot: FleetBot, language: Language): string[] {
  const { status, delayMs, missing } = bot;
  if (isAway(bot)) return [TEXTS.away[language]];
  const state = STATE_WORDS[status.state][language];
  if (missing !== undefined) {
    return [`${state}: ${fill(TEXTS.notSet, language, { setting: missing })}`];
  }
  const parts = [fill(TEXTS.since, language, { state, time: dateTime(status.since) })];
  if (status.state === "ready") {
    if (delayMs !== undefined) {
      parts.push(fill(TEXTS.delay, language, { ms: Math.round(delayMs) }));
    }
  } else if (status.nextTry) {
    parts.push(fill(TEXTS.nextTry, language, { time: relative(status.nextTry) }));
  } else if (status.text) parts.push(status.text);
  if (status.restarts > 0) parts.push(fill(TEXTS.restarts, language, { count: status.restarts }));
  return parts;
}

/** One page per bot, with everything known about it. */
export function detailPages(bots: readonly FleetBot[], language: Language): Page[] {
  return bots.map((bot): Page => ({
    title: bot.title,
    text: [
      `${markOf(bot)} ${summary(bot, language).join("\n")}`,
      ...lastErrorLine(bot.status, language),
    ].join("\n"),
  }));
}

function lastErrorLine({ lastError }: PartStatus, language: Language): string[] {
  if (!lastError) return [];
  const { at, id, text } = lastError;
  return [fill(TEXTS.lastError, language, { time: relative(at), id: `\`${id}\``, text })];
}

/** Everything the program needs, what is down first. */
export function healthPage(reports: readonly HealthReport[], language: Language): Page {
  const isDown = reports.some(({ state }) => state === "down");
  const rank = { down: 0, ok: 1, off: 2 };
  const sorted = reports.toSorted((a, b) => rank[a.state] - rank[b.state]);
  return {
    title: TEXTS.healthTitle[language],
    color: isDown ? "failure" : "success",
    text: sorted.map((report) => healthLines(report, language).join("\n")).join("\n"),
  };
}

function healthLines(
  { name, state, since, lastError, ...found }: HealthReport,
  language: Language,
): string[] {
  const text = wordsOf(found, language);
  const word = HEALTH_WORDS[state][language];
  const head = `${HEALTH_MARKS[state]} **${name}** · `;
  if (state === "off") return [`${head}${word}: ${text}`];
  const line = head + fill(TEXTS.since, language, { state: word, time: dateTime(since) });
  if (state === "down") {
    return [line, `> ${text}`, `> ${(WITHOUT[name] ?? TEXTS.othersGoOn)[language]}`];
  }
  if (!lastError) return [`${line} · ${text}`];
  const trouble = { time: relative(lastError.at), text: wordsOf(lastError, language) };
  return [`${line} · ${text}`, `> ${fill(TEXTS.lastTrouble, language, trouble)}`];
}

/** Messages of libraries and systems are shown as they are. */
function wordsOf(
  { text, german = text }: Pick<HealthReport, "text" | "german">,
  language: Language,
): string {
  return language === "de" ? german : text;
}

/** What one bot is for, what it can do, and how it is. */
export function helpEmbed(
  { bot, about, commands, language }: {
    bot: FleetBot;
    about: string;
    commands: readonly { readonly name: string; readonly description: string }[];
    language: Language;
  },
): Embed {
  // A field holds too little for all commands of a bot.
  const list = commands.map(({ name, description }) => `\`/${name}\` ${description}`);
  return {
    title: bot.title,
    description: [about, "", `**${TEXTS.commands[language]}**`, ...list].join("\n"),
    fields: [{
      name: TEXTS.state[language],
      value: `${markOf(bot)} ${summary(bot, language).join(" · ")}`,
    }],
  };
}
