/**
 * A client of the local ARK server that sends and shows single packets, for tests of what others
 * hide.
 * @module
 */

import {
  encodePacket,
  type Packet,
  PacketReader,
  PacketType,
} from "../../../src/sandbox/ark/packets.ts";
import type { LocalArk } from "../../../src/sandbox/ark/server.ts";

const PATIENCE_MS = 5_000;
const NOTHING_MS = 150;

/** A packet whose body was read as UTF-8. */
export interface Shown {
  readonly id: number;
  readonly type: number;
  readonly text: string;
}

/** One connection. */
export class RawClient implements Disposable {
  readonly #reader = new PacketReader();
  readonly #packets: Packet[] = [];
  #reading: Promise<number | null> | undefined;
  readonly #buffer = new Uint8Array(64 * 1024);
  #lastId = 0;
  #isClosed = false;

  private constructor(readonly socket: Deno.TcpConn) {}

  static async open({ host, port }: LocalArk): Promise<RawClient> {
    return new RawClient(await Deno.connect({ hostname: host, port }));
  }

  /** A connection that has logged in. */
  static async in(ark: LocalArk): Promise<RawClient> {
    const client = await RawClient.open(ark);
    await client.logIn(ark.password);
    return client;
  }

  /** The answer to a login, without what came before it. */
  async logIn(password: string): Promise<Shown> {
    await this.send(PacketType.login, password);
    for (;;) {
      const packet = await this.packet();
      if (packet.type === PacketType.loginAnswer) return packet;
    }
  }

  /** Sends a packet and gives its id. */
  async send(type: number, text: string): Promise<number> {
    const id = ++this.#lastId;
    await this.write(encodePacket({ id, type, body: new TextEncoder().encode(text) }));
    return id;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) sent += await this.socket.write(bytes.subarray(sent));
  }

  /** The text of the next packet that comes after this command. */
  async run(command: string): Promise<string> {
    await this.send(PacketType.command, command);
    return (await this.packet()).text;
  }

  /** The next packet. @throws Error when the connection ends or nothing comes in 5 s. */
  async packet(): Promise<Shown> {
    const { id, type, body } = await this.rawPacket();
    return { id, type, text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(body) };
  }

  /** The next packet, undecoded. */
  async rawPacket(): Promise<Packet> {
    while (this.#packets.length === 0) {
      const bytes = await this.bytes();
      if (bytes === undefined) throw new Error("The connection was closed");
      this.#packets.push(...this.#reader.read(bytes));
    }
    return this.#packets.shift()!;
  }

  /** The next bytes as they come; undefined when the connection was closed. */
  async bytes(): Promise<Uint8Array | undefined> {
    const length = await this.#within(PATIENCE_MS);
    if (length === undefined) throw new Error(`Nothing came in ${PATIENCE_MS} ms`);
    return length === null ? undefined : this.#buffer.slice(0, length);
  }

  /** Whether nothing comes for a moment; what comes is kept. */
  async hearsNothing(): Promise<boolean> {
    if (this.#packets.length > 0) return false;
    const length = await this.#within(NOTHING_MS);
    if (length === undefined) return true;
    if (length !== null) this.#packets.push(...this.#reader.read(this.#buffer.slice(0, length)));
    return false;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reading?.catch(() => {});
    this.socket.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #within(ms: number): Promise<number | null | undefined> {
    this.#reading ??= this.socket.read(this.#buffer);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), ms);
    });
    try {
      const length = await Promise.race([this.#reading, tooLate]);
      if (length !== undefined) this.#reading = undefined;
      return length;
    } catch (error) {
      this.#reading = undefined;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
