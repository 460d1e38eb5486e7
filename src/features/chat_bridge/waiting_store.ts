/**
 * Messages of members that wait until their server is back, so that a restart of the program does
 * not forget them. Knows neither Discord nor the game.
 * @module
 */

import type { Database } from "../../store/sql.ts";

/** A message that is not, or not wholly, delivered. */
export interface WaitingMessage {
  /** Discord's id of it, which also says where it stands in the order. */
  readonly id: string;
  readonly serverId: string;
  readonly channelId: string;
  readonly authorId: string;
  /** Cleaned name, for the line that tells the outcome. */
  readonly author: string;
  /** In the order in which they must be sent. */
  readonly commands: readonly string[];
  /** More was written than the commands hold. */
  readonly isCut: boolean;
  /** How many of the commands were accepted. */
  readonly sent: number;
  /** Whether the next one may be on its way: nobody can know then whether the game got it. */
  readonly isSending: boolean;
  readonly writtenAt: Date;
}

/** The waiting messages of all servers. Every call may throw a StoreError. */
export interface WaitingStore {
  /** Adds messages, or replaces those with their ids. */
  save(messages: readonly WaitingMessage[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  /** Those of a server, in the order in which they were written. */
  list(serverId: string): Promise<WaitingMessage[]>;
}

const DEADLINE_MS = 5_000;

/** Keeps waiting messages in the database. */
export function storedWaiting(db: Database): WaitingStore {
  return {
    async save(messages) {
      const rows = JSON.stringify(messages.map(toRow));
      await db.run(DEADLINE_MS, (sql) =>
        sql`
        insert into chat_waiting
          (message_id, server_id, channel_id, author_id, author, commands, is_cut, sent, is_sending,
            written_at)
        select message_id, server_id, channel_id, author_id, author, commands, is_cut, sent,
          is_sending, written_at
        from jsonb_to_recordset(${rows}::text::jsonb) as r(
          message_id text, server_id text, channel_id text, author_id text, author text,
          commands jsonb, is_cut boolean, sent int, is_sending boolean, written_at timestamptz)
        on conflict (message_id) do update
          set sent = excluded.sent, is_sending = excluded.is_sending`);
    },
    async remove(ids) {
      await db.run(DEADLINE_MS, (sql) =>
        sql`
        delete from chat_waiting where message_id in
          (select jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb))`);
    },
    async list(serverId) {
      const rows = await db.run(DEADLINE_MS, (sql) =>
        sql<Row[]>`
        select message_id, channel_id, author_id, author, commands::text as commands, is_cut, sent,
          is_sending, extract(epoch from written_at)::float8 as written_at
        from chat_waiting where server_id = ${serverId} order by message_id::numeric`);
      return rows.map((row): WaitingMessage => ({
        id: row.message_id,
        serverId,
        channelId: row.channel_id,
        authorId: row.author_id,
        author: row.author,
        commands: JSON.parse(row.commands),
        isCut: row.is_cut,
        sent: row.sent,
        isSending: row.is_sending,
        writtenAt: new Date(row.written_at * 1000),
      }));
    },
  };
}

function toRow(message: WaitingMessage) {
  return {
    message_id: message.id,
    server_id: message.serverId,
    channel_id: message.channelId,
    author_id: message.authorId,
    author: message.author,
    commands: message.commands,
    is_cut: message.isCut,
    sent: message.sent,
    is_sending: message.isSending,
    written_at: message.writtenAt.toISOString(),
  };
}

interface Row {
  message_id: string;
  channel_id: string;
  author_id: string;
  author: string;
  /** JSON. */
  commands: string;
  is_cut: boolean;
  sent: number;
  is_sending: boolean;
  written_at: number;
}
