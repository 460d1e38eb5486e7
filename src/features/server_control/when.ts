/**
 * The option "when": what people type for a time, or for times that repeat. Pure.
 * @module
 */

import { toDiscordText } from "../../ark/discord_text.ts";
import { Refusal } from "../../discord/surface.ts";
import { fillEach } from "../../discord/texts.ts";
import { instantOf, nextTime } from "../../runtime/next_time.ts";
import { parseLength } from "../length.ts";
import { TEXTS } from "./texts.ts";

/** A time to come, and with `cron` all that follow. */
export interface When {
  readonly next: Date;
  readonly cron: string | undefined;
}

const LONGEST_AHEAD_MS = 366 * 24 * 3_600_000;

/** Two letters are enough; no two of them mean different days. */
const WEEKDAYS: readonly (readonly string[])[] = [
  ["sunday", "sonntag"],
  ["monday", "montag"],
  ["tuesday", "dienstag"],
  ["wednesday", "mittwoch"],
  ["thursday", "donnerstag"],
  ["friday", "freitag"],
  ["saturday", "samstag"],
];

/**
 * What is meant by `2h`, `1d 30m`, `friday 20:00`, `2026-12-24 18:00` or `0 6 * * *` (cron); days
 * and times are those of `timezone`.
 *
 * @throws {Refusal} WRONG_INPUT when it is none of these, is over, never comes, or is more than a
 * year away.
 */
export function parseWhen(
  typed: string,
  { now, timezone }: { readonly now: Date; readonly timezone: string },
): When {
  const text = typed.trim().toLowerCase().replace(/\s+/g, " ");
  const length = parseLength(text); // before cron: `1 d 2 h 3m` has five words too
  const isCron = length === undefined && text.split(" ").length === 5;
  const next = length !== undefined
    ? new Date(now.getTime() + length)
    : isCron
    ? nextOf(text, { now, timezone })
    : onceAt(text, { now, timezone });
  if (!next) {
    const shown = toDiscordText([...typed].slice(0, 80).join(""));
    throw new Refusal("WRONG_INPUT", fillEach(TEXTS.wrongWhen, { typed: shown }));
  }
  const aheadMs = next.getTime() - now.getTime();
  if (aheadMs <= 0) throw new Refusal("WRONG_INPUT", fillEach(TEXTS.tooNear, { timezone }));
  if (aheadMs > LONGEST_AHEAD_MS && !isCron) throw new Refusal("WRONG_INPUT", TEXTS.tooFar);
  return { next, cron: isCron ? text : undefined };
}

/** Undefined: it is no schedule, or never comes. */
function nextOf(
  cron: string,
  { now, timezone }: { readonly now: Date; readonly timezone: string },
): Date | undefined {
  try {
    return nextTime(cron, { after: now, timezone });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Undefined: it is no day with a time. */
function onceAt(
  text: string,
  { now, timezone }: { readonly now: Date; readonly timezone: string },
): Date | undefined {
  const [, weekday, hour, minute] = /^(\p{L}{2,})\.? (\d{1,2}):(\d\d)$/u.exec(text) ?? [];
  if (weekday !== undefined) {
    const day = WEEKDAYS.findIndex((names) => names.some((name) => name.startsWith(weekday)));
    return nextOf(`${minute} ${hour} * * ${day}`, { now, timezone });
  }
  const [, date, time] = /^(\d{4}-\d\d-\d\d)[ t](\d{1,2}:\d\d)$/.exec(text) ?? [];
  if (!date || !time) return undefined;
  try {
    return instantOf(`${date}T${time.padStart(5, "0")}`, timezone);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // there is no such day or time
    throw error;
  }
}
