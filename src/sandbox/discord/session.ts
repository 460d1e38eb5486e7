/**
 * A gateway session: what one identified client gets to know, numbered, and the last part of it
 * kept for a client that comes back. Knows no sockets.
 * @module
 */

import type { Connection } from "./connection.ts";
import type { Application } from "./world.ts";

/** So many events are kept; who misses more has to identify again. */
export const EVENTS_KEPT = 1000;

/** What tests may see of a session. */
export interface SessionView {
  readonly id: string;
  readonly intents: number;
  /** Number of the last event. */
  readonly seq: number;
  readonly isConnected: boolean;
  /** Of the last op 3, or of IDENTIFY. */
  readonly presence: unknown;
}

/** One session of one application. */
export class Session implements SessionView {
  readonly id = crypto.randomUUID().replaceAll("-", "");
  seq = 0;
  presence: unknown;
  /** Undefined while nobody is connected. */
  connection: Connection | undefined;
  /** When the last connection was lost, in real milliseconds since 1970. */
  lostAt = 0;
  readonly #kept: string[] = [];

  constructor(readonly app: Application, readonly intents: number) {}

  get isConnected(): boolean {
    return this.connection !== undefined;
  }

  /** Sends an event, or keeps it for later. */
  dispatch(name: string, data: unknown): void {
    const text = JSON.stringify({ op: 0, t: name, s: ++this.seq, d: data });
    this.#kept.push(text);
    if (this.#kept.length > EVENTS_KEPT) this.#kept.shift();
    this.connection?.send(text);
  }

  /** The events after number `seq`, as they were sent; undefined when they are not all kept. */
  after(seq: number): string[] | undefined {
    const missed = this.seq - seq;
    return missed > this.#kept.length ? undefined : this.#kept.slice(this.#kept.length - missed);
  }
}
