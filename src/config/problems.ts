/**
 * Mistakes of a configuration as lines for people: the key, the kind of value found, the remedy.
 * Never a value, which may be a secret.
 * @module
 */

import { distance } from "fastest-levenshtein";
import type { z } from "zod";
import { mapKey } from "../ark/maps.ts";
import { withoutVersion } from "../ark/server_name.ts";
import { fileSchema, keyPaths, type Variables } from "./schema.ts";

type Path = readonly PropertyKey[];

/** One line per mistake that the schema found: key, kind of the value, remedy; never the value. */
export function problemsOf(error: z.ZodError | undefined, raw: unknown): string[] {
  return (error?.issues ?? []).flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) =>
        `${label([...issue.path, key], raw)}: unknown key; ${unknownKeyRemedy(issue.path, key)}`
      )
      : [`${label(issue.path, raw)}: ${kindOf(valueAt(raw, issue.path))}; ${issue.message}`]
  );
}

/** Mistakes that only show between values; sought in the raw document so that none hides another. */
export function crossProblems(document: unknown, variables: Variables): string[] {
  const servers = valueAt(document, ["servers"]);
  const serverPaths = Array.isArray(servers) ? servers.map((_, at) => ["servers", at]) : [];
  const maps = pathsIn(document, ["maps"]);
  const ids = serverPaths.map((path) => [...path, "id"])
    .filter((path) => typeof valueAt(document, path) === "string");
  const ports = serverPaths.map((path) => [...path, "rcon_port"])
    .filter((path) => consoleOf(path, document) !== undefined);
  const names = serverPaths.map((path) => [...path, "name"])
    .filter((path) => typeof valueAt(document, path) === "string");
  return [
    ...repeats(ids, (path) => valueAt(document, path)),
    // Commands and threads go by the name, which hosters lengthen by the game's version.
    ...repeats(names, (path) => withoutVersion(String(valueAt(document, path))).toLowerCase()),
    ...repeats(maps, (path) => mapKey(String(path.at(-1)))),
    ...repeats(pathsIn(document, ["decay", "table"]), (path) => String(path.at(-1)).toLowerCase()),
  ].map(([first, again]) =>
    `${label(again, document)}: the same name as ${keyOf(first)}; rename or remove one of the two`
  ).concat(
    repeats(ports, (path) => consoleOf(path, document)).map(([first, again]) =>
      `${label(again, document)}: the same console as ${keyOf(first)}, and two would share its ` +
      "chat; correct host or rcon_port of one of the two"
    ),
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

/** Where the console of a server is, by the path of its port. */
function consoleOf(port: Path, document: unknown): string | undefined {
  const host = valueAt(document, [...port.slice(0, -1), "host"]);
  const number = valueAt(document, port);
  if (typeof host !== "string" || typeof number !== "number") return undefined;
  return `${host.toLowerCase()} ${number}`;
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
export function variableIn(value: unknown): string | undefined {
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
