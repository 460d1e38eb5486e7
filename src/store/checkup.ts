/**
 * Whether the database and Redis are fit for the program, for the doctor. Changes nothing in them.
 * @module
 */

import type { Finding } from "../runtime/finding.ts";
import { StoreError } from "./errors.ts";
import { lockFolder } from "./folder_lock.ts";
import { openSql } from "./sql.ts";

/** Longest wait for one answer. */
const DEADLINE_MS = 10_000;
/** The oldest PostgreSQL that the statements are written for, as `server_version_num` counts. */
const OLDEST_POSTGRES = 150_000;

/** Looks at the PostgreSQL server: reachable, new enough, and tables may be made there. */
export async function checkPostgres(url: string): Promise<Finding> {
  const name = "PostgreSQL";
  const db = openSql({ url, max: 1 });
  try {
    const [row] = await db.run(
      DEADLINE_MS,
      (sql) =>
        sql<{ version: number; can_create: boolean; user: string }[]>`
      select current_setting('server_version_num')::int as version, current_user as user,
        coalesce(has_schema_privilege(current_schema(), 'create'), false) as can_create`,
    );
    const major = Math.floor(row!.version / 10_000);
    if (row!.version < OLDEST_POSTGRES) {
      return {
        name,
        state: "failed",
        text: `Version ${major} is too old`,
        remedy: "Use PostgreSQL 15 or newer, or leave DATABASE_URL out for the embedded store",
      };
    }
    if (!row!.can_create) {
      return {
        name,
        state: "failed",
        text: `The user ${row!.user} may not make tables`,
        remedy: `Run in that database: grant create on schema public to "${row!.user}"`,
      };
    }
    return { name, state: "ok", text: `Version ${major}, tables may be made` };
  } catch (error) {
    return storeFailure(name, error);
  } finally {
    await db.close();
  }
}

/** Looks at the folder of the embedded store, which is made when it is missing. */
export async function checkEmbedded(dataDir: string): Promise<Finding> {
  const name = "Embedded store";
  try {
    (await lockFolder(dataDir, { wait: false })).close();
    return { name, state: "ok", text: `${dataDir} can be used` };
  } catch (error) {
    if (error instanceof StoreError && error.kind === "locked") {
      return { name, state: "ok", text: `${dataDir} is in use, by the BlissBot that runs` };
    }
    return storeFailure(name, error);
  }
}

function storeFailure(name: string, error: unknown): Finding {
  if (!(error instanceof StoreError)) throw error;
  const at = error.message.lastIndexOf("; ");
  return {
    name,
    state: "failed",
    text: at < 0 ? error.message : error.message.slice(0, at),
    remedy: at < 0 ? "See the message of the server" : error.message.slice(at + 2),
  };
}

/** Looks at Redis: reachable, and whether it can tell when a key expires. */
export async function checkRedis(url: string): Promise<Finding> {
  const name = "Redis";
  // The client costs memory that only those pay who use Redis.
  const { askExpiryFlags, RedisDown } = await import("./redis.ts");
  try {
    const flags = await askExpiryFlags(url, DEADLINE_MS);
    if (flags === undefined) {
      return {
        name,
        state: "failed",
        text: "It answers, but does not let BlissBot see or set notify-keyspace-events",
        remedy:
          "Set notify-keyspace-events to Ex on the page of whoever hosts it, and allow CONFIG",
      };
    }
    const isOn = flags.includes("E") && /[xA]/.test(flags);
    return {
      name,
      state: "ok",
      text: isOn
        ? "Answers, and tells when a key expires"
        : "Answers, and can be told to tell when a key expires",
    };
  } catch (error) {
    if (!(error instanceof RedisDown)) throw error;
    return {
      name,
      state: "failed",
      text: `No answer: ${error.message}`,
      remedy: "Check REDIS_URL and that the server runs, or leave it out: Redis is optional",
    };
  }
}
