/**
 * Rate limits of the REST API: buckets with their headers, the global limit, refusals on demand of
 * every scope, and the count of invalid requests. Runs on real time, since clients wait in it.
 * @module
 */

import { createHash } from "node:crypto";
import type { Application } from "./world.ts";

/** So many requests in so many milliseconds. */
export interface Limit {
  readonly limit: number;
  readonly perMs: number;
}

/** A request as the limits see it. */
export interface Limited {
  /** Such as `POST /channels/{channel_id}/messages`. */
  readonly route: string;
  readonly params: Readonly<Record<string, string>>;
  /** Undefined where the bot is not known: first answers to interactions. */
  readonly app: Application | undefined;
}

/** What the limits say to a request. */
export interface Verdict {
  readonly headers: Readonly<Record<string, string>>;
  /** Set when the request is refused: the whole answer, with status 429. */
  readonly refusal?: { readonly scope: Scope; readonly body: unknown };
}

/**
 * Who is limited: this bot on this route, everybody on this resource, this bot on all routes; or
 * this address, by Cloudflare, which sends no headers of Discord and no JSON.
 */
export type Scope = "user" | "shared" | "global" | "cloudflare";

/** Which requests {@linkcode RateLimits.refuseNext} means; all when nothing is given. */
export interface RefusalOptions {
  readonly route?: string;
  readonly app?: Application;
  /** Default 1. */
  readonly times?: number;
  /** What the refusal tells the client to wait, in milliseconds; default 1000. */
  readonly retryAfterMs?: number;
}

interface Bucket {
  remaining: number;
  endsAt: number;
}

interface Refusal extends RefusalOptions {
  readonly scope: Scope;
  readonly retryAfterMs: number;
  timesLeft: number;
}

const GLOBAL: Limit = { limit: 50, perMs: 1000 };
/** Old buckets are thrown away when there are more. */
const MOST_BUCKETS = 1000;
const MAJOR = ["channel_id", "guild_id", "webhook_id", "webhook_token"];

/** The limits of one local Discord. */
export class RateLimits {
  /** Whether a bot is held to 50 requests a second over all routes but interactions. */
  isGlobalOn = true;
  /** Of routes that were not set. Wide enough not to slow tests; the real ones are not published. */
  usual: Limit = { limit: 50, perMs: 1000 };
  /** Answers 401, 403 and 429, but for scope `shared`. The real one bans an address at 10,000. */
  invalidRequests = 0;
  readonly #limits = new Map<string, Limit>();
  readonly #buckets = new Map<string, Bucket>();
  readonly #refusals: Refusal[] = [];

  /** Sets the limit of a route, such as `POST /channels/{channel_id}/messages`. */
  set(route: string, limit: Limit): void {
    this.#limits.set(route, limit);
    for (const key of this.#buckets.keys()) {
      if (key.startsWith(`${route} `)) this.#buckets.delete(key);
    }
  }

  /** Refuses the next matching requests with 429. */
  refuseNext(scope: Scope, options: RefusalOptions = {}): void {
    const { times = 1, retryAfterMs = 1000 } = options;
    this.#refusals.push({ ...options, scope, timesLeft: times, retryAfterMs });
  }

  /** Takes back the refusals that were demanded and have not happened yet. */
  refuseNoMore(): void {
    this.#refusals.length = 0;
  }

  /** Counts a request. */
  take(request: Limited): Verdict {
    const demanded = this.#demanded(request);
    if (demanded?.scope === "global" || demanded?.scope === "cloudflare") {
      return refused(demanded.scope, demanded.retryAfterMs);
    }
    // Answers to interactions carry a token of their own in the path.
    const isOutside = request.route.includes("_token}");
    if (this.isGlobalOn && request.app !== undefined && !isOutside) {
      const { isOver, bucket } = this.#count(`global ${request.app.id}`, GLOBAL);
      if (isOver) return refused("global", bucket.endsAt - Date.now());
    }
    if (request.route.startsWith("POST /interactions/")) return { headers: {} };
    const verdict = this.#takeFromBucket(request);
    if (demanded === undefined) return verdict;
    const { headers, ...rest } = refused(demanded.scope, demanded.retryAfterMs);
    return { headers: { ...verdict.headers, ...headers }, ...rest };
  }

  /** Counts an answer that may be invalid. */
  countAnswer(status: number, scope?: Scope): void {
    const isInvalid = status === 401 || status === 403 || status === 429 && scope !== "shared";
    if (isInvalid) this.invalidRequests++;
  }

  #takeFromBucket({ route, params, app }: Limited): Verdict {
    const limit = this.#limits.get(route) ?? this.usual;
    const major = MAJOR.map((name) => params[name] ?? "").join("/");
    const { isOver, bucket } = this.#count(`${route} ${app?.id} ${major}`, limit);
    const leftMs = Math.max(0, bucket.endsAt - Date.now());
    const headers = {
      "x-ratelimit-limit": String(limit.limit),
      "x-ratelimit-remaining": String(bucket.remaining),
      "x-ratelimit-reset": seconds(bucket.endsAt),
      "x-ratelimit-reset-after": seconds(leftMs),
      "x-ratelimit-bucket": createHash("md5").update(route).digest("hex"),
    };
    if (!isOver) return { headers };
    const verdict = refused("user", leftMs);
    return { ...verdict, headers: { ...headers, ...verdict.headers } };
  }

  #count(key: string, { limit, perMs }: Limit): { isOver: boolean; bucket: Bucket } {
    const now = Date.now();
    let bucket = this.#buckets.get(key);
    if (bucket === undefined || bucket.endsAt <= now) {
      if (this.#buckets.size > MOST_BUCKETS) this.#forgetOld(now);
      this.#buckets.set(key, bucket = { remaining: limit, endsAt: now + perMs });
    }
    const isOver = bucket.remaining === 0;
    if (!isOver) bucket.remaining--;
    return { isOver, bucket };
  }

  #forgetOld(now: number): void {
    for (const [key, { endsAt }] of this.#buckets) if (endsAt <= now) this.#buckets.delete(key);
  }

  #demanded({ route, app }: Limited): Refusal | undefined {
    const found = this.#refusals.find((refusal) =>
      (refusal.route ?? route) === route && (refusal.app ?? app) === app
    );
    if (found !== undefined && --found.timesLeft <= 0) {
      this.#refusals.splice(this.#refusals.indexOf(found), 1);
    }
    return found;
  }
}

function refused(scope: Scope, waitMs: number): Verdict {
  const wait = { "retry-after": String(Math.ceil(waitMs / 1000)) };
  if (scope === "cloudflare") {
    return { headers: wait, refusal: { scope, body: "error code: 1015" } };
  }
  const isGlobal = scope === "global";
  const ofScope = isGlobal ? { "x-ratelimit-global": "true" } : {
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": seconds(Date.now() + waitMs),
    "x-ratelimit-reset-after": seconds(waitMs),
  };
  const who = scope === "shared" ? "The resource is" : "You are";
  return {
    headers: { ...wait, "x-ratelimit-scope": scope, ...ofScope },
    refusal: {
      scope,
      body: {
        message: `${who} being rate limited.`,
        retry_after: waitMs / 1000,
        global: isGlobal,
      },
    },
  };
}

/** Milliseconds as seconds with three decimals, as the headers have them. */
function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
