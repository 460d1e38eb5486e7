/**
 * Features as the Server Management bot carries them, within the test's own process: a community on
 * a local Discord, local game servers with consoles, a database, and jobs that run.
 * @module
 */

import { BOTS } from "../../src/bots.ts";
import { loadConfig } from "../../src/config.ts";
import type { Surface } from "../../src/discord/surface.ts";
import { openCardsInMemory } from "../../src/discord/pages.ts";
import type { Feature, GameServer } from "../../src/features/feature.ts";
import { startFleet } from "../../src/fleet.ts";
import { openConsole } from "../../src/rcon/console.ts";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { type Jobs, openJobs } from "../../src/runtime/jobs.ts";
import { type Log, openLog } from "../../src/runtime/log.ts";
import { type ArkManner, type LocalArk, startArk } from "../../src/sandbox/ark/server.ts";
import { configure } from "../configured.ts";
import { type Community, community } from "../discord_community.ts";
import { withTempFolder } from "../temp_folder.ts";

/** What features are made from. */
export interface Given {
  readonly surface: Surface;
  readonly servers: readonly GameServer[];
  readonly clock: Clock;
  readonly log: Log;
  readonly guildId: string;
  /** Ids of the staff roles, lowest tier first. */
  readonly staff: readonly string[];
}

/** What a test wants. */
export interface StageWishes {
  /** Names of the game servers; their ids are the same in lower case. Default: Island. */
  readonly servers?: readonly string[];
  readonly manner?: Partial<ArkManner>;
  /** Of features and jobs; consoles, sockets and the bot run in real time. */
  readonly clock?: Clock;
  /** Of the consoles; 0 lets them reach a server again at once. Default: chance. */
  readonly jitter?: () => number;
  readonly make: (given: Given) => readonly Feature[];
}

/** A running stage; disposing of it stops everything. */
export interface Stage extends AsyncDisposable {
  readonly world: Community;
  readonly servers: readonly GameServer[];
  readonly jobs: Jobs;
  /** The local game server of that name. */
  ark(name: string): LocalArk;
  /** Log lines so far, as JSON. */
  readonly logged: readonly string[];
  /** Resolves when the log has so many lines that match. */
  logs(pattern: RegExp, times?: number): Promise<void>;
  /** Ends the bot and the jobs as the program does; the world and the game servers stay. */
  stopBot(): Promise<void>;
}

/** Starts everything; resolves when the bot has registered its commands. */
export async function featureStage(wishes: StageWishes): Promise<Stage> {
  const world = await community({ bots: ["servers"] });
  world.discord.gateway.identifyEveryMs = 0;
  const names = wishes.servers ?? ["Island"];
  const arks = await Promise.all(
    names.map((name) => startArk({ sessionName: name, manner: wishes.manner ?? {} })),
  );
  const bot = await startBot(world, { ...wishes, arks });
  return {
    ...bot,
    world,
    ark: (name) => arks[names.indexOf(name)]!,
    async [Symbol.asyncDispose]() {
      await bot.stopBot();
      await Promise.all(arks.map((ark) => ark.stop()));
      await world[Symbol.asyncDispose]();
    },
  };
}

/** A bot on a world that is there already: for tests of what a restart of the program leaves. */
export async function startBot(
  world: Community,
  { make, clock = systemClock, jitter, arks }: Pick<StageWishes, "make" | "clock" | "jitter"> & {
    readonly arks: readonly LocalArk[];
  },
): Promise<Pick<Stage, "servers" | "jobs" | "logged" | "logs" | "stopBot">> {
  const logged: string[] = [];
  const changes = new EventTarget();
  const log = openLog("blissbot", {
    write: (line) => {
      logged.push(line);
      changes.dispatchEvent(new Event("change"));
    },
    now: () => new Date(),
    secrets: arks.map(({ password }) => password),
    level: "debug",
  });
  const servers = arks.map((ark): GameServer => {
    const { host, port, password, sessionName: name } = ark;
    const server = { name, host, port, password };
    const console = openConsole({
      server,
      clock: systemClock,
      log: log.child(name),
      ...(jitter && { random: jitter }),
    });
    return { id: name.toLowerCase(), name, map: `${name}_WP`, console };
  });
  const off = BOTS.filter(({ name }) => name !== "servers").map(({ name }) => [name, undefined]);
  const staff = Object.values(world.roles).map(({ id }) => id);
  const [member] = await withTempFolder(async (folder) => {
    const tokens = Object.fromEntries(off);
    const { cwd, env } = await configure(folder, world, { tokens });
    return startFleet({
      config: loadConfig({ cwd, env }),
      log,
      clock: systemClock,
      openCards: openCardsInMemory(),
      health: () => Promise.resolve([]),
      startedAt: new Date(),
      features: {
        servers: (surface) =>
          make({ surface, servers, clock, log, guildId: world.guild.id, staff }),
      },
    }).filter(({ door }) => door.name === "servers");
  });
  const jobs = openJobs({ clock, log: log.child("jobs") });
  for (const job of member!.features.flatMap((feature) => feature.jobs ?? [])) jobs.add(job);
  async function logs(pattern: RegExp, times = 1): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => logged.filter((line) => pattern.test(line)).length >= times && resolve();
    const tooLate = () => reject(new Error(`It never came to that:\n${logged.join("")}`));
    const timer = setTimeout(tooLate, 10_000);
    changes.addEventListener("change", look);
    look();
    await promise.finally(() => {
      clearTimeout(timer);
      changes.removeEventListener("change", look);
    });
  }
  await logs(/Registered|as they were|disabled/);
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    await Promise.all([jobs.stop(), member!.stop()]);
    await Promise.all(servers.map(({ console }) => console.close()));
  };
  return { servers, jobs, logged, logs, stopBot: () => stopped ??= stop() };
}
