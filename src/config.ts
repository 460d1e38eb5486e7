/**
 * The configuration: config.toml, .env and the environment turned into plain frozen data, or into
 * one list of every mistake. Sole reader of these files; opens no connection and checks no path.
 * @module
 */

import { parseEnv } from "node:util";
import { dirname, join, resolve } from "node:path";
import { distance } from "fastest-levenshtein";
import { parse, TomlError } from "smol-toml";
import { z } from "zod";
import { DEFAULT_DECAY_TABLE } from "./ark/decay.ts";
import { type MapBounds, mapKey } from "./ark/maps.ts";

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
  readonly discord: {
    readonly guildId: string | undefined;
    readonly apiUrl: string | undefined;
    /** Secrets, one per bot; a bot without one does not start. */
    readonly tokens: Readonly<Record<BotName, string | undefined>>;
  };
  /** Discord role ids per tier. */
  readonly roles: Readonly<Record<RoleName, readonly string[]>>;
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

const ID_REMEDY = 'put it in quotes, digits only, such as "123456789012345678" ' +
  "(without quotes a long id loses digits)";

/** Text a person would type: not empty, no line breaks, which `"C:\new"` would smuggle in. */
function text(remedy: string) {
  return z.string(remedy).regex(/^\P{Cc}+$/u, remedy);
}

function filePath(example: string) {
  const remedy = `write a path, a Windows one in single quotes, such as '${example}'`;
  return text(remedy).regex(/^[^~]/, "write the whole path instead of ~");
}

function digits() {
  return z.string(ID_REMEDY).regex(/^\d+$/, ID_REMEDY);
}

function wholeNumber(min: number, max: number) {
  const remedy = `write a whole number from ${min} to ${max} without quotes`;
  return z.int(remedy).min(min, remedy).max(max, remedy);
}

function positive(remedy: string) {
  return z.number(remedy).positive(remedy);
}

/** The address of a server, with the password in it: a mark that was not encoded moves its parts. */
function serverUrl(schemes: RegExp, example: string) {
  const remedy = `begin it with ${example}, then user:password@host:port; ` +
    "write special characters of the password as %XX";
  return text(remedy).refine((value) => {
    const url = URL.parse(value);
    if (!url || !schemes.test(url.protocol)) return false;
    return isDecodable(value) && !/[@#]/.test(url.pathname + url.search + url.hash);
  }, remedy);
}

function isDecodable(value: string): boolean {
  try {
    return decodeURIComponent(value) !== "";
  } catch {
    return false;
  }
}

function apiUrl() {
  const remedy = "write an address that starts with https:// or http://";
  return text(remedy).refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ""), remedy);
}

function section(name: string): string {
  return `write its keys below a line [${name}]`;
}

function roleIds() {
  return z.array(digits(), 'write a list of role ids in quotes, such as ["123456789012345678"]')
    .default([]);
}

function coordinate() {
  return z.number("write a number of Unreal units without quotes");
}

/** Letters first keeps out offsets such as +02:00, which Intl takes but which know no summer. */
function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

const TIMEZONE_REMEDY = 'write a time zone by its name, such as "Europe/Berlin" or "UTC"';

const RADIUS_REMEDY = "write a number of Unreal units, 0 or more, without quotes";

const serverSchema = z.strictObject({
  id: text('give every server a short id of its own and put it in quotes, such as "island"'),
  name: text('give every server a name in quotes, such as "The Island"'),
  map: text('write the name of the map in quotes, such as "TheIsland_WP"').optional(),
  host: text('write a host name or an address in quotes, such as "203.0.113.5"').optional(),
  rcon_port: wholeNumber(1, 65535).optional(),
  rcon_password: text('put it in single quotes, or better write "${NAME}" and set that variable')
    .optional(),
  nitrado_service: digits().optional(),
  log_file: filePath("D:\\ark\\ShooterGame.log").optional(),
  save_path: filePath("D:\\ark\\SavedArks\\TheIsland_WP").optional(),
}, "write its keys below a line [[servers]]");

const mapSchema = z.strictObject({
  min_x: coordinate(),
  min_y: coordinate(),
  max_x: coordinate(),
  max_y: coordinate(),
}, section("maps.<Name>"));

/**
 * What config.toml may hold. The message of each part is the remedy that a person is shown.
 *
 * `prefault` fills a section that is left out and still applies the defaults in it.
 */
export const fileSchema = z.strictObject({
  data_dir: filePath("D:\\blissbot\\data").default("data"),
  timezone: text(TIMEZONE_REMEDY).refine(isTimeZone, TIMEZONE_REMEDY).default("UTC"),
  http: z.strictObject({
    host: text("write a host name or an address in quotes").default("127.0.0.1"),
    port: wholeNumber(0, 65535).default(8317),
  }, section("http")).prefault({}),
  servers: z.array(serverSchema, "begin each server with a line [[servers]]").default([]),
  discord: z.strictObject({
    guild_id: digits().optional(),
    api_url: apiUrl().optional(),
  }, section("discord")).prefault({}),
  roles: z.strictObject({
    support: roleIds(),
    moderator: roleIds(),
    admin: roleIds(),
    owner: roleIds(),
  }, section("roles")).prefault({}),
  nitrado: z.strictObject({ api_url: apiUrl().optional() }, section("nitrado")).prefault({}),
  decay: z.strictObject({
    multiplier: positive("write a number above 0 without quotes").default(1),
    dino_radius: z.number(RADIUS_REMEDY).min(0, RADIUS_REMEDY).default(2500),
    table: z.record(
      z.string(),
      positive("write a number of days above 0 without quotes"),
      section("decay.table"),
    ).default({}),
  }, section("decay")).prefault({}),
  maps: z.record(z.string(), mapSchema, section("maps.<Name>")).default({}),
});

function token() {
  const remedy = "copy it again from the page that issued it";
  return text(remedy).regex(/\S/, remedy);
}

/** The environment variables that count. Secrets live here, so that config.toml can be shared. */
export const environmentSchema = z.object({
  DATABASE_URL: serverUrl(/^postgres(ql)?:$/, "postgres:// or postgresql://").optional(),
  REDIS_URL: serverUrl(/^rediss?:$/, "redis:// or rediss://").optional(),
  NITRADO_TOKEN: token().optional(),
  DISCORD_TOKEN_AP: token().optional(),
  DISCORD_TOKEN_GP: token().optional(),
  DISCORD_TOKEN_SERVERS: token().optional(),
  DISCORD_TOKEN_ASSISTANT: token().optional(),
  DISCORD_TOKEN_MASTER: token().optional(),
  DISCORD_TOKEN_TICKET: token().optional(),
});

type FileValues = z.output<typeof fileSchema>;
type Secrets = z.output<typeof environmentSchema>;
type Variables = Readonly<Record<string, string>>;
type Path = readonly PropertyKey[];

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

/** One line per mistake that the schema found: key, kind of the value, remedy; never the value. */
function problemsOf(error: z.ZodError | undefined, raw: unknown): string[] {
  return (error?.issues ?? []).flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) =>
        `${label([...issue.path, key], raw)}: unknown key; ${unknownKeyRemedy(issue.path, key)}`
      )
      : [`${label(issue.path, raw)}: ${kindOf(valueAt(raw, issue.path))}; ${issue.message}`]
  );
}

/** Mistakes that only show between values; sought in the raw document so that none hides another. */
function crossProblems(document: unknown, variables: Variables): string[] {
  const servers = valueAt(document, ["servers"]);
  const serverPaths = Array.isArray(servers) ? servers.map((_, at) => ["servers", at]) : [];
  const maps = pathsIn(document, ["maps"]);
  const ids = serverPaths.map((path) => [...path, "id"])
    .filter((path) => typeof valueAt(document, path) === "string");
  return [
    ...repeats(ids, (path) => valueAt(document, path)),
    ...repeats(maps, (path) => mapKey(String(path.at(-1)))),
    ...repeats(pathsIn(document, ["decay", "table"]), (path) => String(path.at(-1)).toLowerCase()),
  ].map(([first, again]) =>
    `${label(again, document)}: the same name as ${keyOf(first)}; rename or remove one of the two`
  ).concat(
    maps.flatMap((path) => boundsProblems(path, document)),
    serverPaths.flatMap((path) =>
      passwordProblems([...path, "rcon_password"], { document, variables })
    ),
  );
}

/** Pairs of paths with the same name, the earlier one first. */
function repeats(paths: readonly Path[], nameOf: (path: Path) => unknown): [Path, Path][] {
  const groups = Map.groupBy(paths, nameOf);
  return [...groups.values()].flatMap(([first, ...again]) =>
    again.map((path): [Path, Path] => [first!, path])
  );
}

function boundsProblems(path: Path, document: unknown): string[] {
  return ["x", "y"].flatMap((axis) => {
    const max = [...path, `max_${axis}`];
    const span = Number(valueAt(document, max)) -
      Number(valueAt(document, [...path, `min_${axis}`]));
    return span <= 0
      ? [`${label(max, document)}: not above min_${axis}; swap or correct them`]
      : [];
  });
}

function passwordProblems(
  path: Path,
  { document, variables }: { document: unknown; variables: Variables },
): string[] {
  const name = variableIn(valueAt(document, path));
  if (name === undefined || Object.hasOwn(variables, name)) return [];
  return [
    `${
      label(path, document)
    }: the variable ${name} is not set; set it in the environment or in .env`,
  ];
}

/** The variable's name when the value is exactly `${NAME}`. */
function variableIn(value: unknown): string | undefined {
  return typeof value === "string" ? /^\$\{([A-Za-z_]\w*)\}$/.exec(value)?.[1] : undefined;
}

function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => Reflect.get(Object(value), key), raw);
}

function pathsIn(document: unknown, path: Path): Path[] {
  return Object.keys(Object(valueAt(document, path))).map((name) => [...path, name]);
}

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === "") return "found empty text";
  if (Array.isArray(value)) return "found a list";
  const kinds: Record<string, string> = {
    string: "text",
    number: "a number",
    bigint: "a very long number",
    boolean: "true or false",
    symbol: "a date",
  };
  return `found ${kinds[typeof value] ?? "a section"}`;
}

/** The key as it would be written, such as `servers[2].rcon_port`; counted from 0. */
function keyOf(path: Path): string {
  return path.map((part, at) => {
    if (typeof part === "number") return `[${part}]`;
    const name = String(part);
    return (at > 0 ? "." : "") + (/^[\w-]+$/.test(name) ? name : JSON.stringify(name));
  }).join("");
}

/** The key, and for a server which one it is. */
function label(path: Path, raw: unknown): string {
  if (path[0] !== "servers" || typeof path[1] !== "number") return keyOf(path);
  const id = valueAt(raw, ["servers", path[1], "id"]);
  const server = typeof id === "string" && id !== ""
    ? `server ${JSON.stringify(id)}`
    : `[[servers]] block number ${path[1] + 1}`;
  return `${keyOf(path)} (${server})`;
}

/**
 * Every key of a schema as a path; `[]` stands for any place in a list, `*` for a name of the
 * admin's own, as in `servers.[].id` and `maps.*.min_x`.
 */
export function keyPaths(schema: z.core.$ZodType, above: readonly string[] = []): string[][] {
  if (
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) return keyPaths(schema.unwrap(), above);
  if (schema instanceof z.ZodArray) return keyPaths(schema.element, [...above, "[]"]);
  if (schema instanceof z.ZodRecord) return keyPaths(schema.valueType, [...above, "*"]);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries<z.core.$ZodType>(schema.shape).flatMap(([key, value]) => [
    [...above, key],
    ...keyPaths(value, [...above, key]),
  ]);
}

/** What was probably meant: a key of this section, a place elsewhere, or one of all that fit. */
function unknownKeyRemedy(section: Path, key: string): string {
  const known = keyPaths(fileSchema);
  const here = known.filter((path) =>
    path.length === section.length + 1 &&
    section.every((part, at) => path[at] === "[]" || path[at] === "*" || path[at] === part)
  ).map((path) => path.at(-1)!);
  const near = closestKey(key, here);
  if (near) return `did you mean ${near}?`;
  const elsewhere = known.filter((path) => path.at(-1) === key);
  if (elsewhere.length > 0) return `it belongs ${elsewhere.map(placeOf).join(" or ")}`;
  return `remove it, the keys here are ${here.join(", ")}`;
}

/** The candidate with at most a third of its letters wrong, or that has the key as a part. */
function closestKey(key: string, candidates: readonly string[]): string | undefined {
  const typed = key.toLowerCase();
  const near = (name: string) =>
    distance(typed, name) <= name.length / 3 ||
    typed.length > 2 && (name.includes(typed) || typed.includes(name));
  return candidates.filter(near)
    .sort((a, b) => distance(typed, a) - distance(typed, b))[0];
}

function placeOf(path: readonly string[]): string {
  if (path.length === 1) return "at the top of the file, above the first [section]";
  const name = path.slice(0, -1).filter((part) => part !== "[]").join(".").replace("*", "<Name>");
  return path.includes("[]") ? `below [[${name}]]` : `below [${name}]`;
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
      apiUrl: discord.api_url,
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
