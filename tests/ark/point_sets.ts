/**
 * Points for the tests of clustering: rows to columns, nasty random sets, and the answer by looking
 * at all pairs. Knows nothing of cells or trees.
 * @module
 */

import fc from "fast-check";
import type { StructureColumns } from "../../src/ark/bases.ts";
import type { Points } from "../../src/ark/clusters.ts";

/** x, y, z in Unreal units, then the group (tribe). */
export type Row = readonly [x: number, y: number, z: number, group?: number];

/** Rows as columns; the group is 0 where not given. */
export function pointsOf(rows: readonly Row[]): Points {
  return {
    x: Float64Array.from(rows, ([x]) => x),
    y: Float64Array.from(rows, ([, y]) => y),
    z: Float64Array.from(rows, ([, , z]) => z),
    group: Int32Array.from(rows, ([, , , group = 0]) => group),
  };
}

/**
 * Structures at these places. Guids count up with the rows unless given as numbers; `storage` names
 * the rows that are storages; `spare` rows of rubbish follow, as in columns that grow.
 */
export function structuresOf(
  rows: readonly Row[],
  { guids = [...rows.keys()], storage = [], spare = 0 }: {
    guids?: readonly number[];
    storage?: readonly number[];
    spare?: number;
  } = {},
): StructureColumns {
  const count = rows.length;
  const { x, y, z, group } = pointsOf([...rows, ...Array<Row>(spare).fill([0, 0, 0])]);
  const guid = new Uint8Array(16 * (count + spare));
  const view = new DataView(guid.buffer);
  guids.forEach((number, row) => view.setUint32(16 * row + 6, number));
  const isStorage = new Uint8Array(count + spare).fill(1, count);
  for (const row of storage) isStorage[row] = 1;
  return { count, x, y, z, owner: group, guid, storage: isStorage };
}

/** Whether a point may link at all, by the rule itself. */
export function isPlaced({ x, y, z }: Points, i: number): boolean {
  return [x[i]!, y[i]!, z[i]!].every((at) => Math.abs(at) <= 1e7);
}

/** The labels by trying all pairs: slow, and too simple to be wrong. */
export function labelsByAllPairs(points: Points, reach: number): Int32Array {
  const { x, y, z, group } = points;
  const labels = Int32Array.from(group, (_, i) => isPlaced(points, i) ? i : -1);
  for (let start = 0; start < labels.length; start++) {
    if (labels[start] !== start) continue;
    const open = [start];
    for (let a; (a = open.pop()) !== undefined;) {
      for (let b = start + 1; b < labels.length; b++) {
        if (labels[b] !== b || group[a] !== group[b]) continue;
        const dx = x[a]! - x[b]!, dy = y[a]! - y[b]!, dz = z[a]! - z[b]!;
        if (dx * dx + dy * dy + dz * dz > reach * reach) continue;
        labels[b] = start;
        open.push(b);
      }
    }
  }
  return labels;
}

/** The next larger number: one unit in the last place over. `value` must be above 0. */
export function nextUp(value: number): number {
  const bits = new BigInt64Array(Float64Array.of(value).buffer);
  bits[0]!++;
  return new Float64Array(bits.buffer)[0]!;
}

/** Reaches from far below a rounding step at the edge of the world to all of it. */
export const anyReach: fc.Arbitrary<number> = fc.constantFrom(
  2500,
  2500,
  2500,
  1,
  0.9,
  1e-9,
  1e-160,
  37.7,
  1e6,
  1e9,
  Infinity,
);

/** Coordinates that meet limits: whole reaches, one step over, anywhere near, edges, rubbish. */
function coordinate(reach: number): fc.Arbitrary<number> {
  const step = Math.min(reach, 1e8);
  const whole = fc.integer({ min: -4, max: 4 }).map((k) => k * step);
  return fc.oneof(
    { weight: 4, arbitrary: whole },
    { weight: 4, arbitrary: fc.integer({ min: -60, max: 60 }).map((k) => k * step / 10) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 3 }).map((k) => nextUp(k * step)) },
    { weight: 4, arbitrary: fc.double({ min: -4, max: 4, noNaN: true }).map((k) => k * step) },
    { weight: 1, arbitrary: whole.map((at) => 1e7 - at) },
    { weight: 1, arbitrary: fc.constantFrom(0, -0, 5e-324, 1e7, -1e7, 1e7 / 3) },
    { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, nextUp(1e7), -1e300) },
  );
}

/** Sets of up to 80 rows of three groups: dense, on lattices, in lines, doubled, scattered. */
export function anyRows(reach: number): fc.Arbitrary<Row[]> {
  const at = coordinate(reach);
  const group = fc.integer({ min: 0, max: 2 });
  const space = fc.tuple(at, at, at, group);
  const line = fc.tuple(at, fc.constant(5), fc.constant(-5), group);
  const lattice = fc.tuple(fc.nat(5), fc.nat(5), fc.nat(3), group).map((
    [x, y, z, group],
  ): Row => [x * reach, y * reach, z * reach, group]);
  const doubled = fc.array(space, { maxLength: 20 }).map((rows) => [...rows, ...rows]);
  return fc.oneof(
    fc.array(space, { maxLength: 80 }),
    fc.array(line, { maxLength: 40 }),
    fc.array(lattice, { maxLength: 60 }),
    doubled,
  );
}
