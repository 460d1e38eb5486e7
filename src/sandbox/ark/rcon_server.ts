/**
 * RCON as ARK serves it: logins, one command a tick, Keep Alive packets, its handling of text. Also
 * in the style of Source servers. Source of the quirks (Q1 to Q16): `../shared/rcon/ark-rcon.md`. What
 * commands do is left to others.
 * @module
 */

import type { Socket } from "node:net";
import { delay } from "es-toolkit";
import { type Clock, unlessAborted } from "../../runtime/clock.ts";
import type { Result } from "./commands.ts";
import { Connection, type Sending } from "./connection.ts";
import { deliver } from "./delivery.ts";
import { Faults } from "./faults.ts";
import {
  encodePacket,
  keepAlivePacket,
  type Packet,
  PacketType,
  pieces,
  REFUSED_ID,
} from "./packets.ts";

/** So many commands are kept in {@linkcode RconServer.received}. */
const RECEIVED_KEPT = 100_000;
/** While the world loads, a login takes so long … */
const LOADING_LOGIN_MS = 6_000;
/** … and a command so long. */
const LOADING_COMMAND_MS = 3_000;
/** Longest body of a packet in the style of Source. */
const SOURCE_BODY_BYTES = 4_096;
/** What a Source server answers to a packet of type 0, after the same packet. */
const MIRROR_END = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0);

/** How the server behaves where servers differ. May be changed at any time. */
export interface RconManner extends Sending {
  /** Time between two ticks of the game, in real milliseconds: 33 on a real server, default 0. */
  tickMs: number;
  /**
   * Default "ascii", as the game has it (Q9): whatever is not ASCII becomes `?`, both ways. "utf8"
   * is a server with a plugin.
   */
  encoding: "ascii" | "utf8";
  /**
   * "source" sends an empty answer before that to a login, mirrors packets of type 0, and splits at
   * 4,096 bytes; "ark", the default, does none of it (Q7), and forgets what came together with a
   * command (Q6).
   */
  style: "ark" | "source";
  /** What follows a wrong password (Q11); default "refused". */
  wrongPassword: "refused" | "closed" | "silent";
  /** Time between two Keep Alive packets on each later connection (Q1), on the clock; default none. */
  keepAliveMs: number | undefined;
  /** Largest body of one packet (Q8); endless by default. */
  packetBytes: number;
  /** Pause between the packets of one answer, in real milliseconds; default 0. */
  packetGapMs: number;
}

/** How far the game is with its start (Q13). */
export type Readiness =
  /** Connections are accepted, nothing is answered. */
  | "silent"
  /** Answers take seconds. */
  | "loading"
  | "ready";

/** A command that arrived. */
export interface Received {
  /** When, in milliseconds since 1970 on the server's clock. */
  readonly at: number;
  /** Number of the connection, from 1. */
  readonly connection: number;
  /** The whole text as it was sent. */
  readonly command: string;
  /** What the game made of it; empty when it was never carried out. */
  readonly ran: readonly string[];
}

/** A login that arrived. */
export interface Login {
  /** When, in milliseconds since 1970 on the server's clock. */
  readonly at: number;
  readonly connection: number;
  /** Whether the password was right. */
  readonly isRight: boolean;
}

/** What an {@linkcode RconServer} is given. */
export interface RconServerOptions {
  readonly manner: RconManner;
  readonly clock: Clock;
  readonly carryOut: (text: string) => Result;
}

/** The RCON side of one server, over all its starts. */
export class RconServer {
  /** What logins are compared with. */
  password = "";
  readiness: Readiness = "ready";
  readonly faults = new Faults();
  /** Oldest first; the last 100,000. */
  readonly received: Received[] = [];
  readonly logins: Login[] = [];
  /** Packets of type 0 that clients sent; ARK has no use for them. */
  strays = 0;
  readonly #options: RconServerOptions;
  readonly #startedAt = performance.now();
  readonly #running = new Set<Promise<void>>();
  readonly #busy = new Set<Connection>();
  readonly #listeners = new Set<(received: Received) => void>();
  readonly #failures: unknown[] = [];
  #connections = 0;
  #frozen: Promise<unknown> = Promise.resolve();

  constructor(options: RconServerOptions) {
    this.#options = options;
  }

  /** Serves a new connection. */
  serve(socket: Socket): void {
    const { manner: sending } = this.#options;
    const connection: Connection = new Connection(++this.#connections, socket, {
      sending,
      received: () => this.#run(connection, this.#work(connection)),
    });
    this.#run(connection, this.#keepAlive(connection));
    const trouble = this.faults.take("connect")?.trouble;
    if (trouble !== undefined) deliver(connection, { packets: [], gapMs: 0, trouble });
  }

  /** The game stands still until the promise settles: nobody gets an answer (Q5). */
  freeze(until: Promise<unknown>): void {
    this.#frozen = Promise.allSettled([this.#frozen, until]);
  }

  /** Calls for every command that arrives from now on, after it was carried out. */
  listen(listener: (received: Received) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Resolves when nothing is under way any more. Every connection must have ended.
   * @throws what went wrong in the server itself.
   */
  async stopped(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    const [failure] = this.#failures.splice(0);
    if (failure !== undefined) throw failure;
  }

  #run(connection: Connection, work: Promise<void>): void {
    const running = work.catch((error) => {
      if (!connection.isOver) this.#failures.push(error); // else it was only left in the middle
    }).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #work(connection: Connection): Promise<void> {
    if (this.#busy.has(connection)) return;
    this.#busy.add(connection);
    try {
      while (connection.waiting.length > 0 && !connection.isOver) {
        await this.#tick(connection);
        if (connection.isOver) return;
        const batch = connection.waiting.splice(0);
        const isArk = this.#options.manner.style === "ark";
        for (const [index, packet] of batch.entries()) {
          if (connection.isOver) return;
          if (index > 0 && isArk) this.#forget(connection, packet);
          else await this.#handle(connection, packet);
        }
      }
    } finally {
      this.#busy.delete(connection);
    }
  }

  /** Waits for the game's next look at its connections. */
  async #tick({ ended }: Connection): Promise<void> {
    const { tickMs } = this.#options.manner;
    if (tickMs > 0) {
      // Rounded up: a timer that fires before the tick would leave the next command no wait.
      const since = (performance.now() - this.#startedAt) % tickMs;
      await delay(Math.ceil(tickMs - since), { signal: ended });
    }
    await unlessAborted(this.#frozen, ended);
  }

  async #handle(connection: Connection, packet: Packet): Promise<void> {
    if (this.readiness === "silent") return this.#forget(connection, packet);
    if (packet.type === PacketType.login) return await this.#logIn(connection, packet);
    if (packet.type === PacketType.command) return await this.#command(connection, packet);
    this.strays++;
    if (this.#options.manner.style === "ark") return;
    connection.send(encodePacket({ id: packet.id, type: 0, body: new Uint8Array() }));
    connection.send(encodePacket({ id: packet.id, type: 0, body: MIRROR_END }));
  }

  /** It arrived, and that is all. */
  #forget(connection: Connection, packet: Packet): void {
    if (packet.type !== PacketType.command) return;
    this.#record(connection, { command: textOf(packet), ran: [] });
  }

  async #logIn(connection: Connection, packet: Packet): Promise<void> {
    const { manner, clock } = this.#options;
    if (this.readiness === "loading") await clock.sleep(LOADING_LOGIN_MS, connection.ended);
    const isRight = textOf(packet) === this.password;
    this.logins.push({ at: clock.now(), connection: connection.number, isRight });
    if (!isRight && manner.wrongPassword === "closed") return connection.finish();
    if (!isRight && manner.wrongPassword === "silent") return;
    connection.isLoggedIn = isRight;
    const id = isRight ? packet.id : REFUSED_ID;
    const body = new Uint8Array();
    if (manner.style === "source") connection.send(encodePacket({ id: packet.id, type: 0, body }));
    const answer = { id, type: PacketType.loginAnswer, body };
    const trouble = this.faults.take("login")?.trouble;
    deliver(connection, { packets: [answer], gapMs: manner.packetGapMs, trouble });
  }

  async #command(connection: Connection, packet: Packet): Promise<void> {
    const { manner, clock, carryOut } = this.#options;
    const command = textOf(packet);
    if (!connection.isLoggedIn) return this.#refuse(connection, packet);
    if (this.readiness === "loading") await clock.sleep(LOADING_COMMAND_MS, connection.ended);
    const fault = this.faults.take({ command });
    const isLost = fault !== undefined && !fault.isCarriedOut;
    const result = isLost ? undefined : carryOut(inEncoding(command, manner));
    this.#record(connection, { command, ran: result?.ran ?? [] });
    if (result !== undefined && result.takesMs > 0) {
      const done = delay(result.takesMs);
      this.freeze(done);
      await done;
    }
    const trouble = fault?.trouble;
    const body = trouble?.kind === "body" ? trouble.body : result?.answer ?? "";
    deliver(connection, {
      packets: packetsOf(body, { id: packet.id, manner }),
      gapMs: manner.packetGapMs,
      trouble,
    });
  }

  /** A command before the login. */
  #refuse(connection: Connection, packet: Packet): void {
    this.#forget(connection, packet);
    if (this.#options.manner.style === "ark") return;
    const body = new Uint8Array();
    connection.send(encodePacket({ id: REFUSED_ID, type: PacketType.loginAnswer, body }));
  }

  #record({ number }: Connection, { command, ran }: Pick<Received, "command" | "ran">): void {
    const received = { at: this.#options.clock.now(), connection: number, command, ran };
    this.received.push(received);
    if (this.received.length > RECEIVED_KEPT) this.received.shift();
    for (const listener of this.#listeners) listener(received);
  }

  async #keepAlive(connection: Connection): Promise<void> {
    const { manner, clock } = this.#options;
    const everyMs = manner.keepAliveMs;
    if (everyMs === undefined) return;
    for (;;) {
      await clock.sleep(everyMs, connection.ended);
      connection.send(keepAlivePacket());
    }
  }
}

function textOf({ body }: Packet): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(body);
}

/** A text as it survives the way into the game or out of it. */
function inEncoding(text: string, { encoding }: RconManner): string {
  return encoding === "ascii" ? text.replace(/\P{ASCII}/gu, "?") : text;
}

/** An answer in as many packets as it takes; bytes are sent as they are. */
function packetsOf(
  body: string | Uint8Array,
  { id, manner }: { id: number; manner: RconManner },
): Packet[] {
  const bytes = typeof body === "string"
    ? new TextEncoder().encode(inEncoding(body, manner))
    : body;
  const length = manner.style === "source"
    ? Math.min(manner.packetBytes, SOURCE_BODY_BYTES)
    : manner.packetBytes;
  return pieces(bytes, length).map((piece) => ({ id, type: PacketType.answer, body: piece }));
}
