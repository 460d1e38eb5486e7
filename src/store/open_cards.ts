/**
 * Cards on Discord whose buttons are still to be disabled, so that a restart does not forget them.
 * Knows neither Discord nor what a card shows.
 * @module
 */

import type { Database } from "./sql.ts";

/** A card that was posted and has buttons that work for a while. */
export interface OpenCard {
  readonly id: string;
  /** Name of the bot that posted it. */
  readonly bot: string;
  readonly channelId: string;
  readonly messageId: string;
  /** Secret; lets the bot edit an answer that only its caller sees, for 15 minutes. */
  readonly token: string | undefined;
  readonly language: "en" | "de";
  readonly disableAt: Date;
}

/** The open cards of all bots. */
export interface OpenCards {
  /** Adds a card, or replaces the one with its id. */
  save(card: OpenCard): Promise<void>;
  remove(id: string): Promise<void>;
  list(bot: string): Promise<OpenCard[]>;
}

/** Nobody should wait for this longer than for an answer on Discord. */
const DEADLINE_MS = 5_000;

/** Keeps open cards in the database. Every call may throw a StoreError. */
export function storedOpenCards(db: Database): OpenCards {
  return {
    async save({ id, bot, channelId, messageId, token = null, language, disableAt }) {
      await db.run(DEADLINE_MS, (sql) =>
        sql`
        insert into open_cards
          (id, bot, channel_id, message_id, token, language, disable_at)
        values (${id}, ${bot}, ${channelId}, ${messageId}, ${token}, ${language},
          ${disableAt.toISOString()}::timestamptz)
        on conflict (id) do update
          set token = excluded.token, disable_at = excluded.disable_at`);
    },
    async remove(id) {
      await db.run(DEADLINE_MS, (sql) => sql`delete from open_cards where id = ${id}`);
    },
    async list(bot) {
      const rows = await db.run(DEADLINE_MS, (sql) =>
        sql<Row[]>`
        select id, channel_id, message_id, token, language,
          extract(epoch from disable_at)::float8 as disable_at
        from open_cards where bot = ${bot} order by disable_at`);
      return rows.map((row): OpenCard => ({
        id: row.id,
        bot,
        channelId: row.channel_id,
        messageId: row.message_id,
        token: row.token ?? undefined,
        language: row.language,
        disableAt: new Date(row.disable_at * 1000),
      }));
    },
  };
}

interface Row {
  id: string;
  channel_id: string;
  message_id: string;
  token: string | null;
  language: "en" | "de";
  disable_at: number;
}
