/**
 * When a base decays. Knows materials, days and game times; does not know players, SQL or Discord.
 * @module
 */

import { UNKNOWN_MATERIAL } from "./structures.ts";

/** Material → days until its structures decay. */
export type DecayTable = Readonly<Record<string, number>>;

/** How decay is computed on a server. */
export interface DecayRule {
  /** Factor on every period, as `PvEStructureDecayPeriodMultiplier`. */
  readonly multiplier: number;
  readonly table: DecayTable;
}

/**
 * Days per material, the weakest first. Source: the decay table that the community's admins use;
 * the game's own class constants are not in a save.
 */
export const DEFAULT_DECAY_TABLE: DecayTable = {
  Thatch: 4,
  Wood: 8,
  Stone: 12,
  Dino: 12,
  Greenhouse: 15,
  Metal: 16,
  Tek: 20,
};

/** The default rule: {@linkcode DEFAULT_DECAY_TABLE}, unmultiplied. */
export const DEFAULT_DECAY_RULE: DecayRule = { multiplier: 1, table: DEFAULT_DECAY_TABLE };

/** Which property of a save told when a structure was last kept alive, the surest first. */
export const REFRESH_SOURCES = ["ally-range", "refreshed", "stasis", "created"] as const;
/** One of {@linkcode REFRESH_SOURCES}. */
export type RefreshSource = typeof REFRESH_SOURCES[number];

/** The newest refresh of a base: game seconds, and where they come from. */
export interface Refresh {
  readonly gameTime: number;
  readonly source: RefreshSource;
}

/** Anchors game seconds in real time. */
export interface SavedAt {
  /** Game clock at the save, seconds of server running time. */
  readonly gameTime: number;
  /** Real time of the save, milliseconds since 1970 UTC. */
  readonly instantMs: number;
}

/** When a base decays. `material` to `decaysAt` are null where no period is known; `reason` says why. */
export interface Decay {
  readonly material: string | null;
  /** Days including the multiplier. */
  readonly periodDays: number | null;
  readonly source: RefreshSource;
  readonly refreshedAt: Date;
  readonly decaysAt: Date | null;
  readonly reason?: string;
}

/** A hundred years: a time further off is damage, and would not fit a Date. */
const FARTHEST_SECONDS = 100 * 365 * 86_400;

/** Whether a game time can be told as an instant: it is a positive number near the save's. */
export function isTellable(gameTime: number, savedGameTime: number): boolean {
  return gameTime > 0 && Math.abs(gameTime - savedGameTime) <= FARTHEST_SECONDS;
}

/**
 * The real instant of a game time: that of the save plus the difference in game seconds. Exact
 * only back to the server's last downtime, during which the game clock stands still.
 */
export function instantOf(gameTime: number, savedAt: SavedAt): Date {
  return new Date(savedAt.instantMs + (gameTime - savedAt.gameTime) * 1000);
}

/**
 * When the weakest material of a base runs out.
 *
 * @param materials Materials of the base's foundations, ceilings and floors, plus `Dino` where
 *   dinos live there.
 * @param refresh The newest refresh among all its structures.
 * @returns Without a known material no instant, with the reason.
 */
export function decayOf(
  materials: Iterable<string>,
  { refresh, savedAt, rule }: { refresh: Refresh; savedAt: SavedAt; rule: DecayRule },
): Decay {
  const present = new Set(materials);
  const material = weakestOf(present, rule.table);
  const refreshedAt = instantOf(refresh.gameTime, savedAt);
  const common = { source: refresh.source, refreshedAt };
  if (material === undefined) {
    const reason = reasonWithout(present);
    return { material: null, periodDays: null, ...common, decaysAt: null, reason };
  }
  const periodDays = rule.table[material]! * rule.multiplier;
  const decaysAt = new Date(refreshedAt.getTime() + periodDays * 86_400_000);
  if (Number.isNaN(decaysAt.getTime())) {
    const reason = "The period is too long for a calendar; lower [decay] multiplier or table";
    return { material, periodDays, ...common, decaysAt: null, reason };
  }
  return { material, periodDays, ...common, decaysAt };
}

/** The present material with the fewest days; the first of the table where days are equal. */
function weakestOf(present: ReadonlySet<string>, table: DecayTable): string | undefined {
  let weakest: string | undefined;
  for (const name of Object.keys(table)) {
    if (!present.has(name)) continue;
    if (weakest === undefined || table[name]! < table[weakest]!) weakest = name;
  }
  return weakest;
}

function reasonWithout(present: ReadonlySet<string>): string {
  const named = [...present].filter((name) => name !== UNKNOWN_MATERIAL).sort();
  if (named.length > 0) {
    return `No decay period is known for ${named.join(", ")}; add it to [decay.table]`;
  }
  return present.size > 0
    ? "The material of its foundations, ceilings and floors is unknown"
    : "It has no foundation, ceiling or floor";
}
