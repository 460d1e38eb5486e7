/**
 * Server control on a stage of its own: its commands on a local Discord, local game servers, a real
 * database, and a clock moved by hand.
 */

import type { LocalArk } from "../../../src/sandbox/ark/server.ts";
import { openServerControl } from "../../../src/features/server_control/mod.ts";
import { type Outcome, shown, textOf } from "../../../src/sandbox/discord/people.ts";
import { storedAudit } from "../../../src/store/audit.ts";
import { openStore } from "../../../src/store/open.ts";
import type { Database } from "../../../src/store/sql.ts";
import { HandClock } from "../../hand_clock.ts";
import { featureStage, type Stage, startBot } from "../feature_stage.ts";

/** A stage, and what else the feature did. */
export interface ControlStage extends AsyncDisposable {
  readonly stage: Stage;
  readonly clock: HandClock;
  readonly db: Database;
  /** What staff were told. */
  readonly alerts: string[];
  /** The next thing that staff are told. */
  alerted(): Promise<string>;
  /** Commands that the bridge was told of. */
  readonly sent: readonly string[];
  /** Announced restarts, by the server's id. */
  readonly restarts: Map<string, Date>;
  /** The acts in the audit, as `what target server outcome`, oldest first. */
  audit(): Promise<string[]>;
  /** Starts a new bot on the same world in place of the one that was stopped. */
  restart(): Promise<Pick<Stage, "jobs" | "stopBot">>;
}

/** Starts everything; times of schedules are those of Berlin. */
export async function controlStage(
  url: string,
  names: readonly string[],
): Promise<ControlStage> {
  const db = await openStore({ databaseUrl: url, dataDir: "" });
  const clock = new HandClock();
  const alerts: string[] = [], sent: string[] = [];
  const told = new EventTarget();
  const restarts = new Map<string, Date>();
  const arks: LocalArk[] = [];
  const make: Parameters<typeof featureStage>[0]["make"] = ({ servers, log }) => [
    openServerControl({
      servers,
      // As the roster would see it.
      roster: {
        online: (serverId) => {
          const game = arks.find(({ sessionName }) => sessionName.toLowerCase() === serverId)?.game;
          if (!game?.isUp) return undefined;
          return game.online.map(({ id, name }) => ({ id, name, since: new Date(clock.now()) }));
        },
      },
      audit: storedAudit({ db, clock, log }),
      alert: (text) => {
        alerts.push(text);
        told.dispatchEvent(new Event("alert"));
      },
      sent: (serverId, command) => sent.push(`${serverId} ${command}`),
      restartAt: (serverId) => restarts.get(serverId),
      db,
      clock,
      log,
      timezone: "Europe/Berlin",
    }),
  ];
  const stage = await featureStage({ servers: names, clock, make });
  arks.push(...names.map((name) => stage.ark(name)));
  return {
    stage,
    clock,
    db,
    alerts,
    alerted: () =>
      new Promise((resolve) =>
        told.addEventListener("alert", () => resolve(alerts.at(-1)!), { once: true })
      ),
    sent,
    restarts,
    audit: () => auditOf(db),
    restart: () => startBot(stage.world, { make, clock, arks }),
    async [Symbol.asyncDispose]() {
      await stage[Symbol.asyncDispose]();
      await db.close();
    },
  };
}

async function auditOf(db: Database): Promise<string[]> {
  const rows = await db.run(5_000, (sql) =>
    sql<Record<string, string | null>[]>`
    select what, target, server_id, outcome from audit order by id`);
  return rows.map(({ what, target, server_id: server, outcome }) =>
    `${what} ${target} ${server ?? "all"} ${outcome}`
  );
}

/** What is to be read, which must be for this person alone. */
export function told(outcome: Outcome): string {
  const message = shown(outcome);
  if (message.onlyFor === undefined) throw new Error("Everybody can read it");
  return textOf(message);
}
