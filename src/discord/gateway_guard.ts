/**
 * One gateway session that outlives whatever Discord and the network do to it. Discordeno's shard
 * does the talking (HELLO, heartbeats, IDENTIFY, RESUME); when to connect, with what and after
 * which pause is decided here, because the shard alone ends the process on a refused token,
 * reconnects thousands of times a second and cannot be stopped while it does. Knows no REST and no
 * meaning of events.
 * @module
 */

import { DiscordenoShard } from "discordeno";
import type {
  Camelize,
  DiscordGatewayPayload,
  ShardCreateOptions,
  ShardSocketRequest,
} from "discordeno";
import { backoffMs } from "../runtime/backoff.ts";
import { type Clock, settlesWithin, unlessAborted } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import { Unreachable, Unrecoverable } from "../runtime/supervise.ts";

/** What `GET /gateway/bot` answers, as far as it is needed. */
export interface GatewayInfo {
  /** Address of the gateway, used as it is. */
  readonly url: string;
  readonly session_start_limit: {
    /** How many new sessions may still begin. */
    readonly remaining: number;
    /** Milliseconds until `remaining` is full again. */
    readonly reset_after: number;
  };
}

/** What a session needs and whom it tells. */
export interface GatewayOptions {
  readonly token: string;
  readonly intents: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Asks Discord; throws `Unrecoverable` for a refused token, `Unreachable` for no answer. */
  readonly gatewayInfo: () => Promise<GatewayInfo>;
  /** What a person must do after a close code that no retry can cure. */
  readonly remedy: (code: number) => string;
  /** Every event with its raw data, in order, those of READY and RESUMED included. */
  readonly onDispatch: (name: string, data: unknown) => void;
  readonly ready: () => void;
  readonly reconnecting: (reason: string) => void;
}

/** How a connection ended: with a close code of Discord's, or 0 and a reason of our own. */
interface End {
  readonly code: number;
  readonly reason: string;
  /** Least pause before the next one, in milliseconds; undefined: as after any failure. */
  readonly pauseMs?: number;
  /** Whether Discord refused the session, at a login: as there was one less than 5 s before. */
  readonly isRefused?: true;
}

/** Close codes after which Discord wants no further attempt. */
const FATAL: ReadonlySet<number> = new Set([4004, 4010, 4011, 4012, 4013, 4014]);
/** Close codes after which a session cannot be resumed. */
const SESSION_LOST: ReadonlySet<number> = new Set([4003, 4007, 4009]);
/** Tells Discord that the session is over, so that the bot is shown offline at once. */
const GOODBYE = 1000;
/** Any code but 1000 and 1001 leaves the session resumable. */
const BACK_SOON = 3000;

const OP_RECONNECT = 7;
const OP_INVALID_SESSION = 9;

const DAY_MS = 86_400_000;
const READY_WITHIN_MS = 30_000;
const CLOSED_WITHIN_MS = 1_000;
const HEALTHY_AFTER_MS = 60_000;
/** An outage shorter than this is over soon after Discord is back; a longer one is not pressed. */
const SHORT_OUTAGE_MS = 600_000;
/** New sessions left untouched: at zero of 1,000 per day Discord resets the token. */
const IDENTIFY_RESERVE = 20;
/** Refused logins at the start that are tried again; with the pauses they last longer than 5 s. */
const MOST_REFUSED = 4;

/** Discordeno's shard with its reconnecting taken out of its hands; lives for one `run`. */
export class GuardedShard extends DiscordenoShard {
  readonly #options: GatewayOptions;
  #end: (end: End) => void = () => {};
  #deadline = new AbortController();
  #socketClosed: Promise<unknown> = Promise.resolve();
  #socketError = "";
  #readyAt: number | undefined;
  #wasReady = false;
  /** Connections in a row that did not stay healthy. */
  #failures = 0;
  #troubleSince = 0;
  readonly #mayComplain: () => boolean;

  constructor(options: GatewayOptions) {
    super({
      id: 0,
      connection: {
        compress: false,
        transportCompression: null,
        intents: options.intents,
        properties: { os: Deno.build.os, browser: "BlissBot", device: "BlissBot" },
        token: options.token,
        totalShards: 1,
        url: "",
        version: 10,
      },
      events: {},
      logger: shardLogger(options.log),
    });
    this.#options = options;
    this.#mayComplain = oncePerMinute(options.clock);
  }

  /**
   * Keeps the session until `signal` asks for its end. Throws `Unrecoverable` after a fatal close
   * code, and `Unreachable` when the very first connection does not come to READY. One that is only
   * too soon after another, as when the program is started again at once, is tried again here.
   */
  async run(signal: AbortSignal): Promise<void> {
    const stop = () => this.#drop({ code: GOODBYE, reason: "stopped" });
    signal.addEventListener("abort", stop);
    try {
      while (!signal.aborted) await this.#connectAgain(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener("abort", stop);
      const { clock } = this.#options;
      await settlesWithin(CLOSED_WITHIN_MS, { work: this.#socketClosed, clock });
    }
  }

  /** One connection from its beginning to the pause after its end. */
  async #connectAgain(signal: AbortSignal): Promise<void> {
    const end = await this.#attempt(signal);
    if (signal.aborted) return;
    if (FATAL.has(end.code)) throw new Unrecoverable(this.#options.remedy(end.code));
    if (!this.#wasReady && !(end.isRefused && this.#failures < MOST_REFUSED)) {
      const why = describe(end);
      throw new Unreachable(`Cannot log in to Discord: ${why}; check discordstatus.com`);
    }
    if (SESSION_LOST.has(end.code)) this.#forgetSession();
    if (this.#wasReady) this.#options.reconnecting(describe(end));
    await this.#options.clock.sleep(this.#pauseAfter(end), signal);
  }

  async #attempt(signal: AbortSignal): Promise<End> {
    try {
      if (!this.sessionId) await this.#waitForIdentify(signal);
    } catch (error) {
      if (signal.aborted || error instanceof Unrecoverable || !this.#wasReady) throw error;
      return { code: 0, reason: messageOf(error) };
    }
    signal.throwIfAborted();
    return await this.#connection();
  }

  /**
   * Nothing in Discordeno counts IDENTIFYs, and a bot that uses up its 1,000 per day has its token
   * reset. So Discord is asked before each, and near the end of the budget the bot waits.
   */
  async #waitForIdentify(signal: AbortSignal): Promise<void> {
    const { clock, gatewayInfo, reconnecting } = this.#options;
    for (;;) {
      const info = await unlessAborted(gatewayInfo(), signal);
      this.connection.url = info.url;
      const { remaining, reset_after: resetAfterMs } = info.session_start_limit;
      if (remaining > IDENTIFY_RESERVE) return;
      // An answer that says "now" and stays empty must not become a busy loop, nor "never" a crash.
      const pauseMs = Math.min(Math.max(resetAfterMs, 1_000), DAY_MS);
      const until = new Date(clock.now() + pauseMs).toISOString();
      reconnecting(`only ${remaining} new sessions left, waiting until ${until} for more`);
      await clock.sleep(pauseMs, signal);
    }
  }

  /** Opens one connection and resolves when it has ended; never rejects. */
  #connection(): Promise<End> {
    const { promise, resolve } = Promise.withResolvers<End>();
    const deadline = new AbortController();
    this.#end = resolve;
    this.#deadline = deadline;
    this.#readyAt = undefined;
    this.#socketError = "";
    const drop = (end: End) => this.#deadline === deadline && this.#drop(end);
    // A gateway that accepts and then says nothing would be waited for until the end of days.
    this.#options.clock.sleep(READY_WITHIN_MS, deadline.signal).then(
      () => drop({ code: 0, reason: "no READY within 30 s" }),
      () => {},
    );
    // The shard's promise stays pending when the connection fails, `onclose` tells us then. It
    // rejects when there was nothing to connect to, such as an address that is none.
    const opening = this.sessionId ? super.resume() : super.identify();
    opening.catch((error) => drop({ code: 0, reason: messageOf(error) }));
    return promise;
  }

  /** Ends the present connection from our side, at once, whatever the other side does. */
  #drop(end: End): void {
    const { socket } = this;
    if (socket) {
      // Discordeno waits for the peer's answer to the close, which a dead network never brings.
      this.#socketClosed = new Promise((resolve) => socket.onclose = resolve);
      socket.onopen = socket.onmessage = socket.onerror = null;
      socket.close(end.code === GOODBYE ? GOODBYE : BACK_SOON);
    }
    this.#ended(end);
  }

  #ended(end: End): void {
    delete this.socket;
    this.stopHeartbeating();
    this.#deadline.abort();
    this.#end(end);
  }

  #forgetSession(): void {
    delete this.sessionId;
    this.previousSequenceNumber = null;
  }

  /** Milliseconds until the next attempt; Discordeno alone would not wait at all. */
  #pauseAfter(end: End): number {
    const now = this.#options.clock.now();
    const wasHealthy = this.#readyAt !== undefined && now - this.#readyAt >= HEALTHY_AFTER_MS;
    if (wasHealthy) this.#failures = 0;
    if (this.#failures === 0) this.#troubleSince = now;
    const maxMs = now - this.#troubleSince < SHORT_OUTAGE_MS ? 30_000 : 300_000;
    const pauseMs = backoffMs(this.#failures++, { firstMs: 1_000, maxMs });
    return end.pauseMs === undefined ? pauseMs : Math.max(end.pauseMs, wasHealthy ? 0 : pauseMs);
  }

  /**
   * Where to connect. The address for resuming is for resuming only, and after three failures every
   * other attempt goes to the main one: Discordeno would ask a dead host for ever.
   */
  override get connectionUrl(): string {
    const isDoubtful = this.#failures >= 3 && this.#failures % 2 === 1;
    const resumeUrl = this.sessionId && !isDoubtful ? this.resumeGatewayUrl : "";
    return resumeUrl || this.connection.url;
  }

  /** Only told: the shard would resume or identify in turns, without a pause, or throw. */
  override handleClose({ code, reason }: CloseEvent): Promise<void> {
    this.#ended({ code, reason: reason || this.#socketError });
    return Promise.resolve();
  }

  /** A close follows and brings this text along. */
  override handleError(error: Event): void {
    this.#socketError = error instanceof ErrorEvent ? error.message : "";
  }

  /** Called by the heartbeat when Discord has not acknowledged the last one. */
  override close(): Promise<void> {
    this.#drop({ code: 0, reason: "a heartbeat was not answered" });
    return Promise.resolve();
  }

  /** Called by the heartbeat after `close`, which has already led to a new connection. */
  override resume(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Sends IDENTIFY or RESUME, once per connection. The shard would queue it for a later connection
   * when this one is gone, and its bucket of 120 per minute keeps a timer for a minute.
   */
  override send(message: ShardSocketRequest): Promise<void> {
    if (this.isOpen()) this.socket?.send(JSON.stringify(message));
    return Promise.resolve();
  }

  /** A frame that is not what it should be is passed over; in the shard it ends the process. */
  override async handleMessage({ data }: MessageEvent): Promise<void> {
    try {
      const packet = parseFrame(data);
      if (packet.op === OP_RECONNECT) {
        return this.#drop({ code: 0, reason: "Discord asked for it", pauseMs: 0 });
      }
      if (packet.op === OP_INVALID_SESSION) {
        if (packet.d !== true) this.#forgetSession();
        // Discord asks for a random wait of 1 to 5 s; the shard's own could not be ended.
        const pauseMs = 1_000 + Math.random() * 4_000;
        return this.#drop({ code: 0, reason: "the session is invalid", pauseMs, isRefused: true });
      }
      await this.handleDiscordPacket(packet);
    } catch (error) {
      this.#complain(error);
    }
  }

  #complain(error: unknown): void {
    if (!this.#mayComplain()) return;
    this.#options.log.warn("Passed over a frame of the gateway that cannot be read", {
      reason: messageOf(error),
    });
  }

  /** Hands on the raw event; the shard would first rename every key of it. */
  override forwardToBot(packet: Camelize<DiscordGatewayPayload>): void {
    if (!packet.t) return;
    this.#options.onDispatch(packet.t, packet.d);
    if (packet.t !== "READY" && packet.t !== "RESUMED") return;
    this.#deadline.abort();
    this.#readyAt = this.#options.clock.now();
    this.#wasReady = true;
    this.#options.ready();
  }

  /** An interval of 0 would send without end, and one beyond 2^31 ms counts as 0. */
  override startHeartbeating(intervalMs: number): void {
    super.startHeartbeating(Math.min(Math.max(Number(intervalMs) || 0, 1_500), 120_000));
  }
}

/** A frame's content with what the shard takes for granted. Throws when it is anything else. */
function parseFrame(data: unknown): DiscordGatewayPayload {
  if (typeof data !== "string") throw new TypeError("it is not text");
  const packet = JSON.parse(data);
  if (typeof packet?.op !== "number") throw new TypeError("it has no op");
  // The shard keeps whatever stands there as the number to resume from.
  if (typeof packet.s !== "number") packet.s = null;
  return packet;
}

function describe({ code, reason }: End): string {
  return `${reason || "connection lost"}${code === 0 ? "" : ` (code ${code})`}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Discordeno's log lines, for those who debug; its further arguments hold payloads and secrets. */
function shardLogger(log: Log): NonNullable<ShardCreateOptions["logger"]> {
  const debug = (text: unknown) => log.debug(String(text));
  return { debug, info: debug, warn: debug, error: debug, fatal: debug };
}

/** Says yes at most once a minute: for lines that a fault could write thousands of times. */
export function oncePerMinute(clock: Clock): () => boolean {
  let last = -Infinity;
  return () => {
    const isDue = clock.now() - last >= 60_000;
    if (isDue) last = clock.now();
    return isDue;
  };
}
