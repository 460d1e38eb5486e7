/**
 * Which points hang together: the connected components of "within reach of each other", exact to
 * the last bit. Knows points and groups only, not what stands there.
 *
 * Cells of the grid are nodes; a union-find joins them. Pairs of cells that their boxes cannot
 * decide wait until the end, when most of them are connected by other ways.
 * @module
 */

import { binPoints, type Cells, cloudsOf, type Points, REACH_CELLS } from "./cells.ts";
import { anyWithin, type Cloud, leastSquared, mostSquared } from "./closest_pair.ts";
import { type Engine, forEachNeighbours, type Tiles, tilesOf } from "./tiles.ts";

export type { Points } from "./cells.ts";

/** How to cluster; see {@link clusterPoints}. */
export interface ClusterOptions {
  /** Largest distance that links, inclusive, in Unreal units; 2500 by default. */
  readonly reach?: number;
  /** How neighbours are found; the labels are the same. "guarded" (R-trees) by default. */
  readonly engine?: Engine;
}

/** Largest distance between linked structures of a base, in Unreal units. Source: cluster bench, 1. */
export const DEFAULT_REACH = 2500;

/** Distances below this link for any reach: their squares have no place in binary64. */
const LEAST_REACH = 1e-150;

/**
 * Labels every point with the smallest index of its component.
 *
 * Two points link when their groups are equal and `dx*dx + dy*dy + dz*dz <= reach*reach` in
 * binary64. A point without a usable position (NaN, infinite, beyond 1e7 on an axis) gets -1 and
 * links nothing. Time grows about linearly with points, whatever their density.
 *
 * @throws RangeError when the reach is not above 0, or the columns differ in length.
 */
export function clusterPoints(points: Points, options: ClusterOptions = {}): Int32Array {
  const { reach = DEFAULT_REACH, engine = "guarded" } = options;
  checkInput(points, reach);
  const cells = binPoints(points, Math.max(reach, LEAST_REACH));
  const forest = new Forest(points, { cells, reach: Math.max(reach, LEAST_REACH) });
  const tiles = tilesOf(cells);
  for (let tile = 0; tile < tiles.count; tile++) linkStack(forest, tiles, tile);
  const visit = (earlier: number, later: number) => linkTiles(forest, tiles, { earlier, later });
  forEachNeighbours(tiles, { engine, visit });
  forest.linkPostponed();
  return forest.labels();
}

function checkInput({ x, y, z, group }: Points, reach: number): void {
  if (!(reach > 0)) {
    throw new RangeError(`Cannot cluster points: the reach is ${reach}; give units above 0`);
  }
  if ([y, z, group].some((column) => column.length !== x.length)) {
    const lengths = `${x.length}, ${y.length}, ${z.length}, ${group.length}`;
    throw new RangeError(
      `Cannot cluster points: the columns x, y, z, group have ${lengths} rows; give equal lengths`,
    );
  }
}

/** Links the cells of one tile with each other. */
function linkStack(forest: Forest, { starts, cells, z }: Tiles, tile: number): void {
  const end = starts[tile + 1]!;
  for (let a = starts[tile]!; a < end; a++) {
    for (let b = a + 1; b < end && z[b]! <= z[a]! + REACH_CELLS; b++) {
      forest.link(cells[a]!, cells[b]!);
    }
  }
}

/** Links the cells of two tiles; both stacks are sorted by z, so one pass over each is enough. */
function linkTiles(
  forest: Forest,
  { starts, cells, z }: Tiles,
  { earlier, later }: { earlier: number; later: number },
): void {
  const end = starts[later + 1]!;
  let low = starts[later]!;
  for (let a = starts[earlier]!; a < starts[earlier + 1]!; a++) {
    while (low < end && z[low]! < z[a]! - REACH_CELLS) low++;
    for (let b = low; b < end && z[b]! <= z[a]! + REACH_CELLS; b++) {
      forest.link(cells[a]!, cells[b]!);
    }
  }
}

/** Cells joined into components; the root of a component is its smallest cell. */
class Forest {
  readonly #points: Points;
  readonly #cells: Cells;
  readonly #reachSquared: number;
  readonly #parents: Int32Array;
  /** Pairs of cells that neither boxes nor samples decided, one after the other. */
  readonly #postponed: number[] = [];

  constructor(points: Points, { cells, reach }: { cells: Cells; reach: number }) {
    this.#points = points;
    this.#cells = cells;
    this.#reachSquared = reach * reach;
    this.#parents = new Int32Array(cells.count);
    for (let cell = 0; cell < cells.count; cell++) this.#parents[cell] = cell;
  }

  /** Joins two cells if some points of theirs are within reach; what costs much is postponed. */
  link(a: number, b: number): void {
    const rootA = this.#rootOf(a), rootB = this.#rootOf(b);
    if (rootA === rootB) return;
    const { boxes } = this.#cells;
    if (leastSquared(boxes, 6 * a, boxes, 6 * b) > this.#reachSquared) return;
    if (mostSquared(boxes, 6 * a, boxes, 6 * b) <= this.#reachSquared || this.#samplesLink(a, b)) {
      this.#join(rootA, rootB);
    } else this.#postponed.push(a, b);
  }

  /** Decides the postponed pairs that are still apart. */
  linkPostponed(): void {
    let cloudOf: ((cell: number) => Cloud) | undefined;
    for (let i = 0; i < this.#postponed.length; i += 2) {
      const a = this.#postponed[i]!, b = this.#postponed[i + 1]!;
      const rootA = this.#rootOf(a), rootB = this.#rootOf(b);
      if (rootA === rootB) continue;
      cloudOf ??= cloudsOf(this.#points, this.#cells);
      if (anyWithin(cloudOf(a), cloudOf(b), this.#reachSquared)) this.#join(rootA, rootB);
    }
  }

  /**
   * The smallest point of the component of every point, -1 for a point without a place. Written
   * over the cells of the points: fresh memory would cost more than the rest of this.
   */
  labels(): Int32Array {
    const { cellOf, first } = this.#cells;
    for (let i = 0; i < cellOf.length; i++) {
      if (cellOf[i]! >= 0) cellOf[i] = first[this.#rootOf(cellOf[i]!)]!;
    }
    return cellOf;
  }

  #rootOf(cell: number): number {
    const parents = this.#parents;
    while (parents[cell] !== cell) {
      parents[cell] = parents[parents[cell]!]!;
      cell = parents[cell]!;
    }
    return cell;
  }

  #join(rootA: number, rootB: number): void {
    if (rootA < rootB) this.#parents[rootB] = rootA;
    else this.#parents[rootA] = rootB;
  }

  #samplesLink(a: number, b: number): boolean {
    const { x, y, z } = this.#points;
    const i = this.#cells.first[a]!, j = this.#cells.first[b]!;
    const dx = x[j]! - x[i]!, dy = y[j]! - y[i]!, dz = z[j]! - z[i]!;
    return dx * dx + dy * dy + dz * dz <= this.#reachSquared;
  }
}
