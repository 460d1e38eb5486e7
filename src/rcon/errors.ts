/**
 * What a failed command looks like to the rest of the program: why, and whether the game may have
 * run it all the same. Holds no password and nothing that a server sent.
 * @module
 */

/**
 * Why a command failed. invalid: its text cannot be sent. busy: its turn did not come in time.
 * unreachable: no connection. silent: no answer within the deadline. password: refused.
 * broken: the connection was lost, or what came is not RCON. closed: the console was closed. A server
 * that is left alone for a while is what it was when it failed last.
 */
export type RconFailure =
  | "invalid"
  | "busy"
  | "unreachable"
  | "silent"
  | "password"
  | "broken"
  | "closed";

/** Whether the command reached the game: surely not, or nobody can tell. */
export type RconOutcome = "not sent" | "unknown";

/** What an {@linkcode RconError} is made of. */
export interface RconErrorParts {
  readonly kind: RconFailure;
  readonly outcome: RconOutcome;
  /** What was attempted, such as `reach The Island`. */
  readonly action: string;
  /** What was wrong. */
  readonly reason: string;
  /** There is nothing to look for in the game: the command was a question. Default false. */
  readonly onlyAsked?: boolean;
}

/** The only error of this shelf: a command that has no answer. */
export class RconError extends Error {
  override readonly name = "RconError";
  readonly kind: RconFailure;
  readonly outcome: RconOutcome;
  /** What was wrong, without what to do about it. */
  readonly reason: string;

  constructor({ kind, outcome, action, reason, onlyAsked = false }: RconErrorParts) {
    const remedy = outcome === "unknown" && !onlyAsked ? CHECK_FIRST : REMEDIES[kind];
    super(`Cannot ${action}: ${reason}; ${remedy}`);
    this.kind = kind;
    this.outcome = outcome;
    this.reason = reason;
  }
}

const CHECK_FIRST = "look in the game whether it happened before you send it again";

const REMEDIES: Readonly<Record<RconFailure, string>> = {
  invalid: "correct the command",
  busy: "try again in a moment",
  unreachable: "check that the server runs, and its address and RCON port",
  silent: "wait until the server has started, and check its RCON password if it stays silent; " +
    "BlissBot tries again by itself",
  password: "correct the RCON password: the game reads ServerAdminPassword only when it starts",
  broken: "check that this is the server's RCON port, and its RCON password; " +
    "BlissBot tries again by itself",
  closed: "start BlissBot again",
};
