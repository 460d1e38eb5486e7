/**
 * The part of a made-up world that belongs to nobody, and what a reader may mistake for players'
 * property: wild dinos, map structures, dropped items, zones, minds of dinos.
 * @module
 */
import {
  aiController,
  dinoObjects,
  droppedItem,
  structureObjects,
  zoneManager,
  zoneVolume,
} from "./actors.ts";
import type { Scene } from "./actors.ts";
import { ITEMS, MAP_STRUCTURES } from "./catalogue.ts";
import type { GameObject, Place3D } from "./objects.ts";
import { makeDino } from "./population.ts";
import { Random, STREAMS } from "./random.ts";

/** How much wilderness. */
export interface WildernessOptions {
  seed: number;
  /** Exact number of rows. */
  rows: number;
  map: string;
  gameTimeSeconds: number;
  /** A team of players, for dino minds that carry it. */
  teamId: number;
}

/** Numbers of wild dinos start here, above those of tamed ones. */
const FIRST_WILD_DINO = 1 << 20;

/** Exactly `rows` objects; about three in four are wild dinos and their status components. */
export function* wilderness(options: WildernessOptions): Generator<GameObject> {
  const random = new Random(options.seed, STREAMS.wilderness);
  const scene: Scene = { ...options, podVersion: 0x0407, random };
  let left = options.rows;
  for (let number = 0; left > 0; number++) {
    const place = {
      x: random.between(-300_000, 300_000),
      y: random.between(-300_000, 300_000),
      z: random.between(-20_000, 20_000),
    };
    for (const object of sight(number, place, { ...options, scene })) {
      if (left-- > 0) yield object;
    }
  }
}

/** One or two objects that belong together. */
function sight(
  number: number,
  place: Place3D,
  { seed, teamId, scene }: WildernessOptions & { scene: Scene },
): Iterable<GameObject> {
  const { random } = scene;
  switch (number % 10) {
    case 0:
      return [zoneVolume(number, place, scene)];
    case 1:
      return [zoneManager(number, scene)];
    case 2:
      return structureObjects({ className: random.pick(MAP_STRUCTURES), place }, scene);
    case 3:
      return droppedItem({ className: random.pick(ITEMS), quantity: 5 }, place, scene);
    case 4:
      return [aiController(teamId, place, scene)];
    default:
      return dinoObjects({ ...makeDino(seed, FIRST_WILD_DINO + number), place }, scene);
  }
}
