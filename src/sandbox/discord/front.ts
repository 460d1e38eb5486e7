/**
 * The door of the local Discord: a TCP listener before its HTTP server, so that connections can be
 * refused, cut, held up and written to as a broken network does it. Knows bytes, not what they say.
 * @module
 */

import { delay } from "es-toolkit";

const HOST = "127.0.0.1";
const BUFFER_BYTES = 64 * 1024;
/** Another process may hold the port for a moment when it is wanted back. */
const LISTEN_ATTEMPTS = 50;
const LISTEN_AGAIN_MS = 100;

/** One client's connection, and the one behind it to the HTTP server. */
export class Link {
  readonly #closed = Promise.withResolvers<void>();
  /** Resolves when the connection has ended, from whichever side. */
  readonly closed = this.#closed.promise;
  isClosed = false;

  constructor(readonly client: Deno.TcpConn, readonly inner: Deno.TcpConn) {}

  /** Ends it at once, without a word. */
  cut(): void {
    this.isClosed = true;
    this.#closed.resolve();
    for (const side of [this.client, this.inner]) {
      try {
        side.close();
      } catch {
        // It was closed already.
      }
    }
  }

  /** Writes to the client, past the HTTP server. Between frames only, or both get mixed up. */
  async inject(bytes: Uint8Array): Promise<void> {
    await write(this.client, bytes).catch(() => this.cut());
  }
}

/** Accepts connections and passes their bytes on. */
export class Front {
  /** Of the address, for as long as the front lives. */
  readonly port: number;
  /** Every byte waits this long, both ways. */
  latencyMs = 0;
  readonly #innerPort: number;
  readonly #links = new Map<number, Link>();
  readonly #running = new Set<Promise<void>>();
  readonly #stopped = new AbortController();
  #listener: Deno.TcpListener | undefined;
  #held: PromiseWithResolvers<void> | undefined;

  /** @param innerPort Of the HTTP server on the same machine. */
  constructor(innerPort: number) {
    this.#innerPort = innerPort;
    this.port = this.#listen(0);
  }

  /** The connection that reaches the HTTP server from this port. */
  linkOf(innerClientPort: number): Link | undefined {
    return this.#links.get(innerClientPort);
  }

  /** Refuses new connections and cuts those there are. */
  shut(): void {
    this.#listener?.close();
    this.#listener = undefined;
    for (const link of this.#links.values()) link.cut();
  }

  /** Accepts connections again, on the same port. */
  async reopen(): Promise<void> {
    for (
      let attempt = 1;
      this.#listener === undefined && !this.#stopped.signal.aborted;
      attempt++
    ) {
      try {
        this.#listen(this.port);
      } catch (error) {
        if (!(error instanceof Deno.errors.AddrInUse) || attempt === LISTEN_ATTEMPTS) throw error;
        await delay(LISTEN_AGAIN_MS);
      }
    }
  }

  /** Holds the bytes of both ways; connections are still accepted. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  /** Lets go what was held. */
  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  /** Ends everything; resolves when no connection is left. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.shut();
    this.release();
    await Promise.all(this.#running);
  }

  #listen(port: number): number {
    const listener = Deno.listen({ hostname: HOST, port });
    this.#listener = listener;
    this.#run(this.#accept(listener));
    return listener.addr.port;
  }

  #run(work: Promise<void>): void {
    const running = work.finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    for await (const client of listener) this.#run(this.#connect(client));
  }

  async #connect(client: Deno.TcpConn): Promise<void> {
    const inner = await Deno.connect({ hostname: HOST, port: this.#innerPort }).catch(() => {});
    if (inner === undefined) return client.close();
    client.setNoDelay();
    inner.setNoDelay();
    const link = new Link(client, inner);
    this.#links.set(inner.localAddr.port, link);
    // While it was connecting, the front may have been shut.
    if (this.#listener === undefined) link.cut();
    // The first side to end ends the other: nobody speaks on a half-closed connection here.
    const ways = [this.#pass(client, inner), this.#pass(inner, client)]
      .map((way) => way.catch(() => {}).finally(() => link.cut()));
    await Promise.all(ways);
    this.#links.delete(inner.localAddr.port);
  }

  async #pass(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(BUFFER_BYTES);
    for (;;) {
      const length = await from.read(buffer);
      if (length === null) return;
      if (this.latencyMs > 0) await delay(this.latencyMs, { signal: this.#stopped.signal });
      await this.#held?.promise;
      await write(to, buffer.subarray(0, length));
    }
  }
}

async function write(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await to.write(bytes.subarray(sent));
}
