/**
 * Seeded sets of structures for the clustering benches: the realistic shape and the hard ones of
 * the cluster bench. Knows nothing of clustering itself.
 * @module
 */

import type { Points } from "../../src/ark/clusters.ts";

/** Names of the shapes that {@link structureSet} makes. */
export type Shape = keyof typeof SHAPES;

/** Edge of a building lattice in Unreal units: walls and foundations are 300 long. */
const LATTICE = 300;
/** A map is about 700,000 units wide and 60,000 high. */
const MAP = { width: 700_000, height: 60_000 };
/** A hair above the default reach of 2500: nothing links, and boxes alone cannot tell. */
const JUST_OUT_OF_REACH = 2500.5;

type Row = readonly [x: number, y: number, z: number, tribe: number];

const SHAPES = {
  realistic,
  mega,
  onecell,
  equal,
  line,
  sparse,
  mixed,
  slabs,
  shells,
} satisfies Record<string, (count: number, random: () => number) => Iterable<Row>>;

/** All shapes, the realistic one first. */
export const SHAPE_NAMES = Object.keys(SHAPES) as Shape[];

/** `count` structures of a shape in shuffled order; the same seed gives the same set. */
export function structureSet(shape: Shape, count: number, seed = 1): Points {
  const random = randomFrom(seed);
  const points = {
    x: new Float64Array(count),
    y: new Float64Array(count),
    z: new Float64Array(count),
    group: new Int32Array(count),
  };
  const places = shuffled(count, random);
  let made = 0;
  for (const [x, y, z, tribe] of SHAPES[shape](count, random)) {
    if (made === count) break;
    const i = places[made++]!;
    points.x[i] = x;
    points.y[i] = y;
    points.z[i] = z;
    points.group[i] = tribe;
  }
  return points;
}

/** Mulberry32: a small generator of numbers in 0..1, good enough for shapes. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled(count: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Tribes of 400 structures on average; 8 % stand alone, the others in bases of 2 to 5000. */
function* realistic(count: number, random: () => number): Generator<Row> {
  const tribes = Math.max(2, Math.round(count / 400));
  const someTribe = () => 1_000_000_000 + Math.floor(random() * tribes);
  for (let i = 0; i < 0.08 * count; i++) yield [...somewhere(random), someTribe()];
  while (true) {
    const corner = somewhere(random), tribe = someTribe();
    const size = Math.min(5000, Math.max(2, Math.round(Math.exp(3.5 + 1.5 * normal(random)))));
    yield* building({ corner, tribe, size });
    // In 5 % of the cases a rival tribe builds into the same walls.
    if (random() < 0.05) yield* building({ corner, tribe: someTribe(), size: size >> 1 });
  }
}

/** Half in one base with sixteen structures at each lattice point, the others realistic. */
function* mega(count: number, random: () => number): Generator<Row> {
  for (const row of building({ corner: [0, 0, 0], tribe: 1, size: count >> 5 })) {
    for (let i = 0; i < 16; i++) yield row;
  }
  yield* realistic(count, random);
}

/** All within one cell. */
function* onecell(_: number, random: () => number): Generator<Row> {
  while (true) yield [500 * random(), 500 * random(), 500 * random(), 1];
}

/** All at one place. */
function* equal(): Generator<Row> {
  while (true) yield [1234.5, 678.9, 10, 1];
}

/** One chain, 2,499 from link to link, folded so that it stays on the map of usable coordinates. */
function* line(count: number): Generator<Row> {
  const folds = 7000;
  for (let i = 0; i < count; i++) {
    yield [2499 * (i % folds) - 8e6, 3 * 2499 * Math.floor(i / folds), 0, 1];
  }
}

/** One tribe, so thinly spread that most structures are alone. */
function* sparse(count: number, random: () => number): Generator<Row> {
  const edge = 4000 * Math.cbrt(count);
  while (true) yield [edge * random(), edge * random(), edge * random(), 1];
}

/** 200 tribes interleaved in one crowded region. */
function* mixed(count: number, random: () => number): Generator<Row> {
  const edge = 1300 * Math.cbrt(count / 4);
  while (true) {
    yield [edge * random(), edge * random(), edge * random() / 4, Math.floor(200 * random())];
  }
}

/** Two flat walls just out of reach of each other. */
function* slabs(count: number): Generator<Row> {
  const rows = Math.ceil(Math.sqrt(count / 2));
  for (let i = 0; i < count; i++) {
    const at = i >> 1;
    yield [(i & 1) * JUST_OUT_OF_REACH, 10 * (at % rows), 10 * Math.floor(at / rows), 1];
  }
}

/** Two parallel curved sheets just out of reach of each other: the worst case of the pair test. */
function* shells(count: number, random: () => number): Generator<Row> {
  for (let i = 0; i < count; i++) {
    const radius = 6000 + (i & 1) * JUST_OUT_OF_REACH;
    const [turn, rise] = [Math.PI * random() / 2, Math.PI * random() / 2];
    yield [
      radius * Math.cos(turn) * Math.cos(rise),
      radius * Math.sin(turn) * Math.cos(rise),
      radius * Math.sin(rise),
      1,
    ];
  }
}

function somewhere(random: () => number): [x: number, y: number, z: number] {
  return [
    MAP.width * (random() - 0.5),
    MAP.width * (random() - 0.5),
    MAP.height * (random() - 0.5),
  ];
}

/** A block of four storeys on the building lattice. */
function* building(
  { corner: [x, y, z], tribe, size }: {
    corner: [number, number, number];
    tribe: number;
    size: number;
  },
): Generator<Row> {
  const width = Math.ceil(Math.sqrt(size / 4));
  for (let i = 0; i < size; i++) {
    const storey = Math.floor(i / (width * width));
    const [across, along] = [i % width, Math.floor(i / width) % width];
    yield [x + LATTICE * across, y + LATTICE * along, z + LATTICE * storey, tribe];
  }
}

/** A number from the standard normal distribution (Box and Muller). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
