/**
 * The course of one server's restart, from the countdown until it answers again, taken up wherever
 * it stands. Who else must know of it is `plans.ts`.
 * @module
 */

import type { GameConsole } from "../../rcon/console.ts";
import { RconError, type RconFailure } from "../../rcon/errors.ts";
import { type Clock, unlessAborted } from "../../runtime/clock.ts";
import type { GameServer } from "../feature.ts";
import { minutesToTell, type Plan, type ServerRestart } from "./plan.ts";

/**
 * Makes a server stop, so that its host starts it again; resolves when it was told so.
 * @throws {RconError} With the outcome "unknown" it may have been told all the same.
 */
export type RestartServer = (server: GameServer) => Promise<void>;

/** What a course needs. */
export interface Course {
  readonly plan: Plan;
  readonly server: GameServer;
  /** Changed by `change` alone. */
  readonly restart: Readonly<ServerRestart>;
  readonly restartServer: RestartServer;
  readonly clock: Clock;
  /** Aborts when the restart is aborted, or the program stops. */
  readonly signal: AbortSignal;
  /** Says whether the change is in the store; else it will be. @throws the signal's reason. */
  change(fields: Partial<ServerRestart>): Promise<boolean>;
  /** Tells the players. Never rejects. */
  tell(minutes: number): Promise<void>;
}

/** A restart that is later than this is dropped: nobody expects it any more. */
const OVERDUE_MS = 120_000;
/** So long a world is tried to be saved, and then a server to be told to stop. */
const SAVE_MS = 30_000;
const STOP_MS = 120_000;
/** Between two tries. */
const TRY_AGAIN_MS = 5_000;
/** How often a server is looked at. */
const LOOK_MS = 2_000;
/** Of a look, for its turn; a server that is away is reported as soon as that is known. */
const LOOK_WAIT_MS = 2_000;
/** The process is gone 26 s after DoExit (measured, ark-logs-and-commands 4). */
const GOES_DOWN_MS = 180_000;
const COMES_BACK_MS = 900_000;

/**
 * Follows a restart until it is over.
 * @throws the signal's reason when that aborts.
 */
export async function follow(course: Course): Promise<void> {
  const isResumed = course.restart.state === "restarting";
  if (course.restart.state === "announced") await countDown(course);
  if (course.restart.state === "announced") await stop(course);
  if (course.restart.state === "restarting") await watch(course, isResumed);
}

async function countDown({ plan, restart, clock, signal, ...course }: Course): Promise<void> {
  const dueAt = plan.dueAt.getTime();
  if (clock.now() > dueAt + OVERDUE_MS) return void await course.change({ state: "overdue" });
  for (const minutes of minutesToTell(plan, restart, clock.now())) {
    await clock.sleep(dueAt - minutes * 60_000 - clock.now(), signal);
    await course.change({ toldMinutes: minutes }); // first: told twice would be worse than not at all
    await course.tell(minutes);
    signal.throwIfAborted();
  }
  await clock.sleep(dueAt - clock.now(), signal);
}

/** Tries for a while: a server that is just saving or being reached again is no reason to give up. */
async function stop(course: Course): Promise<void> {
  const { clock, signal, change } = course;
  await change({}); // the card says that it is time
  const saveFailure = await saveWorld(course);
  const end = clock.now() + STOP_MS; // from now: saving the world may have taken long
  let failure: RconFailure | undefined;
  while (clock.now() <= end) {
    const exitAt = new Date(clock.now());
    // First: only whoever has stored it may tell the server, so that it is never told twice.
    if (await change({ state: "restarting", exitAt, saveFailure, failure: undefined })) {
      failure = await tellToStop(course);
      if (!failure) return;
    }
    await change({ state: "announced", exitAt: undefined, failure });
    await clock.sleep(TRY_AGAIN_MS, signal);
  }
  await change({ state: failure ? "not told" : "overdue" });
}

/** Why the world was not saved; undefined when it was. */
async function saveWorld(
  { server: { console }, clock, signal }: Course,
): Promise<ServerRestart["saveFailure"]> {
  for (const end = clock.now() + SAVE_MS;;) {
    try {
      const waitMs = end - clock.now();
      const answer = await unlessAborted(console.send("SaveWorld", { waitMs }), signal);
      return /world saved/i.test(answer) ? undefined : "unconfirmed";
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RconError)) throw error;
      const isLast = clock.now() + TRY_AGAIN_MS > end;
      if (error.outcome === "unknown" || isLast) return error.kind;
    }
    await clock.sleep(TRY_AGAIN_MS, signal);
  }
}

/** Why the server was surely not told; undefined when it was, or may have been. */
async function tellToStop(
  { server, restartServer, signal }: Course,
): Promise<RconFailure | undefined> {
  try {
    await unlessAborted(restartServer(server), signal);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    const isSurelyNot = error instanceof RconError && error.outcome === "not sent";
    return isSurelyNot ? error.kind : undefined; // else it will be seen
  }
}

/**
 * Looks at the server until it has gone and come back, or has not in time.
 * @param isResumed The program was not there the whole time.
 */
async function watch(
  { restart, clock, signal, server, change }: Course,
  isResumed: boolean,
): Promise<void> {
  const exitAt = restart.exitAt!.getTime();
  for (let isFirst = true;; isFirst = false) {
    const failure = await look(server.console, signal);
    const now = clock.now();
    if (!failure && restart.downAt) {
      // What answers at the first look may have come back at any time before.
      const backAt = isFirst && isResumed ? undefined : new Date(now);
      return void await change({ state: "back", backAt });
    }
    if (isGone(failure, server.console) && !restart.downAt) await change({ downAt: new Date(now) });
    if (!restart.downAt && now > exitAt + GOES_DOWN_MS) {
      // A server that went and came back while the program was not there looks the same.
      return void await change({ state: isResumed ? "back" : "never down" });
    }
    if (now > exitAt + COMES_BACK_MS) {
      return void await change({ state: "not back", failure: failure?.kind });
    }
    await clock.sleep(LOOK_MS, signal);
  }
}

/** Why the server does not answer; undefined when it does. */
async function look(console: GameConsole, signal: AbortSignal): Promise<RconError | undefined> {
  try {
    await unlessAborted(console.send("ListPlayers", { waitMs: LOOK_WAIT_MS }), signal);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RconError) return error;
    throw error;
  }
}

/**
 * Whether the process has ended. A game that stands still, as in a save, or a connection that breaks
 * is no proof of that, unless it happens again and again.
 */
function isGone(failure: RconError | undefined, console: GameConsole): boolean {
  return failure?.kind === "unreachable" ||
    failure !== undefined && console.status().state === "paused";
}
