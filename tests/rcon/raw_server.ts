/**
 * A server on this machine that says exactly the bytes a test wants, for what no game would say.
 * @module
 */

import { Buffer } from "node:buffer";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { encodeFrame, type Frame, FrameReader } from "../../src/rcon/frames.ts";
import type { RconServer } from "../../src/rcon/guard.ts";

export const PASSWORD = "correct horse";

/** A packet as text. */
export const packet = (id: number, type: number, text: string | Uint8Array = ""): Buffer =>
  encodeFrame({ id, type, body: Buffer.from(text) });

/** What a client sent, and its socket. */
export interface Request extends Frame {
  readonly text: string;
  readonly socket: Socket;
}

/** Answers a login as ARK does. */
export function login({ id, text, socket }: Request): void {
  socket.write(packet(text === PASSWORD ? id : -1, 2));
}

export interface RawServer extends AsyncDisposable {
  readonly address: RconServer;
  /** Texts of the packets received, logins left out. */
  readonly received: string[];
  /** Connections accepted so far. */
  connections: number;
  /** Sockets that are open. */
  readonly sockets: Set<Socket>;
}

/** Hands every packet of every client to `answer`, and each socket to `greet` first. */
export async function startRaw(
  answer: (request: Request) => void,
  { greet, allowHalfOpen = false }: { greet?: (socket: Socket) => void; allowHalfOpen?: boolean } =
    {},
): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const received: string[] = [];
  const server = createServer({ allowHalfOpen }, (socket) => {
    const reader = new FrameReader();
    raw.connections++;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    greet?.(socket);
    socket.on("data", (chunk: Uint8Array) => {
      for (const frame of reader.push(chunk)) {
        const text = Buffer.from(frame.body).toString();
        if (frame.type === 2) received.push(text);
        answer({ ...frame, text, socket });
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const raw: RawServer = {
    address: { name: "The Island", host: "127.0.0.1", port, password: PASSWORD },
    received,
    connections: 0,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
  return raw;
}
