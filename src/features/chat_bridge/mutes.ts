/**
 * Who is not carried over by the bridge for a while: members of Discord, and players of the game.
 * Kept in the database, and in memory for the look at every line.
 * @module
 */

import type { Clock } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import type { Database } from "../../store/sql.ts";

/** What a mute concerns. */
export type MuteKind = "member" | "player";

/** Somebody who is muted. */
export interface Mute {
  readonly kind: MuteKind;
  /** Id of the member, or the player's name in any case. */
  readonly key: string;
  /** As people read it. */
  readonly name: string;
  readonly until: Date;
  /** The member of staff who wanted it. */
  readonly byId: string;
}

/** The mutes of all servers. */
export interface Mutes {
  /** Reads what is stored. Never throws: without the store nobody is muted until the next call. */
  load(): Promise<void>;
  isMuted(kind: MuteKind, key: string): boolean;
  /**
   * Mutes somebody, or changes the end of a mute.
   * @throws {RangeError} when the end is not within the next {@linkcode LONGEST_MUTE_DAYS} days.
   * @throws {StoreError} and nothing is changed.
   */
  add(mute: Mute): Promise<void>;
  /**
   * Ends a mute. @returns whether there was one.
   * @throws {StoreError} and nothing is changed.
   */
  remove(kind: MuteKind, key: string): Promise<boolean>;
  /** Those that have not ended, the next to end first. */
  list(): readonly Mute[];
}

/** What is meant to last longer is a ban, or forgotten. */
export const LONGEST_MUTE_DAYS = 365;

const DAY_MS = 86_400_000;
const DEADLINE_MS = 5_000;

/** No mute is known before {@linkcode Mutes.load}. */
export function openMutes(
  { db, clock, log }: { readonly db: Database; readonly clock: Clock; readonly log: Log },
): Mutes {
  const mutes = new Map<string, Mute>();

  function list(): readonly Mute[] {
    for (const [id, { until }] of mutes) if (until.getTime() <= clock.now()) mutes.delete(id);
    return [...mutes.values()].sort((a, b) => a.until.getTime() - b.until.getTime());
  }

  return {
    async load() {
      try {
        const stored = await loadMutes(db, new Date(clock.now()));
        for (const mute of stored) mutes.set(idOf(mute.kind, mute.key), mute);
      } catch (error) {
        log.warn("Cannot read who is muted: nobody is, until it works", { error });
      }
    },
    isMuted(kind, key) {
      const mute = mutes.get(idOf(kind, key));
      return mute !== undefined && mute.until.getTime() > clock.now();
    },
    async add(mute) {
      const leftMs = mute.until.getTime() - clock.now();
      if (!(leftMs > 0 && leftMs <= LONGEST_MUTE_DAYS * DAY_MS)) {
        const end = Number.isNaN(leftMs) ? "no date" : mute.until.toISOString();
        throw new RangeError(
          `Cannot mute: the end must be within ${LONGEST_MUTE_DAYS} days, it is ${end}`,
        );
      }
      const known = { ...mute, key: folded(mute.key) };
      await saveMute(db, known);
      mutes.set(idOf(known.kind, known.key), known);
    },
    async remove(kind, key) {
      await db.run(DEADLINE_MS, (sql) =>
        sql`
        delete from chat_mutes where kind = ${kind} and key = ${folded(key)}`);
      return mutes.delete(idOf(kind, key));
    },
    list,
  };
}

/** Ids have no letters, so that it does nothing to them. */
function folded(key: string): string {
  return key.normalize("NFC").trim().toLowerCase();
}

function idOf(kind: MuteKind, key: string): string {
  return `${kind} ${folded(key)}`;
}

async function loadMutes(db: Database, now: Date): Promise<Mute[]> {
  const rows = await db.run(DEADLINE_MS, async (sql) => {
    await sql`delete from chat_mutes where until <= ${now.toISOString()}::timestamptz`;
    return await sql<Row[]>`
      select kind, key, name, extract(epoch from until)::float8 as until, by_id from chat_mutes`;
  });
  return rows.map(({ kind, key, name, until, by_id: byId }): Mute => ({
    kind,
    key,
    name,
    until: new Date(until * 1000),
    byId,
  }));
}

async function saveMute(db: Database, { kind, key, name, until, byId }: Mute): Promise<void> {
  await db.run(DEADLINE_MS, (sql) =>
    sql`
    insert into chat_mutes (kind, key, name, until, by_id)
    values (${kind}, ${key}, ${name}, ${until.toISOString()}::timestamptz, ${byId})
    on conflict (kind, key) do update
      set name = excluded.name, until = excluded.until, by_id = excluded.by_id`);
}

interface Row {
  kind: MuteKind;
  key: string;
  name: string;
  until: number;
  by_id: string;
}
