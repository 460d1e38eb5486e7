/** The program's own six bots with all their features, started as `src/app.ts` does it. @module */

import { BOTS } from "../../../src/bots.ts";
import type { Config } from "../../../src/config.ts";
import { openCardsInMemory } from "../../../src/discord/pages.ts";
import { startFleet } from "../../../src/fleet.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { openLog } from "../../../src/runtime/log.ts";
import type { Place } from "./place.ts";

/** Connects them; resolves when all are ready. */
export async function connect(place: Place): Promise<void> {
  const fleet = startFleet({
    config: configOf(place),
    log: openLog("bench", {
      write: (line) => console.error(line.trimEnd()),
      now: () => new Date(),
      secrets: [],
      level: "warn",
    }),
    clock: systemClock,
    openCards: openCardsInMemory(),
    health: () => Promise.resolve([]),
    startedAt: new Date(),
  });
  while (fleet.some((bot) => bot.status().state !== "ready")) await systemClock.sleep(20);
}

/** Made by hand: reading a file is no part of the bots. */
function configOf({ apiUrl, guildId, bots }: Place): Config {
  const tokens = Object.fromEntries(BOTS.map(({ name }, index) => [name, bots[index]?.token]));
  return {
    file: undefined,
    dataDir: ".tmp",
    timezone: "UTC",
    databaseUrl: undefined,
    redisUrl: undefined,
    http: { host: "127.0.0.1", port: 0 },
    servers: [],
    log: { level: "warn" },
    discord: {
      guildId,
      apiUrl,
      botName: "Bliss Bot V2",
      tokens: tokens as Config["discord"]["tokens"],
    },
    roles: { support: [], moderator: [], admin: [], owner: [] },
    chatBridge: { pollSeconds: 3, roles: [], crossChat: false },
    nitrado: { apiUrl: undefined, token: undefined },
    decay: { multiplier: 1, dinoRadiusUnits: 2500, table: {} },
    maps: {},
  };
}
