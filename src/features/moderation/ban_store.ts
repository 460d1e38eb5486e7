/**
 * Bans as the database keeps them, and what each server is to do about them. Knows no consoles.
 * Every call may throw a StoreError.
 * @module
 */

import type { Database, Sql } from "../../store/sql.ts";
import type { Trouble } from "./console_acts.ts";

/** A ban as it is ordered. */
export interface NewBan {
  readonly accountId: string;
  /** Of the player; may hold anything but line breaks. */
  readonly name: string;
  readonly reason: string;
  /** An address. */
  readonly evidence: string | undefined;
  /** Undefined: for ever. */
  readonly until: Date | undefined;
  /** On Discord. */
  readonly byId: string;
  readonly byName: string;
  readonly at: Date;
}

/** A ban that stands, or is over. */
export interface Ban extends NewBan {
  readonly liftedAt: Date | undefined;
}

/** A ban with the ids of the servers that do not know of it yet, or not of its end. */
export interface ListedBan extends Ban {
  readonly waitingFor: readonly string[];
}

/** The end of a ban before its time. */
export interface Lift {
  readonly accountId: string;
  readonly byId: string;
  readonly byName: string;
  readonly reason: string;
  readonly at: Date;
}

/** How far one server is with an account. */
export interface BanState {
  readonly serverId: string;
  readonly isApplied: boolean;
  /** Why it was not done when it was tried last. */
  readonly trouble: Trouble | undefined;
}

/** What a server is still to do. */
export interface Task {
  readonly accountId: string;
  readonly wantsBan: boolean;
  /** Who ordered it; the id is undefined for the end of a ban by time. */
  readonly byId: string | undefined;
  readonly byName: string;
  readonly reason: string;
}

/** All bans. */
export interface BanStore {
  /** Bans of an account, the last first; at most 20. */
  history(accountId: string): Promise<Ban[]>;
  /**
   * Adds a ban, to be applied on all these servers.
   * @returns the one that stands already, and then nothing was changed.
   */
  add(ban: NewBan, serverIds: readonly string[]): Promise<Ban | undefined>;
  /** Ends a ban on every server. @returns whether there was one. */
  lift(lift: Lift): Promise<boolean>;
  /** Bans that stand, and those whose end is not known everywhere; the last first, at most 5,000. */
  list(serverIds: readonly string[]): Promise<ListedBan[]>;
  states(accountId: string): Promise<BanState[]>;
  /** Ends the bans whose time is over. */
  endTimed(now: Date): Promise<void>;
  /** Has all standing bans applied on servers that do not know of them, as new ones do. */
  spread(serverIds: readonly string[]): Promise<void>;
  /** Has all standing bans applied there again. @returns their number. */
  resync(serverId: string): Promise<number>;
  /** What a server is to do; at most 200 at a time. */
  tasks(serverId: string): Promise<Task[]>;
  /** It is done, unless the opposite is wanted meanwhile. */
  markApplied(serverId: string, task: Task, at: Date): Promise<void>;
  markFailed(serverId: string, task: Task, trouble: Trouble): Promise<void>;
}

const DEADLINE_MS = 5_000;

/** Keeps bans in the database. */
export function storedBans(db: Database): BanStore {
  const run = <T>(work: (sql: Sql) => PromiseLike<T>) => db.run(DEADLINE_MS, work);
  return {
    history: (accountId) => run((sql) => historyOf(sql, accountId)),
    add: (ban, serverIds) =>
      db.transaction(DEADLINE_MS, async (sql) => {
        const isAdded = await insert(sql, ban);
        if (!isAdded) return (await historyOf(sql, ban.accountId))[0];
        await spread(sql, { serverIds, accountId: ban.accountId });
        return undefined;
      }),
    lift: (lift) => run((sql) => endOne(sql, lift)),
    list: (serverIds) => run((sql) => listed(sql, serverIds)),
    states: (accountId) => run((sql) => statesOf(sql, accountId)),
    endTimed: (now) => run((sql) => endOld(sql, now)),
    spread: (serverIds) => run((sql) => spread(sql, { serverIds, accountId: null })),
    async resync(serverId) {
      const { count } = await run((sql) =>
        sql`
        update ban_states set applied_at = null, trouble = null
        where server_id = ${serverId} and wants_ban`
      );
      return count;
    },
    tasks: (serverId) => run((sql) => tasksOf(sql, serverId)),
    async markApplied(serverId, { accountId, wantsBan }, at) {
      await run((sql) =>
        sql`
        update ban_states set applied_at = ${at.toISOString()}::timestamptz, trouble = null
        where server_id = ${serverId} and account_id = ${accountId} and wants_ban = ${wantsBan}`
      );
    },
    async markFailed(serverId, { accountId, wantsBan }, trouble) {
      await run((sql) =>
        sql`
        update ban_states set trouble = ${JSON.stringify(trouble)}
        where server_id = ${serverId} and account_id = ${accountId} and wants_ban = ${wantsBan}`
      );
    },
  };
}

async function insert(sql: Sql, ban: NewBan): Promise<boolean> {
  const { count } = await sql`
    insert into bans (account_id, name, reason, evidence, until, by_id, by_name, at)
    values (${ban.accountId}, ${ban.name}, ${ban.reason}, ${ban.evidence ?? null},
      ${ban.until?.toISOString() ?? null}::timestamptz, ${ban.byId}, ${ban.byName},
      ${ban.at.toISOString()}::timestamptz)
    on conflict (account_id) where lifted_at is null do nothing`;
  return count > 0;
}

/** Of one account, or all. Touches no row that is right already: this runs over all bans. */
async function spread(
  sql: Sql,
  { serverIds, accountId }: { serverIds: readonly string[]; accountId: string | null },
): Promise<void> {
  await sql`
    insert into ban_states (server_id, account_id, wants_ban)
    select server.id, bans.account_id, true
    from bans
      cross join jsonb_array_elements_text(${JSON.stringify(serverIds)}::text::jsonb) as server (id)
      left join ban_states state
        on state.server_id = server.id and state.account_id = bans.account_id
    where bans.lifted_at is null and state.wants_ban is not true
      and (${accountId}::text is null or bans.account_id = ${accountId}::text)
    on conflict (server_id, account_id) do update
      set wants_ban = true, applied_at = null, trouble = null`;
}

async function endOne(sql: Sql, { accountId, byId, byName, reason, at }: Lift): Promise<boolean> {
  const rows = await sql`
    with ended as (
      update bans
      set lifted_at = ${at.toISOString()}::timestamptz, lifted_by_id = ${byId},
        lifted_by_name = ${byName}, lift_reason = ${reason}
      where account_id = ${accountId} and lifted_at is null
      returning account_id
    ), told as (
      update ban_states set wants_ban = false, applied_at = null, trouble = null
      from ended where ban_states.account_id = ended.account_id
    )
    select from ended`;
  return rows.length > 0;
}

async function endOld(sql: Sql, now: Date): Promise<void> {
  await sql`
    with ended as (
      update bans set lifted_at = until, lifted_by_name = 'BlissBot', lift_reason = 'time is over'
      where lifted_at is null and until <= ${now.toISOString()}::timestamptz
      returning account_id
    )
    update ban_states set wants_ban = false, applied_at = null, trouble = null
    from ended where ban_states.account_id = ended.account_id`;
}

async function tasksOf(sql: Sql, serverId: string): Promise<Task[]> {
  const rows = await sql<TaskRow[]>`
    select state.account_id, state.wants_ban, last.*
    from ban_states state
      cross join lateral (
        select
          case when state.wants_ban then by_id else lifted_by_id end as by_id,
          case when state.wants_ban then by_name else lifted_by_name end as by_name,
          case when state.wants_ban then reason else lift_reason end as reason
        from bans where account_id = state.account_id order by id desc limit 1
      ) last
    where state.server_id = ${serverId} and state.applied_at is null
    order by state.account_id limit 200`;
  return rows.map((row): Task => ({
    accountId: row.account_id,
    wantsBan: row.wants_ban,
    byId: row.by_id ?? undefined,
    byName: row.by_name,
    reason: row.reason,
  }));
}

interface TaskRow {
  account_id: string;
  wants_ban: boolean;
  by_id: string | null;
  by_name: string;
  reason: string;
}

async function statesOf(sql: Sql, accountId: string): Promise<BanState[]> {
  const rows = await sql<{ server_id: string; is_applied: boolean; trouble: string | null }[]>`
    select server_id, applied_at is not null as is_applied, trouble
    from ban_states where account_id = ${accountId}`;
  return rows.map((row): BanState => ({
    serverId: row.server_id,
    isApplied: row.is_applied,
    trouble: row.trouble === null ? undefined : JSON.parse(row.trouble),
  }));
}

async function historyOf(sql: Sql, accountId: string): Promise<Ban[]> {
  const rows = await sql<BanRow[]>`
    select ${columns(sql)} from bans where account_id = ${accountId} order by id desc limit 20`;
  return rows.map(banOf);
}

async function listed(sql: Sql, serverIds: readonly string[]): Promise<ListedBan[]> {
  const rows = await sql<(BanRow & { waiting_for: string | null })[]>`
    select ${columns(sql)}, waiting.server_ids::text as waiting_for
    from bans
      left join (
        select account_id, jsonb_agg(server_id order by server_id) as server_ids
        from ban_states
        where applied_at is null and server_id in (
          select jsonb_array_elements_text(${JSON.stringify(serverIds)}::text::jsonb))
        group by account_id
      ) waiting using (account_id)
    where lifted_at is null
      or waiting.server_ids is not null
        and id = (select max(id) from bans later where later.account_id = bans.account_id)
    order by id desc limit 5000`;
  return rows.map((row): ListedBan => ({
    ...banOf(row),
    waitingFor: JSON.parse(row.waiting_for ?? "[]"),
  }));
}

function columns(sql: Sql) {
  return sql`account_id, name, reason, evidence, by_id, by_name,
    extract(epoch from until)::float8 as until,
    extract(epoch from at)::float8 as at,
    extract(epoch from lifted_at)::float8 as lifted_at`;
}

interface BanRow {
  account_id: string;
  name: string;
  reason: string;
  evidence: string | null;
  by_id: string;
  by_name: string;
  until: number | null;
  at: number;
  lifted_at: number | null;
}

function banOf(row: BanRow): Ban {
  return {
    accountId: row.account_id,
    name: row.name,
    reason: row.reason,
    evidence: row.evidence ?? undefined,
    until: dateOf(row.until),
    byId: row.by_id,
    byName: row.by_name,
    at: new Date(row.at * 1000),
    liftedAt: dateOf(row.lifted_at),
  };
}

function dateOf(seconds: number | null): Date | undefined {
  return seconds === null ? undefined : new Date(seconds * 1000);
}
