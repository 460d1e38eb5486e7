/**
 * Compares every import under src/ with the layering table of ARCHITECTURE.md.
 */

import { deepEqual } from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Folder → folders it may import. Features and wiring are handled in `mayImport`. */
const SHELVES: Record<string, string[]> = {
  ark: [],
  save: ["ark"],
  runtime: [],
  rcon: ["runtime"],
  nitrado: ["runtime"],
  discord: ["runtime"],
  store: ["runtime"],
  web: ["runtime", "features/feature"],
  sandbox: ["ark", "save", "runtime"],
};

/** Library → the one place that may import it. */
const HOME_OF: Record<string, string> = {
  "ajv": "sandbox",
  "ajv-formats": "sandbox",
  "croner": "runtime",
  "discord-api-types": "sandbox",
  "discord.js": "nowhere: it is a client for tests",
  "discordeno": "discord",
  "@electric-sql/pglite": "store",
  "@electric-sql/pglite-socket": "store",
  "fastest-levenshtein": "config",
  "hono": "web",
  "ioredis": "store",
  "node:sqlite": "save",
  "postgres": "store",
  "rbush": "ark",
  "rcon-client": "rcon",
  "smol-toml": "config",
  "zod": "config",
};

/** A second home; made worlds are SQLite files that are written. */
const ALSO_AT_HOME: Record<string, string> = {
  "fastest-levenshtein": "features/server_options",
  "node:sqlite": "sandbox",
};

/** `src/features/bases/store.ts` → `features/bases`, `src/ark/log.ts` → `ark`, `src/app.ts` → `app`. */
function placeOf(file: string): string {
  const [first, second] = file.replace(/^src\/|\.ts$/g, "").split("/");
  return first === "features" ? `features/${second}` : first!;
}

function mayImport(file: string, target: string): boolean {
  const [from, to] = [placeOf(file), placeOf(target)];
  const isFeatureWorker = from.startsWith("features/") && file.endsWith("/worker.ts");
  if (from === to) return !isFeatureWorker;
  if (isFeatureWorker) return to === "ark" || to === "save";
  if (from in SHELVES) return SHELVES[from]!.includes(to);
  if (from.startsWith("features/")) {
    return dirname(target) === "src/features" ||
      (to in SHELVES && to !== "web" && to !== "sandbox");
  }
  return true; // wiring: app, bots, config, parse
}

function mayUse(file: string, library: string): boolean {
  const name = library.startsWith("node:")
    ? library
    : library.replace(/^npm:/, "").match(/^(@[^/]+\/)?[^/@]+/)![0];
  if (!(name in HOME_OF)) return true;
  return HOME_OF[name] === placeOf(file) || ALSO_AT_HOME[name] === placeOf(file);
}

/** Imports of a file; type imports count, since a layer is also a matter of what one must know. */
function importsOf(source: string): string[] {
  return [...source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map(([, spec]) => spec!);
}

function wrongImports(files: Record<string, string>): string[] {
  return Object.entries(files).flatMap(([file, source]) =>
    importsOf(source).filter((spec) =>
      spec.startsWith(".") ? !mayImport(file, join(dirname(file), spec)) : !mayUse(file, spec)
    ).map((spec) => `${file} -> ${spec}`)
  );
}

/** ark/ is pure: it asks nothing of the outside. */
const OUTSIDE = /\bDeno\.|\bfetch\(|Date\.now\(|new Date\(\)|Math\.random\(|performance\.|"node:/;

function sources(pattern: string): Record<string, string> {
  return Object.fromEntries(globSync(pattern).map((file) => [file, readFileSync(file, "utf8")]));
}

Deno.test("every import follows the layering table", () => {
  deepEqual(wrongImports(sources("src/**/*.ts")), []);
});

Deno.test("ark/ asks nothing of the outside", () => {
  const files = Object.entries(sources("src/ark/**/*.ts"));
  deepEqual(files.filter(([, source]) => OUTSIDE.test(source)).map(([file]) => file), []);
});

Deno.test("the layering check names what it should", () => {
  const planted = {
    "src/ark/bases.ts": 'import { x } from "../save/world.ts";',
    "src/save/world.ts": 'import { x } from "../store/sql.ts";',
    "src/store/sql.ts": 'import { x } from "../ark/model.ts";',
    "src/features/a/mod.ts": 'import { x } from "../b/mod.ts"; import y from "postgres";',
    "src/features/a/view.ts": 'import { x } from "../../web/health.ts";',
    "src/features/a/worker.ts": 'import { x } from "./mod.ts";',
    "src/runtime/workers.ts": 'const x = await import("../store/sql.ts");',
    "src/discord/bot.ts": 'import type { Sql } from "../rcon/console.ts";',
  };
  const legal = {
    "src/features/a/mod.ts": 'import { x } from "../../store/sql.ts"; import y from "./store.ts";',
    "src/features/a/worker.ts": 'import { x } from "../../save/world.ts";',
    "src/features/b/mod.ts": 'import { x } from "../feature.ts";',
    "src/app.ts": 'import { x } from "./features/a/mod.ts";',
    "src/store/sql.ts": 'import postgres from "postgres";',
  };
  deepEqual(wrongImports(planted).length, 9);
  deepEqual(wrongImports(legal), []);
});
