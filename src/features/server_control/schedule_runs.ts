/**
 * Sends the commands of schedules, by the clock or when somebody asks for it, and tells staff of
 * those that failed.
 * @module
 */

import { toDiscordText } from "../../ark/discord_text.ts";
import type { Caller } from "../../discord/surface.ts";
import { fill } from "../../discord/texts.ts";
import { type Clock, unlessAborted } from "../../runtime/clock.ts";
import type { Job } from "../../runtime/jobs.ts";
import type { Log } from "../../runtime/log.ts";
import { nextTime } from "../../runtime/next_time.ts";
import { CONSOLE_TROUBLE } from "../console_trouble.ts";
import type { GameServer } from "../feature.ts";
import type { RunOutcome, Schedule, ScheduleStore } from "./schedule_store.ts";
import { type Order, outcomeOf, type Result, type Sending } from "./sending.ts";
import { TEXTS } from "./texts.ts";
import { shownCommand } from "./view.ts";

/** What runs need. */
export interface RunNeeds {
  readonly servers: readonly GameServer[];
  readonly store: ScheduleStore;
  readonly sending: Sending;
  /** Tells staff; in English, as nobody asked. */
  readonly alert: (text: string) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly timezone: string;
}

const LOOK_SECONDS = 15;
/** Of looking, not of sending. */
const LIMIT_MS = 30_000;

/** The runs of all schedules. */
export class ScheduleRuns {
  /** Looks for what is due, and does not wait for what it begins: a dead server delays no other. */
  readonly job: Job = {
    name: "schedules",
    every: { seconds: LOOK_SECONDS },
    limitMs: LIMIT_MS,
    run: () => this.#beginDue(),
  };
  readonly #needs: RunNeeds;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(needs: RunNeeds) {
    this.#needs = needs;
  }

  /** What a schedule sends, for the record by somebody. */
  orderOf(
    { serverId, command }: Schedule,
    by: Pick<Caller, "id" | "displayName" | "language">,
  ): Order {
    const { servers } = this.#needs;
    return {
      servers: servers.filter(({ id }) => serverId === undefined || id === serverId),
      command,
      what: "schedule",
      by,
      language: by.language,
    };
  }

  /** Sends that now; the results are those that are there before a person gives up. */
  async runNow({ id }: Schedule, order: Order): Promise<readonly Result[]> {
    const { store, sending, clock } = this.#needs;
    await store.begin(id, new Date(clock.now()));
    const results = await sending.sendForPerson(order);
    await this.#finish(id, summaryOf(results));
    return results;
  }

  /** What has no answer yet stays in the database as not known. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
  }

  async #beginDue(): Promise<void> {
    const { store, clock, timezone } = this.#needs;
    const now = new Date(clock.now());
    const claimed = await store.claimDue(now, (cron) => nextTime(cron, { after: now, timezone }));
    for (const schedule of claimed) {
      const run = this.#run(schedule).finally(() => this.#running.delete(run));
      this.#running.add(run);
    }
  }

  /** Never rejects. */
  async #run(schedule: Schedule): Promise<void> {
    const { sending, log } = this.#needs;
    const { signal } = this.#stopping;
    if (schedule.lastOutcome === "missed") return this.#tell(schedule, TEXTS.missedAlert.en);
    try {
      const by = { id: schedule.byId, displayName: schedule.byName, language: "en" } as const;
      const work = sending.sendToAll(this.orderOf(schedule, by));
      const outcome = summaryOf(await unlessAborted(work, signal));
      if (outcome.error !== undefined) this.#tell(schedule, outcome.error);
      await this.#finish(schedule.id, outcome);
    } catch (error) {
      if (!signal.aborted) log.error(`Schedule ${schedule.id} failed`, { error });
    }
  }

  /** Whoever waits is told what came of it, whether or not that can be stored. */
  async #finish(id: number, outcome: RunOutcome): Promise<void> {
    const { store, log } = this.#needs;
    await store.finish(id, outcome).catch((error) =>
      log.warn(`What came of schedule ${id} could not be stored`, { error })
    );
  }

  #tell({ id, command, byName }: Schedule, what: string): void {
    const values = { id, command: shownCommand(command), name: toDiscordText(byName) };
    this.#needs.alert(fill(TEXTS.alert, "en", { ...values, what: toDiscordText(what) }));
  }
}

/** All results in one; in English, as it is stored. */
function summaryOf(results: readonly Result[]): RunOutcome {
  if (results.length === 0) return { outcome: "failed", error: TEXTS.noServer.en };
  const outcomes = results.map(({ execution }) => execution ? outcomeOf(execution) : "unknown");
  const outcome = (["failed", "unknown"] as const).find((bad) => outcomes.includes(bad)) ?? "done";
  const errors = results.flatMap(({ server: { name }, execution }) => {
    if (!execution?.failure) return [];
    const { kind, outcome } = execution.failure;
    const why = CONSOLE_TROUBLE[kind].en;
    return outcome === "unknown" ? `${name}: ${TEXTS.unknownShort.en}, ${why}` : `${name}: ${why}`;
  });
  return { outcome, ...(errors.length > 0 && { error: errors.join(" · ") }) };
}
