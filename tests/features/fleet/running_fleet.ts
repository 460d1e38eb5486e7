/**
 * The six bots as the program runs them, on a local Discord, within the test's own process.
 * @module
 */

import { type FleetMember, startFleet } from "../../../src/fleet.ts";
import { type BotName, loadConfig } from "../../../src/config.ts";
import { type OpenCards, openCardsInMemory } from "../../../src/discord/pages.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import type { HealthReport } from "../../../src/runtime/health.ts";
import { openLog } from "../../../src/runtime/log.ts";
import { type ConfigurationWishes, configure } from "../../configured.ts";
import type { Community } from "../../discord_community.ts";
import { withTempFolder } from "../../temp_folder.ts";

/** Bots that run; disposing of them stops them. */
export interface RunningFleet extends AsyncDisposable {
  readonly members: readonly FleetMember[];
  bot(name: BotName): FleetMember;
  /** Resolves when the log has so many lines that match. */
  logs(pattern: RegExp, times?: number): Promise<void>;
}

/** Starts the bots and waits until those that are configured have their commands or are refused. */
export async function runningFleet(
  world: Community,
  { openCards = openCardsInMemory(), health = [], ...wishes }: ConfigurationWishes & {
    readonly openCards?: OpenCards;
    readonly health?: readonly HealthReport[];
  } = {},
): Promise<RunningFleet> {
  world.discord.gateway.identifyEveryMs = 0;
  const logged: string[] = [];
  const changes = new EventTarget();
  const log = openLog("blissbot", {
    write: (line) => {
      logged.push(line);
      changes.dispatchEvent(new Event("change"));
    },
    now: () => new Date(),
    secrets: [],
    level: "debug",
  });
  let members: readonly FleetMember[] = [];
  await withTempFolder(async (folder) => {
    const { cwd, env } = await configure(folder, world, wishes);
    members = startFleet({
      config: loadConfig({ cwd, env }),
      log,
      clock: systemClock,
      openCards,
      health: () => Promise.resolve(health),
      startedAt: new Date(),
    });
  });
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
  const used = members.filter(({ status }) => status().state !== "off").length;
  await logs(/Registered|as they were|disabled/, used);
  return {
    members,
    bot: (name) => members.find(({ door }) => door.name === name)!,
    logs,
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map((member) => member.stop()));
    },
  };
}
