/**
 * Where bases stand: which of them have a structure within a distance of a place. Knows only kept
 * bases; does not know dinos, maps or players.
 * @module
 */

import RBush from "rbush";
import type { Base, StructureColumns } from "./bases.ts";
import { binPoints, type Cells, cloudsOf, KEY, type Points } from "./cells.ts";
import { anyWithin, Cloud } from "./closest_pair.ts";
import { DEFAULT_REACH } from "./clusters.ts";

/** The ground that bases cover. */
export interface Footprints {
  /**
   * Numbers of the bases of `owner`, ascending, that have a structure at most `radius` from
   * x, y, z; all in Unreal units, 3-D, inclusive, exact in binary64. None for a place or a
   * radius that is NaN, and for a radius below 0.
   */
  basesNear(x: number, y: number, z: number, owner: number, radius: number): number[];
}

/** The ground under one occupied cell of a base. */
interface Patch {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
  readonly base: number;
  readonly cell: number;
}

/** Children of an R-tree node, rbush's `maxEntries`. Source: cluster bench, 6. */
const TREE_NODE_SIZE = 16;

/**
 * Indexes bases by the cells that their structures occupy; a base's number is its index in
 * `bases`.
 */
export function footprintsOf(structures: StructureColumns, bases: readonly Base[]): Footprints {
  const points = membersByBase(structures, bases);
  const cells = binPoints(points, DEFAULT_REACH);
  const cloudOf = cloudsOf(points, cells);
  const tree = new RBush<Patch>(TREE_NODE_SIZE).load(patchesOf(cells));
  return {
    basesNear(x, y, z, owner, radius) {
      if (!(radius >= 0)) return [];
      // A little wider than asked: the exact test below must see what rounding would cut off.
      const wide = radius * (1 + 1e-9) + 1e-6;
      const box = { minX: x - wide, minY: y - wide, maxX: x + wide, maxY: y + wide };
      const place = new Cloud(Float64Array.of(x, y, z));
      const near: number[] = [];
      for (const { base, cell } of tree.search(box)) {
        if (bases[base]!.owner !== owner || near.includes(base)) continue;
        if (anyWithin(place, cloudOf(cell), radius * radius)) near.push(base);
      }
      return near.sort((a, b) => a - b);
    },
  };
}

/** The members of all bases as points, grouped by the number of their base. */
function membersByBase(structures: StructureColumns, bases: readonly Base[]): Points {
  const size = bases.reduce((sum, { members }) => sum + members.length, 0);
  const points = {
    x: new Float64Array(size),
    y: new Float64Array(size),
    z: new Float64Array(size),
    group: new Int32Array(size),
  };
  let end = 0;
  for (const [base, { members }] of bases.entries()) {
    for (const row of members) {
      points.x[end] = structures.x[row]!;
      points.y[end] = structures.y[row]!;
      points.z[end] = structures.z[row]!;
      points.group[end++] = base;
    }
  }
  return points;
}

function patchesOf({ count, boxes, keys }: Cells): Patch[] {
  return Array.from({ length: count }, (_, cell) => ({
    minX: boxes[6 * cell]!,
    minY: boxes[6 * cell + 1]!,
    maxX: boxes[6 * cell + 3]!,
    maxY: boxes[6 * cell + 4]!,
    base: keys[KEY.size * cell + KEY.group]!,
    cell,
  }));
}
