/**
 * Sorts cells into tiles, the stacks of cells that share group, x and y, and finds neighbouring
 * tiles in two independent ways: a sorted sweep, and an R-tree. Does not decide what links.
 * @module
 */

import RBush from "rbush";
import { type Cells, KEY, REACH_CELLS } from "./cells.ts";

/** How neighbouring tiles are found; see {@link forEachNeighbours}. */
export type Engine = "guarded" | "sweep";

/** Stacks of cells, sorted by group, x, y, and by z within a stack. */
export interface Tiles {
  readonly count: number;
  /** Place of every tile's lowest cell in `cells`; one entry more than tiles. */
  readonly starts: Int32Array;
  /** Cell numbers in sorted order. */
  readonly cells: Int32Array;
  /** Place on the z axis of each of `cells`. */
  readonly z: Int32Array;
  /** Place of every tile on the x and y axes. */
  readonly x: Int32Array;
  readonly y: Int32Array;
  /** First tile of every group; one entry more than groups. */
  readonly groups: readonly number[];
}

/** A group with more cells is swept: an R-tree of one huge group costs more. Source: cluster bench, 6. */
const MAX_TREE_CELLS = 4096;

/** Children of an R-tree node, rbush's `maxEntries`. Source: cluster bench, 6. */
const TREE_NODE_SIZE = 16;

/** Sorts the cells into tiles. Time grows with cells, not with points. */
export function tilesOf(cells: Cells): Tiles {
  const { keys, count } = cells;
  const order = sortedCells(cells);
  const starts = new Int32Array(count + 1);
  const [x, y, z] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)];
  const groups: number[] = [];
  let tiles = 0;
  let previous = -1;
  for (let at = 0; at < count; at++) {
    const k = KEY.size * order[at]!;
    const newGroup = previous < 0 || keys[k] !== keys[previous];
    if (newGroup) groups.push(tiles);
    if (newGroup || keys[k + 1] !== keys[previous + 1] || keys[k + 2] !== keys[previous + 2]) {
      starts[tiles] = at;
      x[tiles] = keys[k + KEY.x]!;
      y[tiles] = keys[k + KEY.y]!;
      tiles++;
    }
    z[at] = keys[k + KEY.z]!;
    previous = k;
  }
  starts[tiles] = count;
  groups.push(tiles);
  return { count: tiles, starts, cells: order, z, x, y, groups };
}

/** Cell numbers by group, x, y, z: a radix sort, least significant field first. */
function sortedCells({ keys, count }: Cells): Int32Array {
  let order = new Int32Array(count);
  for (let cell = 0; cell < count; cell++) order[cell] = cell;
  for (const field of [KEY.z, KEY.y, KEY.x, KEY.group]) order = sortedBy(field, { keys, order });
  return order;
}

const DIGIT_BITS = 11;

/** `order` sorted by one key field, keeping the order of equals. */
function sortedBy(
  field: number,
  { keys, order }: { keys: Int32Array; order: Int32Array<ArrayBuffer> },
): Int32Array<ArrayBuffer> {
  let [least, most] = [Infinity, -Infinity];
  for (let k = field; k < KEY.size * order.length; k += KEY.size) {
    if (keys[k]! < least) least = keys[k]!;
    if (keys[k]! > most) most = keys[k]!;
  }
  let from = order, to = new Int32Array(order.length);
  for (let shift = 0; (most - least) / 2 ** shift >= 1; shift += DIGIT_BITS) {
    const places = new Int32Array((1 << DIGIT_BITS) + 1);
    const digitOf = (cell: number) =>
      ((keys[KEY.size * cell + field]! - least) >>> shift) & ((1 << DIGIT_BITS) - 1);
    for (let i = 0; i < from.length; i++) places[digitOf(from[i]!) + 1]!++;
    for (let digit = 0; digit < 1 << DIGIT_BITS; digit++) places[digit + 1]! += places[digit]!;
    for (let i = 0; i < from.length; i++) to[places[digitOf(from[i]!)]!++] = from[i]!;
    [from, to] = [to, from];
  }
  return from;
}

/**
 * Visits every pair of different tiles of one group that lie at most REACH_CELLS apart on x and y,
 * once, the earlier tile first.
 *
 * `sweep` walks the sorted tiles. `guarded` asks an R-tree of the group's tiles and sweeps only
 * groups with very many cells.
 */
export function forEachNeighbours(
  tiles: Tiles,
  { engine, visit }: { engine: Engine; visit: (earlier: number, later: number) => void },
): void {
  const tree = new RBush<Tile>(TREE_NODE_SIZE);
  for (let group = 0; group + 1 < tiles.groups.length; group++) {
    const from = tiles.groups[group]!, to = tiles.groups[group + 1]!;
    const cells = tiles.starts[to]! - tiles.starts[from]!;
    if (engine === "sweep" || cells > MAX_TREE_CELLS) sweep(tiles, { from, to, visit });
    else searchTree(tree, { tiles, from, to, visit });
  }
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly visit: (earlier: number, later: number) => void;
}

/** For each of the next columns one pointer that only moves forward, as the tiles are sorted. */
function sweep({ x, y }: Tiles, { from, to, visit }: Span): void {
  const ahead = [from, from, from];
  for (let tile = from; tile < to; tile++) {
    const lowest = y[tile]! - REACH_CELLS, highest = y[tile]! + REACH_CELLS;
    for (let column = 0; column <= REACH_CELLS; column++) {
      const wanted = x[tile]! + column;
      let other = column === 0 ? tile + 1 : ahead[column]!;
      while (other < to && (x[other]! < wanted || (x[other] === wanted && y[other]! < lowest))) {
        other++;
      }
      ahead[column] = other;
      for (; other < to && x[other] === wanted && y[other]! <= highest; other++) visit(tile, other);
    }
  }
}

interface Tile {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
  readonly tile: number;
}

function searchTree(
  tree: RBush<Tile>,
  { tiles: { x, y }, from, to, visit }: Span & { tiles: Tiles },
): void {
  const items: Tile[] = [];
  for (let tile = from; tile < to; tile++) {
    const minX = x[tile]!, minY = y[tile]!;
    items.push({ minX, minY, maxX: minX, maxY: minY, tile });
  }
  tree.clear().load(items);
  for (const { minX, minY, tile } of items) {
    const maxX = minX + REACH_CELLS, maxY = minY + REACH_CELLS;
    for (const other of tree.search({ minX, minY: minY - REACH_CELLS, maxX, maxY })) {
      if (other.tile > tile) visit(tile, other.tile);
    }
  }
}
