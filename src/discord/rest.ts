/**
 * One bot's calls to Discord's REST API: in order, within Discord's limits, each with a deadline,
 * and never failing with anything but a {@linkcode DiscordRestError}. Does not know how a request is
 * built: `rest_guard.ts` takes that from Discordeno.
 *
 * Calls that share a limit go one after the other (a "lane"), so each knows what the answer before
 * it said about the limit, and the messages of a channel keep their order.
 *
 * Source: Discord's documentation, "Rate Limits".
 * @module
 */

import { backoffMs } from "../runtime/backoff.ts";
import { type Clock, unlessAborted } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import { DiscordRestError } from "./errors.ts";
import { type InvalidRequests, Pause, RequestBudget } from "./limits.ts";
import type { OutgoingFile } from "./surface.ts";

/** HTTP methods of Discord's API. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What goes along with a call. */
export interface CallOptions {
  /** JSON in Discord's own form (snake_case). */
  readonly body?: unknown;
  /** Sent as parts of a form beside the body. */
  readonly files?: readonly OutgoingFile[];
  /** Shown in the server's audit log, cut at 512 characters. */
  readonly reason?: string;
  /** Whether doing it twice does no harm. Default: yes for GET, PUT and DELETE. */
  readonly isIdempotent?: boolean;
  /** Gives up after this time, waiting for limits included. Default 60 s, 3 s for first answers. */
  readonly deadlineMs?: number;
}

/** One bot's way to Discord's REST API. */
export interface Rest {
  /**
   * @param path Below `/api/v10`, such as `/channels/1/messages?limit=5`.
   * @returns The answer's JSON as Discord wrote it; undefined when it is empty (204), and when what
   * was to be deleted is gone already.
   * @throws {DiscordRestError} and nothing else.
   */
  call(method: Method, path: string, options?: CallOptions): Promise<unknown>;
}

/** One call, and how its request is built. */
export interface Call extends Pick<CallOptions, "isIdempotent" | "deadlineMs"> {
  readonly method: Method;
  /** Below `/api/v10`. */
  readonly path: string;
  /** Called before each attempt. */
  readonly request: () => RequestInit;
}

/** What {@linkcode Lanes} need from outside. */
export interface LanesOptions {
  /** Name of the bot, for the shared count of refusals. */
  readonly bot: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Shared by all bots of the process. */
  readonly invalidRequests: InvalidRequests;
  /** What stands before every path, such as `https://discord.com/api/v10`. */
  readonly baseUrl: () => string;
}

/** A stalled request holds its lane, so it is given up sooner than the call as a whole. */
const ATTEMPT_MS = 15_000;
const CALL_MS = 60_000;
/** Discord takes the first answer to an interaction for 3 s. */
const CALLBACK_MS = 3_000;
/** Attempts that may fail, and attempts that may meet a used-up limit (those did nothing). */
const MOST_FAILED = 3;
const MOST_LIMITED = 5;
const RETRY = { firstMs: 500, maxMs: 5_000 };
/** Calls of one bot that wait or run; a dead Discord must not pile them up. */
const MOST_CALLS = 1_000;
/** A 429 without Discord's headers comes from the provider before it, which asks for minutes. */
const OUTAGE_MS = 60_000;
const LONGEST_OUTAGE_MS = 3_600_000;
/** Used-up limits are forgotten when there are more and they are over. */
const MANY_LIMITS = 200;

/** Where a call counts: Discord counts per kind of route and per channel, guild or webhook. */
interface Route {
  /** Method and path without ids, such as `POST channels/messages`. */
  readonly kind: string;
  /** Such as `/channels/1`. */
  readonly place: string;
  /** Answers to interactions are outside the bot's own limits and carry a token of their own. */
  readonly isInteraction: boolean;
  /** First answers are outside every limit, and nothing may stand before them. */
  readonly isCallback: boolean;
}

/** What came back, whatever it says. */
interface Answer {
  readonly status: number;
  readonly body: string;
}

/** All calls of one bot, sorted into lanes. */
export class Lanes {
  readonly #options: LanesOptions;
  readonly #budget: RequestBudget;
  readonly #stop = new AbortController();
  /** Opens a connection for each request; see {@linkcode Lanes.#clientFor}. */
  #careful: Deno.HttpClient | undefined;
  /** The end of each lane; never rejects. */
  readonly #lanes = new Map<string, Promise<void>>();
  /** Discord's name for the limit of a kind of route; several kinds may share one. */
  readonly #buckets = new Map<string, string>();
  /** Limits that are used up, by limit and place. */
  readonly #usedUp = new Map<string, Pause>();
  /** Set while the limit of the whole bot is used up. */
  #global: Pause | undefined;
  /** Set while somebody before Discord refuses us. */
  #outage: Pause | undefined;
  #calls = 0;

  constructor(options: LanesOptions) {
    this.#options = options;
    this.#budget = new RequestBudget(options);
  }

  /** Ends what is running and refuses what comes; leaves no timer and no connection. */
  stop(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort(new NotSent("the bot is stopping", "call again when it is back"));
    this.#careful?.close();
  }

  /**
   * Sends a call when its turn has come; see {@linkcode Rest.call}.
   * @throws {DiscordRestError} and nothing else.
   */
  async run(call: Call): Promise<unknown> {
    const route = routeOf(call);
    const ms = deadlineOf(call, route);
    this.#calls++;
    try {
      if (this.#calls > MOST_CALLS && !route.isCallback) {
        throw new NotSent(`${MOST_CALLS} calls are waiting already`, "check discordstatus.com");
      }
      return await this.#within(ms, this.#stop.signal, (signal) => {
        const work = () => this.#attempts(call, route, signal);
        return route.isCallback ? work() : this.#inLane(route, signal, work);
      });
    } catch (error) {
      throw asRestError(call, error);
    } finally {
      this.#calls--;
    }
  }

  /** Ends `work` by its signal after `ms`, or when `outer` aborts. */
  async #within<T>(ms: number, outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>) {
    outer.throwIfAborted();
    const over = new AbortController();
    const end = () => over.abort(outer.reason);
    outer.addEventListener("abort", end);
    this.#options.clock.sleep(ms, over.signal).then(
      () => over.abort(new Error(`no answer within ${ms / 1000} s`)),
      () => {}, // it was over sooner
    );
    try {
      return await work(over.signal);
    } finally {
      outer.removeEventListener("abort", end);
      over.abort();
    }
  }

  async #inLane<T>(route: Route, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const lane = `${route.kind} ${route.place}`;
    const before = this.#lanes.get(lane);
    const done = Promise.withResolvers<void>();
    // Whoever gives up while waiting leaves the lane as closed as it was.
    const end = (before ?? Promise.resolve()).then(() => done.promise).then(() => {
      if (this.#lanes.get(lane) === end) this.#lanes.delete(lane);
    });
    this.#lanes.set(lane, end);
    try {
      if (before) await unlessAborted(before, signal);
      return await work();
    } finally {
      done.resolve();
    }
  }

  async #attempts(call: Call, route: Route, signal: AbortSignal): Promise<unknown> {
    for (let failed = 0, limited = 0;;) {
      await this.#untilAllowed(call, route, signal);
      try {
        const answer = await this.#once(call, route, signal);
        // Gone is gone: an attempt whose answer got lost, of ours or of Deno, may have done it.
        if (answer.status === 404 && call.method === "DELETE") return undefined;
        if (answer.status !== 429) return valueOf(call, answer);
        if (++limited >= MOST_LIMITED) throw new DiscordRestError({ ...call, ...answer });
      } catch (error) {
        if (signal.aborted || !mayRepeat(call, error) || ++failed >= MOST_FAILED) throw error;
        this.#options.log.debug(asRestError(call, error).message);
        await this.#options.clock.sleep(backoffMs(failed - 1, RETRY), signal);
      }
    }
  }

  /** Waits for Discord's limits. Throws at once when that would take longer than the call may. */
  async #untilAllowed(call: Call, route: Route, signal: AbortSignal): Promise<void> {
    for (;;) {
      const now = this.#options.clock.now();
      const ofRoute = this.#usedUp.get(this.#limitOf(route))?.leftMs(now) ?? 0;
      const ofBot = route.isInteraction ? 0 : this.#global?.leftMs(now) ?? 0;
      const waitMs = Math.max(ofRoute, ofBot);
      if (waitMs === 0) break;
      if (waitMs > deadlineOf(call, route)) {
        const text = `Discord allows the next one in ${Math.ceil(waitMs / 1000)} s`;
        throw new DiscordRestError({ ...call, status: 429, text });
      }
      await this.#options.clock.sleep(waitMs, signal);
    }
    if (!route.isInteraction) await this.#budget.take(signal);
  }

  async #once(call: Call, route: Route, outer: AbortSignal): Promise<Answer> {
    const { bot, clock, log, invalidRequests, baseUrl } = this.#options;
    const outageMs = this.#outage?.leftMs(clock.now()) ?? 0;
    if (outageMs > 0) throw new NotSent(outageText(outageMs), "wait that long");
    const payer = route.isInteraction ? undefined : bot;
    const refusal = invalidRequests.refusal(payer);
    if (refusal) throw new NotSent(refusal, "look for the refusals in the log and mend them");
    const outcome = { status: 0, isShared: false };
    try {
      return await this.#within(ATTEMPT_MS, outer, async (signal) => {
        // A redirect would carry the token to wherever it points.
        const init: RequestInit = { ...call.request(), signal, redirect: "manual" };
        const response = await fetch(baseUrl() + call.path, { ...init, ...this.#clientFor(call) });
        outcome.status = response.status;
        outcome.isShared = response.headers.get("x-ratelimit-scope") === "shared";
        this.#note(route, response);
        return { status: response.status, body: await textOf(response) };
      });
    } finally {
      if (invalidRequests.settle(payer, outcome)) {
        log.warn("Discord refused too many calls in a row: this bot pauses for a minute");
      }
    }
  }

  /**
   * Deno repeats a request by itself when a connection that was used before is closed while it waits
   * for the answer (seen with HTTP/1.1). What must not be done twice gets a new connection.
   */
  #clientFor(call: Call): { client?: Deno.HttpClient } {
    if (isHarmlessTwice(call)) return {};
    return { client: this.#careful ??= Deno.createHttpClient({ poolMaxIdlePerHost: 0 }) };
  }

  /** Keeps what an answer says about limits. */
  #note(route: Route, { status, headers }: Response): void {
    const { clock, log } = this.#options;
    const now = clock.now();
    const isGlobal = headers.has("x-ratelimit-global");
    const retryMs = secondsAsMs(headers.get("retry-after"));
    const resetMs = secondsAsMs(headers.get("x-ratelimit-reset-after")) ??
      (isGlobal ? retryMs ?? 1000 : undefined);
    const bucket = headers.get("x-ratelimit-bucket");
    if (bucket) this.#buckets.set(route.kind, bucket);
    if (status === 429 && resetMs === undefined) {
      // "At once" would be answered by the next refusal, and be counted by Discord.
      const ms = Math.min(Math.max(retryMs ?? OUTAGE_MS, 1000), LONGEST_OUTAGE_MS);
      this.#outage = new Pause(now, ms);
      log.warn(outageText(ms));
    } else if (resetMs && isGlobal && !route.isInteraction) {
      this.#global = new Pause(now, resetMs);
    } else if (resetMs && (status === 429 || headers.get("x-ratelimit-remaining") === "0")) {
      if (this.#usedUp.size >= MANY_LIMITS) this.#forgetLimits(now);
      // Slow mode may be longer than the limit its refusal tells of; less than a second is rounding.
      const isSlowMode = status === 429 && retryMs !== undefined && retryMs >= resetMs + 1000;
      this.#usedUp.set(this.#limitOf(route), new Pause(now, isSlowMode ? retryMs : resetMs));
    }
  }

  #limitOf({ kind, place }: Route): string {
    return `${this.#buckets.get(kind) ?? kind} ${place}`;
  }

  #forgetLimits(now: number): void {
    for (const [limit, pause] of this.#usedUp) {
      if (pause.leftMs(now) === 0) this.#usedUp.delete(limit);
    }
  }
}

/** Why a call was not sent, or is not to be sent again, for people. */
class NotSent extends Error {
  constructor(message: string, readonly remedy: string) {
    super(message);
  }
}

function outageText(ms: number): string {
  return "Discord's provider turns this address away (429 without limits), so nothing is sent for " +
    `${Math.ceil(ms / 1000)} s`;
}

function routeOf({ method, path }: Call): Route {
  const pathname = path.replace(/\?.*/, "");
  const place =
    /^\/(?:(?:channels|guilds)\/\d+|(?:webhooks|interactions)\/\d+\/[^/]+)/.exec(pathname)?.[0] ??
      "";
  const rest = pathname.slice(place.length)
    .replace(/\/reactions\/.*/, "/reactions").replaceAll(/\/\d+/g, "/x");
  const isCallback = path.startsWith("/interactions/");
  const isInteraction = isCallback || path.startsWith("/webhooks/");
  return {
    kind: `${method} ${place.split("/")[1] ?? ""}${rest}`,
    place,
    isInteraction,
    isCallback,
  };
}

function deadlineOf(call: Call, route: Route): number {
  return call.deadlineMs ?? (route.isCallback ? CALLBACK_MS : CALL_MS);
}

function valueOf(call: Call, answer: Answer): unknown {
  if (answer.status < 200 || answer.status > 299) {
    throw new DiscordRestError({ ...call, ...answer });
  }
  if (answer.status === 204) return undefined;
  try {
    return JSON.parse(answer.body);
  } catch {
    const text = `the answer (${answer.status}) is not JSON`;
    throw new DiscordRestError({ ...call, ...answer, text, remedy: CHECK_ADDRESS });
  }
}

const CHECK_ADDRESS = "check discordstatus.com, and api_url in section [discord] of config.toml";

function isHarmlessTwice({ method, isIdempotent }: Call): boolean {
  return isIdempotent ?? (method !== "POST" && method !== "PATCH");
}

/** Whether an attempt that failed may be made again, though it may have been carried out. */
function mayRepeat(call: Call, error: unknown): boolean {
  if (!isHarmlessTwice(call)) return false;
  if (!(error instanceof DiscordRestError)) return !(error instanceof NotSent);
  return error.status >= 500 || error.status < 300; // 2xx: somebody else answered
}

function asRestError(call: Call, error: unknown): DiscordRestError {
  if (error instanceof DiscordRestError) return error;
  if (error instanceof NotSent) {
    return new DiscordRestError({ ...call, status: 0, text: error.message, remedy: error.remedy });
  }
  return new DiscordRestError({ ...call, status: 0, text: reasonOf(error) });
}

/** Far beyond any answer of Discord's; somebody else's may have no end. */
const MOST_BYTES = 16_000_000;

async function textOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new NotSent("the answer does not end", CHECK_ADDRESS);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Why fetch failed, without the address, which may contain a token. */
function reasonOf(error: unknown): string {
  // Deno says "fetch failed"; the reason is in the cause, behind "(…address…): ".
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const message = reason instanceof Error ? reason.message : String(reason);
  return message.includes("://") ? message.split("): ").slice(1).join("): ") : message;
}

/** Seconds of a header in milliseconds; undefined when there are none. */
function secondsAsMs(header: string | null): number | undefined {
  const ms = Number(header ?? NaN) * 1000;
  return Number.isFinite(ms) ? Math.max(0, Math.ceil(ms)) : undefined;
}
