/**
 * The connection to Redis. So far it is only watched; what lives in Redis comes with its features.
 * @module
 */

import { once } from "node:events";
import { Redis } from "ioredis";
import { waitAtMost } from "./wait.ts";

/** A connection that heals itself. */
export interface RedisLink {
  /** Whether Redis answers within the deadline. Never throws, never hangs. */
  answers(deadlineMs: number): Promise<boolean>;
  /** Its `notify-keyspace-events`; undefined when it does not tell within the deadline. */
  expiryFlags(deadlineMs: number): Promise<string | undefined>;
  /** Resolves when the socket is gone, or will be soon. */
  close(): Promise<void>;
}

/** Longest pause between two attempts to connect. */
const RETRY_MS = 5_000;
/** Longest wait for the server to see us off. */
const CLOSE_MS = 1_000;

/**
 * Connects in the background: a Redis that is down, now or later, is tried again and again.
 * @param url `redis:` or `rediss:`.
 * @param onChange Told when the link comes up or goes down, with the reason; never a password.
 */
export function openRedis(
  url: string,
  onChange: (state: "up" | "down", reason: string) => void = () => {},
): RedisLink {
  const redis = new Redis(url, {
    // Without these, commands wait for a server that is not there, and so does closing.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 5_000,
    disconnectTimeout: CLOSE_MS,
    retryStrategy: (attempt) => Math.min(attempt * 200, RETRY_MS),
  });
  let state: "up" | "down" | undefined;
  const change = (next: "up" | "down", reason: string) => {
    if (state === next) return; // each attempt fails with an event of its own
    state = next;
    onChange(next, reason);
  };
  redis.on("ready", () => change("up", "it answers"));
  redis.on("error", (error: Error) => change("down", error.message));
  redis.on("close", () => change("down", "the connection was lost"));
  return {
    async answers(deadlineMs) {
      let isThere = false;
      await waitAtMost(deadlineMs, redis.ping().then(() => isThere = true));
      return isThere;
    },
    async expiryFlags(deadlineMs) {
      let flags: string | undefined;
      const asked = redis.config("GET", "notify-keyspace-events");
      await waitAtMost(deadlineMs, asked.then((reply) => flags = (reply as string[])[1]));
      return flags;
    },
    async close() {
      redis.removeAllListeners("close");
      // Between two attempts there is no socket, and so no end to wait for.
      const hasSocket = ["connecting", "connect", "ready"].includes(redis.status);
      const ended: Promise<unknown> = hasSocket ? once(redis, "end") : Promise.resolve();
      redis.disconnect();
      await waitAtMost(CLOSE_MS, ended);
    },
  };
}

/** Nobody answered; the message says why and holds no password. */
export class RedisDown extends Error {
  override readonly name = "RedisDown";
}

/**
 * Asks a Redis once which events of keys it tells (`notify-keyspace-events`, such as `xE`).
 * @returns undefined when it does not let us see that.
 * @throws {RedisDown} when it does not answer within the deadline.
 */
export async function askExpiryFlags(url: string, deadlineMs: number): Promise<string | undefined> {
  const up = Promise.withResolvers<boolean>();
  let reason = "it did not answer in time";
  const link = openRedis(url, (state, why) => {
    if (state === "down") reason = why;
    up.resolve(state === "up");
  });
  try {
    await waitAtMost(deadlineMs, up.promise);
    if (!await link.answers(deadlineMs)) throw new RedisDown(reason);
    return await link.expiryFlags(deadlineMs);
  } finally {
    await link.close();
  }
}
