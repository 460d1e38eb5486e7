/**
 * Tamed dinos: which properties tell about them, and how they add up. Where they stand, and who
 * keeps their pod, is found out by `places.ts`. Rafts and skiffs are dinos to the game, and to us.
 * @module
 */

import type { Position } from "../ark/model.ts";
import type { Trouble } from "./properties.ts";
import { openPod } from "./pods.ts";
import type { Selected, Selection } from "./selection.ts";
import { select } from "./selection.ts";

/** A tamed dino, walking about or in a cryopod. */
export interface TamedDino {
  /** Of its row; for a dino in a pod that of the pod, since pods share the guids inside. */
  readonly guid: string;
  /** Full class path. */
  readonly class: string;
  readonly name: string | null;
  /** Base and gained levels; null where its status is missing. */
  readonly level: number | null;
  /** Tribe id, or the player id of an owner without a tribe. */
  readonly tribeId: number;
  /** Its own, or that of what its pod lies in; null where unknown. */
  readonly position: Position | null;
  readonly cryopod: boolean;
  /** Inventory in which its pod lies. */
  readonly container: string | null;
  /** As tribe logs write it: `DinoID1,DinoID2`. */
  readonly dinoId: string;
  readonly isFemale: boolean;
  readonly isBaby: boolean;
  readonly stats: DinoStats | null;
}

/**
 * Levels spent per stat. Order: health, stamina, torpidity, oxygen, food, water, temperature,
 * weight, melee, speed, fortitude, crafting.
 */
export interface DinoStats {
  readonly baseLevel: number;
  readonly extraLevel: number;
  readonly wild: readonly number[];
  readonly tamed: readonly number[];
  readonly mutations: readonly number[];
  /** Current values, in the units the game shows. */
  readonly current: readonly number[];
  /** 0 to 1. */
  readonly imprinting: number;
}

/** Lowest team number that is a tribe or a player; below are wild and scripted factions. */
export const LOWEST_PLAYER_TEAM = 50_000;

/** Properties of the dino itself. */
export const DINO: Selection = {
  DinoID1: true,
  DinoID2: true,
  TargetingTeam: true,
  TamedName: true,
  bIsFemale: true,
  bIsBaby: true,
  MyCharacterStatusComponent: true,
  MyInventoryComponent: true,
};

/** Properties of its status component. */
export const STATUS: Selection = {
  BaseCharacterLevel: true,
  ExtraCharacterLevel: true,
  NumberOfLevelUpPointsApplied: true,
  NumberOfLevelUpPointsAppliedTamed: true,
  NumberOfMutationsAppliedTamed: true,
  CurrentStatusValues: true,
  DinoImprintingQuality: true,
};

/** Stats of a status component. Source: asa-save-format 14.2; a missing base level is 1. */
export function statsOf(status: Selected): DinoStats {
  return {
    baseLevel: status.number("BaseCharacterLevel") ?? 1,
    extraLevel: status.number("ExtraCharacterLevel") ?? 0,
    wild: status.numbers("NumberOfLevelUpPointsApplied", 12),
    tamed: status.numbers("NumberOfLevelUpPointsAppliedTamed", 12),
    mutations: status.numbers("NumberOfMutationsAppliedTamed", 12),
    current: status.numbers("CurrentStatusValues", 12),
    imprinting: status.number("DinoImprintingQuality") ?? 0,
  };
}

/** A dino without the things only its surroundings tell. */
export type DinoCore = Omit<TamedDino, "guid" | "position" | "cryopod" | "container">;

/** What dino and status components tell together. */
export function dinoOf(path: string, dino: Selected, stats: DinoStats | null): DinoCore {
  return {
    class: path,
    name: dino.text("TamedName"),
    level: stats && stats.baseLevel + stats.extraLevel,
    tribeId: dino.number("TargetingTeam") ?? 0,
    dinoId: `${dino.number("DinoID1") ?? 0},${dino.number("DinoID2") ?? 0}`,
    isFemale: dino.value("bIsFemale") === true,
    isBaby: dino.value("bIsBaby") === true,
    stats,
  };
}

/**
 * The dino in a pod.
 * @returns `undefined` when the payload holds no dino.
 * @throws {SaveDataError} when the payload cannot be unpacked.
 */
export function dinoInPod(
  packed: Uint8Array,
  trouble: (trouble: Trouble) => void,
): DinoCore | undefined {
  const pod = openPod(packed);
  const read = (index: number, wanted: Selection) => {
    const entry = pod.entries[index];
    return entry && select(pod.properties(entry), { format: pod.format, wanted, trouble });
  };
  const dino = read(0, DINO), status = read(1, STATUS);
  if (!dino?.has("DinoID1")) return undefined;
  return dinoOf(pod.entries[0]!.class, dino, status ? statsOf(status) : null);
}
