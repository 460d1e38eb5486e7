/**
 * Made-up bases: who owns which material where, and the structures of each, on the 300-unit lattice
 * of the game. A base can be made again from its plan at any time, so none is kept.
 * @module
 */
import type { DinoSpec, ItemSpec, OwnerSpec, StructureSpec } from "./actors.ts";
import {
  CONTAINERS,
  CRYOPOD,
  FURNITURE,
  ITEMS,
  SADDLE,
  type Tileset,
  TILESETS,
} from "./catalogue.ts";
import type { Place3D } from "./objects.ts";
import { makeDino, tame } from "./population.ts";
import { Random, STREAMS } from "./random.ts";

/** Spacing of foundations in Unreal units. Source: asa-save-format 14.1. */
const LATTICE = 300;
/** Bases of one owner stand further apart than any sensible reach. */
const GAP = 7500;
/** Half the side of the square that bases may fill; inside every official map but Club ARK. */
const MAP_HALF = 300_000;
/** Structures of a group that is too small for a base. */
const TINY = 14;
const DAY_SECONDS = 86_400;

/** Which time of a structure starts its decay. */
export type TimeSource = "ally-range" | "refreshed" | "stasis" | "created";

/** Everything that decides a base. */
export interface BasePlan {
  seed: number;
  /** Unique in its world. */
  number: number;
  owner: OwnerSpec;
  tileset: Tileset;
  structures: number;
  /** Boxes and vaults, with `itemsPerBox` items each. */
  boxes: number;
  itemsPerBox: number;
  /** Numbers of the dinos in its cryofridge; none: no fridge. */
  pods: number[];
  /** Numbers of the dinos that stand in it. */
  dinos: number[];
  /** Corner with the lowest x and y. */
  origin: Place3D;
  /** Newest time among its structures, and the property that holds it. */
  newestSeconds: number;
  source: TimeSource;
  gameTimeSeconds: number;
}

/** How many bases of which owners. */
export interface PlanOptions {
  seed: number;
  structures: number;
  bases: number;
  owners: readonly OwnerSpec[];
  gameTimeSeconds: number;
}

/**
 * Plans all bases of a world, still without dinos, pods and items. With 200 structures or more the last three are groups too small to
 * count, and with two owners or more the second base touches the first, which another owner has.
 *
 * @throws RangeError when the bases do not fit on the map.
 */
export function planBases(options: PlanOptions): BasePlan[] {
  const { seed, owners, gameTimeSeconds } = options;
  const sizes = baseSizes(options);
  const random = new Random(seed, STREAMS.layout);
  const sideUnits = Math.max(...sizes.map((size) => side(size)), 1) * LATTICE;
  const origins = freeCells(sizes.length, 2 * sideUnits + GAP, random);
  const plans = sizes.map((structures, number): BasePlan => {
    const tileset = TILESETS[number % TILESETS.length]!;
    return {
      seed,
      number,
      owner: owners[number % owners.length]!,
      tileset,
      structures,
      boxes: structures <= TINY ? 0 : Math.max(1, Math.floor(structures / 40)),
      itemsPerBox: 0,
      pods: [],
      dinos: [],
      origin: origins[number]!,
      newestSeconds: gameTimeSeconds - ageDays(number, tileset) * DAY_SECONDS,
      source: timeSource(number),
      gameTimeSeconds,
    };
  });
  const [first, second] = plans;
  if (first && second && owners.length > 1) {
    const { x, y, z } = first.origin;
    second.origin = { x: x + side(first.structures) * LATTICE, y, z };
  }
  return plans;
}

function side(structures: number): number {
  return Math.ceil(Math.sqrt(floors(structures)));
}

function floors(structures: number): number {
  return Math.ceil(structures * 0.4);
}

/** Sizes that add up to the wanted sum, between half and one and a half times the average. */
function baseSizes({ seed, structures, bases }: PlanOptions): number[] {
  if (structures === 0 || bases === 0) return [];
  const tinies = structures >= 200 ? [TINY, TINY, TINY] : [];
  const random = new Random(seed, STREAMS.sizes);
  const weights = Array.from({ length: bases }, () => random.between(0.5, 1.5));
  const share = (structures - tinies.length * TINY) / weights.reduce((sum, part) => sum + part, 0);
  let [reached, weightSoFar] = [0, 0];
  const sizes = weights.map((weight) => {
    weightSoFar += weight;
    const before = reached;
    reached = Math.round(weightSoFar * share);
    return reached - before;
  });
  return [...sizes.filter((size) => size > 0), ...tinies];
}

/** Corners of as many distinct cells of a square grid, in random order, shifted within their gap. */
function freeCells(count: number, cellUnits: number, random: Random): Place3D[] {
  const perRow = Math.floor((2 * MAP_HALF) / cellUnits);
  if (count > perRow ** 2) {
    throw new RangeError(
      `Cannot place ${count} bases: only ${perRow ** 2} of this size fit on a map; ` +
        "ask for fewer structures",
    );
  }
  const cells = Array.from({ length: perRow ** 2 }, (_, cell) => cell);
  return Array.from({ length: count }, (_, i) => {
    const swap = i + random.int(cells.length - i);
    [cells[i], cells[swap]] = [cells[swap]!, cells[i]!];
    const shift = () => random.between(0, GAP / 4) - MAP_HALF;
    return {
      x: (cells[i] % perRow) * cellUnits + shift(),
      y: Math.floor(cells[i] / perRow) * cellUnits + shift(),
      z: random.between(-5000, 5000),
    };
  });
}

/** Some bases decay within hours, some have decayed, some were visited today. */
function ageDays(number: number, { decayDays }: Tileset): number {
  const ages = [decayDays - 0.4, 0.1, decayDays - 2, decayDays / 2, decayDays + 2];
  return ages[number % ages.length]!;
}

function timeSource(number: number): TimeSource {
  if (number % 8 === 7) return "stasis";
  if (number % 16 === 5) return "refreshed";
  return number % 16 === 11 ? "created" : "ally-range";
}

/** Number of rows that a base adds to its world, without its dinos. */
export function baseRows({ structures, boxes, itemsPerBox, pods }: BasePlan): number {
  // An inventory component and its items per container; the fridge has one empty pod besides.
  const fridge = pods.length > 0 ? 1 + pods.length + 1 : 0;
  return structures + boxes * (1 + itemsPerBox) + fridge;
}

/** All structures of a base: the same ones each time. */
export function* baseStructures(plan: BasePlan): Generator<StructureSpec> {
  const random = new Random(plan.seed, STREAMS.base + plan.number);
  const guids = Array.from({ length: plan.structures }, () => random.guid());
  for (const [i, guid] of guids.entries()) {
    const { className, maxHealth, offset } = piece(plan, i);
    const inventory = containerItems(plan, i, random);
    const { x, y, z } = plan.origin;
    yield {
      guid,
      className,
      owner: plan.owner,
      place: {
        x: x + offset[0],
        y: y + offset[1],
        z: z + offset[2],
        yawDegrees: random.int(4) * 90,
      },
      maxHealth,
      ...(i % 10 === 3 ? { health: maxHealth / 2 } : {}),
      ...times(plan, i),
      linkedTo: neighbours(plan, i).map((neighbour) => guids[neighbour]!),
      ...(inventory ? { inventory: { guid: random.guid(), items: inventory } } : {}),
    };
  }
}

interface Piece {
  className: string;
  maxHealth: number;
  offset: [x: number, y: number, z: number];
}

/** Foundations first, then ceilings and walls over them, containers and furniture last. */
function piece(plan: BasePlan, i: number): Piece {
  const { tileset, structures, boxes, pods } = plan;
  const grid = side(structures);
  const foundations = floors(structures);
  const cell = i % foundations;
  const x = (cell % grid) * LATTICE;
  const y = Math.floor(cell / grid) * LATTICE;
  const { maxHealth } = tileset;
  if (i < foundations) return { className: tileset.foundation, maxHealth, offset: [x, y, 0] };
  const fromEnd = structures - 1 - i;
  const middle = LATTICE / 2;
  if (fromEnd < boxes) {
    const className = CONTAINERS.boxes[fromEnd % CONTAINERS.boxes.length]!;
    return { className, maxHealth: 2400, offset: [x + 50, y + 50, 10] };
  }
  if (fromEnd === boxes && pods.length > 0) {
    return { className: CONTAINERS.cryofridge, maxHealth: 2500, offset: [x + 50, y + 50, 10] };
  }
  const kinds: Piece[] = [
    { className: tileset.ceiling, maxHealth, offset: [x, y, LATTICE] },
    { className: tileset.wall, maxHealth, offset: [x + middle, y, 0] },
    { className: tileset.wall, maxHealth, offset: [x, y + middle, 0] },
    { className: tileset.door, maxHealth, offset: [x + middle, y, 0] },
    { className: FURNITURE[i % FURNITURE.length]!, maxHealth: 1000, offset: [x + 80, y + 80, 10] },
  ];
  return kinds[i % kinds.length]!;
}

/** What lies in the structure, `undefined` when it is no container. */
function containerItems(plan: BasePlan, i: number, random: Random): ItemSpec[] | undefined {
  const fromEnd = plan.structures - 1 - i;
  if (fromEnd < plan.boxes) {
    return Array.from({ length: plan.itemsPerBox }, () => ({
      guid: random.guid(),
      className: random.pick(ITEMS),
      quantity: 1 + random.int(100),
    }));
  }
  if (fromEnd > plan.boxes || plan.pods.length === 0) return undefined;
  const pods = plan.pods.map((number) => makePod(plan, number));
  return [...pods, { guid: random.guid(), className: CRYOPOD }];
}

/** A filled cryopod of the base's owner; the number decides which dino is in it. */
export function makePod(plan: BasePlan, number: number): ItemSpec {
  const random = new Random(plan.seed, STREAMS.pod + number);
  const dino: DinoSpec = tame(makeDino(plan.seed, number), plan.owner, random);
  return {
    guid: random.guid(),
    className: CRYOPOD,
    pod: {
      dino,
      caughtAt: plan.origin,
      caughtAtSeconds: plan.gameTimeSeconds - random.int(9 * DAY_SECONDS),
      ...(random.chance(0.5) ? { saddle: SADDLE } : {}),
    },
  };
}

/** The first structure has the newest time; newer times of lesser rank must not be used instead. */
function times(plan: BasePlan, i: number): Partial<StructureSpec> {
  const seconds = plan.newestSeconds - (i % 7) * 600;
  const lesser = {
    lastEnterStasisSeconds: plan.gameTimeSeconds - 100,
    createdAtSeconds: seconds - 90 * DAY_SECONDS,
  };
  switch (plan.source) {
    case "ally-range":
      return { ...lesser, lastInAllyRangeSeconds: seconds };
    case "refreshed":
      return { ...lesser, lastTimeRefreshedSeconds: seconds };
    case "stasis":
      return { ...lesser, lastEnterStasisSeconds: seconds };
    case "created":
      return { createdAtSeconds: seconds };
  }
}

/** Foundations beside a foundation in its row; both know each other. */
function neighbours({ structures }: BasePlan, i: number): number[] {
  const grid = side(structures);
  if (i >= floors(structures)) return [];
  return [i - 1, i + 1].filter((other) =>
    other >= 0 && other < floors(structures) &&
    Math.floor(other / grid) === Math.floor(i / grid)
  );
}

/** The tamed dinos that stand in a base. */
export function baseDinos(plan: BasePlan): DinoSpec[] {
  return plan.dinos.map((number) => {
    const random = new Random(plan.seed, STREAMS.pet + number);
    const { x, y, z } = plan.origin;
    const saddle = { guid: random.guid(), className: SADDLE, isEquipped: true };
    return {
      ...tame(makeDino(plan.seed, number), plan.owner, random),
      place: { x: x + random.int(LATTICE), y: y + random.int(LATTICE), z: z + 100 },
      createdAtSeconds: plan.newestSeconds - DAY_SECONDS,
      lastInAllyRangeSeconds: plan.newestSeconds,
      inventory: { guid: random.guid(), items: random.chance(0.5) ? [saddle] : [] },
    };
  });
}
