/**
 * Schedules in the database. A schedule that is due is claimed before its command is sent, so that
 * no crash makes it run twice. Sends nothing and knows no Discord.
 * @module
 */

import type { Database, Sql } from "../../store/sql.ts";

/** A console command that is sent by the clock. */
export interface Schedule {
  readonly id: number;
  /** Undefined: all servers. */
  readonly serverId: string | undefined;
  readonly command: string;
  /** Undefined: it is sent once. */
  readonly cron: string | undefined;
  readonly byId: string;
  readonly byName: string;
  /** Undefined: it is over. */
  readonly nextRun: Date | undefined;
  /** Of a missed one when it should have run. */
  readonly lastRun: Date | undefined;
  /** `unknown` also from the claim until the outcome is known, and for ever after a crash. */
  readonly lastOutcome: "done" | "failed" | "unknown" | "missed" | undefined;
  readonly lastError: string | undefined;
}

/** A schedule as somebody adds it. */
export type NewSchedule =
  & Pick<Schedule, "serverId" | "command" | "cron" | "byId" | "byName">
  & { readonly nextRun: Date };

/** How a run ended. */
export interface RunOutcome {
  readonly outcome: "done" | "failed" | "unknown";
  /** On which servers it did not go well, and why. */
  readonly error?: string;
}

/** Schedules that are not over; one more is refused. */
export const MOST_SCHEDULES = 100;

const DEADLINE_MS = 5_000;
/** A command is not sent later than this: what was meant for the night does harm in the evening. */
const LATE_MS = 10 * 60_000;
/** So long one that is over stands in the list. */
const KEPT_MS = 7 * 24 * 3_600_000;

/** The schedules of the program. Every call may throw a StoreError. */
export class ScheduleStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @returns Its id, or undefined when there are {@linkcode MOST_SCHEDULES} already. */
  async add(schedule: NewSchedule): Promise<number | undefined> {
    const { serverId = null, command, cron = null, byId, byName, nextRun } = schedule;
    const [row] = await this.#db.run(DEADLINE_MS, (sql) =>
      sql<{ id: number }[]>`
      insert into schedules (server_id, command, cron, by_id, by_name, next_run)
      select ${serverId}::text, ${command}::text, ${cron}::text, ${byId}::text, ${byName}::text,
        ${nextRun.toISOString()}::timestamptz
      where (select count(*) from schedules where next_run is not null) < ${MOST_SCHEDULES}::int
      returning id::float8`);
    return row?.id;
  }

  /** @returns What was removed; undefined when there is no such one. */
  async remove(id: number): Promise<Schedule | undefined> {
    const [row] = await this.#db.run(
      DEADLINE_MS,
      (sql) => sql<Row[]>`delete from schedules where id = ${id}::bigint returning ${columns(sql)}`,
    );
    return row && asSchedule(row);
  }

  async find(id: number): Promise<Schedule | undefined> {
    const [row] = await this.#db.run(
      DEADLINE_MS,
      (sql) => sql<Row[]>`select ${columns(sql)} from schedules where id = ${id}::bigint`,
    );
    return row && asSchedule(row);
  }

  /** Those that are to come, the next first, then those that are over. */
  async list(): Promise<Schedule[]> {
    const rows = await this.#db.run(DEADLINE_MS, (sql) =>
      sql<Row[]>`
      select ${columns(sql)} from schedules
      order by schedules.next_run nulls last, schedules.last_run desc, id limit 500`);
    return rows.map(asSchedule);
  }

  /**
   * Moves on what is due, and gives it as it is then: with the outcome `unknown` when it is to be
   * sent, and `missed` when it is too late for that. Deletes what was over long ago.
   *
   * @param nextOf When a cron comes next.
   */
  async claimDue(now: Date, nextOf: (cron: string) => Date | undefined): Promise<Schedule[]> {
    return await this.#db.transaction(DEADLINE_MS, async (sql) => {
      const over = new Date(now.getTime() - KEPT_MS);
      await sql`delete from schedules
        where next_run is null and last_run < ${over.toISOString()}::timestamptz`;
      const due = await sql<Row[]>`
        select ${columns(sql)} from schedules where next_run <= ${now.toISOString()}::timestamptz
        order by schedules.next_run limit ${MOST_SCHEDULES} for update`;
      const claimed = due.map(asSchedule).map((schedule) => claim(schedule, { now, nextOf }));
      if (claimed.length > 0) await update(sql, claimed);
      return claimed;
    });
  }

  /** Notes that it is being sent out of turn. */
  async begin(id: number, now: Date): Promise<void> {
    await this.#db.run(DEADLINE_MS, (sql) =>
      sql`
      update schedules set last_run = ${now.toISOString()}::timestamptz,
        last_outcome = 'unknown', last_error = null
      where id = ${id}::bigint`);
  }

  /** Notes how the last run ended. */
  async finish(id: number, { outcome, error }: RunOutcome): Promise<void> {
    await this.#db.run(DEADLINE_MS, (sql) =>
      sql`
      update schedules set last_outcome = ${outcome}, last_error = ${error ?? null}
      where id = ${id}::bigint`);
  }
}

function claim(
  schedule: Schedule,
  { now, nextOf }: { readonly now: Date; readonly nextOf: (cron: string) => Date | undefined },
): Schedule {
  const { cron, nextRun } = schedule;
  const dueAt = nextRun ?? now;
  const isMissed = now.getTime() - dueAt.getTime() > LATE_MS;
  return {
    ...schedule,
    nextRun: cron === undefined ? undefined : nextOf(cron),
    lastRun: isMissed ? dueAt : now,
    lastOutcome: isMissed ? "missed" : "unknown",
    lastError: undefined,
  };
}

async function update(sql: Sql, schedules: readonly Schedule[]): Promise<void> {
  const rows = schedules.map(({ id, nextRun, lastRun, lastOutcome }) => ({
    id,
    next_run: nextRun?.toISOString() ?? null,
    last_run: lastRun?.toISOString() ?? null,
    last_outcome: lastOutcome,
  }));
  await sql`
    update schedules set next_run = row.next_run, last_run = row.last_run,
      last_outcome = row.last_outcome, last_error = null
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb)
      as row(id bigint, next_run timestamptz, last_run timestamptz, last_outcome text)
    where schedules.id = row.id`;
}

function columns(sql: Sql) {
  return sql`
    id::float8, server_id, command, cron, by_id, by_name, last_outcome, last_error,
    extract(epoch from next_run)::float8 as next_run,
    extract(epoch from last_run)::float8 as last_run`;
}

interface Row {
  id: number;
  server_id: string | null;
  command: string;
  cron: string | null;
  by_id: string;
  by_name: string;
  next_run: number | null;
  last_run: number | null;
  last_outcome: Schedule["lastOutcome"] | null;
  last_error: string | null;
}

function asSchedule(row: Row): Schedule {
  return {
    id: row.id,
    serverId: row.server_id ?? undefined,
    command: row.command,
    cron: row.cron ?? undefined,
    byId: row.by_id,
    byName: row.by_name,
    nextRun: asDate(row.next_run),
    lastRun: asDate(row.last_run),
    lastOutcome: row.last_outcome ?? undefined,
    lastError: row.last_error ?? undefined,
  };
}

function asDate(seconds: number | null): Date | undefined {
  return seconds === null ? undefined : new Date(Math.round(seconds * 1000));
}
