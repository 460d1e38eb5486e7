/** Ways to send commands to a game server that `scripts/bench/rcon.ts` compares. @module */

import { Rcon } from "rcon-client";
import { openConsole } from "../../../src/rcon/console.ts";
import { Connection, type RconServer } from "../../../src/rcon/guard.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { openLog } from "../../../src/runtime/log.ts";

/** Where a server is, and how to get in. */
export type Address = RconServer;

/** What a way of sending must be able to do. */
export interface Client {
  send(command: string): Promise<unknown>;
  close(): Promise<unknown>;
}

const ANSWER_MS = 10_000;

const log = openLog("bench", {
  write: (line) => console.error(line.trimEnd()),
  now: () => new Date(),
  secrets: [],
  level: "error", // servers fail on purpose here
});

/** As the program does it. Does not pause before it connects again, to save time. */
export const viaConsole = (server: Address) =>
  openConsole({ server, clock: systemClock, log, random: () => 0 });

/** As the program does it, pauses and breaker included. */
export const viaPausingConsole = (server: Address) =>
  openConsole({ server, clock: systemClock, log });

/** The guard alone, without a queue. */
export async function viaGuard(server: Address): Promise<Client> {
  const connection = new Connection(server, systemClock);
  await connection.open();
  return {
    send: (command) => connection.send(command, ANSWER_MS),
    close: () => connection.close(),
  };
}

/** The library alone, over one connection. */
export async function viaLibrary(server: Address): Promise<Client> {
  const rcon = await connectLibrary(server);
  return { send: (command) => rcon.send(command), close: () => rcon.end() };
}

/** The library alone, a connection and a login for each command, as the old bots did. */
export function viaConnections(server: Address): Client {
  return {
    async send(command) {
      const rcon = await connectLibrary(server);
      await rcon.send(command);
      await rcon.end();
    },
    close: () => Promise.resolve(),
  };
}

function connectLibrary({ host, port, password }: Address): Promise<Rcon> {
  return Rcon.connect({ host, port, password, timeout: ANSWER_MS, maxPending: 1 });
}
