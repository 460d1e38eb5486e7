/**
 * Structured log lines: one line per event, as JSON or for a terminal. Callers never put secrets
 * into them; they are masked all the same. Where the lines go is the caller's matter.
 * @module
 */

import { Buffer } from "node:buffer";
import { styleText } from "node:util";

/** What comes with an event; a value may be anything, an Error gives its message and stack. */
export type Fields = Readonly<Record<string, unknown>>;

/** Writes events of one part of the program. Never throws. */
export interface Log {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  /** A log for a part of this part, named `part/child`. */
  child(part: string): Log;
  /** One line without secrets, not too long: for error texts that are also shown elsewhere. */
  redact(text: string): string;
}

/** From the least to the most serious. */
export type Level = "debug" | "info" | "warn" | "error";

/** What a log needs from outside. */
export interface LogOptions {
  /** Takes one line, with its line break. */
  readonly write: (line: string) => void;
  readonly now: () => Date;
  /** Values that must never appear, in addition to what looks like a secret. */
  readonly secrets: readonly string[];
  /** Events below it are left out. Default "info". */
  readonly level?: Level;
  /** Default "json". */
  readonly format?: "json" | "terminal";
}

/** What stands where a secret was. */
const MASK = "***";

/** Shorter values would mask ordinary words; real tokens and passwords are longer. */
const SHORTEST_SECRET = 4;

/** Longer texts are cut: a line is to be read, and a whole HTML page may come as an error text. */
const LONGEST_TEXT = 8_000;

/** Values written for one event; more are left out, so that cyclic and huge ones end. */
const MOST_VALUES = 200;

const LEVELS: readonly Level[] = ["debug", "info", "warn", "error"];

/** A log for one part of the program. */
export function openLog(part: string, options: LogOptions): Log {
  const { write, now, secrets, level = "info", format = "json" } = options;
  return logOf(part, { write, now, level, format, redact: redactor(secrets) });
}

/** Four hexadecimal digits such as 7F3A, by which a person finds an error in the log. */
export function errorId(random: () => number = Math.random): string {
  return Math.floor(random() * 0x10000).toString(16).toUpperCase().padStart(4, "0");
}

interface Tools extends Required<Omit<LogOptions, "secrets">> {
  readonly redact: (text: string) => string;
}

function logOf(part: string, tools: Tools): Log {
  const { write, now, level, format, redact } = tools;
  const event = (own: Level) => (message: string, fields: Fields = {}) => {
    if (LEVELS.indexOf(own) < LEVELS.indexOf(level)) return;
    const event = { time: now(), level: own, part, message: oneLine(message, redact) };
    const values = plainFields(fields, redact);
    try {
      write(`${format === "json" ? jsonLine(event, values) : terminalLine(event, values)}\n`);
    } catch {
      // A log that cannot write must not end what it tells about.
    }
  };
  return {
    debug: event("debug"),
    info: event("info"),
    warn: event("warn"),
    error: event("error"),
    child: (name) => logOf(part === "" ? name : `${part}/${name}`, tools),
    redact: (text) => oneLine(text, redact),
  };
}

interface Event {
  readonly time: Date;
  readonly level: Level;
  readonly part: string;
  readonly message: string;
}

function jsonLine({ time, level, part, message }: Event, fields: Fields): string {
  const head = { time: time.toISOString(), level, part, message };
  const rest = Object.entries(fields)
    .map(([key, value]) => [Object.hasOwn(head, key) ? `${key}_` : key, value]);
  return JSON.stringify({ ...head, ...Object.fromEntries(rest) });
}

const COLOURS = { debug: "gray", info: "green", warn: "yellow", error: "red" } as const;

/** Local time: it is read beside other things on the same machine. */
function terminalLine({ time, level, part, message }: Event, fields: Fields): string {
  const colour = (style: Parameters<typeof styleText>[0], text: string) =>
    Deno.noColor ? text : styleText(style, text, { validateStream: false });
  return [
    colour("gray", time.toTimeString().slice(0, 8)),
    colour(COLOURS[level], level.padEnd(5)),
    colour("bold", part),
    message,
    ...Object.entries(fields).filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${colour("gray", `${key}=`)}${bareOrQuoted(value)}`),
  ].join(" ");
}

function bareOrQuoted(value: unknown): string {
  return typeof value === "string" && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

/** The fields as JSON knows them: masked, bounded, without cycles. */
function plainFields(fields: Fields, redact: Tools["redact"]): Fields {
  let left = MOST_VALUES;
  const text = (value: unknown) => oneLine(String(value), redact);
  const some = <T>(values: Iterable<T>): T[] => [...values].slice(0, Math.max(1, left));
  const plain = (read: () => unknown): unknown => {
    if (left-- <= 0) return "…";
    try {
      const value = read();
      if (value === null || value === undefined || typeof value === "boolean") return value;
      if (typeof value === "number" && text(value) === JSON.stringify(value)) return value;
      if (typeof value !== "object") return text(value);
      if (value instanceof Error) return text(errorText(value));
      if (value instanceof Date || value instanceof URL) return text(value.toJSON());
      if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
      if (Array.isArray(value) || value instanceof Set) {
        return some(value).map((item) => plain(() => item));
      }
      const keys = value instanceof Map ? value.keys() : Object.keys(value);
      const get = (key: unknown) =>
        value instanceof Map ? value.get(key) : value[key as keyof typeof value];
      return Object.fromEntries(some(keys).map((key) => [text(key), plain(() => get(key))]));
    } catch {
      return "(unreadable)"; // a getter that throws, a revoked proxy
    }
  };
  const values = plain(() => fields);
  return typeof values === "object" ? { ...values } : { fields: values };
}

/** Stack, which begins with name and message, and what caused it. */
function errorText(error: Error, depth = 0): string {
  const { name, message, stack = "", cause } = error;
  const own = stack.includes(message) ? stack : `${name}: ${message} ${stack}`;
  const members = error instanceof AggregateError ? error.errors : [];
  const others = [...members, ...(cause === undefined ? [] : [cause])].slice(0, 5);
  if (depth === 3) return own;
  return [
    own,
    ...others.map((other) => other instanceof Error ? errorText(other, depth + 1) : String(other)),
  ].join(" <- ");
}

/** Line breaks, escape sequences and marks that turn the direction of writing. */
const UNPRINTABLE = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]+\s*/gu;

/** Masked before and after: a secret may hold a line break, or come about by taking one out. */
function oneLine(text: string, redact: Tools["redact"]): string {
  const line = redact(redact(text).replace(UNPRINTABLE, " "));
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)}…` : line;
}

/** What looks like a secret, and what to leave of it. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // Bot tokens: user id, time and signature, each in base64.
  [/(?<![\w-])[\w-]{18,}\.[\w-]{4,}\.[\w-]{20,}/g, MASK],
  [/(\/(?:interactions|webhooks)\/\d+\/)[^/?#\s"']+/gi, `$1${MASK}`],
  // Interaction tokens begin with the base64 of "interaction:".
  [/\baW50ZXJhY3Rpb246[\w+/=-]+/g, MASK],
  [/(\bauthorization["']?\s*[:=]\s*["']?)((Bearer|Bot|Basic)\s+)?[^\s"',;]+/gi, `$1$2${MASK}`],
  [/\b(Bearer|bearer|Bot|Basic)\s+[\w.~+/=-]{16,}/g, `$1 ${MASK}`],
  // A password may hold an @ of its own: the last one before the path ends it.
  [/(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*:)[^\s/?#]*@/gi, `$1${MASK}@`],
];

/**
 * Masks the given secrets, also where they are encoded for a URL, JSON or base64, and whatever
 * looks like a token or password. Secrets of fewer than four characters are not looked for.
 */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const forms = secrets.filter((secret) => secret.length >= SHORTEST_SECRET).flatMap(formsOf)
    .filter((form) => form.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length); // a longer one may contain a shorter one
  const known = forms.length ? new RegExp(forms.map(RegExp.escape).join("|"), "g") : /(?!)/g;
  return (text) =>
    PATTERNS.reduce(
      (text, [pattern, mask]) => text.replace(pattern, mask),
      withoutKnown(text, known),
    );
}

/** Again, until nothing is left: a mask and what stands beside it may make up a secret. */
function withoutKnown(text: string, known: RegExp): string {
  for (;;) {
    const masked = text.replace(known, MASK); // always shorter than what it replaces
    if (masked === text) return text;
    text = masked;
  }
}

/** A secret as it may appear in texts. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  const encoded = [
    encodeURIComponent(secret.toWellFormed()),
    encodeURI(secret.toWellFormed()),
    `${new URLSearchParams([["", secret]])}`.slice(1),
  ];
  return [
    secret,
    ...encoded,
    ...encoded.map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString("base64").replace(/=+$/, ""),
    bytes.toString("base64url"),
  ];
}
