/**
 * A planned restart of game servers as plain data, and the rules that follow from it alone. Does
 * nothing and waits for nothing.
 * @module
 */

import type { Id, Language } from "../../discord/surface.ts";
import type { RconFailure } from "../../rcon/errors.ts";

/** The restart of one or more servers at one time, as one command asked for it. */
export interface Plan {
  readonly id: string;
  /** On one line, without invisible signs; empty when none was given. */
  readonly reason: string;
  readonly byId: Id;
  readonly byName: string;
  /** When the servers stop. */
  readonly dueAt: Date;
  /** Of the card, and of what the players are told. */
  readonly language: Language;
  /** The card that shows it. */
  readonly channelId: Id;
  readonly messageId: Id;
  readonly servers: readonly ServerRestart[];
}

/**
 * How far a server is.
 *
 * announced: it was surely not told to stop. restarting: it is told to, or was. back: it answers again.
 * not told: it could not be told to stop. never down: it was told and went on running. not back: it
 * stopped and does not answer. aborted: by an admin. overdue: its time came, or it was to be
 * announced, while nothing could be done. forgotten: it is no longer configured.
 */
export type State =
  | "announced"
  | "restarting"
  | "back"
  | "not told"
  | "never down"
  | "not back"
  | "aborted"
  | "overdue"
  | "forgotten";

/** The restart of one server. */
export interface ServerRestart {
  readonly serverId: string;
  state: State;
  /** Smallest number of minutes that the players were told of; undefined before they were told. */
  toldMinutes?: number | undefined;
  /**
   * Why the world was not saved before; undefined when it was. unconfirmed: the server answered, but
   * not that it did.
   */
  saveFailure?: RconFailure | "unconfirmed" | undefined;
  /** When it was told to stop. */
  exitAt?: Date | undefined;
  /** Since when it did not answer; undefined when nobody saw it go. */
  downAt?: Date | undefined;
  /** Since when it answers again; undefined when nobody saw it come. */
  backAt?: Date | undefined;
  /** Why it is not told to stop, or not back. */
  failure?: RconFailure | undefined;
  abortedBy?: string | undefined;
}

/** Whether it is stored and nobody was told of it: it did not begin. */
export function isUntold({ state, toldMinutes }: ServerRestart): boolean {
  return state === "announced" && toldMinutes === undefined;
}

/** Whether nothing more will happen to it. */
export function isOver({ state }: ServerRestart): boolean {
  return state !== "announced" && state !== "restarting";
}

/** Whether it ended in a way that somebody must look at. */
export function hasFailed({ state }: ServerRestart): boolean {
  return ["not told", "never down", "not back", "overdue", "forgotten"].includes(state);
}

/** Minutes before the end at which players are told. */
const WARNINGS = [15, 10, 5, 1];
/** A warning that is later than this is left out: the next one is right again. */
const LATE_MINUTES = 0.5;

/**
 * The minutes before the end at which the players of a server are still to be told, most first: at
 * once when they know nothing yet, then the warnings for which there is time.
 *
 * @param now Milliseconds since 1970.
 */
export function minutesToTell(
  { dueAt }: Pick<Plan, "dueAt">,
  { toldMinutes }: Pick<ServerRestart, "toldMinutes">,
  now: number,
): number[] {
  const left = (dueAt.getTime() - now) / 60_000;
  const first = toldMinutes ?? Math.max(0, Math.round(left));
  const later = WARNINGS.filter((minutes) => minutes < first && minutes <= left + LATE_MINUTES);
  return toldMinutes === undefined ? [first, ...later] : later;
}
