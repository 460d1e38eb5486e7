/**
 * One client's connection to a game server: packets come out of it, bytes go into it in order and,
 * if wanted, in small segments. Knows neither logins nor commands.
 * @module
 */

import { once } from "node:events";
import type { Socket } from "node:net";
import { delay } from "es-toolkit";
import { type Packet, PacketReader, pieces } from "./packets.ts";

/** Lets a segment leave before the next is written. */
const SEGMENT_GAP_MS = 1;

/** How bytes are sent. */
export interface Sending {
  /** Largest number of bytes in a segment; endless by default. */
  segmentBytes: number;
  /** The server's side stays open when the client has closed its own. */
  keepsHalfOpen: boolean;
}

/** A connection while it lasts. */
export class Connection {
  isLoggedIn = false;
  /** Requests whose turn is the next tick. */
  readonly waiting: Packet[] = [];
  readonly #ended = new AbortController();
  readonly #reader = new PacketReader();
  #writing: Promise<void> = Promise.resolve();

  /**
   * @param number Counts from 1.
   * @param socket Its errors must have a listener.
   */
  constructor(
    readonly number: number,
    readonly socket: Socket,
    readonly options: { readonly sending: Sending; readonly received: () => void },
  ) {
    socket.on("data", (bytes) => {
      if (typeof bytes !== "string") this.#read(bytes); // strings come when an encoding was set
    });
    socket.on("end", () => {
      if (!options.sending.keepsHalfOpen) this.finish();
    });
    socket.on("close", () => this.#ended.abort());
  }

  /** Aborts when the connection has ended, from whichever side. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Whether it has ended, or is about to. */
  get isOver(): boolean {
    return this.socket.destroyed || this.ended.aborted;
  }

  /** Sends these bytes after what was sent before. */
  send(bytes: Uint8Array): void {
    this.#inTurn(async () => {
      const segments = pieces(bytes, this.options.sending.segmentBytes);
      for (const [index, segment] of segments.entries()) {
        if (index > 0) await delay(SEGMENT_GAP_MS);
        // A door that stopped reading lets nothing out either.
        if (this.socket.isPaused()) await once(this.socket, "resume", { signal: this.ended });
        if (this.isOver) return;
        this.socket.write(segment);
      }
    });
  }

  /** Sends nothing for so long, in real time. */
  pause(ms: number): void {
    this.#inTurn(() => delay(ms, { signal: this.ended }));
  }

  /** Closes it after what was sent before. */
  finish(): void {
    this.#inTurn(() => void this.socket.end());
  }

  /** Resets it: the client loses even what it has not read yet. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  #inTurn(write: () => void | Promise<void>): void {
    this.#writing = this.#writing.then(write).catch(() => {}); // only its end can disturb it
  }

  #read(bytes: Uint8Array): void {
    try {
      this.waiting.push(...this.#reader.read(bytes));
    } catch {
      return void this.socket.destroy(); // junk: what follows cannot be told apart
    }
    if (this.waiting.length > 0) this.options.received();
  }
}
