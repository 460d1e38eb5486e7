/**
 * One connection to one game server, over rcon-client 4.2.5, which alone would hang or end the
 * process on hostile bytes, believe wrong passwords, wait for ever and lose parts of answers. What
 * makes it safe stands here, each line with its reason. Knows no queue, no repetition, no meaning
 * of commands. A connection that ended in whatever way is never used again: the library's own
 * queue would send old commands after a reconnect, and its counters and callbacks are then stale.
 * @module
 */

import { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { Rcon } from "rcon-client";
import { addressText } from "../runtime/address.ts";
import { type Clock, LONGEST_SLEEP_MS } from "../runtime/clock.ts";
import { isQuestion } from "./command_text.ts";
import { RconError, type RconFailure, type RconOutcome } from "./errors.ts";
import {
  COMMAND_ANSWER,
  encodeFrame,
  type Frame,
  FrameReader,
  LARGEST_BYTES,
  LOGIN_ANSWER,
} from "./frames.ts";

/** A game server and how to get in. */
export interface RconServer {
  /** As people call it; stands in errors. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly password: string;
}

const CONNECT_MS = 5_000;
/** A server that is starting needs up to 7 s for a login (measured on a real one). */
const LOGIN_MS = 10_000;
/**
 * Servers that cut long answers cut at 4,096 bytes, some a little below. Who sends more in one packet
 * does not cut: to wait for another one would keep an answer that nobody has stored yet, and what
 * GetGameLog and GetChat have told is gone from the game.
 */
const MAYBE_CUT_FROM = 3_900, MAYBE_CUT_TO = 4_096;
/** Clients that know such servers wait 50 to 300 ms for the next part. */
const NEXT_PART_MS = 300;
/** What a part takes besides its bytes, so that a flood of empty ones comes to an end as well. */
const PART_COST_BYTES = 256;
const KEEP_ALIVE_MS = 15_000;

/** What is waited for will not come; why, the connection's end says. */
const INTERRUPTED = new Error("The connection is over");

/** Why a connection is over. */
interface End {
  readonly kind: RconFailure;
  readonly reason: string;
}

/** One TCP connection and its login; one command at a time. */
export class Connection {
  readonly #server: RconServer;
  readonly #clock: Clock;
  readonly #rcon: Rcon;
  readonly #reader = new FrameReader();
  /** Takes the place of the library's splitter: what is emitted as "data" reaches the library. */
  readonly #checked = new EventEmitter();
  readonly #closed = Promise.withResolvers<void>();
  #end: End | undefined;
  #socket: Socket | null = null;
  #hasLoginAnswer = false;
  /** The library numbers its packets from 0; that is the login. */
  #lastId = 0;
  #isBusy = false;
  /** Of the command whose answer is not complete. */
  #wanted: number | undefined;
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  #stopNextPart = () => {};
  /** Ends what is being waited for. */
  #interrupt: (() => void) | undefined;
  #heardAt = 0;

  constructor(server: RconServer, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
    const { host, port, password } = server;
    this.#rcon = new Rcon({
      host,
      port,
      password,
      // Deadlines are kept here, on the clock; the library's own, 2 s by default, must never be
      // first. It would leave the socket open and its callback in a map.
      timeout: LONGEST_SLEEP_MS,
      // More would warn of too many listeners; ARK answers one command at a time anyway.
      maxPending: 1,
    });
    // The library hands on errors of the socket; without a listener they end the process.
    this.#rcon.on("error", () => {});
  }

  /** Whether a command can be sent. */
  get isOpen(): boolean {
    return this.#rcon.authenticated && !this.#end;
  }

  /** When the server last sent something, milliseconds since 1970. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Connects and logs in; once only. @throws {RconError} "not sent" */
  async open(): Promise<void> {
    const loggedIn: Promise<unknown> = this.#rcon.connect();
    const socket = this.#socket = this.#rcon.socket; // set before connect() returns
    loggedIn.catch(() => {}); // it may fail before it is waited for
    // There is no socket for a port that no port can be.
    const connected: Promise<unknown> = socket ? this.#takeOver(socket) : loggedIn;
    try {
      await this.#within(CONNECT_MS, { work: connected, late: "unreachable" });
      await this.#within(LOGIN_MS, { work: loggedIn, late: "silent" });
    } catch (error) {
      const end = this.#hasLoginAnswer
        ? { kind: "password", reason: "it refuses the password" } as const
        : { kind: "unreachable", reason: codeOf(error as Error) } as const;
      this.#finish(end);
      throw this.#error(
        `log in to ${this.#server.name} at ${addressText(this.#server)}`,
        "not sent",
      );
    }
  }

  /**
   * Sends one command, whose text has been checked, and resolves with the bytes of the whole
   * answer. After a failure the connection is closed: what comes later would be taken for the next
   * answer.
   * @throws {RconError} "not sent" when the connection had ended before, else "unknown"
   */
  async send(command: string, deadlineMs: number): Promise<Uint8Array> {
    const [verb] = command.split(" ");
    if (this.#isBusy) throw new Error(`Cannot send ${verb}: a command is under way`);
    if (!this.isOpen) throw this.#error(`send ${verb} to ${this.#server.name}`, "not sent");
    this.#isBusy = true;
    this.#wanted = ++this.#lastId;
    try {
      // send() would decode each packet as UTF-8 and lose what is not.
      const answer = this.#rcon.sendRaw(Buffer.from(command, "utf8"));
      return await this.#within(deadlineMs, { work: answer, late: "silent" });
    } catch {
      this.#finish({ kind: "broken", reason: "the connection was lost" });
      const { name } = this.#server;
      const action = isQuestion(command)
        ? `get ${name}'s answer to ${verb}`
        : `tell whether ${name} ran ${verb}`;
      throw this.#error(action, "unknown", { onlyAsked: isQuestion(command) });
    } finally {
      this.#isBusy = false;
    }
  }

  /** Ends it at once; resolves when the socket is gone. */
  async close(): Promise<void> {
    this.#finish({ kind: "closed", reason: "the connection was closed here" });
    if (this.#socket) await this.#closed.promise;
  }

  /** Puts our own reading between the socket and the library. Resolves when it is connected. */
  #takeOver(socket: Socket): Promise<void> {
    const connected = Promise.withResolvers<void>();
    let isConnected = false;
    // The library's splitter loops for ever on a length of -4, throws where nobody can catch it on
    // others below 9, and collects without bound what a large one announces.
    Object.assign(socket, { pipe: () => this.#checked });
    socket.on("data", (chunk: Uint8Array) => this.#receive(chunk));
    socket.once("connect", () => {
      isConnected = true;
      socket.setKeepAlive(true, KEEP_ALIVE_MS); // the library sets none; finds dead machines
      connected.resolve();
    });
    // Also before the library listens itself.
    socket.on("error", (error) =>
      this.#finish({
        kind: isConnected ? "broken" : "unreachable",
        reason: `${isConnected ? "the connection was lost" : "nobody answers"} (${codeOf(error)})`,
      }));
    // The other side has closed; if it had to agree to our closing, it could keep us waiting.
    socket.on("end", () => this.#finish({ kind: "broken", reason: "it closed the connection" }));
    socket.on("close", () => {
      this.#finish({ kind: "broken", reason: "the connection was lost" });
      this.#closed.resolve();
    });
    return connected.promise;
  }

  #receive(chunk: Uint8Array): void {
    const before = this.#parts.length;
    try {
      for (const frame of this.#reader.push(chunk)) this.#take(frame);
      if (this.#parts.length > before) this.#awaitNextPart();
    } catch (error) {
      this.#finish({ kind: "broken", reason: `this is not RCON: ${(error as Error).message}` });
    }
  }

  #take(frame: Frame): void {
    if (this.#end) return;
    this.#heardAt = this.#clock.now();
    if (!this.#hasLoginAnswer) {
      // The library takes any packet for the answer to its login, so that a Keep Alive or the
      // empty packet of Source servers would make every password right.
      if (frame.type !== LOGIN_ANSWER) return;
      this.#hasLoginAnswer = true;
      this.#checked.emit("data", encodeFrame(frame));
      return;
    }
    // Everything else is a Keep Alive, whose id is not recorded anywhere, or a late answer.
    if (frame.id === this.#wanted && frame.type === COMMAND_ANSWER) this.#collect(frame);
  }

  /** The library would return the first packet of an answer and drop the others. */
  #collect({ body }: Frame): void {
    this.#parts.push(body);
    this.#partBytes += PART_COST_BYTES + body.length;
    if (this.#partBytes > LARGEST_BYTES) {
      this.#finish({ kind: "broken", reason: `its answer is longer than ${LARGEST_BYTES} bytes` });
    } else if (this.#parts.length === 1 && !mayBeCut(body)) {
      this.#handOver();
    }
  }

  /** Once for all parts that came together: a timer for each of many would hold the process up. */
  #awaitNextPart(): void {
    this.#stopNextPart();
    if (this.#end) return;
    this.#stopNextPart = this.#clock.after(NEXT_PART_MS, () => this.#handOver());
  }

  #handOver(): void {
    const id = this.#wanted;
    const body = Buffer.concat(this.#parts.splice(0));
    this.#partBytes = 0;
    this.#wanted = undefined;
    if (id !== undefined) {
      this.#checked.emit("data", encodeFrame({ id, type: COMMAND_ANSWER, body }));
    }
  }

  /** What the library promises never stands alone: it forgets promises when a socket closes. */
  async #within<T>(
    ms: number,
    { work, late: kind }: { work: Promise<T>; late: RconFailure },
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    work.then(resolve, reject);
    this.#interrupt = () => reject(INTERRUPTED);
    if (this.#end) this.#interrupt();
    const stopDeadline = this.#clock.after(ms, () => {
      this.#finish({ kind, reason: `it does not answer within ${ms / 1000} s` });
    });
    try {
      return await promise;
    } finally {
      stopDeadline();
      this.#interrupt = undefined;
    }
  }

  /** The first reason counts. */
  #finish(end: End): void {
    if (this.#end) return;
    this.#end = end;
    this.#interrupt?.();
    this.#stopNextPart();
    // Not the library's end(): that waits for the other side, for ever if need be.
    this.#socket?.destroy();
  }

  #error(action: string, outcome: RconOutcome, { onlyAsked = false } = {}): RconError {
    const { kind, reason } = this.#end ?? { kind: "broken", reason: "it is not connected" };
    return new RconError({ kind, outcome, action, reason, onlyAsked });
  }
}

function mayBeCut({ length }: Uint8Array): boolean {
  return length >= MAYBE_CUT_FROM && length <= MAYBE_CUT_TO;
}

/** Such as ECONNREFUSED. The message has the address as well, which not everybody may read. */
function codeOf(error: Error & { readonly code?: string }): string {
  return error.code ?? error.message;
}
