/**
 * The program put together: opens the store, serves the health page, starts the bots and the jobs,
 * and stops it all again. Shelves and features meet here and in `fleet.ts`.
 * @module
 */

import type { Config } from "./config.ts";
import { consoleCheck, openConsoles, type ServerConsole } from "./consoles.ts";
import { checkDisk } from "./disk.ts";
import { type FleetMember, startFleet } from "./fleet.ts";
import { addressText } from "./runtime/address.ts";
import { type Clock, settlesWithin, systemClock } from "./runtime/clock.ts";
import {
  type Health,
  type HealthCheck,
  type HealthItem,
  type HealthReport,
  openHealth,
} from "./runtime/health.ts";
import { type Jobs, openJobs } from "./runtime/jobs.ts";
import type { Log } from "./runtime/log.ts";
import { openServerManagement } from "./server_management.ts";
import { storedOpenCards } from "./store/open_cards.ts";
import { openStore } from "./store/open.ts";
import type { RedisLink } from "./store/redis.ts";
import type { Database } from "./store/sql.ts";
import { healthApp } from "./web/health.ts";

/** The running program. */
export interface App {
  /** Address of the health page. */
  readonly url: string;
  readonly fleet: readonly FleetMember[];
  readonly jobs: Jobs;
  readonly consoles: readonly ServerConsole[];
  /** How stores and disk are now. */
  storeHealth(): Promise<readonly HealthReport[]>;
  /** Stops everything; resolves when it has stopped. Safe to call twice. */
  stop(): Promise<void>;
}

/** Longest wait for a store to answer a health check. */
const CHECK_MS = 2_000;
const HEALTH_EVERY_SECONDS = 15;
/** A client that never ends its request must not hold up the end of the program. */
const LAST_REQUESTS_MS = 2_000;

type Found = Omit<HealthItem, "name">;

/** What is there so far; filled while the program starts. */
interface Parts {
  db?: Database;
  redis?: RedisLink;
  fleet: readonly FleetMember[];
}

/**
 * Starts the program. The health page comes first: it tells how the rest is doing. The bots connect
 * in the background.
 * @param signal Gives up starting; then its reason is thrown.
 * @throws {ListenError} when the health page's address cannot be used.
 * @throws {StoreError} when the store cannot be opened.
 */
export async function startApp(
  config: Config,
  { log, signal, clock = systemClock }: { log: Log; signal: AbortSignal; clock?: Clock },
): Promise<App> {
  const startedAt = new Date(clock.now());
  const parts: Parts = { fleet: [] };
  const consoles = await openConsoles(config.servers, { clock, log });
  const watch = (checks: HealthCheck[]) => openHealth(checks, { clock, log: log.child("health") });
  const stores = watch(storeChecks(config, parts));
  const serverChecks = consoles.map(consoleCheck);
  const servers = watch(serverChecks);
  const health = async () => [
    ...await stores.check(),
    ...parts.fleet.map(botReport),
    ...await servers.check(),
  ];
  const server = listen(config, health);
  const closePage = () => settlesWithin(LAST_REQUESTS_MS, { work: server.shutdown(), clock });
  try {
    if (config.redisUrl !== undefined) parts.redis = await connectRedis(config.redisUrl);
    const { databaseUrl, dataDir } = config;
    parts.db = await openStore({ databaseUrl, dataDir, signal });
    signal.throwIfAborted();
  } catch (error) {
    await closePage();
    await closeStores(parts);
    throw error;
  }
  const openCards = storedOpenCards(parts.db);
  const management = openServerManagement({ config, consoles, db: parts.db, clock, log });
  parts.fleet = startFleet({
    config,
    log,
    clock,
    openCards,
    health,
    startedAt,
    // Without servers there would be commands for nothing.
    features: consoles.length > 0 ? { servers: management.features } : {},
  });
  const features = parts.fleet.flatMap((bot) => bot.features);
  serverChecks.push(...features.flatMap((feature) => feature.health ?? []));
  const jobs = startJobs({ stores, servers, log, clock });
  if (consoles.length > 0) jobs.add(management.roster);
  for (const job of features.flatMap((feature) => feature.jobs ?? [])) jobs.add(job);
  const stop = async () => {
    // All at once: each may take most of the time that there is.
    await Promise.all([
      jobs.stop(),
      closePage(),
      ...parts.fleet.map((bot) => bot.stop()), // before the consoles: what is lost then is not told
      ...consoles.map(({ console }) => console.close()),
    ]);
    await closeStores(parts);
  };
  let stopped: Promise<void> | undefined;
  const { hostname, port } = server.addr;
  return {
    url: `http://${addressText({ host: hostname, port })}`,
    fleet: parts.fleet,
    jobs,
    consoles,
    storeHealth: stores.check,
    stop: () => stopped ??= stop(),
  };
}

async function closeStores({ db, redis }: Parts): Promise<void> {
  await redis?.close();
  await db?.close();
}

function startJobs(
  { stores, servers, log, clock }: { stores: Health; servers: Health; log: Log; clock: Clock },
): Jobs {
  const jobs = openJobs({ clock, log: log.child("jobs") });
  jobs.add({
    name: "health",
    every: { seconds: HEALTH_EVERY_SECONDS },
    limitMs: 10_000,
    run: async () => void await Promise.all([stores.check(), servers.check()]),
  });
  return jobs;
}

/** Loads the client only where it is wanted: it costs more memory than all the rest of the start. */
async function connectRedis(url: string): Promise<RedisLink> {
  const { openRedis } = await import("./store/redis.ts");
  return openRedis(url);
}

/** The health page's address is taken or not ours. */
export class ListenError extends Error {}

function listen(
  { http: { host, port } }: Config,
  check: () => Promise<readonly HealthReport[]>,
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

/** What the program keeps its data in. */
function storeChecks({ databaseUrl, dataDir, redisUrl }: Config, parts: Parts): HealthCheck[] {
  const store = databaseUrl ? "PostgreSQL" : `embedded, in ${dataDir}`;
  return [
    { name: "Store", check: () => checkStore(parts.db, store) },
    { name: "Redis", check: () => checkRedis(parts.redis, redisUrl) },
    { name: "Disk", check: () => checkDisk(dataDir) },
  ];
}

async function checkStore(db: Database | undefined, store: string): Promise<Found> {
  const name = { text: store, german: store.replace("embedded", "eingebettet") };
  const down = (text: string, german: string): Found => ({
    state: "down",
    text: `${name.text}: ${text}`,
    german: `${name.german}: ${german}`,
  });
  if (!db) return down("is being opened", "wird geöffnet");
  const isUp = await db.run(CHECK_MS, (sql) => sql`select 1`).then(() => true, () => false);
  return isUp ? { state: "ok", ...name } : down("does not answer", "antwortet nicht");
}

async function checkRedis(redis: RedisLink | undefined, url: string | undefined): Promise<Found> {
  if (url === undefined) {
    return { state: "off", text: "REDIS_URL is not set", german: "REDIS_URL ist nicht gesetzt" };
  }
  return await redis?.answers(CHECK_MS) ? { state: "ok", text: "answers", german: "antwortet" } : {
    state: "down",
    text: "does not answer; check REDIS_URL and that the server runs",
    german: "antwortet nicht; prüfe REDIS_URL und ob der Server läuft",
  };
}

/** A bot as the health page and `/health` list it. */
function botReport(member: FleetMember): HealthReport {
  const { door: { title }, missing } = member;
  const { state, since, text, lastError } = member.status();
  const report = { name: `${title} bot`, since, lastError };
  if (missing !== undefined) {
    return { ...report, state: "off", text, german: `${missing} ist nicht gesetzt` };
  }
  if (state === "ready" && !member.isInGuild()) {
    const { inviteUrl } = member;
    return {
      ...report,
      state: "down",
      text: `is not in the server: ${inviteUrl}`,
      german: `ist nicht auf dem Server: ${inviteUrl}`,
    };
  }
  return state === "ready"
    ? { ...report, state: "ok", text, german: "Bereit" }
    : { ...report, state: "down", text };
}
