/**
 * The port of a game server: it accepts connections, refuses them, lets them in without reading, or
 * swallows them like a network that drops every packet. Knows no RCON.
 * @module
 */

import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { delay } from "es-toolkit";

const HOST = "127.0.0.1";
/** Another process may hold the port for a moment when it is wanted back. */
const LISTEN_ATTEMPTS = 50;
const LISTEN_AGAIN_MS = 100;

/** What a client meets at the port. */
export type DoorState =
  /** Connections are accepted and handed on. */
  | "open"
  /** Nobody listens: the connection is refused. */
  | "shut"
  /** Connections are accepted by the system and nobody ever reads from them. */
  | "deaf"
  /** Nothing answers: a connection is never made, and those there are fall silent. */
  | "black hole";

/** One port in one state at a time. */
export class Door {
  #port = 0;
  #server: Server | undefined;
  #plug: Plug | undefined;
  #state: DoorState = "shut";
  #changing: Promise<void> = Promise.resolve();
  readonly #sockets = new Set<Socket>();

  /** @param admit Called for each connection. */
  constructor(readonly admit: (socket: Socket) => void) {}

  /** Of the address; 0 before it was first opened, and the same ever after. */
  get port(): number {
    return this.#port;
  }

  get state(): DoorState {
    return this.#state;
  }

  /** Connections that clients have at the moment. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Resolves when clients meet this state. Changes happen one after the other. */
  change(state: DoorState): Promise<void> {
    const changed = this.#changing.then(() => this.#change(state));
    this.#changing = changed.catch(() => {});
    return changed;
  }

  async #change(state: DoorState): Promise<void> {
    if (state === this.#state) return;
    const isListening = state === "open" || state === "deaf";
    this.#state = state;
    for (const socket of this.#sockets) {
      if (state === "shut") socket.destroy();
      else if (state === "open") socket.resume();
      else socket.pause();
    }
    if (!isListening) await this.#closeServer();
    this.#plug?.close();
    this.#plug = undefined;
    if (state === "black hole") this.#plug = await again(() => Plug.at(this.#port));
    if (isListening && this.#server === undefined) await again(() => this.#listen());
  }

  async #listen(): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
    server.on("connection", (socket) => this.#welcome(socket));
    server.listen(this.#port, HOST);
    await once(server, "listening");
    this.#server = server;
    const address = server.address();
    if (address !== null && typeof address === "object") this.#port = address.port;
  }

  #welcome(socket: Socket): void {
    this.#sockets.add(socket);
    // A client that resets its connection is no fault of ours, and unheard it would end the process.
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
    if (this.#state === "shut") return void socket.destroy();
    this.admit(socket);
    if (this.#state === "open") socket.resume();
  }

  async #closeServer(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.close();
    // Otherwise it would last as long as any connection does.
    if (this.#state === "shut") await once(server, "close");
  }
}

/** A listener that accepts nothing, with its waiting room filled: further clients get no answer. */
class Plug {
  private constructor(
    readonly listener: Deno.TcpListener,
    readonly fillers: readonly Deno.TcpConn[],
  ) {}

  static async at(port: number): Promise<Plug> {
    const listener = Deno.listen({ hostname: HOST, port, tcpBacklog: 1 });
    // Linux lets one more wait than it was told.
    const fillers = [1, 2].map(() => Deno.connect({ hostname: HOST, port: listener.addr.port }));
    return new Plug(listener, await Promise.all(fillers));
  }

  close(): void {
    for (const filler of this.fillers) filler.close();
    this.listener.close();
  }
}

async function again<T>(listen: () => Promise<T>): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await listen();
    } catch (error) {
      const isTaken = error instanceof Deno.errors.AddrInUse ||
        (error instanceof Error && "code" in error && error.code === "EADDRINUSE");
      if (!isTaken || attempt === LISTEN_ATTEMPTS) throw error;
      await delay(LISTEN_AGAIN_MS);
    }
  }
}
