/**
 * The console commands of moderation, and whether a server did what it was told. Knows neither who
 * ordered it nor what is remembered of it.
 * @module
 */

import { cut } from "../../discord/text.ts";
import { RconError, type RconFailure } from "../../rcon/errors.ts";
import type { GameServer } from "../feature.ts";

/** What can be done to an account on a server. */
export type Verb = "KickPlayer" | "BanPlayer" | "UnbanPlayer";

/** Why a server did not do it: what it answered instead, or how its console failed. */
export type Trouble = { readonly answer: string } | { readonly failure: RconFailure };

/** What came of one command on one server. */
export interface ActResult {
  readonly server: GameServer;
  /**
   * refused: the server answered something else than that it did it. failed: it was not told.
   * unknown: nobody can tell whether it was.
   */
  readonly outcome: "done" | "refused" | "failed" | "unknown";
  /** Undefined when it is done. */
  readonly trouble: Trouble | undefined;
}

/** What the game says when it did it. Source: ark-logs-and-commands 4. */
const DONE: Readonly<Record<Verb, string>> = {
  KickPlayer: "kicked",
  BanPlayer: "banned",
  UnbanPlayer: "unbanned",
};
/** Usual on ASA, whatever became of it. */
const NO_RESPONSE = "server received, but no response!!";

/** Of an answer, which may be a page: it is stored and shown. */
const LONGEST_ANSWER = 200;
/** People wait for it. */
const WAIT_MS = 3_000;

/** Does it on one server. Takes 13 s at most, and throws nothing that a server could cause. */
export async function act(server: GameServer, verb: Verb, accountId: string): Promise<ActResult> {
  try {
    const answer = (await server.console.send(`${verb} ${accountId}`, { waitMs: WAIT_MS })).trim();
    const done = ["", NO_RESPONSE, `${accountId} ${DONE[verb]}`];
    return done.includes(answer.toLowerCase())
      ? { server, outcome: "done", trouble: undefined }
      : { server, outcome: "refused", trouble: { answer: cut(answer, LONGEST_ANSWER) } };
  } catch (error) {
    if (!(error instanceof RconError)) throw error;
    const outcome = error.outcome === "unknown" ? "unknown" : "failed";
    return { server, outcome, trouble: { failure: error.kind } };
  }
}

/**
 * Bans on one server, and throws out who is there: on ASA BanPlayer alone does not always do that.
 * What the kick is answered does not count, as who is banned is seldom there.
 */
export async function banAndKick(server: GameServer, accountId: string): Promise<ActResult> {
  const banned = await act(server, "BanPlayer", accountId);
  if (banned.outcome !== "done") return banned;
  const kicked = await act(server, "KickPlayer", accountId);
  return kicked.outcome === "refused" ? banned : kicked;
}
