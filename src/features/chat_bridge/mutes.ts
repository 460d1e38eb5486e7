/**
 * Who is not carried over by the bridge for a while: members of Discord, and players of the game.
 * Kept in the database, and in memory for the look at every line.
 * @module
 */

import type { Clock } from "../../runtime/clock.ts";
import type { Database } from "../../store/sql.ts";
import { foldedName } from "../names.ts";

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
  /** Reads what is stored. Until that works nobody is muted. @throws {StoreError} */
  load(): Promise<void>;
  isMuted(kind: MuteKind, key: string): boolean;
  /**
   * Mutes somebody, or changes the end of a mute.
   * @throws {RangeError} when the end is not within the next {@linkcode LONGEST_MUTE_MS}.
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

/** 365 days: what is meant to last longer is a ban, or forgotten. */
export const LONGEST_MUTE_MS = 365 * 86_400_000;

const DEADLINE_MS = 5_000;

/** No mute is known before {@linkcode Mutes.load}. */
export function openMutes(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
): Mutes {
  const mutes = new Map<string, Mute>();

  function list(): readonly Mute[] {
    for (const [id, { until }] of mutes) if (until.getTime() <= clock.now()) mutes.delete(id);
    return [...mutes.values()].sort((a, b) => a.until.getTime() - b.until.getTime());
  }

  return {
    async load() {
      const stored = await loadMutes(db, new Date(clock.now()));
      for (const mute of stored) mutes.set(idOf(mute.kind, mute.key), mute);
    },
    isMuted(kind, key) {
      const mute = mutes.get(idOf(kind, key));
      return mute !== undefined && mute.until.getTime() > clock.now();
    },
    async add(mute) {
      const leftMs = mute.until.getTime() - clock.now();
      if (!(leftMs > 0 && leftMs <= LONGEST_MUTE_MS)) {
        throw new RangeError(`Cannot mute: it must end within 365 days, not in ${leftMs} ms`);
      }
      const known = { ...mute, key: foldedName(mute.key) };
      await saveMute(db, known);
      mutes.set(idOf(known.kind, known.key), known);
    },
    async remove(kind, key) {
      const ends = await deleteMute(db, kind, foldedName(key));
      mutes.delete(idOf(kind, key));
      return ends !== undefined && ends > clock.now();
    },
    list,
  };
}

/** Ids of members are digits, which folding leaves as they are. */
function idOf(kind: MuteKind, key: string): string {
  return `${kind} ${foldedName(key)}`;
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

/** @returns when the mute would have ended, in Unix milliseconds; undefined when there was none */
async function deleteMute(db: Database, kind: MuteKind, key: string): Promise<number | undefined> {
  const [row] = await db.run(DEADLINE_MS, (sql) =>
    sql<Pick<Row, "until">[]>`
    delete from chat_mutes where kind = ${kind} and key = ${key}
    returning extract(epoch from until)::float8 as until`);
  return row && row.until * 1000;
}

interface Row {
  kind: MuteKind;
  key: string;
  name: string;
  until: number;
  by_id: string;
}
