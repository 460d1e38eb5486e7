/**
 * What the Server Management bot carries, put together: the chat bridge, the status of the servers,
 * and what staff do to them. Features know nothing of each other; what one needs of another is
 * passed here.
 * @module
 */

import { withoutVersion } from "./ark/server_name.ts";
import type { Config } from "./config.ts";
import type { ServerConsole } from "./consoles.ts";
import { openKeptPlaces } from "./discord/kept_places.ts";
import { openLineFeed } from "./discord/line_feed.ts";
import type { Surface } from "./discord/surface.ts";
import { openChatBridge } from "./features/chat_bridge/mod.ts";
import type { Feature, GameServer } from "./features/feature.ts";
import { openModeration } from "./features/moderation/mod.ts";
import { openServerControl } from "./features/server_control/mod.ts";
import { openServerRestart, restartOverRcon } from "./features/server_restart/mod.ts";
import { openServerStatus } from "./features/server_status/mod.ts";
import { openRoster } from "./features/server_status/roster.ts";
import type { Clock } from "./runtime/clock.ts";
import type { Job } from "./runtime/jobs.ts";
import type { Log } from "./runtime/log.ts";
import { storedAudit } from "./store/audit.ts";
import { storedPlaces } from "./store/places.ts";
import type { Database } from "./store/sql.ts";

/** Everything about the game servers that the bot carries. */
export interface ServerManagement {
  /** Runs whether or not the bot does: it also tells how the consoles are. */
  readonly roster: Job;
  features(surface: Surface): readonly Feature[];
}

/** What it is put together from. */
export interface ServerManagementOptions {
  readonly config: Pick<Config, "chatBridge" | "discord" | "timezone">;
  readonly consoles: readonly ServerConsole[];
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}

/** Name of the category with all the bot's channels. */
const CATEGORY = "Chat Bridge";
/** A line for every message that was carried into a game. */
const DEBUG_CHANNEL = "debug-channel";
/** What staff should know or do something about. */
const ALERTS_CHANNEL = "server-alerts";

/** Puts it together; nothing is begun before the jobs run. */
export function openServerManagement(options: ServerManagementOptions): ServerManagement {
  const { config: { chatBridge, discord, timezone }, db, clock } = options;
  const servers = options.consoles.map(asGameServer);
  const log = options.log.child("servers");
  const roster = openRoster({ servers, db, clock, log: log.child("roster") });
  const audit = storedAudit({ db, clock, log: log.child("audit") });
  return {
    roster: roster.job,
    features(surface) {
      const places = openKeptPlaces({
        surface,
        memory: storedPlaces(db),
        category: CATEGORY,
        privacy: { onlyRoles: chatBridge.roles },
        log,
      });
      const feedInto = (channel: string) =>
        openLineFeed({
          post: (text) =>
            places.inChannel(channel, async (id) => void await surface.post(id, { text })),
          clock,
          log: log.child(channel),
        });
      const debug = feedInto(DEBUG_CHANNEL);
      const alerts = feedInto(ALERTS_CHANNEL);
      const feeds: Feature = {
        commands: [],
        jobs: [audit.job],
        stop: async () => void await Promise.all([debug.stop(), alerts.stop()]),
      };
      const common = { servers, roster, audit, places, surface, db, clock, alert: alerts.add };
      const bridge = openChatBridge({
        ...common,
        ...chatBridge,
        debug: debug.add,
        log: log.child("bridge"),
      });
      const restart = openServerRestart({
        ...common,
        sent: bridge.sent,
        restartServer: restartOverRcon,
        guildId: discord.guildId ?? "", // without one there is no bot
        log: log.child("restart"),
      });
      const restartAt = restart.dueAt;
      return [
        bridge,
        openServerStatus({ ...common, restartAt, log: log.child("status") }),
        openServerControl({
          ...common,
          sent: bridge.sent,
          restartAt,
          timezone,
          log: log.child("control"),
        }),
        openModeration({ ...common, log: log.child("moderation") }),
        restart,
        feeds,
      ];
    },
  };
}

function asGameServer({ server, console }: ServerConsole): GameServer {
  const { id, name, map, logFile } = server;
  return { id, name: withoutVersion(name), map, logFile, console };
}
