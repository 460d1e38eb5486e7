/**
 * One connection to the database that dials once and never again.
 *
 * The driver's own pool would reconnect by itself, even in the middle of a transaction; it waits for
 * ever for a server that closes at once; and it throws from a timer, or never answers, when a backend
 * dies at the wrong moment (porsager/postgres #1066, #1154, #1208). So each lane is a driver instance
 * with one connection whose socket we make, and a lane in doubt is thrown away.
 * @module
 */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import postgres from "postgres";

/** A connection that serves one caller at a time. */
export interface Lane {
  /** The template tag that sends statements over this connection. */
  readonly sql: postgres.Sql;
  /** True once it cannot be used any more. */
  broken: boolean;
  /** Closes it; statements that still run are cut off after `graceSeconds`. */
  end(graceSeconds: number): Promise<void>;
}

/** Where to connect, as the driver reads it from the URL. */
export interface Target {
  /** Host names; only the first is used. */
  host: string[];
  /** Ports, one per host. */
  port: number[];
}

/** Starts a connection. */
export type Dial = (target: Target) => Socket | Promise<Socket>;

/** How {@linkcode openLane} connects. */
export interface LaneOptions {
  /** `postgres://user:password@host:5432/database`, with the driver's query parameters. */
  url: string;
  /** Limit for the connection, and again for the server's greeting. */
  connectTimeoutMs: number;
  /** Instead of a connection to the host and port of the URL. */
  dial?: Dial | undefined;
}

/** Makes a lane, which connects when it is given its first statement. */
export function openLane({ url, connectTimeoutMs, dial = dialTcp }: LaneOptions): Lane {
  let dialled = false;
  let socket: Socket | undefined;

  async function makeSocket(target: Target): Promise<Socket> {
    try {
      if (dialled) throw coded("CONNECTION_CLOSED", "the connection was lost");
      dialled = true;
      socket = await dial(target);
      // Left waiting for by the time the dialling was done.
      if (lane.broken) socket.destroy(coded("CONNECTION_CLOSED", "the connection was given up"));
      return await opened(socket, connectTimeoutMs);
    } catch (error) {
      // Rejects what waits behind the first statement, which would wait for ever.
      void lane.end(0);
      throw error;
    }
  }

  const options = {
    max: 1,
    max_lifetime: null,
    // The driver does not look after the statement that fetches the types of arrays: a connection
    // lost at that moment would end the process. Lists travel as JSON texts.
    fetch_types: false,
    connect_timeout: connectTimeoutMs / 1000,
    // What waits behind a lost connection is told at once; the driver would first wait to dial again.
    backoff: () => 0,
    connection: { application_name: "blissbot" },
    onnotice: () => {},
    onclose: () => void lane.end(0),
    socket: makeSocket, // Not in the driver's types.
  };
  const sql = postgres(url, options);
  const lane: Lane = {
    sql,
    broken: false,
    async end(graceSeconds) {
      lane.broken = true;
      await sql.end({ timeout: graceSeconds });
      socket?.destroy(coded("CONNECTION_CLOSED", "the connection was given up"));
    },
  };
  return lane;
}

function dialTcp({ host: [host], port: [port] }: Target): Socket {
  const socket = connect(port ?? 5432, host);
  // The driver reads the name for the server's certificate from here.
  return Object.assign(socket, { host });
}

async function opened(socket: Socket, timeoutMs: number): Promise<Socket> {
  const timer = setTimeout(
    () => socket.destroy(coded("CONNECT_TIMEOUT", "no connection in time")),
    timeoutMs,
  );
  try {
    await once(socket, "connect");
    return socket;
  } finally {
    clearTimeout(timer);
  }
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
