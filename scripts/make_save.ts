/**
 * `deno task make-save`: writes a sample world for trying things out, or a large one for benches.
 * Arguments in, one summary out; the worlds come from src/sandbox/world/.
 * @module
 */
import { parseArgs } from "node:util";
import { type GenerateOptions, generateWorld } from "../src/sandbox/world/generate.ts";
import { writeWorld } from "../src/sandbox/world/world.ts";

const HELP = `Usage: deno task make-save [OUT] [options]

Writes a made-up but valid ARK: Survival Ascended world. OUT is .tmp/sample/<map>.ark
unless given; missing folders are created and an older file of that name is replaced.

  --objects N      rows of the world (default: twice what its owners need)
  --structures N   players' structures (default 700)
  --version 13|14  save version (default 14)
  --map NAME       name of the map (default TheIsland_WP)
  --seed N         another world of the same kind (default 1)
  --profiles       profiles and tribes as files beside the world instead of inside it
  --help           this text
`;

const OPTIONS = {
  objects: { type: "string" },
  structures: { type: "string" },
  version: { type: "string" },
  map: { type: "string" },
  seed: { type: "string" },
  profiles: { type: "boolean" },
  help: { type: "boolean" },
} as const;

/** What the arguments ask for. */
interface Order {
  out: string;
  options: GenerateOptions;
}

function parseOrder(args: string[]): Order | "help" {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  if (values.help) return "help";
  if (positionals.length > 1) throw new Error(`one OUT at most, got ${positionals.join(" ")}`);
  const version = values.version ?? "14";
  if (version !== "13" && version !== "14") {
    throw new Error(`--version must be 13 or 14, got "${version}"`);
  }
  const map = values.map ?? "TheIsland_WP";
  if (!/^[\w-]+$/.test(map)) throw new Error(`--map must be a map's name, got "${map}"`);
  if (positionals[0] === "") throw new Error("OUT is empty");
  const options: GenerateOptions = {
    map,
    version: version === "13" ? 13 : 14,
    archives: values.profiles ? "files" : "embedded",
    ...count("objects", values.objects),
    ...count("structures", values.structures),
    ...count("seed", values.seed),
  };
  return { out: positionals[0] ?? `.tmp/sample/${map}.ark`, options };
}

function count(name: "objects" | "structures" | "seed", text: string | undefined): GenerateOptions {
  if (text === undefined) return {};
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} must be a whole number, got "${text}"`);
  return { [name]: Number(text) };
}

function makeSave({ out, options }: Order): void {
  const { spec, truth } = generateWorld(options);
  const objects = writeWorld(out, spec);
  const megabytes = (Deno.statSync(out).size / 1e6).toFixed(1);
  console.log(`Wrote ${out} (${megabytes} MB, version ${spec.version}, map ${spec.map})
  ${objects} objects, of which ${truth.structures} players' structures in ${truth.bases.length} groups
  ${truth.tribes.length} tribes, ${truth.players.length} players, ${
    options.archives === "files" ? "as files beside it" : "inside the world"
  }
  ${truth.tamed} tamed dinos, ${truth.cryopods} of them in cryopods
Next: deno task parse ${out} --no-store`);
}

/** @returns Exit code: 0 written, 1 not written, 2 wrong arguments. */
function main(args: string[]): number {
  let order: Order | "help";
  try {
    order = parseOrder(args);
  } catch (error) {
    console.error(`Cannot make a save: ${message(error)}; see deno task make-save --help`);
    return 2;
  }
  if (order === "help") {
    console.log(HELP);
    return 0;
  }
  try {
    makeSave(order);
    return 0;
  } catch (error) {
    console.error(message(error));
    return error instanceof RangeError ? 2 : 1;
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

Deno.exitCode = main(Deno.args);
