/**
 * Seeded worlds of any size with known truth. Structures and wilderness are made while they are
 * written, never all at once; one seed and set of options always gives the same rows.
 * @module
 */
import type { DinoSpec, ItemSpec, PawnSpec, StructureSpec } from "./actors.ts";
import { baseDinos, type BasePlan, baseRows, baseStructures, makePod, planBases } from "./bases.ts";
import type { PlayerSpec, TribeSpec } from "./people.ts";
import { makePopulation, type Population } from "./population.ts";
import type { Layout } from "./properties.ts";
import { wilderness } from "./wilderness.ts";
import type { WorldSpec } from "./world.ts";

/** What kind of world; everything has a default. */
export interface GenerateOptions {
  seed?: number;
  version?: Layout;
  map?: string;
  gameTimeSeconds?: number;
  /** Exact number of rows; by default as much wilderness as structures. */
  objects?: number;
  /** Exact number of players' structures. */
  structures?: number;
  bases?: number;
  tribes?: number;
  /** Tamed dinos that stand in bases. */
  dinos?: number;
  /** Filled cryopods. */
  pods?: number;
  archives?: "embedded" | "files";
}

/** What a right reader finds in a generated world. */
export interface WorldTruth {
  objects: number;
  structures: number;
  /** Tamed dinos including those in cryopods. */
  tamed: number;
  cryopods: number;
  tribes: readonly TribeSpec[];
  /** Their `tribeId` is what the profile says; only the tribe's members are the truth. */
  players: readonly PlayerSpec[];
  /** Also groups that are too small; `baseStructures` gives the structures of each. */
  bases: readonly BasePlan[];
}

/** A world to write and what is in it. */
export interface GeneratedWorld {
  spec: WorldSpec;
  truth: WorldTruth;
}

/** Options with every default filled in. */
type Settings = Required<Omit<GenerateOptions, "objects">> & Pick<GenerateOptions, "objects">;

/**
 * Describes a world.
 *
 * @throws RangeError when the bases do not fit on a map, or the rest not into `objects`.
 */
export function generateWorld(options: GenerateOptions = {}): GeneratedWorld {
  const settings = withDefaults(options);
  const people = makePopulation(settings);
  const owned = makeProperty(people, settings);
  const needed = ownedRows(owned);
  const objects = settings.objects ?? needed + settings.structures;
  if (needed > objects) {
    throw new RangeError(
      `Cannot fit the world into ${objects} objects: its bases, dinos and players need ${needed}`,
    );
  }
  const { seed, version, map, gameTimeSeconds, archives } = settings;
  const { tribes, players } = people;
  const { plans, dinos, pawns, looseItems } = owned;
  const wild = { ...settings, rows: objects - needed, teamId: people.owners[0]!.teamId };
  const spec: WorldSpec = {
    seed,
    version,
    map,
    gameTimeSeconds,
    archives,
    tribes,
    players,
    dinos,
    pawns,
    looseItems,
    structures: { [Symbol.iterator]: () => allStructures(plans) },
    extraObjects: { [Symbol.iterator]: () => wilderness(wild) },
  };
  const cryopods = plans.length === 0 ? 0 : settings.pods;
  const structures = plans.reduce((sum, plan) => sum + plan.structures, 0);
  const tamed = dinos.length + cryopods;
  return { spec, truth: { objects, structures, tamed, cryopods, tribes, players, bases: plans } };
}

/** Everything in a world that has an owner. */
interface Owned {
  plans: BasePlan[];
  dinos: DinoSpec[];
  pawns: PawnSpec[];
  looseItems: ItemSpec[];
}

function makeProperty(people: Population, settings: Settings): Owned {
  const plans = planBases({ ...settings, owners: people.owners });
  const [pocketed, ...looseItems] = distributePets(plans, settings);
  const owned = {
    plans,
    dinos: plans.flatMap((plan) => baseDinos(plan)),
    pawns: makePawns(people, plans, pocketed ? [pocketed] : []),
    looseItems,
  };
  fillBoxes(plans, settings.objects, ownedRows(owned));
  return owned;
}

function withDefaults(options: GenerateOptions): Settings {
  const structures = options.structures ?? 700;
  // Small worlds have up to ten bases, large ones bases of 400 structures.
  const bases = options.bases ??
    Math.max(Math.ceil(structures / 400), Math.min(10, Math.ceil(structures / 70)));
  return {
    seed: 1,
    version: 14,
    map: "TheIsland_WP",
    gameTimeSeconds: 105_184_156.4,
    archives: "embedded",
    tribes: Math.max(1, Math.round(bases * 0.6)),
    dinos: structures === 0 ? 0 : Math.max(12, Math.floor(structures / 200)),
    pods: structures === 0 ? 0 : Math.max(8, Math.floor(structures / 500)),
    ...options,
    structures,
    bases,
  };
}

/** Just under half of the rows that nobody needs yet are items in boxes, but at most 20 a box. */
function fillBoxes(plans: BasePlan[], objects: number | undefined, needed: number): void {
  const boxes = plans.reduce((sum, plan) => sum + plan.boxes, 0);
  const spare = objects === undefined ? 27 * boxes : objects - needed;
  const items = Math.floor((0.45 * spare) / Math.max(1, boxes));
  for (const plan of plans) plan.itemsPerBox = Math.max(0, Math.min(20, items));
}

/**
 * Tamed dinos go to every third base and pods to every fourth; two pods of four or more are left
 * over for a player's pocket and for nowhere.
 */
function distributePets(plans: BasePlan[], { dinos, pods }: Settings): ItemSpec[] {
  const [first] = plans;
  if (first === undefined) return [];
  const stables = plans.filter(({ number, boxes }) => number % 3 === 0 && boxes > 0);
  const fridges = plans.filter(({ number, boxes }) => number % 4 === 1 && boxes > 0);
  const carriedCount = pods >= 4 ? 2 : 0;
  for (let number = 0; number < dinos; number++) {
    (stables[number % stables.length] ?? first).dinos.push(number);
  }
  for (let number = carriedCount; number < pods; number++) {
    (fridges[number % fridges.length] ?? first).pods.push(dinos + number);
  }
  return Array.from({ length: carriedCount }, (_, number) => makePod(first, dinos + number));
}

/** Bodies of the first players, the first of whom carries the given items. */
function makePawns(
  { players, tribes }: Population,
  plans: BasePlan[],
  items: ItemSpec[],
): PawnSpec[] {
  return players.slice(0, 3).map((player, i) => {
    const tribe = tribes.find(({ tribeId }) => tribeId === player.tribeId);
    return {
      player,
      ...(tribe ? { tribeName: tribe.name } : {}),
      place: plans[i]?.origin ?? { x: 0, y: 0, z: 0 },
      isSleeping: i > 0,
      inventory: { items: i === 0 ? items : [] },
    };
  });
}

/** Rows of everything but the wilderness. */
function ownedRows({ plans, dinos, pawns, looseItems }: Owned): number {
  const inventoryRows = ({ inventory }: DinoSpec | PawnSpec) =>
    inventory ? 1 + inventory.items.length : 0;
  let rows = looseItems.length;
  for (const plan of plans) rows += baseRows(plan);
  for (const dino of dinos) rows += 2 + inventoryRows(dino);
  for (const pawn of pawns) rows += 1 + inventoryRows(pawn);
  return rows;
}

function* allStructures(plans: readonly BasePlan[]): Generator<StructureSpec> {
  for (const plan of plans) yield* baseStructures(plan);
}
