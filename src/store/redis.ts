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
