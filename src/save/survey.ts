/**
 * A save read and judged: its bases, when each decays, and whose they are. Runs where the save was
 * opened, so that structures never leave their columns; hands out records as JSON text.
 * @module
 */

import { type Base, groupIntoBases } from "../ark/bases.ts";
import {
  decayOf,
  type DecayRule,
  instantOf,
  isTellable,
  type Refresh,
  REFRESH_SOURCES,
  type SavedAt,
} from "../ark/decay.ts";
import { footprintsOf } from "../ark/footprints.ts";
import { type MapBounds, mapCoords } from "../ark/maps.ts";
import { DINO_MATERIAL, structureClassifier } from "../ark/structures.ts";
import { companionsIn, openWorld } from "./container.ts";
import type { Player } from "./people.ts";
import { guidText } from "./reader.ts";
import {
  type BaseRecord,
  compareProblems,
  compareTexts,
  type DecayRecord,
  type RecordKind,
  type RecordShape,
  rowsByGuid,
  tamedRecord,
  tribeRecord,
} from "./records.ts";
import { positionOf, type StructureTable } from "./structure_table.ts";
import { readWorld, type World } from "./world.ts";

/** What to read and how to judge it. Plain data: it crosses into a worker. */
export interface SurveyRequest {
  /** A world that nobody writes to any more: a copy. */
  readonly path: string;
  /** The folder whose profiles and tribes belong to it; none for a world alone. */
  readonly folder: string | undefined;
  /** Real time of the save, milliseconds since 1970 UTC. */
  readonly savedAtMs: number;
  readonly decay: DecayRule;
  /** How near a dino must be to a structure to belong to its base, Unreal units. */
  readonly dinoRadiusUnits: number;
  /** Maps beyond the built-in table. */
  readonly maps: Readonly<Record<string, MapBounds>>;
}

/** How far a survey has come. */
export interface SurveyProgress {
  readonly phase: "objects" | "bases";
  readonly done: number;
  readonly total: number;
}

/** Facts of a save as a whole. */
export interface SurveySummary {
  readonly map: string;
  readonly version: number;
  readonly gameTimeSeconds: number;
  readonly counts: {
    readonly objects: number;
    readonly structures: number;
    readonly tamed: number;
    readonly cryopods: number;
    readonly players: number;
    readonly tribes: number;
    readonly bases: number;
    readonly problems: number;
  };
  /** Structures without a position, which belong to no base. */
  readonly unplacedStructures: number;
}

/** Records per JSON text, as the store keeps them. */
export const RECORDS_PER_CHUNK = 200;

/**
 * Reads a save and judges its bases.
 * @throws {SaveFormatError} when the file is no readable save.
 */
export function surveySave(
  request: SurveyRequest,
  onProgress: (progress: SurveyProgress) => void = () => {},
): Survey {
  const file = openWorld(request.path);
  try {
    const total = file.objectCount;
    onProgress({ phase: "objects", done: 0, total });
    const world = readWorld(file, {
      classify: structureClassifier(Object.keys(request.decay.table)),
      companions: request.folder === undefined ? [] : companionsIn(request.folder),
      onProgress: (done) => onProgress({ phase: "objects", done, total }),
    });
    onProgress({ phase: "bases", done: 0, total: 1 });
    const { map, version, gameTime, objectCount } = file;
    return new Survey(request, world, { map, version, gameTime, objectCount });
  } finally {
    file.close();
  }
}

/** The header's facts that outlive the file. */
interface SaveFacts {
  readonly map: string;
  readonly version: number;
  readonly gameTime: number;
  readonly objectCount: number;
}

/** A save that was read: its summary, and its records on demand. */
export class Survey {
  readonly summary: SurveySummary;
  readonly #request: SurveyRequest;
  readonly #world: World;
  readonly #map: string;
  readonly #savedAt: SavedAt;
  readonly #bases: readonly Base[];
  readonly #hasDinos: Uint8Array;
  readonly #playerTribe: ReadonlyMap<number, number>;

  constructor(request: SurveyRequest, world: World, facts: SaveFacts) {
    this.#request = request;
    this.#world = world;
    this.#map = facts.map;
    this.#savedAt = { gameTime: facts.gameTime, instantMs: request.savedAtMs };
    const { bases, unplaced } = groupIntoBases(world.structures);
    this.#bases = bases;
    this.#hasDinos = basesWithDinos(world, bases, request.dinoRadiusUnits);
    this.#playerTribe = rosterOf(world);
    this.summary = {
      map: facts.map,
      version: facts.version,
      gameTimeSeconds: facts.gameTime,
      counts: {
        objects: facts.objectCount,
        structures: world.structures.count,
        tamed: world.tamed.length,
        cryopods: world.tamed.filter(({ cryopod }) => cryopod).length,
        players: world.players.length,
        tribes: world.tribes.length,
        bases: bases.length,
        problems: world.problemCount,
      },
      unplacedStructures: unplaced,
    };
  }

  /**
   * All records of one kind, sorted by id, as JSON arrays of at most {@linkcode RECORDS_PER_CHUNK}.
   * Made anew at each call.
   */
  *chunks(kind: RecordKind, shape: RecordShape): Generator<string> {
    let texts: string[] = [];
    for (const record of this.records(kind, shape)) {
      texts.push(JSON.stringify(record));
      if (texts.length === RECORDS_PER_CHUNK) {
        yield `[${texts.join(",")}]`;
        texts = [];
      }
    }
    if (texts.length > 0) yield `[${texts.join(",")}]`;
  }

  /** All records of one kind, sorted by id. */
  records(kind: RecordKind, shape: RecordShape): Iterable<unknown> {
    const { players, tribes, tamed, problems } = this.#world;
    switch (kind) {
      case "players":
        return players.toSorted((a, b) => a.playerId - b.playerId)
          .map((player) => this.#player(player, shape));
      case "tribes":
        return tribes.toSorted((a, b) => a.tribeId - b.tribeId)
          .map((tribe) => tribeRecord(tribe, shape));
      case "bases":
        return this.bases();
      case "structures":
        return this.#structures(shape);
      case "tamed":
        return tamed.toSorted((a, b) => compareTexts(a.guid, b.guid))
          .map((dino) => tamedRecord(dino, shape));
      case "problems":
        return problems.toSorted(compareProblems);
    }
  }

  /** All bases, sorted by id. */
  *bases(): Generator<BaseRecord> {
    for (const [number, base] of this.#bases.entries()) yield this.#base(base, number);
  }

  #base(base: Base, number: number): BaseRecord {
    const { structures } = this.#world;
    const hasDinos = this.#hasDinos[number] === 1;
    const materials = materialsOf(base, structures);
    return {
      id: guidText(structures.guid, base.keystone * 16),
      tribeId: base.owner,
      ownerName: structures.ownerNames[structures.ownerName[base.keystone]!] ?? null,
      structures: base.members.length,
      hasStorage: base.hasStorage,
      hasDinos,
      center: base.center,
      mapCoords: mapCoords(this.#map, base.center, this.#request.maps),
      materials,
      decay: this.#decay(
        base,
        hasDinos ? [...Object.keys(materials), DINO_MATERIAL] : Object.keys(materials),
      ),
    };
  }

  #decay(base: Base, materials: string[]): DecayRecord | null {
    const refresh = newestRefresh(base, this.#world.structures);
    if (!refresh) return null;
    const decay = decayOf(materials, {
      refresh,
      savedAt: this.#savedAt,
      rule: this.#request.decay,
    });
    return {
      ...decay,
      refreshedAt: decay.refreshedAt.toISOString(),
      decaysAt: decay.decaysAt?.toISOString() ?? null,
    };
  }

  #player(player: Player, shape: RecordShape) {
    const { playerId, accountId, name, characterName, level, lastLogin } = player;
    const tribeId = this.#playerTribe.get(playerId) ?? null;
    const record = { playerId, accountId, name, characterName, level, tribeId };
    return shape === "stored" ? { ...record, lastSeenAt: this.#instant(lastLogin) } : record;
  }

  *#structures(shape: RecordShape): Generator<unknown> {
    const { structures } = this.#world;
    const baseOf = new Int32Array(structures.count).fill(-1);
    this.#bases.forEach(({ members }, number) => {
      for (const row of members) baseOf[row] = number;
    });
    for (const row of rowsByGuid(structures)) {
      const base = this.#bases[baseOf[row]!];
      const position = positionOf(structures, row);
      const record = {
        guid: guidText(structures.guid, row * 16),
        class: structures.classes[structures.class[row]!]!.path,
        x: position?.x ?? null,
        y: position?.y ?? null,
        z: position?.z ?? null,
        tribeId: structures.owner[row]!,
        ownerName: structures.ownerNames[structures.ownerName[row]!] ?? null,
        baseId: base ? guidText(structures.guid, base.keystone * 16) : null,
      };
      yield shape === "stored" ? { ...record, ...this.#structureDetails(row) } : record;
    }
  }

  /** What the store keeps of a structure beyond the printed record. A full health is not stored. */
  #structureDetails(row: number) {
    const { structures } = this.#world;
    const maxHealth = structures.maxHealth[row]!, health = structures.health[row]!;
    const inventory = guidText(structures.inventory, row * 16);
    return {
      health: Number.isNaN(health) ? maxHealth : health,
      maxHealth,
      inventory: /^0+$/.test(inventory) ? null : inventory,
      refreshedAt: this.#instant(structures.refreshed[row]!),
      source: REFRESH_SOURCES[structures.source[row]!] ?? null,
    };
  }

  #instant(gameTime: number | null): string | null {
    if (gameTime === null || !isTellable(gameTime, this.#savedAt.gameTime)) return null;
    return instantOf(gameTime, this.#savedAt).toISOString();
  }
}

/** Which bases have tamed dinos of their own tribe near, outside cryopods. */
function basesWithDinos(world: World, bases: readonly Base[], radius: number): Uint8Array {
  const has = new Uint8Array(bases.length);
  const footprints = footprintsOf(world.structures, bases);
  for (const { position, cryopod, tribeId } of world.tamed) {
    if (cryopod || !position) continue;
    const { x, y, z } = position;
    for (const base of footprints.basesNear(x, y, z, tribeId, radius)) has[base] = 1;
  }
  return has;
}

/** Player → tribe, where the profile names a tribe and that tribe's roster agrees. */
function rosterOf({ players, tribes }: World): Map<number, number> {
  const members = new Map(
    tribes.map((tribe) => [tribe.tribeId, new Set(tribe.members.map(({ playerId }) => playerId))]),
  );
  return new Map(
    players.flatMap(({ playerId, claimedTribeId }) =>
      claimedTribeId !== null && members.get(claimedTribeId)?.has(playerId)
        ? [[playerId, claimedTribeId]]
        : []
    ),
  );
}

/** Floors of a base per material, the most frequent first. */
function materialsOf(
  { members }: Base,
  { floor, materials }: StructureTable,
): Record<string, number> {
  const counts = new Uint32Array(materials.length);
  for (let i = 0; i < members.length; i++) counts[floor[members[i]!]!]!++;
  counts[0] = 0; // no floor
  return Object.fromEntries(
    materials.map((name, i) => [name, counts[i]!] as const)
      .filter(([, count]) => count > 0)
      .sort(([a, n], [b, m]) => m - n || compareTexts(a, b)),
  );
}

/** The newest refresh of all members; undefined where there is none. */
function newestRefresh(
  base: Base,
  { refreshed, source }: StructureTable,
): Refresh | undefined {
  let gameTime = -Infinity, best: number = REFRESH_SOURCES.length;
  const { members } = base;
  for (let i = 0; i < members.length; i++) {
    const row = members[i]!, time = refreshed[row]!;
    // Of equal times the surer source tells, whatever the order of rows.
    if (time > gameTime || time === gameTime && source[row]! < best) {
      gameTime = time;
      best = source[row]!;
    }
  }
  const name = REFRESH_SOURCES[best];
  return name && { gameTime, source: name };
}
