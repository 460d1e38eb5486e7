/**
 * A save as text for a terminal: the summary, and the line that shows how far reading has come.
 * Values in, text out.
 * @module
 */

import type { BaseRecord } from "../../save/records.ts";
import type { SurveySummary } from "../../save/survey.ts";
import type { ReadProgress } from "./refresh.ts";

/** What the summary shows. */
export interface SummaryInput extends SurveySummary {
  readonly file: string;
  readonly savedAt: Date;
  readonly bases: readonly BaseRecord[];
}

/** How text is painted; without colours where they would end up in a file. */
export interface Paint {
  readonly now: Date;
  readonly colours: boolean;
}

/** Bases listed in the summary. */
const SHOWN_BASES = 10;

/** The summary of a save: what it is, what it holds, which bases decay first. */
export function summaryText(save: SummaryInput, { now, colours }: Paint): string {
  const style = colours ? ansi : (_code: number, text: string) => text;
  const lines = [
    `${style(BOLD, printable(save.map))}  saved ${dateText(save.savedAt)} ` +
    `(${distanceText(save.savedAt, now)}), version ${save.version}, ${printable(save.file)}`,
    "",
    ...countLines(save),
    "",
    ...baseLines(save.bases, now, style),
    ...problemLines(save, style),
  ];
  return lines.join("\n");
}

type Style = (code: number, text: string) => string;

const BOLD = 1, DIM = 2, RED = 31, YELLOW = 33;

const ansi: Style = (code, text) => `\x1b[${code}m${text}\x1b[0m`;

function countLines({ counts, unplacedStructures }: SummaryInput): string[] {
  const unplaced = unplacedStructures > 0 ? `, ${count(unplacedStructures)} without a place` : "";
  const rows = [
    ["Bases", count(counts.bases)],
    ["Structures", `${count(counts.structures)}${unplaced}`],
    ["Tamed dinos", `${count(counts.tamed)}, ${count(counts.cryopods)} of them in cryopods`],
    ["Tribes", count(counts.tribes)],
    ["Players", count(counts.players)],
    ["Objects read", count(counts.objects)],
  ];
  return rows.map(([name, text]) => `  ${name!.padEnd(14)}${text}`);
}

function baseLines(bases: readonly BaseRecord[], now: Date, style: Style): string[] {
  const timed = bases.filter(({ decay }) => decay?.decaysAt)
    .sort((a, b) => decayMs(a) - decayMs(b) || (a.id < b.id ? -1 : 1));
  if (timed.length === 0) {
    return [bases.length === 0 ? "  No bases." : "  No base has a known decay time."];
  }
  const shown = timed.slice(0, SHOWN_BASES);
  const rest = bases.length - shown.length;
  // The owner's name comes last: names of any width then disturb no column.
  const header = columns(["Decays", "Material", "Size", "Lat", "Lon", "Owner"]);
  return [
    style(BOLD, rest > 0 ? `The ${shown.length} bases that decay first` : "Bases by decay"),
    style(DIM, header),
    ...shown.map((base) => style(urgency(base, now), baseLine(base, now))),
    ...(rest > 0 ? [style(DIM, `  … and ${count(rest)} more; --json lists all`)] : []),
  ];
}

function baseLine({ decay, structures, mapCoords, tribeId, ownerName }: BaseRecord, now: Date) {
  return columns([
    distanceText(new Date(decay!.decaysAt!), now),
    decay!.material ?? "",
    count(structures),
    mapCoords ? mapCoords.lat.toFixed(1) : "–",
    mapCoords ? mapCoords.lon.toFixed(1) : "–",
    printable(ownerName ?? "") || `Tribe ${tribeId}`,
  ]);
}

function columns([decays, material, size, lat, lon, owner]: string[]): string {
  return `  ${decays!.padEnd(16)}${material!.padEnd(12)}${size!.padStart(6)}` +
    `${lat!.padStart(8)}${lon!.padStart(7)}   ${owner}`;
}

function decayMs({ decay }: BaseRecord): number {
  return Date.parse(decay!.decaysAt!);
}

/** Red when the time is over, yellow on the last day. */
function urgency(base: BaseRecord, now: Date): number {
  const leftMs = decayMs(base) - now.getTime();
  return leftMs < 0 ? RED : leftMs < 86_400_000 ? YELLOW : 0;
}

function problemLines({ counts: { problems } }: SummaryInput, style: Style): string[] {
  if (problems === 0) return [];
  return [
    "",
    style(
      YELLOW,
      `  ${count(problems)} ${problems === 1 ? "part" : "parts"} could not be read; the rest was ` +
        "kept. --json lists them under problems",
    ),
  ];
}

const NUMBER = new Intl.NumberFormat("en");
const DATE = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "medium",
  timeStyle: "short",
  timeZone: "UTC",
});

function count(value: number): string {
  return NUMBER.format(value);
}

function dateText(date: Date): string {
  return `${DATE.format(date)} UTC`;
}

/** `in 3 d 4 h`, `2 h 5 min ago`, `now`. */
export function distanceText(to: Date, from: Date): string {
  const minutes = Math.round((to.getTime() - from.getTime()) / 60_000);
  if (minutes === 0) return "now";
  const text = durationText(Math.abs(minutes) * 60);
  return minutes > 0 ? `in ${text}` : `${text} ago`;
}

/** The two largest units of a duration in seconds: `3 d 4 h`, `5 min`, `12 s`. */
function durationText(seconds: number): string {
  const units: [number, string][] = [[86_400, "d"], [3_600, "h"], [60, "min"], [1, "s"]];
  const first = units.findIndex(([size]) => seconds >= size);
  if (first < 0) return "0 s";
  const [size, unit] = units[first]!, next = units[first + 1];
  const rest = next ? Math.floor(seconds % size / next[0]) : 0;
  const text = `${Math.floor(seconds / size)} ${unit}`;
  return rest > 0 ? `${text} ${rest} ${next![1]}` : text;
}

/** Players write what they like: no control or direction character of theirs reaches a terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "");
}

const PHASES = { copy: "Copying the save", objects: "Reading objects", bases: "Finding bases" };

/** One line of progress, at most 70 columns: phase, bar, count, time left. */
export function progressText({ phase, done, total }: ReadProgress, elapsedMs: number): string {
  const share = total > 0 ? Math.min(done / total, 1) : 1;
  const filled = Math.round(share * 20);
  const bar = "█".repeat(filled) + "░".repeat(20 - filled);
  const counted = phase === "objects" ? `  ${count(done)} of ${count(total)}` : "";
  const leftSeconds = Math.ceil(elapsedMs / 1000 * (1 - share) / share);
  // Too early a guess only jumps about.
  const left = phase === "objects" && share > 0.05 && share < 1
    ? `, ${durationText(leftSeconds)} left`
    : "";
  return `${PHASES[phase].padEnd(17)}${bar}${counted}${left}`;
}
