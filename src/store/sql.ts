/**
 * The only door to the database: npm:postgres behind deadlines, typed errors and replays. Knows no
 * table and does not start a database.
 * @module
 */

import { retry } from "es-toolkit";
import type postgres from "postgres";
import { backoffMs } from "../runtime/backoff.ts";
import { asStoreError, type Place, StoreError } from "./errors.ts";
import { type Dial, type Lane, openLane } from "./lane.ts";
import { openPool } from "./pool.ts";

/** Template tag that sends a statement; `sql.json`, `sql.unsafe` and `sql(name)` as in the driver. */
export type Sql = postgres.ISql;

/**
 * Work on one connection, which is the work's own until it settles. `progress()` starts the deadline
 * anew, for as long as before or for `deadlineMs`: work of many steps calls it after each.
 */
export type Work<T> = (sql: Sql, progress: Progress) => PromiseLike<T>;

/** See {@linkcode Work}. */
export type Progress = (deadlineMs?: number) => void;

/**
 * A database, wherever it lives. What the database refuses is thrown as {@linkcode StoreError};
 * what `work` throws by itself passes through unchanged.
 */
export interface Database {
  /** Runs statements, each for itself. Waiting for a free connection counts for the deadline. */
  run<T>(deadlineMs: number, work: Work<T>): Promise<T>;
  /**
   * Runs `work` in one transaction. A `replayable` work may be called several times, each time for
   * the same result: then up to three repetitions follow a deadlock, a serialization failure or a
   * lost connection. A lost connection during the commit leaves open whether it took place.
   */
  transaction<T>(
    deadlineMs: number,
    work: Work<T>,
    options?: { replayable?: boolean },
  ): Promise<T>;
  /**
   * After many rows of these tables were replaced: makes their space usable again. A server does
   * that by itself, so there nothing happens.
   */
  tidy(tables: readonly string[]): Promise<void>;
  /** Refuses new work, gives running work 5 s to finish, then closes every connection. */
  close(): Promise<void>;
}

/** Where and how {@linkcode openSql} connects. */
export interface SqlOptions {
  /** `postgres://user:password@host:5432/database`, with the driver's query parameters. */
  url: string;
  /** Most connections at a time. */
  max?: number;
  /** Limit for reaching the server, and again for its greeting. */
  connectTimeoutMs?: number;
  /** How messages call this database; by default host, port and database name of the URL. */
  at?: Place;
  /** Instead of a connection to the host and port of the URL. */
  dial?: Dial;
  /** Jitter for the wait between repetitions, from 0 up to 1. */
  random?: () => number;
}

const REPLAYS = 3;
const CLOSE_GRACE_MS = 5_000;

/**
 * Opens a database for use. Connections are made when they are needed, so nothing is waited for.
 *
 * @throws {StoreError} `unreachable` when the URL is not one.
 */
export function openSql({
  url,
  max = 4,
  connectTimeoutMs = 10_000,
  at = placeOf(url),
  dial,
  random = Math.random,
}: SqlOptions): Database {
  const pool = openPool(() => openLane({ url, connectTimeoutMs, dial }), max);

  async function run<T>(deadlineMs: number, work: Work<T>): Promise<T> {
    const deadline = startDeadline(deadlineMs, at.place);
    let lane: Lane | undefined;
    try {
      lane = await pool.take(deadline.passed);
      if (!lane) {
        throw new StoreError("failed", `Cannot use ${at.place}: it was closed; open it again`);
      }
      return await Promise.race([work(lane.sql, deadline.restart), deadline.passed]);
    } catch (error) {
      const failure = asStoreError(error, at) ?? error;
      // In the middle of a statement, or without its connection, a lane is of no use to anybody.
      if (lane && failure instanceof StoreError && failure.kind !== "failed") lane.broken = true;
      throw failure;
    } finally {
      deadline.stop();
      if (lane) pool.giveBack(lane);
    }
  }

  return {
    run,
    transaction(deadlineMs, work, { replayable = false } = {}) {
      return retry(() => run(deadlineMs, (sql, progress) => inTransaction(sql, progress, work)), {
        retries: replayable ? REPLAYS : 0,
        shouldRetry: (error) => error instanceof StoreError && error.transient,
        delay: (repetition) => backoffMs(repetition, { firstMs: 200, maxMs: 5_000, random }),
      });
    },
    tidy: () => Promise.resolve(),
    close: () => pool.close(CLOSE_GRACE_MS),
  };
}

async function inTransaction<T>(sql: Sql, progress: Progress, work: Work<T>): Promise<T> {
  await sql`begin`;
  try {
    const result = await work(sql, progress);
    const { command } = await sql`commit`;
    // After a failed statement whose error the work swallowed, a commit rolls back and says so.
    if (command === "COMMIT") return result;
  } catch (error) {
    // A connection that cannot roll back is lost, and then the server rolls back by itself.
    await sql`rollback`.catch(() => {});
    throw error;
  }
  throw new Error("Cannot commit a transaction: one of its statements failed unnoticed");
}

/** A clock that rejects `passed` unless it is restarted or stopped in time. */
function startDeadline(deadlineMs: number, place: string) {
  const { promise: passed, reject } = Promise.withResolvers<never>();
  let spanMs = deadlineMs;
  let timer = setTimeout(expire, spanMs);
  function expire() {
    const message = `Cannot use ${place}: no answer within ${spanMs / 1000} s; try again later`;
    reject(new StoreError("timeout", message));
  }
  return {
    passed,
    restart(nextMs = spanMs) {
      clearTimeout(timer);
      spanMs = nextMs;
      timer = setTimeout(expire, spanMs);
    },
    stop: () => clearTimeout(timer),
  };
}

/** Names a server without its password. */
function placeOf(text: string): Place {
  try {
    // The driver decodes the parts of the text as well, and throws where this throws.
    const url = new URL(decodeURIComponent(text) && text);
    const { protocol, hostname, port, username, pathname, search, hash } = url;
    // A mark that a password should have encoded moves the host: then the parts hold pieces of it.
    if (/^postgres(ql)?:$/.test(protocol) && !/[@#]/.test(pathname + search + hash)) {
      const database = decodeURIComponent(pathname.slice(1) || username);
      return {
        place: `PostgreSQL at ${hostname || "localhost"}:${port || 5432}, database ${database}`,
        remedy: "check DATABASE_URL and that the server runs",
      };
    }
  } catch {
    // The error of URL repeats the text; what is said below does not.
  }
  throw new StoreError(
    "unreachable",
    "Cannot read DATABASE_URL: it is not of the form postgres://user:password@host:5432/database; " +
      "write special characters of the password as %XX",
  );
}
