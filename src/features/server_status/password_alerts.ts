/**
 * Tells staff of servers that refuse the RCON password: until somebody acts, nothing works there.
 * Asks no server; what is known of them is the roster's.
 * @module
 */

import { toDiscordText } from "../../ark/discord_text.ts";
import { fill } from "../../discord/texts.ts";
import type { Job } from "../../runtime/jobs.ts";
import type { GameServer } from "../feature.ts";
import type { ServerRoster } from "./roster.ts";
import { TEXTS } from "./texts.ts";

/** A job that tells of each server once, until it has answered again. */
export function passwordAlerts({ servers, roster, alert }: {
  readonly servers: readonly GameServer[];
  readonly roster: Pick<ServerRoster, "state">;
  readonly alert: (text: string) => void;
}): Job {
  const told = new Set<string>();
  return {
    name: "refused passwords",
    every: { seconds: 15 },
    limitMs: 5_000,
    run: () => {
      for (const { id, name } of servers) {
        const { what, trouble } = roster.state(id);
        if (what === "up") told.delete(id);
        if (trouble !== "password" || told.has(id)) continue;
        told.add(id);
        alert(fill(TEXTS.passwordRefused, "en", { server: toDiscordText(name) }));
      }
      return Promise.resolve();
    },
  };
}
