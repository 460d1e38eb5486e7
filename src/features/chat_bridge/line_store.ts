/**
 * The table of chat lines on their way to Discord, and of those that arrived there lately. Knows no
 * order of work: what is saved when is the outbox's.
 * @module
 */

import type { PlayerChat } from "../../ark/chat.ts";
import type { Database } from "../../store/sql.ts";

/** A line of one server, as far as it has come. */
export interface StoredLine {
  /** Grows from line to line of a server. */
  position: number;
  /** As it stands on Discord; empty for what is not posted. */
  content: string;
  /** See `saidOf`. */
  readonly said: string | null;
  readonly seenAt: Date;
  /** Position of the first line of the message that it goes into; undefined before that is decided. */
  batch: number | undefined;
  /** The message that it stands in. */
  messageId: string | undefined;
  /** Undefined while it waits. */
  postedAt: Date | undefined;
}

/** Lines of all servers. Every call may throw a StoreError. */
export interface LineStore {
  /** Writes lines as they are now, whether or not they are there. What was posted stays as it is. */
  save(serverId: string, lines: readonly StoredLine[]): Promise<void>;
  /** The first lines that wait, and how many there are. */
  waiting(serverId: string, limit: number): Promise<{ lines: StoredLine[]; count: number }>;
  /** The highest position, 0 when there is none, and the newest message. */
  last(serverId: string): Promise<{ position: number; messageId: string | undefined }>;
  /** What players said last, at most 600 lines, oldest first, and when the last line was seen. */
  history(serverId: string): Promise<{ said: string[]; seenAt: Date | undefined }>;
  /** What players said by the game's log, as far as it is kept. */
  gameLog(serverId: string): Promise<PlayerChat[]>;
  /** Keeps that in place of what was kept. */
  keepGameLog(serverId: string, lines: readonly PlayerChat[]): Promise<void>;
  /**
   * Forgets lines that were posted before that time, but of each server not the newest message nor
   * what players said last, 600 lines.
   */
  prune(before: Date): Promise<void>;
}

/** So many lines the game's log has at most: `RCONServerGameLogBuffer` as servers usually have it. */
export const LOG_LINES = 600;

const DEADLINE_MS = 5_000;
const PRUNE_MS = 60_000;

/** Lines in the database. */
export function storedLines(db: Database): LineStore {
  return {
    async save(serverId, lines) {
      await db.run(DEADLINE_MS, (sql) =>
        sql`
        insert into chat_lines
          (server_id, position, content, said, seen_at, batch, message_id, posted_at)
        select ${serverId}, position, content, said, seen_at, batch, message_id, posted_at
        from jsonb_to_recordset(${JSON.stringify(lines.map(toRow))}::text::jsonb) as line(
          position bigint, content text, said text, seen_at timestamptz,
          batch bigint, message_id text, posted_at timestamptz)
        on conflict (server_id, position) do update
          set content = excluded.content, batch = excluded.batch,
            message_id = excluded.message_id, posted_at = excluded.posted_at
          where chat_lines.posted_at is null`);
    },

    async waiting(serverId, limit) {
      const rows = await db.run(DEADLINE_MS, (sql) =>
        sql<WaitingRow[]>`
        select position::float8, content, said, extract(epoch from seen_at)::float8 as seen_at,
          batch::float8, (count(*) over ())::float8 as count
        from chat_lines where server_id = ${serverId} and posted_at is null
        order by chat_lines.position limit ${limit}`);
      return { lines: rows.map(toLine), count: rows[0]?.count ?? 0 };
    },

    async last(serverId) {
      const [row] = await db.run(
        DEADLINE_MS,
        (sql) =>
          sql<{ position: number; message_id: string | null }[]>`
        select coalesce(max(position), 0)::float8 as position,
          max(message_id::bigint)::text as message_id
        from chat_lines where server_id = ${serverId}`,
      );
      return { position: row!.position, messageId: row!.message_id ?? undefined };
    },

    async history(serverId) {
      const rows = await db.run(DEADLINE_MS, (sql) =>
        sql<{ said: string; seen_at: number }[]>`
        select said, extract(epoch from seen_at)::float8 as seen_at
        from chat_lines where server_id = ${serverId} and said is not null
        order by position desc limit ${LOG_LINES}`);
      const [last] = rows;
      return {
        said: rows.map(({ said }) => said).toReversed(),
        seenAt: last && new Date(last.seen_at * 1000),
      };
    },

    async gameLog(serverId) {
      const [row] = await db.run(DEADLINE_MS, (sql) =>
        sql<{ lines: string }[]>`
        select lines::text as lines from chat_game_logs where server_id = ${serverId}`);
      return JSON.parse(row?.lines ?? "[]");
    },

    async keepGameLog(serverId, lines) {
      await db.run(DEADLINE_MS, (sql) =>
        sql`
        insert into chat_game_logs (server_id, lines)
        values (${serverId}, ${JSON.stringify(lines)}::text::jsonb)
        on conflict (server_id) do update set lines = excluded.lines`);
    },

    async prune(before) {
      await db.run(PRUNE_MS, (sql) =>
        sql`
        delete from chat_lines using (
          select server_id, position,
            count(said) over (partition by server_id order by position desc) as said_since,
            max(position) filter (where message_id is not null)
              over (partition by server_id) as newest
          from chat_lines
        ) as aged
        where chat_lines.server_id = aged.server_id and chat_lines.position = aged.position
          and (said is null or said_since > ${LOG_LINES})
          and aged.position is distinct from newest
          and posted_at < ${before.toISOString()}::timestamptz`);
    },
  };
}

interface WaitingRow {
  position: number;
  content: string;
  said: string | null;
  seen_at: number;
  batch: number | null;
  count: number;
}

function toRow({ position, content, said, seenAt, batch, messageId, postedAt }: StoredLine) {
  return {
    position,
    content,
    said,
    seen_at: seenAt,
    batch,
    message_id: messageId,
    posted_at: postedAt,
  };
}

function toLine({ position, content, said, seen_at, batch }: WaitingRow): StoredLine {
  return {
    position,
    content,
    said,
    seenAt: new Date(seen_at * 1000),
    batch: batch ?? undefined,
    messageId: undefined,
    postedAt: undefined,
  };
}
