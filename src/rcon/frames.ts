/**
 * Source RCON packets: bytes to packets and back, whatever a server sends and however TCP cuts it.
 * Knows nothing of connections. Format: Valve's "Source RCON Protocol".
 * @module
 */

import { Buffer } from "node:buffer";

/** One packet. */
export interface Frame {
  readonly id: number;
  readonly type: number;
  readonly body: Uint8Array;
}

/** Type of the packet that ends a login; its id is -1 when the password was refused. */
export const LOGIN_ANSWER = 2;
/** Type of the packets that answer a command. */
export const COMMAND_ANSWER = 0;

/** Bytes of the longest packet and the longest answer that are believed: the game's are far less. */
export const LARGEST_BYTES = 4 * 1024 * 1024;

/** Bytes after the length field of a packet without body: id, type, two zero bytes. */
const SMALLEST_BYTES = 10;
const FIRST_BYTES = 1024;

/** A packet as it goes over the wire. */
export function encodeFrame({ id, type, body }: Frame): Buffer {
  const bytes = Buffer.alloc(body.length + 4 + SMALLEST_BYTES);
  bytes.writeInt32LE(body.length + SMALLEST_BYTES, 0);
  bytes.writeInt32LE(id, 4);
  bytes.writeInt32LE(type, 8);
  bytes.set(body, 12);
  return bytes;
}

/** Cuts a stream of bytes into packets. Time and memory grow with the bytes received, no faster. */
export class FrameReader {
  #bytes = Buffer.alloc(FIRST_BYTES);
  #filled = 0;

  /**
   * The packets that are complete with these bytes, in order.
   * @throws {RangeError} when a length cannot be true; the stream is of no use from then on.
   */
  push(chunk: Uint8Array): Frame[] {
    this.#append(chunk);
    const frames: Frame[] = [];
    let at = 0;
    while (this.#filled - at >= 4) {
      const length = this.#bytes.readInt32LE(at);
      if (length < SMALLEST_BYTES || length > LARGEST_BYTES) {
        throw new RangeError(`a packet claims a length of ${length} bytes`);
      }
      const end = at + 4 + length;
      if (end > this.#filled) break;
      frames.push({
        id: this.#bytes.readInt32LE(at + 4),
        type: this.#bytes.readInt32LE(at + 8),
        body: new Uint8Array(this.#bytes.subarray(at + 12, end - 2)), // a copy
      });
      at = end;
    }
    this.#dropUntil(at);
    return frames;
  }

  /** Doubles the room when there is too little: joining chunk by chunk would be quadratic. */
  #append(chunk: Uint8Array): void {
    const filled = this.#filled + chunk.length;
    if (filled > this.#bytes.length) {
      const larger = Buffer.alloc(2 * filled);
      larger.set(this.#bytes.subarray(0, this.#filled));
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#filled);
    this.#filled = filled;
  }

  #dropUntil(at: number): void {
    if (at === 0) return;
    this.#bytes.copyWithin(0, at, this.#filled);
    this.#filled -= at;
    // One long answer must not hold its memory as long as the connection lasts.
    if (this.#filled === 0 && this.#bytes.length > FIRST_BYTES) {
      this.#bytes = Buffer.alloc(FIRST_BYTES);
    }
  }
}
