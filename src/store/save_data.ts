/**
 * What the saves of the game servers hold, as the store keeps it: chunks of records per server and
 * kind. Knows neither what a record means nor how a save is read.
 * @module
 */

import type { Database, Sql } from "./sql.ts";

/** The kinds of records of a save; each has a table `save_<kind>`. */
export const SAVE_KINDS = ["players", "tribes", "bases", "structures", "tamed"] as const;

/** One of {@linkcode SAVE_KINDS}. */
export type SaveKind = typeof SAVE_KINDS[number];

/** One save of one server, as {@linkcode storeSave} takes it. */
export interface SaveToStore {
  /** Identifier of the server, as configured. */
  serverId: string;
  /** What {@linkcode lastSaveCheck} gives back, a JSON object; `serverId` is added. */
  detail: Record<string, unknown>;
  /**
   * The records of one kind, as JSON texts, each an array of at most 200 records. Called anew when
   * the save must be written again, so it has to start from the beginning each time.
   */
  chunks(kind: SaveKind): AsyncIterable<string> | Iterable<string>;
}

/** Chunks per statement. As many again are on their way, so 50 are in memory at a time. */
const BATCH_CHUNKS = 25;
/** Longest wait for one statement, or for the next chunk. */
const STEP_MS = 60_000;
/** Longest wait for another save of the same server to be written. */
const TURN_MS = 300_000;
/** Between chunks of one statement: no JSON text holds this character unescaped. */
const SEPARATOR = "\x01";

/**
 * Replaces everything stored for one server by one save, in one transaction: readers see all of the
 * old save or all of the new one. Two saves of one server at once are written one after the other.
 * Repeated up to three times after a lost connection or a deadlock.
 *
 * @throws {StoreError} when it could not be written; what was stored before is untouched.
 */
export async function storeSave(db: Database, save: SaveToStore): Promise<void> {
  const detail = storable(JSON.stringify({ ...save.detail, serverId: save.serverId }));
  await db.transaction(TURN_MS, async (sql, progress) => {
    // First of all, because the lock on this row makes saves of one server take turns.
    await sql`
      insert into background (item, detail)
      values (${itemOf(save.serverId)}, ${detail}::text::jsonb)
      on conflict (item) do update set detail = excluded.detail`;
    for (const kind of SAVE_KINDS) {
      const stored = await upsert(sql, { ...save, kind, progress: () => progress(STEP_MS) });
      await sql`
        delete from ${sql(tableOf(kind))}
        where server_id = ${save.serverId} and chunk_id >= ${stored}`;
    }
  }, { replayable: true });
  // The save is stored by now, and what cannot be tidied up will be after the next one.
  await db.tidy(SAVE_KINDS.map(tableOf)).catch(() => {});
}

/** Writes the chunks of one kind over those of the save before and tells how many they were. */
async function upsert(
  sql: Sql,
  { serverId, kind, chunks, progress }: SaveToStore & { kind: SaveKind; progress: () => void },
): Promise<number> {
  let count = 0;
  let sent: Promise<unknown> = Promise.resolve();
  for await (const batch of batches(chunks(kind))) {
    await sent;
    progress();
    // One long text, cut by the server, is quicker than an array, in which each quote is escaped.
    sent = sql`
      insert into ${sql(tableOf(kind))} (server_id, chunk_id, data)
      select ${serverId}, ${count}::int + place - 1, chunk::jsonb
      from unnest(string_to_array(${batch.join(SEPARATOR)}, ${SEPARATOR}))
        with ordinality as batch (chunk, place)
      on conflict (server_id, chunk_id)
      do update set data = excluded.data, last_updated = excluded.last_updated`.execute();
    // Awaited when the next batch is ready; a failure before that is not an unhandled one.
    sent.catch(() => {});
    count += batch.length;
  }
  await sent;
  progress();
  return count;
}

async function* batches(
  chunks: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const chunk of chunks) {
    batch.push(storable(chunk));
    if (batch.length < BATCH_CHUNKS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/**
 * The records of some kinds of one server, all from the same save, in the order of the save. Empty
 * lists for a server without one.
 */
export async function readSave<K extends SaveKind>(
  db: Database,
  serverId: string,
  { kinds }: { kinds: readonly [K, ...K[]] },
): Promise<Record<K, unknown[]>> {
  const records = {} as Record<K, unknown[]>;
  for (const kind of kinds) records[kind] = [];
  // A single statement, because two could see two different saves.
  await db.run(STEP_MS, (sql) => {
    const parts = kinds.map((kind) =>
      sql`select ${kind} as kind, chunk_id, data
          from ${sql(tableOf(kind))} where server_id = ${serverId}`
    );
    const all = parts.reduce((left, right) => sql`${left} union all ${right}`);
    return sql<{ kind: K; data: unknown[] }[]>`${all} order by kind, chunk_id`
      .forEach(({ kind, data }) => {
        for (const record of data) records[kind].push(record);
      });
  });
  return records;
}

/** The detail of the save stored for a server, or `undefined` when there is none. */
export async function lastSaveCheck(
  db: Database,
  serverId: string,
): Promise<Record<string, unknown> | undefined> {
  const [row] = await db.run(STEP_MS, (sql) =>
    sql<{ detail: Record<string, unknown> }[]>`
      select detail from background where item = ${itemOf(serverId)}`);
  return row?.detail;
}

function tableOf(kind: SaveKind): string {
  return `save_${kind}`;
}

function itemOf(serverId: string): string {
  return `last_save_check:${serverId}`;
}

/** Every escape of a JSON text, so that an escaped backslash before `u0000` is seen; whole surrogate pairs first. */
const ESCAPE = /\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\./g;

/**
 * The same JSON text without what PostgreSQL's jsonb refuses: U+0000 is dropped, half a surrogate
 * pair becomes U+FFFD. Names cut in the middle of a character do occur in saves.
 */
export function storable(json: string): string {
  return json.replace(ESCAPE, (escape) => {
    if (escape === "\\u0000") return "";
    return /^\\u[dD][89a-fA-F]..$/.test(escape) ? "\ufffd" : escape;
  });
}
