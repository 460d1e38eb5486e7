/**
 * How the chat bridge is doing, as a page for staff. Pure.
 * @module
 */

import { toDiscordText } from "../../ark/discord_text.ts";
import type { Id, Language, Page, Text } from "../../discord/surface.ts";
import { cut } from "../../discord/text.ts";
import { fill } from "../../discord/texts.ts";
import { relative } from "../../discord/times.ts";
import { CONSOLE_TROUBLE } from "../console_trouble.ts";
import type { GameServer } from "../feature.ts";
import type { Mute } from "./mutes.ts";
import { TEXTS } from "./texts.ts";

/** How the bridge to one server is doing. */
export interface BridgeStatus {
  readonly isPaused: boolean;
  /** When the last line came from the game. */
  readonly lastLine: Date | undefined;
  /** How long lines take from the game to Discord at the moment. */
  readonly delayMs: number | undefined;
  /** Lines of the game that are not posted yet. */
  readonly waitingToDiscord: number;
  /** Messages of members that the game has not got yet. */
  readonly waitingToGame: number;
  /** What is not posted yet is kept in memory only. */
  readonly isStoreAway: boolean;
  /** Another program seems to read this chat. */
  readonly isDrained: boolean;
  /** Places since the start where lines of the game may be missing. */
  readonly gaps: number;
  readonly lastError: { readonly text: string; readonly at: Date } | undefined;
  /** Where the server's chat stands on Discord; undefined before the first line. */
  readonly threadId: Id | undefined;
}

/** "silent": its console does not answer, for whatever reason. */
type State = "silent" | "drained" | "paused" | "running";

/** What needs somebody comes first. */
const ORDER: readonly State[] = ["silent", "drained", "paused", "running"];

const MARKS: Readonly<Record<State, string>> = {
  silent: "🔴",
  drained: "⚠️",
  paused: "⏸️",
  running: "✅",
};

const WORDS: Readonly<Record<Exclude<State, "silent">, Text>> = {
  drained: TEXTS.losing,
  paused: TEXTS.paused,
  running: TEXTS.running,
};

/** Of texts that are not ours, in UTF-16 units. */
const LONGEST_NAME = 80;
const LONGEST_ERROR = 300;

/** The bridge to one server. */
interface Bridge {
  readonly server: GameServer;
  readonly status: BridgeStatus;
}

/** The bridge to these servers, and who is muted. */
export function statusPage(
  bridges: readonly Bridge[],
  { mutes, language }: { readonly mutes: readonly Mute[]; readonly language: Language },
): Page {
  const sorted = bridges.toSorted((a, b) => ORDER.indexOf(stateOf(a)) - ORDER.indexOf(stateOf(b)));
  const states = bridges.map(stateOf);
  const isStoreAway = bridges.some(({ status }) => status.isStoreAway);
  const isBroken = isStoreAway || states.includes("silent") || states.includes("drained");
  const isFine = !isBroken && !states.includes("paused");
  return {
    title: TEXTS.statusTitle[language],
    ...(isBroken && { color: "failure" }),
    ...(isFine && { color: "success" }),
    text: [
      ...(isStoreAway ? [TEXTS.storeAway[language], ""] : []),
      ...sorted.flatMap((bridge) => [
        headOf(bridge, language),
        ...notesOf(bridge, language).map((note) => `> ${note}`),
      ]),
      "",
      ...muteLines(mutes, language),
    ].join("\n"),
  };
}

function stateOf({ server, status }: Bridge): State {
  if (status.isPaused) return "paused";
  if (["failing", "paused"].includes(server.console.status().state)) return "silent";
  return status.isDrained ? "drained" : "running";
}

function headOf(bridge: Bridge, language: Language): string {
  const { server, status: { lastLine, delayMs, threadId } } = bridge;
  const state = stateOf(bridge);
  const { nextTry } = server.console.status();
  const parts = [
    `${MARKS[state]} **${shown(server.name, LONGEST_NAME)}**`,
    wordsOf(bridge)[language],
  ];
  if (state === "silent" && nextTry) {
    parts.push(fill(TEXTS.nextTry, language, { time: relative(nextTry) }));
  }
  parts.push(
    lastLine
      ? fill(TEXTS.lastLine, language, { time: relative(lastLine) })
      : TEXTS.noLine[language],
  );
  if (delayMs !== undefined) {
    parts.push(fill(TEXTS.delay, language, { seconds: seconds(delayMs, language) }));
  }
  if (threadId !== undefined) parts.push(`<#${threadId}>`);
  return parts.join(" · ");
}

function wordsOf(bridge: Bridge): Text {
  const state = stateOf(bridge);
  if (state !== "silent") return WORDS[state];
  return CONSOLE_TROUBLE[bridge.server.console.status().lastError?.kind ?? "silent"];
}

function notesOf({ status }: Bridge, language: Language): string[] {
  const { waitingToDiscord, waitingToGame, isDrained, gaps, lastError } = status;
  const notes: string[] = [];
  if (waitingToDiscord > 0) {
    notes.push(fill(TEXTS.toDiscord, language, { count: waitingToDiscord }));
  }
  if (waitingToGame > 0) notes.push(fill(TEXTS.toGame, language, { count: waitingToGame }));
  if (isDrained) notes.push(TEXTS.drained[language]);
  if (gaps > 0) notes.push(fill(TEXTS.gaps, language, { count: gaps }));
  if (lastError) {
    const values = {
      time: relative(lastError.at),
      text: shown(lastError.text, LONGEST_ERROR),
    };
    notes.push(fill(TEXTS.lastError, language, values));
  }
  return notes;
}

function muteLines(mutes: readonly Mute[], language: Language): string[] {
  if (mutes.length === 0) return [TEXTS.nobodyMuted[language]];
  const lines = mutes.map((mute) =>
    fill(TEXTS.mutedUntil, language, {
      who: whoIs(mute),
      time: relative(mute.until),
      by: `<@${mute.byId}>`,
    })
  );
  return [`**${TEXTS.muted[language]}**`, ...lines];
}

/** Somebody who is muted, as a message shows them. */
export function whoIs({ kind, key, name }: Pick<Mute, "kind" | "key" | "name">): string {
  return kind === "member" ? `<@${key}>` : `**${shown(name, LONGEST_NAME)}**`;
}

function shown(text: string, longest: number): string {
  return toDiscordText(cut(text, longest));
}

function seconds(ms: number, language: Language): string {
  return (ms / 1000).toLocaleString(language, { maximumFractionDigits: 1 });
}
