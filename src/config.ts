/**
 * The configuration: config.toml, .env and the environment turned into plain frozen data, or into
 * one list of every mistake. Sole reader of these files; opens no connection and checks no path.
 * @module
 */

import { parseEnv } from "node:util";
import { dirname, join, resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import { DEFAULT_DECAY_TABLE } from "./ark/decay.ts";
import type { MapBounds } from "./ark/maps.ts";
import { crossProblems, problemsOf, variableIn } from "./config/problems.ts";
import {
  environmentSchema,
  fileSchema,
  type FileValues,
  type Secrets,
  type Variables,
} from "./config/schema.ts";

/** One game server, as `[[servers]]` describes it. Only `id` and `name` are always there. */
export interface ServerConfig {
  /** Short name that commands and the store use; no two servers share one. */
  readonly id: string;
  readonly name: string;
  readonly map: string | undefined;
  readonly host: string | undefined;
  readonly rconPort: number | undefined;
  /** Secret; `"${NAME}"` is already replaced by the variable's value. */
  readonly rconPassword: string | undefined;
  /** Number of the server at Nitrado, as digits. */
  readonly nitradoService: string | undefined;
  /** Absolute path. */
  readonly logFile: string | undefined;
  /** Absolute path of a world file or a SavedArks folder. */
  readonly savePath: string | undefined;
}

/** Everything an admin can set. Deeply frozen; `undefined` means not set. */
export interface Config {
  /** Absolute path of the file that was read. */
  readonly file: string | undefined;
  /** Absolute path of the folder for BlissBot's own data. */
  readonly dataDir: string;
  /** IANA time zone in which people are shown times. */
  readonly timezone: string;
  /** Secret, `postgres:` or `postgresql:`. Not set: the embedded store. */
  readonly databaseUrl: string | undefined;
  /** Secret, `redis:` or `rediss:`. Not set: the cache in memory. */
  readonly redisUrl: string | undefined;
  /** Where the health page listens; port 0 is any free one. */
  readonly http: { readonly host: string; readonly port: number };
  readonly servers: readonly ServerConfig[];
  /** The least important lines that are still logged. */
  readonly log: { readonly level: "debug" | "info" | "warn" | "error" };
  readonly discord: {
    /** The one guild that the bots serve. */
    readonly guildId: string | undefined;
    /** What stands before `/v10/…` of every request. */
    readonly apiUrl: string;
    /** Stands in the footer of every embed. */
    readonly botName: string;
    /** Secrets, one per bot; a bot without one does not start. */
    readonly tokens: Readonly<Record<BotName, string | undefined>>;
  };
  /** Discord role ids per tier. */
  readonly roles: Readonly<Record<RoleName, readonly string[]>>;
  readonly chatBridge: {
    /** Seconds between two looks at a server's chat, 2 to 60. */
    readonly pollSeconds: number;
    /** Discord role ids that see the category of the bridge. */
    readonly roles: readonly string[];
    /** Whether what players say is also shown on the other servers. */
    readonly crossChat: boolean;
  };
  readonly nitrado: { readonly apiUrl: string | undefined; readonly token: string | undefined };
  readonly decay: {
    /** Factor on every period, as the game's PvEStructureDecayPeriodMultiplier. */
    readonly multiplier: number;
    /** How far a tamed dino may stand from a structure and still count, in Unreal units. */
    readonly dinoRadiusUnits: number;
    /** Days per material, weakest of the defaults first, materials of the admin's own last. */
    readonly table: Readonly<Record<string, number>>;
  };
  /** Maps beyond the built-in ones, or in their place, by name as written. */
  readonly maps: Readonly<Record<string, MapBounds>>;
}

/** The six bots, each with a token of its own. */
export type BotName = "ap" | "gp" | "servers" | "assistant" | "master" | "ticket";

/** The tiers of staff, from least to most allowed. */
export type RoleName = "support" | "moderator" | "admin" | "owner";

/** The configuration cannot be used; `problems` has one line per mistake, none with a secret. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(readonly problems: readonly string[]) {
    super(`Cannot use the configuration:\n${problems.map((line) => `- ${line}`).join("\n")}`);
  }
}
/**
 * Reads the configuration.
 *
 * The file is `path`, else the variable BLISS_CONFIG, else config.toml in `cwd` when there is one,
 * else none and everything has its default. A `.env` file in `cwd` adds variables that `env` does
 * not set; an empty variable counts as not set.
 *
 * @param options.path From the command line; like BLISS_CONFIG relative to `cwd`, and then the file
 * must exist.
 * @param options.cwd Absolute folder.
 * @param options.env The variables of the process.
 * @returns Paths are absolute: those in a file are relative to that file.
 * @throws {ConfigError} with every mistake at once.
 */
export function loadConfig(
  { path, cwd, env }: {
    path?: string | undefined;
    cwd: string;
    env: Readonly<Record<string, string | undefined>>;
  },
): Config {
  const problems: string[] = [];
  const variables: Variables = {
    ...attempt(() => withoutEmpty(readDotEnv(join(cwd, ".env"))), problems),
    ...withoutEmpty(env),
  };
  const named = path ?? variables["BLISS_CONFIG"];
  const file = resolve(cwd, named ?? "config.toml");
  const document = attempt(() => readToml(file, named !== undefined), problems);

  const values = fileSchema.safeParse(document ?? {});
  const secrets = environmentSchema.safeParse(variables);
  problems.push(
    ...problemsOf(values.error, document),
    ...crossProblems(document, variables),
    ...problemsOf(secrets.error, variables),
  );
  if (problems.length > 0 || !values.success || !secrets.success) {
    // One value can break two rules that share a remedy.
    throw new ConfigError([...new Set(problems)]);
  }
  return deepFreeze({
    ...fromFile(values.data, { folder: document ? dirname(file) : cwd, variables }),
    ...fromEnvironment(secrets.data, values.data),
    file: document ? file : undefined,
  });
}

/** The result of `work`, or `undefined` with its mistakes added to the list. */
function attempt<T>(work: () => T, problems: string[]): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

function withoutEmpty(variables: Readonly<Record<string, string | undefined>>): Variables {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}

function readDotEnv(file: string): Readonly<Record<string, string | undefined>> {
  return parseEnv(readText(file) ?? "");
}

function readToml(file: string, mustExist: boolean): unknown {
  const text = readText(file);
  if (text === undefined) {
    if (!mustExist) return undefined;
    throw new ConfigError([`${file}: no such file; check the path in --config or BLISS_CONFIG`]);
  }
  try {
    // Ids without quotes are too long for a number; as bigint they reach the schema and its remedy.
    return markDates(parse(text, { integersAsBigInt: "asNeeded" }));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Only the first line, and no `cause`: the rest quotes the file, which may hold a password.
    const reason = error.message.split("\n", 1)[0]!.replace("Invalid TOML document: ", "");
    throw new ConfigError([
      `${file}, line ${error.line}, column ${error.column}: ${reason}; ` +
      "text needs quotes (a Windows path single ones), a section brackets",
    ]);
  }
}

/** Dates become symbols: to the schema a Date would look like a section without keys. */
function markDates(value: unknown): unknown {
  if (value instanceof Date) return Symbol("date");
  if (Array.isArray(value)) return value.map(markDates);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, markDates(part)]),
  );
}

/** The text of a UTF-8 file without its byte order mark, `undefined` when there is no such file. */
function readText(file: string): string | undefined {
  let bytes: Uint8Array;
  try {
    bytes = Deno.readFileSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    const reason = error instanceof Deno.errors.IsADirectory
      ? "is a folder; name the file in it"
      : "cannot be read; check the path and who may read it";
    throw new ConfigError([`${file}: ${reason}`]);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigError([`${file}: is not UTF-8 text; save it with the encoding UTF-8`]);
  }
}

function fromFile(
  values: FileValues,
  { folder, variables }: { folder: string; variables: Variables },
) {
  const absolute = (path: string | undefined) => path === undefined ? path : resolve(folder, path);
  return {
    dataDir: resolve(folder, values.data_dir),
    timezone: values.timezone,
    http: values.http,
    log: values.log,
    servers: values.servers.map((server): ServerConfig => ({
      id: server.id,
      name: server.name,
      map: server.map,
      host: server.host,
      rconPort: server.rcon_port,
      rconPassword: variables[variableIn(server.rcon_password) ?? ""] ?? server.rcon_password,
      nitradoService: server.nitrado_service,
      logFile: absolute(server.log_file),
      savePath: absolute(server.save_path),
    })),
    roles: values.roles,
    chatBridge: {
      pollSeconds: values.chat_bridge.poll_seconds,
      roles: values.chat_bridge.roles ?? [...new Set(Object.values(values.roles).flat())],
      crossChat: values.chat_bridge.cross_chat,
    },
    decay: {
      multiplier: values.decay.multiplier,
      dinoRadiusUnits: values.decay.dino_radius,
      table: decayTable(values.decay.table),
    },
    maps: Object.fromEntries(
      Object.entries(values.maps).map(([name, bounds]): [string, MapBounds] => [name, {
        minX: bounds.min_x,
        minY: bounds.min_y,
        maxX: bounds.max_x,
        maxY: bounds.max_y,
      }]),
    ),
  };
}

function fromEnvironment(secrets: Secrets, { discord, nitrado }: FileValues) {
  return {
    databaseUrl: secrets.DATABASE_URL,
    redisUrl: secrets.REDIS_URL,
    discord: {
      guildId: discord.guild_id,
      apiUrl: discord.api_url.replace(/\/+$/, ""),
      botName: discord.bot_name,
      tokens: {
        ap: secrets.DISCORD_TOKEN_AP,
        gp: secrets.DISCORD_TOKEN_GP,
        servers: secrets.DISCORD_TOKEN_SERVERS,
        assistant: secrets.DISCORD_TOKEN_ASSISTANT,
        master: secrets.DISCORD_TOKEN_MASTER,
        ticket: secrets.DISCORD_TOKEN_TICKET,
      },
    },
    nitrado: { apiUrl: nitrado.api_url, token: secrets.NITRADO_TOKEN },
  };
}

/** The defaults with the admin's days in their place, whatever the letter case, then new materials. */
function decayTable(own: Readonly<Record<string, number>>): Record<string, number> {
  const table: Record<string, number> = { ...DEFAULT_DECAY_TABLE };
  for (const [material, days] of Object.entries(own)) {
    const isSame = (name: string) => name.toLowerCase() === material.toLowerCase();
    table[Object.keys(DEFAULT_DECAY_TABLE).find(isSame) ?? material] = days;
  }
  return table;
}

function deepFreeze<T extends object>(value: T): Readonly<T> {
  for (const part of Object.values(value)) {
    if (typeof part === "object" && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}

/** Every secret of a configuration, for the log to mask. */
export function secretsOf({ databaseUrl, redisUrl, nitrado, discord, servers }: Config): string[] {
  const secrets: (string | undefined)[] = [
    databaseUrl,
    ...passwordsIn(databaseUrl),
    redisUrl,
    ...passwordsIn(redisUrl),
    nitrado.token,
    ...Object.values(discord.tokens),
    ...servers.map(({ rconPassword }) => rconPassword),
  ];
  return secrets.filter((secret) => secret !== undefined).filter((secret) => secret !== "");
}

/** A URL's password, as it stands there and as it is meant. */
function passwordsIn(url: string | undefined): string[] {
  const password = url === undefined ? "" : URL.parse(url)?.password ?? "";
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password]; // a stray % is part of it
  }
}
