/**
 * A client of the gateway that is a WebSocket and nothing more: tests say each frame themselves.
 * @module
 */

import type { LocalDiscord } from "../../../src/sandbox/discord/server.ts";
import type { Application } from "../../../src/sandbox/discord/world.ts";

/** A frame from the gateway. */
export interface Frame {
  readonly op: number;
  readonly t: string | null;
  readonly s: number | null;
  // deno-lint-ignore no-explicit-any -- tests look into events of every shape
  readonly d: any;
}

/** Guilds, guild messages, direct messages and message content. */
export const INTENTS = 1 << 0 | 1 << 9 | 1 << 12 | 1 << 15;

const WITHIN_MS = 5000;

/** One connection. */
export class GatewayClient implements AsyncDisposable {
  /** Frames that nobody has taken, oldest first. */
  readonly frames: Frame[] = [];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  isClosed = false;
  readonly #socket: WebSocket;
  #arrived = Promise.withResolvers<void>();

  constructor(readonly url: string) {
    this.#socket = new WebSocket(url);
    this.closed = new Promise((resolve) => {
      this.#socket.onclose = ({ code }) => {
        this.isClosed = true;
        resolve(code);
      };
    });
    this.#socket.onerror = () => {};
    this.#socket.onmessage = ({ data }) => {
      this.frames.push(JSON.parse(data));
      this.#arrived.resolve();
      this.#arrived = Promise.withResolvers();
    };
  }

  /** A connection that got its HELLO. */
  static async open(discord: LocalDiscord, query = "?v=10&encoding=json"): Promise<GatewayClient> {
    const client = new GatewayClient(discord.gateway.url + query);
    await client.take(({ op }) => op === 10);
    return client;
  }

  /** An identified connection, and its READY. */
  static async login(discord: LocalDiscord, app: Application, intents = INTENTS) {
    const client = await GatewayClient.open(discord);
    client.identify(app.token, intents);
    return { client, ready: await client.event("READY") };
  }

  /** Sends a payload. */
  send(op: number, d: unknown): void {
    this.#socket.send(JSON.stringify({ op, d }));
  }

  /** Sends a frame as it is. */
  sendRaw(data: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(data);
  }

  /** Sends op 2. */
  identify(token: string, intents: unknown = INTENTS, more: object = {}): void {
    const properties = { os: "linux", browser: "test", device: "test" };
    this.send(2, { token, intents, properties, ...more });
  }

  /** The next frame that matches; those before it stay. Rejects when the connection ends first. */
  async take(matches: (frame: Frame) => boolean): Promise<Frame> {
    let timer;
    const late = new Promise<never>((_, reject) => {
      const text = () => `no such frame in ${JSON.stringify(this.frames)}`;
      timer = setTimeout(() => reject(new Error(text())), WITHIN_MS);
      this.closed.then((code) => reject(new Error(`closed with ${code}: ${text()}`)));
    });
    try {
      for (;;) {
        const index = this.frames.findIndex(matches);
        if (index >= 0) return this.frames.splice(index, 1)[0]!;
        await Promise.race([this.#arrived.promise, late]);
      }
    } finally {
      clearTimeout(timer);
      late.catch(() => {});
    }
  }

  /** The next event of this name. */
  event(name: string): Promise<Frame> {
    return this.take(({ t }) => t === name);
  }

  /** Resolves once everything sent before has been dealt with: a heartbeat, and its answer. */
  async settled(): Promise<void> {
    this.send(1, null);
    await this.take(({ op }) => op === 11);
  }

  /** Leaves, and resolves when gone. A code like 4000 leaves the session to be resumed. */
  async leave(code = 1000): Promise<void> {
    this.#socket.close(code);
    await this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }
}
