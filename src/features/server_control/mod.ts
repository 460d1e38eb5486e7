/**
 * Console commands to the game servers from Discord: `/rcon` for any of them, `/say` for words to
 * the players, `/schedule` for those that come by the clock. Bans and restarts are other features.
 * @module
 */

import type { Clock } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import type { Audit } from "../../store/audit.ts";
import type { Database } from "../../store/sql.ts";
import type { Feature, GameServer, Roster } from "../feature.ts";
import { Questions } from "./questions.ts";
import { rconCommand } from "./rcon_command.ts";
import { sayCommand } from "./say.ts";
import { ScheduleRuns } from "./schedule_runs.ts";
import { ScheduleStore } from "./schedule_store.ts";
import { scheduleCommand } from "./schedules.ts";
import { openSending } from "./sending.ts";

/** What server control needs. */
export interface ServerControlNeeds {
  readonly servers: readonly GameServer[];
  readonly roster: Pick<Roster, "online">;
  readonly audit: Audit;
  /** Tells staff, in one line of Discord's markup. */
  readonly alert: (text: string) => void;
  /** Is told of each command that a server took: the bridge hears its echo. */
  readonly sent: (serverId: string, command: string) => void;
  /** When a server restarts, if that was announced. */
  readonly restartAt: (serverId: string) => Date | undefined;
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the times in schedules, as IANA names it. */
  readonly timezone: string;
}

/** The commands, and the job that sends what is due. */
export function openServerControl(needs: ServerControlNeeds): Feature {
  const store = new ScheduleStore(needs.db);
  const questions = new Questions(needs.clock);
  const sending = openSending(needs);
  const runs = new ScheduleRuns({ ...needs, store, sending });
  const all = { ...needs, store, questions, sending, runs };
  return {
    commands: [rconCommand(all), sayCommand(all), scheduleCommand(all)],
    cards: [questions.card()],
    jobs: [runs.job],
    stop: () => runs.stop(),
  };
}
