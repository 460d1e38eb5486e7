/**
 * What can go wrong with a database, in words for people and kinds for the program.
 * @module
 */

import postgres from "postgres";

/**
 * `unreachable`: nobody to talk to, or it will not talk to us. `locked`: another process has it.
 * `timeout`: no answer in time. `failed`: it answered no.
 */
export type StoreErrorKind = "unreachable" | "locked" | "timeout" | "failed";

/** A database that could not do its work. The message never holds a password. */
export class StoreError extends Error {
  override name = "StoreError";
  /** For the program; people read the message. */
  readonly kind: StoreErrorKind;
  /** SQLSTATE, or the code of the driver or the system, when there is one. */
  readonly code: string | undefined;

  /** The message says what cannot be done, what was wrong, and what to do. */
  constructor(
    kind: StoreErrorKind,
    message: string,
    { code, cause }: { code?: string; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.kind = kind;
    this.code = code;
  }

  /** Whether the same work may succeed when it is tried again soon. */
  get transient(): boolean {
    return TRANSIENT.test(this.code ?? "");
  }
}

/** How messages call a database, and what a person can do when it cannot be reached. */
export interface Place {
  /** Such as "PostgreSQL at 127.0.0.1:5432, database bliss". */
  place: string;
  /** Such as "check DATABASE_URL and that the server runs". */
  remedy: string;
}

/** Deadlock, serialization failure, and everything that says that the connection is gone. */
const TRANSIENT = /^(40P01|40001|08|57P0[123]|CONNECTION_|ECONNRESET|ECONNREFUSED|EPIPE)/;
/** Connection class, refused log-in, no such or a closed database, no free slot, shutdown, sockets. */
const UNREACHABLE = /^(08|28|3D000|53300|55000|57P|CONNECT|E[A-Z]{3})/;

/** Codes whose own text says too little, and what they mean. */
const MEANINGS: Record<string, string> = {
  ECONNREFUSED: "nothing answers there",
  ENOTFOUND: "the host name is not known",
  CONNECT_TIMEOUT: "it did not answer in time",
  CONNECTION_CLOSED: "the connection was lost",
  CONNECTION_DESTROYED: "the connection was lost",
  CONNECTION_ENDED: "the connection was lost",
  ECONNRESET: "the connection was lost",
};

/**
 * Turns an error of the driver into a {@linkcode StoreError}.
 *
 * @returns `undefined` for an error that did not come from the driver: it belongs to the caller.
 */
export function asStoreError(error: unknown, { place, remedy }: Place): StoreError | undefined {
  if (error instanceof StoreError) return error;
  if (!(error instanceof Error) || !("code" in error) || !isOfDriver(error)) return undefined;
  const code = String(error.code);
  const unreachable = UNREACHABLE.test(code);
  const advice = unreachable ? remedy : code === "53100" ? "free some disk space" : undefined;
  return new StoreError(
    unreachable ? "unreachable" : "failed",
    `Cannot use ${place}: ${MEANINGS[code] ?? error.message}${advice ? `; ${advice}` : ""}`,
    { code, cause: error },
  );
}

/** The driver marks what it rejects a statement with by adding the statement's text as `query`. */
function isOfDriver(error: Error & { code: unknown }): boolean {
  return error instanceof postgres.PostgresError || "query" in error ||
    String(error.code).startsWith("CONNECTION_");
}
