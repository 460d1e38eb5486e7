/**
 * How much a bot may send: brakes that keep six bots on one address clear of Discord's bans. Counts
 * and waits; sends nothing itself.
 *
 * Source: Discord's documentation of rate limits: 10,000 invalid requests in 10 minutes ban the
 * address, and a bot may make 50 requests a second.
 * @module
 */

import type { Clock } from "../runtime/clock.ts";

/** Refusals in a row (401 or 403) after which a bot pauses. */
const REFUSALS_IN_A_ROW = 20;
/** How long such a bot sends nothing; after that one call finds out whether it is better. */
const REFUSED_PAUSE_MS = 60_000;
/** Discord bans the address at 10,000 per 10 minutes; calls on their way may still add some. */
const MOST_INVALID = 8_000;
const INVALID_WINDOW_MS = 600_000;

/** A stretch of time that a clock which is set back cannot prolong. */
export class Pause {
  readonly #from: number;
  readonly #ms: number;

  constructor(now: number, ms: number) {
    this.#from = now;
    this.#ms = ms;
  }

  /** Milliseconds left. */
  leftMs(now: number): number {
    return now < this.#from ? 0 : Math.max(0, this.#from + this.#ms - now);
  }
}

interface Refused {
  inARow: number;
  pause: Pause | undefined;
  /** One call is on its way to find out whether the bot is still refused. */
  isProbing: boolean;
}

/** How a call ended. */
export interface Outcome {
  /** HTTP status of the answer; 0 when there was none. */
  readonly status: number;
  /** The limit belongs to what was called, not to the bot (`X-RateLimit-Scope: shared`). */
  readonly isShared: boolean;
}

/**
 * Invalid requests (401, 403, and 429 unless its scope is shared) of all bots of the process, which
 * share one address. Every `refusal()` that let a call pass must be followed by one `settle()`.
 */
export class InvalidRequests {
  readonly #clock: Clock;
  /** When they happened, oldest first, of the last 10 minutes. */
  readonly #times: number[] = [];
  readonly #bots = new Map<string, Refused>();

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  /**
   * Why nothing may be sent now; undefined when it may.
   *
   * @param bot Undefined for calls with a token of their own: they count for the address only.
   */
  refusal(bot: string | undefined): string | undefined {
    if (this.inWindow() >= MOST_INVALID) {
      const seconds = Math.ceil((this.#times[0]! + INVALID_WINDOW_MS - this.#clock.now()) / 1000);
      return `Discord refused ${MOST_INVALID} calls of all bots within 10 minutes and bans the ` +
        `address at 10,000, so nothing is sent for ${seconds} s`;
    }
    const state = bot === undefined ? undefined : this.#bots.get(bot);
    if (!state?.pause) return undefined;
    const leftMs = state.pause.leftMs(this.#clock.now());
    if (leftMs > 0 || state.isProbing) {
      return `the last ${state.inARow} calls of this bot were refused (401 or 403), so it sends ` +
        `nothing for ${Math.ceil(leftMs / 1000)} s`;
    }
    state.isProbing = true;
    return undefined;
  }

  /**
   * Notes how a call ended.
   *
   * @returns Whether the bot has to pause from now on.
   */
  settle(bot: string | undefined, { status, isShared }: Outcome): boolean {
    const isRefused = status === 401 || status === 403;
    if (isRefused || (status === 429 && !isShared)) this.#times.push(this.#clock.now());
    if (bot === undefined) return false;
    const state = this.#bots.get(bot) ?? { inARow: 0, pause: undefined, isProbing: false };
    this.#bots.set(bot, state);
    state.isProbing = false;
    if (isRefused) {
      if (++state.inARow < REFUSALS_IN_A_ROW) return false;
      state.pause = new Pause(this.#clock.now(), REFUSED_PAUSE_MS);
      return true;
    }
    if (status !== 0 && status !== 429) [state.inARow, state.pause] = [0, undefined];
    return false;
  }

  /** How many there were in the last 10 minutes. */
  inWindow(): number {
    const now = this.#clock.now();
    // A clock that was set back must not keep old ones for ever.
    const isOver = (at: number) => at + INVALID_WINDOW_MS <= now || at > now;
    while (this.#times.length > 0 && isOver(this.#times[0]!)) this.#times.shift();
    return this.#times.length;
  }
}

/** In any second at most BURST + 1000 / GAP_MS = 50 requests. */
const BURST = 10;
const GAP_MS = 25;
/** No call waits longer. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Discord's global limit of one bot: 50 requests in any second, evened out over it. How many may
 * wait at once is the caller's matter.
 */
export class RequestBudget {
  readonly #clock: Clock;
  /** When the last request handed out would have been due without a burst. */
  #dueAt = 0;

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  /** Waits until one more request may leave; first come, first served. Rejects when aborted. */
  async take(signal: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    // Further ahead than anybody waits: the clock was set back.
    if (this.#dueAt > now + LONGEST_WAIT_MS) this.#dueAt = now;
    this.#dueAt = Math.max(this.#dueAt, now - BURST * GAP_MS) + GAP_MS;
    if (this.#dueAt > now) await this.#clock.sleep(this.#dueAt - now, signal);
  }
}
