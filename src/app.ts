/**
 * The program put together: opens the store, serves the health page, and stops again. The only
 * place where shelves and features meet.
 * @module
 */

import { BOTS } from "./bots.ts";
import type { Config } from "./config.ts";
import type { Log } from "./runtime/log.ts";
import { openStore } from "./store/open.ts";
import type { RedisLink } from "./store/redis.ts";
import type { Database } from "./store/sql.ts";
import { healthApp, type HealthItem } from "./web/health.ts";

/** The running program. */
export interface App {
  /** Address of the health page. */
  readonly url: string;
  /** Stops everything; resolves when it has stopped. Safe to call twice. */
  stop(): Promise<void>;
}

/** Longest wait for the store to answer a health check. */
const CHECK_MS = 2_000;

/**
 * Starts the program. The health page comes first: it tells how the rest is doing.
 * @param signal Gives up starting; then its reason is thrown.
 * @throws {ListenError} when the health page's address cannot be used.
 * @throws {StoreError} when the store cannot be opened.
 */
export async function startApp(config: Config, { log, signal }: {
  log: Log;
  signal: AbortSignal;
}): Promise<App> {
  const { databaseUrl, dataDir, redisUrl } = config;
  const storeName = databaseUrl ? "PostgreSQL" : `embedded, in ${dataDir}`;
  let db: Database | undefined, redis: RedisLink | undefined;
  const server = listen(config, () => checkHealth(config, { db, storeName, redis }));
  try {
    redis = redisUrl === undefined ? undefined : await connectRedis(redisUrl, log);
    db = await openStore({ databaseUrl, dataDir, signal });
    signal.throwIfAborted();
  } catch (error) {
    await server.shutdown();
    await redis?.close();
    await db?.close();
    throw error;
  }
  log.info(`Store is open (${storeName})`);
  for (const bot of BOTS) {
    if (!config.discord.tokens[bot.name]) {
      log.warn(`${bot.title} bot is off: ${bot.tokenVariable} is not set`);
    }
  }
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    await server.shutdown();
    await redis?.close();
    await db.close();
  };
  const { hostname, port } = server.addr;
  return {
    url: `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`,
    stop: () => stopped ??= stop(),
  };
}

/** Loads the client only where it is wanted: it costs more memory than all the rest of the start. */
async function connectRedis(url: string, log: Log): Promise<RedisLink> {
  const { openRedis } = await import("./store/redis.ts");
  return openRedis(url, (state, reason) => {
    if (state === "up") log.info(`Redis is connected`);
    else log.warn(`Redis does not answer (${reason}); trying again`);
  });
}

/** The health page's address is taken or not ours. */
export class ListenError extends Error {}

function listen(
  { http: { host, port } }: Config,
  check: () => Promise<readonly HealthItem[]>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ hostname: host, port, onListen() {} }, healthApp(check).fetch);
  } catch (error) {
    const reason = error instanceof Deno.errors.AddrInUse
      ? "it is in use, perhaps by another BlissBot"
      : error instanceof Deno.errors.AddrNotAvailable
      ? "this machine has no such address"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new ListenError(
      `Cannot serve the health page on ${host} port ${port}: ${reason}; ` +
        "set [http] host and port in config.toml (port 0 is any free one)",
      { cause: error },
    );
  }
}

async function checkHealth(
  config: Config,
  { db, storeName, redis }: {
    db: Database | undefined;
    storeName: string;
    redis: RedisLink | undefined;
  },
): Promise<HealthItem[]> {
  return [
    ...await Promise.all([checkStore(db, storeName), checkRedis(redis)]),
    ...BOTS.map(({ name, title, tokenVariable }): HealthItem => ({
      name: `${title} bot`,
      state: "off",
      text: config.discord.tokens[name]
        ? "Has a token; connecting to Discord comes with the next version"
        : `${tokenVariable} is not set`,
    })),
  ];
}

async function checkStore(db: Database | undefined, storeName: string): Promise<HealthItem> {
  if (!db) return { name: "Store", state: "down", text: `${storeName}: is being opened` };
  const isUp = await db.run(CHECK_MS, (sql) => sql`select 1`).then(() => true, () => false);
  return {
    name: "Store",
    state: isUp ? "ok" : "down",
    text: isUp ? storeName : `${storeName}: does not answer`,
  };
}

async function checkRedis(redis: RedisLink | undefined): Promise<HealthItem> {
  const name = "Redis";
  if (!redis) return { name, state: "off", text: "REDIS_URL is not set" };
  return await redis.answers(CHECK_MS)
    ? { name, state: "ok", text: "answers" }
    : { name, state: "down", text: "does not answer; check REDIS_URL and that the server runs" };
}
