/**
 * Puts points into cubes so small that any two points of one cube are within reach of each other.
 * Does not know which cubes are neighbours, nor what a base is.
 * @module
 */

import { type Boxes, Cloud, emptyBoxes, growBox } from "./closest_pair.ts";

/** Points by columns of equal length, in Unreal units. */
export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** Only points of the same group link. */
  readonly group: Int32Array;
}

/** The fields of a cell's key, in the order in which cells are sorted. */
export const KEY = { group: 0, x: 1, y: 2, z: 3, size: 4 } as const;

/** The occupied cells, numbered in the order of their first points. */
export interface Cells {
  readonly count: number;
  /** Cell of every point, -1 for a point without a usable position. */
  readonly cellOf: Int32Array;
  /** First point of every cell. */
  readonly first: Int32Array;
  /** Four numbers for a cell: group, then the cell's place on each axis, see {@link KEY}. */
  readonly keys: Int32Array;
  /** The tight box of the points of every cell. */
  readonly boxes: Boxes;
}

/** Points that link are at most this many cells apart on every axis: 1 / 0.5773 is below 2. */
export const REACH_CELLS = 2;

/** Largest coordinate taken for real; maps span about 10 km, which is 1e6. Source: cluster bench, 1. */
const MAX_COORDINATE = 1e7;

/** Just under 1 / sqrt(3) = 0.57735…: the slack covers the rounding of a coordinate's cell. */
const SIDE_PER_REACH = 0.5773;

/**
 * Bins points into cells by group and place.
 *
 * Promise: two points of one cell have `dx*dx + dy*dy + dz*dz <= reach*reach` as computed in
 * binary64, and two points of a group for which that holds lie at most {@link REACH_CELLS} cells
 * apart on every axis.
 *
 * @param reach Unreal units, above 0.
 */
export function binPoints(points: Points, reach: number): Cells {
  const table = new CellTable(points.group.length);
  // Below 1 unit the rounding of a large coordinate no longer fits into the slack of the side.
  if (reach < 1) table.addAll(rankedPlaces(points, reach), 1);
  else table.addAll(points, 1 / (reach * SIDE_PER_REACH));
  const { count, cellOf, first, keys } = table;
  return { count, cellOf, first, keys, boxes: boxesOf(points, cellOf, count) };
}

function rankedPlaces({ x, y, z, group }: Points, reach: number): Points {
  return { x: ranks(x, reach), y: ranks(y, reach), z: ranks(z, reach), group };
}

/**
 * Places on an axis that need no even grid: walking up, a new place opens where a coordinate is
 * more than one side above the start of the last. So starts are more than a side apart, as in a
 * grid. NaN for an unusable coordinate.
 */
function ranks(axis: Float64Array, reach: number): Float64Array {
  const starts: number[] = [];
  for (const at of axis.filter(isUsable).sort()) {
    if (!(at - starts.at(-1)! <= reach * SIDE_PER_REACH)) starts.push(at);
  }
  return axis.map((at) => {
    if (!isUsable(at)) return NaN;
    let low = 0, high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

function isUsable(coordinate: number): boolean {
  return Math.abs(coordinate) <= MAX_COORDINATE;
}

/** Numbers cells by their keys: a hash table with open addressing. */
class CellTable {
  count = 0;
  readonly keys: Int32Array;
  readonly first: Int32Array;
  readonly cellOf: Int32Array;
  /** Cell + 1, 0 where free. The length is a power of 2, at least twice the count. */
  #entries = new Int32Array(1 << 10);

  /** Room for a cell for each of the points; pages that are never touched cost nothing. */
  constructor(points: number) {
    this.keys = new Int32Array(KEY.size * points);
    this.first = new Int32Array(points);
    this.cellOf = new Int32Array(points).fill(-1);
  }

  /** A method of its own with nothing after the loop: V8 then keeps the code it optimised. */
  addAll({ x, y, z, group }: Points, cellsPerUnit: number): void {
    for (let i = 0; i < group.length; i++) {
      if (!isUsable(x[i]!) || !isUsable(y[i]!) || !isUsable(z[i]!)) continue;
      const opened = this.count;
      const cell = this.cellAt(
        group[i]!,
        Math.floor(x[i]! * cellsPerUnit),
        Math.floor(y[i]! * cellsPerUnit),
        Math.floor(z[i]! * cellsPerUnit),
      );
      if (cell === opened) this.first[cell] = i;
      this.cellOf[i] = cell;
    }
  }

  /** The cell with this key, opened under the next number if there was none. */
  cellAt(group: number, x: number, y: number, z: number): number {
    const { keys } = this;
    const entries = this.#entries;
    let entry = hashOf(group, x, y, z) & (entries.length - 1);
    for (let cell; (cell = entries[entry]! - 1) >= 0; entry = (entry + 1) & (entries.length - 1)) {
      const k = KEY.size * cell;
      if (keys[k] === group && keys[k + 1] === x && keys[k + 2] === y && keys[k + 3] === z) {
        return cell;
      }
    }
    return this.#open(entry, group, x, y, z);
  }

  #open(entry: number, group: number, x: number, y: number, z: number): number {
    const k = KEY.size * this.count;
    this.keys[k] = group;
    this.keys[k + 1] = x;
    this.keys[k + 2] = y;
    this.keys[k + 3] = z;
    this.#entries[entry] = ++this.count;
    if (2 * this.count === this.#entries.length) this.#grow();
    return this.count - 1;
  }

  #grow(): void {
    const { keys, count } = this;
    const entries = new Int32Array(4 * count);
    for (let cell = 0; cell < count; cell++) {
      const k = KEY.size * cell;
      let entry = hashOf(keys[k]!, keys[k + 1]!, keys[k + 2]!, keys[k + 3]!) & (entries.length - 1);
      while (entries[entry]! > 0) entry = (entry + 1) & (entries.length - 1);
      entries[entry] = cell + 1;
    }
    this.#entries = entries;
  }
}

function hashOf(group: number, x: number, y: number, z: number): number {
  const mixed = Math.imul(x, 0x8da6b343) ^ Math.imul(y, 0xd8163841) ^ Math.imul(z, 0xcb1ab31f) ^
    Math.imul(group, 0x9e3779b1);
  const spread = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  return spread ^ (spread >>> 13);
}

function boxesOf({ x, y, z }: Points, cellOf: Int32Array, count: number): Boxes {
  const boxes = emptyBoxes(count);
  for (let i = 0; i < cellOf.length; i++) {
    if (cellOf[i]! >= 0) growBox(boxes, 6 * cellOf[i]!, x[i]!, y[i]!, z[i]!);
  }
  return boxes;
}

/** The points of single cells as clouds, gathered when first asked for. */
export function cloudsOf({ x, y, z }: Points, { cellOf, count }: Cells): (cell: number) => Cloud {
  // Counting sort: the ends of the cells become their starts while points are dealt out backwards.
  const starts = new Int32Array(count + 1);
  for (const cell of cellOf) if (cell >= 0) starts[cell]!++;
  for (let cell = 0; cell < count; cell++) starts[cell + 1]! += starts[cell]!;
  const members = new Int32Array(starts[count]!);
  for (let i = 0; i < cellOf.length; i++) {
    if (cellOf[i]! >= 0) members[--starts[cellOf[i]!]!] = i;
  }
  const clouds = new Map<number, Cloud>();
  return (cell) => {
    const known = clouds.get(cell);
    if (known) return known;
    const xyz = new Float64Array(3 * (starts[cell + 1]! - starts[cell]!));
    let end = 0;
    for (let m = starts[cell]!; m < starts[cell + 1]!; m++) {
      const i = members[m]!;
      xyz[end++] = x[i]!;
      xyz[end++] = y[i]!;
      xyz[end++] = z[i]!;
    }
    const cloud = new Cloud(xyz);
    clouds.set(cell, cloud);
    return cloud;
  };
}
