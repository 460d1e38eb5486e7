/**
 * Moderation across all game servers: `/kick`, `/ban`, `/unban`, `/bans` and `/watch`. Bans are
 * caught up on by servers that were away. Knows the console's commands only; the hoster's own ban
 * list, and telling the banned, are left out.
 * @module
 */

import type { Database } from "../../store/sql.ts";
import type { Feature } from "../feature.ts";
import { type BanNeeds, openBan } from "./ban.ts";
import { openBanKeeper } from "./ban_keeper.ts";
import { storedBans } from "./ban_store.ts";
import { bansCommand } from "./bans.ts";
import { kickCommand } from "./kick.ts";
import type { ModerationNeeds } from "./needs.ts";
import { unbanCommand } from "./unban.ts";
import { storedWatches } from "./watch_store.ts";
import { openWatches } from "./watches.ts";

/** What moderation needs. */
export interface ModerationOptions extends ModerationNeeds {
  readonly db: Database;
  /** Tells staff; notifies nobody. */
  readonly alert: (text: string) => void;
}

/** Moderation, which watches the roster from now on. */
export function openModeration(options: ModerationOptions): Feature {
  const store = storedBans(options.db);
  const keeper = openBanKeeper({ ...options, store });
  const needs: BanNeeds = { ...options, store, keeper };
  const ban = openBan(needs);
  const watches = openWatches({ ...options, store: storedWatches(options.db) });
  return {
    commands: [
      kickCommand(needs),
      ban.command,
      unbanCommand(needs),
      bansCommand(needs),
      watches.command,
    ],
    cards: [ban.card],
    jobs: [keeper.job, watches.job],
    async stop() {
      watches.stop();
      await keeper.stop();
    },
  };
}
