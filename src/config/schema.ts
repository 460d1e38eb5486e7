/**
 * What config.toml and the environment may hold: one schema, whose messages are the remedies that a
 * person is shown. Reads no file.
 * @module
 */

import { isIPv6 } from "node:net";
import { z } from "zod";

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
  return z.array(digits(), 'write a list of role ids in quotes, such as ["123456789012345678"]');
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

const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

const RADIUS_REMEDY = "write a number of Unreal units, 0 or more, without quotes";

const HOST_REMEDY =
  'write a host name or an address in quotes, without a port, such as "203.0.113.5"';

/** Keeps out ports, brackets and whole links, which would only fail much later as unknown names. */
function isHost(host: string): boolean {
  return isIPv6(host) || /^[\p{L}\p{M}\p{N}._-]+$/u.test(host);
}

const serverSchema = z.strictObject({
  id: text('give every server a short id of its own and put it in quotes, such as "island"'),
  name: text('give every server a name in quotes, such as "The Island"'),
  map: text('write the name of the map in quotes, such as "TheIsland_WP"').optional(),
  host: text(HOST_REMEDY).refine(isHost, HOST_REMEDY).optional(),
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
  log: z.strictObject({
    level: z.enum(LOG_LEVELS, `write one of ${LOG_LEVELS.join(", ")} in quotes`).default("info"),
  }, section("log")).prefault({}),
  discord: z.strictObject({
    guild_id: digits().optional(),
    bot_name: text('write a name in quotes, such as "Bliss Bot V2"')
      .max(100, "write at most 100 characters").default("Bliss Bot V2"),
    api_url: apiUrl().default("https://discord.com/api"),
  }, section("discord")).prefault({}),
  roles: z.strictObject({
    support: roleIds().default([]),
    moderator: roleIds().default([]),
    admin: roleIds().default([]),
    owner: roleIds().default([]),
  }, section("roles")).prefault({}),
  chat_bridge: z.strictObject({
    poll_seconds: wholeNumber(2, 60).default(3),
    roles: roleIds().optional(),
    cross_chat: z.boolean("write true or false without quotes").default(false),
  }, section("chat_bridge")).prefault({}),
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

/** Files of secrets end with a line break, and what is copied from a page with a blank. */
function token() {
  const remedy = "copy it again from the page that issued it, in one line";
  return z.string(remedy).trim().regex(/^\P{Cc}+$/u, remedy);
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

/** A valid config.toml with its defaults. */
export type FileValues = z.output<typeof fileSchema>;
/** The valid variables. */
export type Secrets = z.output<typeof environmentSchema>;
/** Variables that are set. */
export type Variables = Readonly<Record<string, string>>;

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
