/**
 * The console of one game server: commands go in order over one connection, which is opened when
 * somebody needs it and opened again when it was lost. A server that does not answer holds up
 * nobody but those who talk to it, and those only for a bounded time. Knows no meaning of answers.
 *
 * What becomes of a command is one of three things: its answer, an error with the outcome
 * "not sent", or one with the outcome "unknown", when it was sent and the answer was lost.
 * @module
 */

import { backoffMs } from "../runtime/backoff.ts";
import { checkSleep, type Clock, settlesWithin } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import { decodeAnswer } from "./answer_text.ts";
import { answerMs, checkCommand, isRepeatable } from "./command_text.ts";
import { RconError, type RconFailure } from "./errors.ts";
import { Connection, type RconServer } from "./guard.ts";

/** Sends commands to one game server. */
export interface GameConsole {
  /**
   * Sends a command when those before it are done, and resolves with the text of its answer. Sends
   * it at most once, unless it is harmless to repeat ({@linkcode isRepeatable}).
   * @throws {RconError}
   */
  send(command: string, options?: SendOptions): Promise<string>;
  status(): ConsoleStatus;
  /** Ends the connection and everything that waits, for good. Never rejects. */
  close(): Promise<void>;
}

/** How a command is sent. */
export interface SendOptions {
  /** Longest wait for its turn, milliseconds; also while the server is away. Default 30 s. */
  readonly waitMs?: number;
}

/** How a server's console is doing. */
export interface ConsoleStatus {
  /**
   * idle: nobody has needed it lately. connected: it works. failing: what was tried last failed,
   * the next try is near. paused: it failed so often that commands are refused until `nextTry`.
   */
  readonly state: "idle" | "connected" | "failing" | "paused" | "closed";
  /** Commands that wait for their turn. */
  readonly waiting: number;
  /** Failures since the last answer. */
  readonly failures: number;
  /** When the server is tried again at the earliest; undefined when nothing forbids it now. */
  readonly nextTry: Date | undefined;
  /** The last failure, also after it works again. */
  readonly lastError:
    | { readonly text: string; readonly kind: RconFailure; readonly at: Date }
    | undefined;
}

/** What a console needs. */
export interface ConsoleOptions {
  readonly server: RconServer;
  readonly clock: Clock;
  readonly log: Log;
  /** Source of jitter: numbers from 0 up to, not including, 1. */
  readonly random?: () => number;
}

/** Commands that may wait; more are refused at once. */
export const MOST_WAITING = 32;
/** So many failures in a row open the breaker: commands are then refused at once. */
export const MOST_FAILURES = 3;

const WAIT_MS = 30_000;
/** People wait for the end of a restart: a server is found again within 5 s, at one connection each. */
const PAUSE = { firstMs: 1_000, maxMs: 5_000 };
/** A wrong password stays wrong until somebody acts, and some hosts ban who keeps trying. */
const PASSWORD_PAUSE_MS = 600_000;
/** After so long a silence the connection may be dead without a sign. */
const DOUBTFUL_AFTER_MS = 60_000;
/** A connection that nobody needs is given back. */
const IDLE_MS = 300_000;
const CLOSE_MS = 2_000;
/** Changes nothing, and every server answers it. */
const PROOF = "ListPlayers";

/** A command that waits for its turn. */
interface Waiting {
  readonly command: string;
  readonly resolve: (answer: string) => void;
  readonly reject: (error: RconError) => void;
  /** Ends the wait for its turn. */
  stopWait: () => void;
  /** It waits no longer. */
  isSettled: boolean;
  /** How its first sending ended, when it is to be repeated. */
  doubt?: RconError;
}

/** Why commands are not sent. */
type Why = Pick<RconError, "kind" | "reason">;

const CLOSED: Why = { kind: "closed", reason: "its console was closed" };

/** A console, not yet connected. */
export function openConsole(options: ConsoleOptions): GameConsole {
  return new ServerConsole(options);
}

class ServerConsole implements GameConsole {
  readonly #server: RconServer;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #random: () => number;
  readonly #queue: Waiting[] = [];
  readonly #stopping = new AbortController();
  #connection: Connection | undefined;
  #work: Promise<void> | undefined;
  #stopIdle = () => {};
  #failures = 0;
  #isPaused = false;
  #nextTry = 0;
  #lastError: { readonly error: RconError; readonly at: Date } | undefined;

  constructor({ server, clock, log, random = Math.random }: ConsoleOptions) {
    this.#server = server;
    this.#clock = clock;
    this.#log = log;
    this.#random = random;
  }

  async send(command: string, { waitMs = WAIT_MS }: SendOptions = {}): Promise<string> {
    checkCommand(command);
    checkSleep(waitMs);
    this.#refuseWhenUseless(command);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const waiting: Waiting = { command, resolve, reject, stopWait: () => {}, isSettled: false };
    waiting.stopWait = this.#clock.after(waitMs, () => this.#giveUp(waiting));
    this.#queue.push(waiting);
    this.#stopIdle();
    this.#work ??= this.#workOff();
    return await promise;
  }

  status(): ConsoleStatus {
    const isHeld = this.#nextTry > this.#clock.now();
    const state = this.#stopping.signal.aborted
      ? "closed"
      : this.#isPaused && isHeld
      ? "paused"
      : this.#failures > 0
      ? "failing"
      : this.#connection?.isOpen
      ? "connected"
      : "idle";
    return {
      state,
      waiting: this.#queue.length,
      failures: this.#failures,
      nextTry: isHeld ? new Date(this.#nextTry) : undefined,
      lastError: this.#lastError &&
        {
          text: this.#lastError.error.message,
          kind: this.#lastError.error.kind,
          at: this.#lastError.at,
        },
    };
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    this.#stopIdle();
    this.#rejectAll(CLOSED);
    const work = Promise.all([this.#connection?.close(), this.#work]);
    await settlesWithin(CLOSE_MS, { work, clock: this.#clock });
  }

  #refuseWhenUseless(command: string): void {
    const left = this.#nextTry - this.#clock.now();
    if (this.#stopping.signal.aborted) throw this.#notSent(command, CLOSED);
    if (this.#isPaused && left > 0 && this.#lastError) {
      throw this.#notSent(command, this.#lastError.error);
    }
    if (this.#queue.length >= MOST_WAITING) {
      const reason = `${MOST_WAITING} commands are waiting already`;
      throw this.#notSent(command, { kind: "busy", reason });
    }
  }

  /** Sends what waits, one after the other, until nothing does. Never rejects. */
  async #workOff(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#queue.length > 0) {
      try {
        const pauseMs = this.#nextTry - this.#clock.now();
        if (pauseMs > 0) await this.#clock.sleep(pauseMs, signal);
        const connection = await this.#connected();
        const next = this.#queue.shift(); // its time may be over by now
        if (next) await this.#deliver(next, connection);
      } catch (error) {
        if (signal.aborted) break;
        await this.#recordFailure(error as RconError);
      }
    }
    this.#work = undefined; // without a gap: the next command may come in the very next moment
    if (!signal.aborted) this.#closeWhenIdle();
  }

  #closeWhenIdle(): void {
    this.#stopIdle = this.#clock.after(IDLE_MS, () => {
      if (!this.#work) void this.#connection?.close();
    });
  }

  /** A connection that is known to work. */
  async #connected(): Promise<Connection> {
    if (this.#connection?.isOpen) {
      const silentMs = this.#clock.now() - this.#connection.heardAt;
      if (silentMs > DOUBTFUL_AFTER_MS) await this.#prove(this.#connection);
      return this.#connection;
    }
    await this.#connection?.close();
    this.#stopping.signal.throwIfAborted();
    const connection = this.#connection = new Connection(this.#server, this.#clock);
    await connection.open();
    // A server that lets us in and then says nothing must not swallow commands one by one.
    if (this.#failures > 0) await this.#prove(connection);
    return connection;
  }

  async #prove(connection: Connection): Promise<void> {
    await connection.send(PROOF, answerMs(PROOF));
    this.#recordAnswer();
  }

  async #deliver(waiting: Waiting, connection: Connection): Promise<void> {
    const { command, resolve, reject } = waiting;
    try {
      const answer = await connection.send(command, answerMs(command));
      settle(waiting);
      this.#recordAnswer();
      resolve(decodeAnswer(answer));
    } catch (thrown) {
      const error = thrown as RconError;
      const mayRepeat = error.outcome === "not sent" || isRepeatable(command) && !waiting.doubt;
      if (mayRepeat && !waiting.isSettled && !this.#stopping.signal.aborted) {
        if (error.outcome === "unknown") waiting.doubt = error;
        this.#queue.unshift(waiting);
      } else {
        settle(waiting);
        reject(error);
      }
      throw error;
    }
  }

  #recordAnswer(): void {
    if (this.#failures > 0) this.#log.info(`${this.#server.name} answers again`);
    this.#failures = 0;
    this.#isPaused = false;
    this.#nextTry = 0;
  }

  /** Told twice per outage: a server that is down for a night must not fill the log. */
  async #recordFailure(error: RconError): Promise<void> {
    await this.#connection?.close();
    const now = this.#clock.now();
    const isNewlyRefused = error.kind === "password" && this.#lastError?.error.kind !== "password";
    this.#lastError = { error, at: new Date(now) };
    const pauseMs = error.kind === "password"
      ? PASSWORD_PAUSE_MS
      : backoffMs(this.#failures, { ...PAUSE, random: this.#random });
    this.#failures++;
    this.#nextTry = now + pauseMs;
    const wasPaused = this.#isPaused;
    this.#isPaused = error.kind === "password" || this.#failures >= MOST_FAILURES;
    if (this.#failures === 1 || this.#isPaused && !wasPaused || isNewlyRefused) {
      this.#log.warn(error.message);
    }
    if (this.#isPaused) this.#rejectAll(error);
  }

  /** Its time is over. One that is under way has its own deadline, but is not repeated. */
  #giveUp(waiting: Waiting): void {
    settle(waiting);
    const at = this.#queue.indexOf(waiting);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    const why = this.#failures > 0 ? this.#lastError?.error : undefined;
    this.#reject(waiting, why ?? { kind: "busy", reason: "its turn did not come in time" });
  }

  #rejectAll(why: Why): void {
    for (const waiting of this.#queue.splice(0)) this.#reject(waiting, why);
  }

  #reject(waiting: Waiting, why: Why): void {
    const { command, doubt, reject } = waiting;
    settle(waiting);
    reject(doubt ?? this.#notSent(command, why));
  }

  #notSent(command: string, { kind, reason }: Why): RconError {
    const action = `send ${command.split(" ", 1)[0]} to ${this.#server.name}`;
    return new RconError({ kind, outcome: "not sent", action, reason });
  }
}

function settle(waiting: Waiting): void {
  waiting.isSettled = true;
  waiting.stopWait();
}
