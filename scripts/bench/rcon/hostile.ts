/**
 * A server for `scripts/bench/rcon.ts` that sends random bytes to each client, at its connection,
 * its login or its command, and then ends the connection in a random way or not at all.
 * @module
 */

import { Buffer } from "node:buffer";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { encodeFrame, FrameReader, LOGIN_ANSWER } from "../../../src/rcon/frames.ts";
import { answerLines } from "../discord/lines.ts";
import { randomFrom } from "../structure_sets.ts";
import type { Address } from "./clients.ts";

const LOGIN = 3;
const MOST_PIECES = 8, LONGEST_JUNK = 64, LONGEST_BODY = 5_000;
const MOMENTS = ["connection", "login", "command"] as const;
const ENDS = ["end", "destroy", "resetAndDestroy", "nothing"] as const;

const random = randomFrom(20_260_314);
const sockets = new Set<Socket>();
const server = createServer(meet).listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
const address: Address = { name: "hostile", host: "127.0.0.1", port, password: "password" };
await answerLines(address, { open: () => sockets.size });

function meet(socket: Socket): void {
  const moment = anyOf(MOMENTS), reader = new FrameReader();
  sockets.add(socket);
  socket.on("error", () => {});
  socket.on("close", () => sockets.delete(socket));
  if (moment === "connection") attack(socket);
  socket.on("data", (chunk: Uint8Array) => {
    for (const { id, type } of reader.push(chunk)) {
      if (type !== LOGIN || moment === "login") attack(socket);
      else socket.write(encodeFrame({ id, type: LOGIN_ANSWER, body: Buffer.alloc(0) }));
    }
  });
}

function attack(socket: Socket): void {
  for (let left = upTo(MOST_PIECES); left > 0; left--) socket.write(piece());
  const end = anyOf(ENDS);
  if (end !== "nothing") socket[end]();
}

/** Junk, a packet with a wrong length, or a whole packet that was perhaps asked for. */
function piece(): Buffer {
  const kind = upTo(2);
  if (kind === 0) return junk(upTo(LONGEST_JUNK));
  const body = junk(upTo(LONGEST_BODY));
  const packet = encodeFrame({ id: upTo(5) - 2, type: upTo(5) - 1, body });
  if (kind === 1) packet.writeInt32LE(upTo(40) - 20);
  return packet;
}

function junk(length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => upTo(255)));
}

function upTo(most: number): number {
  return Math.floor(random() * (most + 1));
}

function anyOf<T>(values: readonly T[]): T {
  return values[upTo(values.length - 1)]!;
}
