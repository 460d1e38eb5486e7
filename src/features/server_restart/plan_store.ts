/**
 * Restarts in the database, so that a countdown goes on and a server is not stopped twice when the
 * program is killed in between. Decides nothing.
 * @module
 */

import type { Language } from "../../discord/surface.ts";
import type { RconFailure } from "../../rcon/errors.ts";
import { storable } from "../../store/save_data.ts";
import type { Database } from "../../store/sql.ts";
import type { Plan, ServerRestart, State } from "./plan.ts";

/** What is remembered of restarts. Every call may throw a StoreError. */
export interface PlanStore {
  /** Adds all servers of a plan, or none; in place of plans for them that never began. */
  add(plan: Plan): Promise<void>;
  /** Writes what has become of one of its servers. */
  save(planId: string, server: ServerRestart): Promise<void>;
  /** The card shows how it ended: nothing is left to do. */
  finish(planId: string): Promise<void>;
  /** Plans that are not finished. */
  unfinished(): Promise<Plan[]>;
}

const DEADLINE_MS = 5_000;

/** Keeps them in the database. */
export function storedPlans(db: Database): PlanStore {
  return {
    async add(plan) {
      const rows = plan.servers.map(({ serverId, state }, position) => ({
        plan_id: plan.id,
        reason: plan.reason,
        by_id: plan.byId,
        by_name: plan.byName,
        due_at: plan.dueAt,
        language: plan.language,
        channel_id: plan.channelId,
        message_id: plan.messageId,
        server_id: serverId,
        position,
        state,
      }));
      const serverIds = JSON.stringify(plan.servers.map(({ serverId }) => serverId));
      await db.transaction(DEADLINE_MS, async (sql) => {
        await sql`
        delete from restarts where state = 'announced' and told_minutes is null
          and server_id in (select jsonb_array_elements_text(${serverIds}::text::jsonb))`;
        await sql`
        insert into restarts (plan_id, reason, by_id, by_name, due_at, language, channel_id,
          message_id, server_id, position, state)
        select * from jsonb_to_recordset(${storable(JSON.stringify(rows))}::text::jsonb) as rows (
          plan_id text, reason text, by_id text, by_name text, due_at timestamptz, language text,
          channel_id text, message_id text, server_id text, position int, state text)`;
      });
    },
    async save(planId, { serverId, state, toldMinutes, saveFailure, ...restart }) {
      const { failure = null, abortedBy = null } = restart;
      const [exitAt, downAt, backAt] = [restart.exitAt, restart.downAt, restart.backAt].map(
        written,
      );
      await db.run(DEADLINE_MS, (sql) =>
        sql`
        update restarts set state = ${state}, told_minutes = ${toldMinutes ?? null}::int,
          save_failure = ${saveFailure ?? null}, failure = ${failure}, aborted_by = ${abortedBy},
          exit_at = ${exitAt!}::timestamptz, down_at = ${downAt!}::timestamptz,
          back_at = ${backAt!}::timestamptz
        where plan_id = ${planId} and server_id = ${serverId}`);
    },
    async finish(planId) {
      await db.run(
        DEADLINE_MS,
        (sql) => sql`update restarts set is_shown = true where plan_id = ${planId}`,
      );
    },
    async unfinished() {
      const rows = await db.run(DEADLINE_MS, (sql) =>
        sql<Row[]>`
        select plan_id, reason, by_id, by_name, language, channel_id, message_id, server_id, state,
          told_minutes, save_failure, failure, aborted_by,
          extract(epoch from due_at)::float8 as due_at,
          extract(epoch from exit_at)::float8 as exit_at,
          extract(epoch from down_at)::float8 as down_at,
          extract(epoch from back_at)::float8 as back_at
        from restarts where not is_shown order by plan_id, position`);
      return [...Map.groupBy(rows, ({ plan_id }) => plan_id).values()].map(planOf);
    },
  };
}

interface Row {
  plan_id: string;
  reason: string;
  by_id: string;
  by_name: string;
  due_at: number;
  language: Language;
  channel_id: string;
  message_id: string;
  server_id: string;
  state: State;
  told_minutes: number | null;
  save_failure: RconFailure | "unconfirmed" | null;
  failure: RconFailure | null;
  aborted_by: string | null;
  exit_at: number | null;
  down_at: number | null;
  back_at: number | null;
}

function planOf(rows: Row[]): Plan {
  const [first] = rows;
  return {
    id: first!.plan_id,
    reason: first!.reason,
    byId: first!.by_id,
    byName: first!.by_name,
    dueAt: new Date(first!.due_at * 1000),
    language: first!.language,
    channelId: first!.channel_id,
    messageId: first!.message_id,
    servers: rows.map((row) => ({
      serverId: row.server_id,
      state: row.state,
      toldMinutes: row.told_minutes ?? undefined,
      saveFailure: row.save_failure ?? undefined,
      exitAt: read(row.exit_at),
      downAt: read(row.down_at),
      backAt: read(row.back_at),
      failure: row.failure ?? undefined,
      abortedBy: row.aborted_by ?? undefined,
    })),
  };
}

function written(date: Date | undefined): string | null {
  return date?.toISOString() ?? null;
}

function read(seconds: number | null): Date | undefined {
  return seconds === null ? undefined : new Date(seconds * 1000);
}
