/**
 * The command `deno task parse`: arguments in, saves read, printed and stored, exit code out.
 * Wiring: may know everything, and nothing imports it but its script.
 * @module
 */

import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { mapKey } from "./ark/maps.ts";
import { type Config, ConfigError, loadConfig, type ServerConfig } from "./config.ts";
import {
  keepSave,
  progressText,
  type ReadSave,
  readSave,
  summaryText,
  UnreadableSaveError,
  writeDocument,
} from "./features/bases/mod.ts";
import type { BaseRecord } from "./save/records.ts";
import { StoreError } from "./store/errors.ts";
import { openStore } from "./store/open.ts";
import type { Database } from "./store/sql.ts";

/** Where the command's text goes and what surrounds it. */
export interface CommandWorld {
  readonly args: readonly string[];
  /** Folder that relative paths start from. */
  readonly cwd: string;
  /** Where the person stood, when `deno task` moved the process to the project's folder. */
  readonly startedIn: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The result. Resolves when there is room for more. */
  readonly out: (text: string) => Promise<void>;
  /** Everything else: progress, notes, errors. */
  readonly err: (text: string) => void;
  /** Columns of the terminal behind `err`; 0 where there is none, and then no progress. */
  readonly errColumns: () => number;
  /** The result may be coloured. */
  readonly colours: boolean;
  /** Stops the command; nothing half done stays. */
  readonly signal: AbortSignal;
}

/** How the command can end. */
export const ExitCode = {
  done: 0,
  usage: 2,
  unreadable: 3,
  noStore: 4,
} as const;

const HELP = `Reads ARK: Survival Ascended saves: bases and when they decay, tribes, players.

  deno task parse [PATH …] [--server ID] [--json] [--full] [--no-store] [--config FILE]

  PATH           a world file (.ark), or a folder such as SavedArks/TheIsland_WP with its
                 profiles and tribes; without one: every configured server with a save_path
  --server ID    the server whose save this is, for the store
  --json         one JSON document on stdout (with several saves: an array)
  --full         with --json: also every structure and tamed dino
  --no-store     only print; opens no store
  --config FILE  configuration; default: $BLISS_CONFIG, or config.toml beside deno.json

Exit codes: 0 done, 1 the output cannot be written, 2 usage or configuration, 3 save
unreadable, 4 store unreachable (the result is printed all the same).
`;

/** The result has nowhere to go: a full disk. A pipe that was closed is no error of this kind. */
export class OutputError extends Error {}

/** Wrong arguments; the text says which and what to do. */
class UsageError extends Error {}

interface Options {
  readonly paths: readonly string[];
  readonly server: string | undefined;
  readonly json: boolean;
  readonly full: boolean;
  readonly store: boolean;
  readonly config: string | undefined;
}

/** A save to read, and the server it is stored under; none: it is only printed. */
interface Job {
  readonly path: string;
  readonly serverId: string | undefined;
}

/** A save on its way. Its progress shows when it is the one that is waited for. */
interface Reading {
  readonly save: Promise<ReadSave>;
  readonly progress: ProgressLine;
}

/** Runs the command and gives its exit code. Throws only for mistakes of our own. */
export async function parseCommand(world: CommandWorld): Promise<number> {
  try {
    const options = readOptions(world.args);
    if (options === "help") {
      await world.out(HELP);
      return ExitCode.done;
    }
    const { cwd, env } = world;
    const path = options.config && await locate(options.config, world);
    const config = loadConfig({ path, cwd, env });
    const jobs = await planJobs(options, { config, world });
    return await new ParseRun(world, options, config).run(jobs);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ConfigError)) throw error;
    world.err(`${error.message}\n`);
    return ExitCode.usage;
  }
}

function readOptions(args: readonly string[]): Options | "help" {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        server: { type: "string" },
        json: { type: "boolean", default: false },
        full: { type: "boolean", default: false },
        "no-store": { type: "boolean", default: false },
        config: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return "help";
    if (values.full && !values.json) throw new UsageError("--full needs --json");
    if (positionals.includes("")) throw new UsageError("A PATH is empty; is a variable not set?");
    if (values.server === "") throw new UsageError("--server is empty; is a variable not set?");
    return {
      paths: positionals,
      server: values.server,
      json: values.json,
      full: values.full,
      store: !values["no-store"],
      config: values.config,
    };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason.split(". To specify")[0]}. Try --help`, { cause: error });
  }
}

async function planJobs(
  options: Options,
  { config, world }: { config: Config; world: CommandWorld },
): Promise<Job[]> {
  const { servers } = config, { server, store } = options;
  const paths = await Promise.all(options.paths.map((path) => locate(path, world)));
  if (server !== undefined && servers.length > 0 && !servers.some(({ id }) => id === server)) {
    const known = servers.map(({ id }) => id).join(", ");
    throw new UsageError(`There is no server ${server}; configured are: ${known}`);
  }
  if (paths.length === 0) return configuredJobs(servers, server);
  if (server !== undefined && paths.length > 1) {
    throw new UsageError("--server goes with one PATH: each server has one save");
  }
  const jobs = await Promise.all(paths.map(async (path) => ({
    path,
    serverId: server ?? (await serverOf(path, servers))?.id ??
      (servers.length === 1 && paths.length === 1 ? servers[0]!.id : undefined),
  })));
  const unnamed = jobs.filter(({ serverId }) => serverId === undefined);
  if (store && unnamed.length > 0) {
    const names = unnamed.map(({ path }) => path).join(", ");
    const remedy = `To store ${names}, say whose save it is with --server ID`;
    if (servers.length > 0) throw new UsageError(`${remedy}, or give --no-store`);
    world.err(`${remedy}. It is only printed.\n`);
  }
  return jobs;
}

function configuredJobs(servers: readonly ServerConfig[], wanted: string | undefined): Job[] {
  const jobs = servers
    .filter(({ id, savePath }) => savePath !== undefined && (wanted ?? id) === id)
    .map(({ id, savePath }) => ({ path: savePath!, serverId: id }));
  if (jobs.length > 0) return jobs;
  throw new UsageError(
    wanted === undefined
      ? "Name a save, or set save_path for a server in config.toml. Try --help"
      : `Server ${wanted} has no save_path in the configuration; set it, or name a save`,
  );
}

/** A path as typed: in the working directory, else where the person stood. */
async function locate(path: string, { cwd, startedIn = cwd }: CommandWorld): Promise<string> {
  const here = resolve(cwd, path), there = resolve(startedIn, path);
  return here === there || await exists(here) || !await exists(there) ? here : there;
}

function exists(path: string): Promise<boolean> {
  return Deno.lstat(path).then(() => true, () => false);
}

/** The server whose `save_path` is this very file or folder, also by another spelling. */
async function serverOf(
  path: string,
  servers: readonly ServerConfig[],
): Promise<ServerConfig | undefined> {
  const real = await realPath(path);
  for (const server of servers) {
    if (server.savePath !== undefined && await realPath(server.savePath) === real) return server;
  }
  return undefined;
}

function realPath(path: string): Promise<string> {
  return Deno.realPath(path).catch(() => path);
}

/** One run over all jobs; the store is opened once, when the first save is to be kept. */
class ParseRun {
  #db: Promise<Database> | undefined;
  #documents = 0;
  /** Ends what is still being read when the run ends early. */
  readonly #ending = new AbortController();

  constructor(
    readonly world: CommandWorld,
    readonly options: Options,
    readonly config: Config,
  ) {}

  async run(jobs: readonly Job[]): Promise<number> {
    const isArray = this.options.json && jobs.length > 1;
    let code: number = ExitCode.done;
    let next = this.#read(jobs[0]);
    try {
      if (isArray) await this.world.out("[");
      for (const [i, { serverId }] of jobs.entries()) {
        const current = next;
        // A second core reads the next save while this one is printed and stored.
        next = this.#read(jobs[i + 1]);
        const ended = await this.#finish(current!, serverId);
        // An unreadable save matters more than a store that did not take another one.
        if (ended !== ExitCode.done && code !== ExitCode.unreadable) code = ended;
      }
      if (isArray) await this.world.out("]\n");
      return code;
    } finally {
      this.#ending.abort();
      await next?.save.then((save) => save.close(), () => {});
      await this.#closeStore();
    }
  }

  #read(job: Job | undefined): Reading | undefined {
    if (!job) return undefined;
    const { decay, maps } = this.config;
    const progress = new ProgressLine(this.world);
    const save = readSave(job.path, {
      judge: {
        decay: { multiplier: decay.multiplier, table: decay.table },
        dinoRadiusUnits: decay.dinoRadiusUnits,
        maps,
      },
      onProgress: (step) => progress.show((elapsedMs) => progressText(step, elapsedMs)),
      signal: AbortSignal.any([this.world.signal, this.#ending.signal]),
    });
    save.catch(() => {}); // told when its turn comes
    return { save, progress };
  }

  async #finish(reading: Reading, serverId: string | undefined): Promise<number> {
    try {
      reading.progress.isVisible = true;
      const save = await reading.save.finally(() => reading.progress.clear());
      try {
        await (this.options.json ? this.#printDocument(save) : this.#printSummary(save));
        return serverId !== undefined && this.options.store
          ? await this.#keep(serverId, save)
          : ExitCode.done;
      } finally {
        save.close();
      }
    } catch (error) {
      if (!(error instanceof UnreadableSaveError)) throw error;
      this.world.err(`${error.message}\n`);
      return ExitCode.unreadable;
    }
  }

  async #printDocument(save: ReadSave): Promise<void> {
    if (this.#documents++ > 0) await this.world.out(",\n");
    await writeDocument(save, { full: this.options.full, write: this.world.out });
    await this.world.out("\n");
  }

  async #printSummary(save: ReadSave): Promise<void> {
    const bases: BaseRecord[] = [];
    for await (const chunk of save.chunks("bases", "document")) bases.push(...JSON.parse(chunk));
    const paint = { now: new Date(), colours: this.world.colours };
    if (this.#documents++ > 0) await this.world.out("\n");
    await this.world.out(`${summaryText({ ...save, bases }, paint)}\n`);
  }

  async #keep(serverId: string, save: ReadSave): Promise<number> {
    const progress = new ProgressLine(this.world);
    try {
      progress.isVisible = true;
      progress.show(() => "Storing the save …");
      const { databaseUrl, dataDir } = this.config;
      this.#db ??= openStore({ databaseUrl, dataDir, signal: this.world.signal });
      await keepSave(await this.#db, serverId, save);
      progress.clear();
      this.#warnOfOtherMap(serverId, save);
      this.world.err(`Stored as the save of server ${serverId}.\n`);
      return ExitCode.done;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      progress.clear();
      const hint = error.kind === "locked" ? "; to only print, give --no-store" : "";
      this.world.err(`Not stored: ${error.message}${hint}\n`);
      return ExitCode.noStore;
    }
  }

  /** The save of another map is easily stored by mistake; only the configuration can tell. */
  #warnOfOtherMap(serverId: string, { map }: ReadSave): void {
    const server = this.config.servers.find(({ id }) => id === serverId);
    if (server?.map === undefined || mapKey(server.map) === mapKey(map)) return;
    this.world.err(
      `Server ${serverId} has the map ${server.map} in the configuration, but this save is of ` +
        `${map}: was it meant for another server?\n`,
    );
  }

  async #closeStore(): Promise<void> {
    const db = await this.#db?.catch(() => undefined); // reported where it was opened
    await db?.close();
  }
}

/** Shows one line on a terminal that the next one overwrites; elsewhere nothing. */
class ProgressLine {
  /** Only one line at a time may be seen. */
  isVisible = false;
  readonly #started = performance.now();
  #shown = "";

  constructor(readonly world: CommandWorld) {}

  show(text: (elapsedMs: number) => string): void {
    const columns = this.world.errColumns();
    if (!this.isVisible || columns === 0) return;
    // A line that wraps could not be overwritten.
    const line = text(performance.now() - this.#started).slice(0, columns - 1);
    if (line === this.#shown) return;
    this.#shown = line;
    this.world.err(`\r\x1b[K${line}`);
  }

  clear(): void {
    if (this.#shown) this.world.err("\r\x1b[K");
    this.#shown = "";
  }
}
