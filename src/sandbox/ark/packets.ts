/**
 * Packets of Source RCON: how bytes become packets and packets become bytes. Knows neither sockets
 * nor what the bodies say. Source: the wire format in Valve's description of Source RCON.
 * @module
 */

/** Meaning of a packet's type, which depends on its direction: 2 is a command to the server. */
export const PacketType = {
  /** To the client: an answer. */
  answer: 0,
  /** To the server. */
  command: 2,
  /** To the client: the outcome of a login. */
  loginAnswer: 2,
  /** To the server. */
  login: 3,
} as const;

/** Id of the answer to a refused login. */
export const REFUSED_ID = -1;

/** Size field, id and type. */
const HEAD_BYTES = 12;
/** What the size field counts besides the body: id, type and two zero bytes. */
const SIZE_BESIDES_BODY = 10;
/** Longer requests are taken for junk; the game's own limit is not published. */
const LARGEST_REQUEST = 1024 * 1024;

/** One packet without its size. */
export interface Packet {
  readonly id: number;
  readonly type: number;
  readonly body: Uint8Array;
}

/** A packet as it travels: size, id, type (32 bits each, little-endian), body, two zero bytes. */
export function encodePacket({ id, type, body }: Packet): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + body.length + 2);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, body.length + SIZE_BESIDES_BODY, true);
  view.setInt32(4, id, true);
  view.setInt32(8, type, true);
  bytes.set(body, HEAD_BYTES);
  return bytes;
}

/** The packet that the game sends without being asked; a real one has id 0 and, it seems, type 0. */
export function keepAlivePacket({ id = 0, type = 0 } = {}): Uint8Array {
  return encodePacket({ id, type, body: new TextEncoder().encode("Keep Alive") });
}

/** What a packet begins with whose size field says `size`, however little of it follows. */
export function packetOfSize(size: number): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + 4);
  new DataView(bytes.buffer).setInt32(0, size, true);
  return bytes;
}

/** Bytes in one run. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The bytes in pieces of at most `length`; one empty piece when there are none. */
export function pieces(bytes: Uint8Array, length: number): Uint8Array[] {
  const all = [bytes.subarray(0, length)];
  for (let at = length; at < bytes.length; at += length) all.push(bytes.subarray(at, at + length));
  return all;
}

/** Puts packets together from whatever pieces a connection brings. */
export class PacketReader {
  #rest: Uint8Array = new Uint8Array();

  /**
   * The packets that these bytes complete.
   * @throws RangeError when the size of a packet is impossible: the connection is of no more use.
   */
  read(bytes: Uint8Array): Packet[] {
    this.#rest = joined([this.#rest, bytes]);
    const packets: Packet[] = [];
    for (let size = this.#size(); size <= this.#rest.length - 4; size = this.#size()) {
      const view = new DataView(this.#rest.buffer, this.#rest.byteOffset);
      const body = this.#rest.slice(HEAD_BYTES, 4 + size - 2);
      packets.push({ id: view.getInt32(4, true), type: view.getInt32(8, true), body });
      this.#rest = this.#rest.subarray(4 + size);
    }
    return packets;
  }

  /** Of the packet that has begun; endless while not even that is there. */
  #size(): number {
    if (this.#rest.length < 4) return Infinity;
    const size = new DataView(this.#rest.buffer, this.#rest.byteOffset).getInt32(0, true);
    if (size >= SIZE_BESIDES_BODY && size <= LARGEST_REQUEST) return size;
    throw new RangeError(`Cannot read a packet: its size is ${size}`);
  }
}
