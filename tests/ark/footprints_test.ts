/**
 * Bases near a place: the index answers as a look at every structure would.
 * @module
 */

import { deepEqual } from "node:assert/strict";
import fc from "fast-check";
import { structureSet } from "../../scripts/bench/structure_sets.ts";
import { type Base, groupIntoBases, type StructureColumns } from "../../src/ark/bases.ts";
import { footprintsOf } from "../../src/ark/footprints.ts";
import { nextUp, type Row, structuresOf } from "./point_sets.ts";

/** A base of 60 structures on a lattice of 300, from a corner towards larger x and y. */
function block(x: number, y: number, owner = 1): Row[] {
  return Array.from(
    { length: 60 },
    (_, i): Row => [x + 300 * (i % 10), y + 300 * Math.floor(i / 10), 0, owner],
  );
}

function footprintsAt(rows: readonly Row[]) {
  const structures = structuresOf(rows);
  return footprintsOf(structures, groupIntoBases(structures).bases);
}

Deno.test("basesNear() counts a structure at exactly the radius and none beyond", () => {
  const footprints = footprintsAt(block(0, 0));
  deepEqual(footprints.basesNear(-2500, 0, 0, 1, 2500), [0]);
  deepEqual(footprints.basesNear(-nextUp(2500), 0, 0, 1, 2500), []);
  deepEqual(footprints.basesNear(-1500, -2000, 0, 1, 2500), [0]);
  deepEqual(footprints.basesNear(0, 0, -2500, 1, 2500), [0]);
  deepEqual(footprints.basesNear(0, 0, -2501, 1, 2500), []);
  deepEqual(footprints.basesNear(300, 300, 0, 1, 0), [0]);
  deepEqual(footprints.basesNear(300, 301, 0, 1, 0), []);
});

Deno.test("basesNear() sees a structure whose distance is the radius only by rounding", () => {
  // 2500.1 - edge rounds to 2500, yet edge is below 2500.1 - 2500, where a search would end.
  const edge = (2500.1 - 2500) - 1e-14;
  const rows = block(0, 0).map(([x, y, z]): Row => [edge - x, y, z, 1]);
  deepEqual(2500.1 - edge, 2500);
  deepEqual(footprintsAt(rows).basesNear(2500.1, 0, 0, 1, 2500), [0]);
});

Deno.test("basesNear() measures to structures, not to the box around the base", () => {
  const corner = [...block(0, 0), ...block(0, 1800), ...block(3000, 0)];
  const footprints = footprintsAt(corner);
  deepEqual(footprints.basesNear(5500, 3500, 0, 1, 1900), []);
  deepEqual(footprints.basesNear(5500, 3500, 0, 1, 2100), [0]);
});

Deno.test("basesNear() sees only the owner's bases and every one of them, in order", () => {
  const rows = [...block(0, 0), ...block(6000, 0), ...block(3000, 3000, 2), ...block(90_000, 0)];
  const footprints = footprintsAt(rows);
  deepEqual(footprints.basesNear(4000, 0, 0, 1, 3000), [0, 1]);
  deepEqual(footprints.basesNear(4000, 3000, 0, 2, 3000), [2]);
  deepEqual(footprints.basesNear(4000, 0, 0, 3, 3000), []);
  deepEqual(footprints.basesNear(4000, 0, 0, 1, 1e9), [0, 1, 3]);
});

Deno.test("basesNear() finds nothing for places and radii that are none", () => {
  const footprints = footprintsAt(block(0, 0));
  deepEqual(footprints.basesNear(NaN, 0, 0, 1, 2500), []);
  deepEqual(footprints.basesNear(0, 0, NaN, 1, 2500), []);
  deepEqual(footprints.basesNear(0, Infinity, 0, 1, 2500), []);
  deepEqual(footprints.basesNear(0, 0, 0, 1, -1), []);
  deepEqual(footprints.basesNear(0, 0, 0, 1, NaN), []);
  deepEqual(footprintsAt([]).basesNear(0, 0, 0, 1, 2500), []);
});

/** The answer by looking at every structure. */
function basesBySearch(
  { x, y, z }: StructureColumns,
  bases: readonly Base[],
  { at, owner, radius }: { at: readonly [number, number, number]; owner: number; radius: number },
): number[] {
  return [...bases.keys()].filter((base) =>
    bases[base]!.owner === owner &&
    bases[base]!.members.some((row) => {
      const dx = x[row]! - at[0], dy = y[row]! - at[1], dz = z[row]! - at[2];
      return dx * dx + dy * dy + dz * dz <= radius * radius;
    })
  );
}

Deno.test("basesNear() agrees with a look at every structure, anywhere, for any radius", () => {
  const { x, y, z, group } = structureSet("realistic", 10_000);
  const rows = [...x.keys()].map((i): Row => [x[i]!, y[i]!, z[i]!, group[i]! % 3]);
  const structures = structuresOf(rows);
  const { bases } = groupIntoBases(structures);
  const footprints = footprintsOf(structures, bases);
  const offset = fc.oneof(fc.integer({ min: -9000, max: 9000 }), fc.constantFrom(0, 300, 2500));
  const query = fc.record({
    row: fc.nat(rows.length - 1),
    offset: fc.tuple(offset, offset, offset),
    owner: fc.nat(3),
    radius: fc.oneof(fc.constantFrom(0, 300, 2500), fc.double({ min: 0, max: 3e5, noNaN: true })),
  });
  fc.assert(
    fc.property(query, ({ row, offset: [dx, dy, dz], owner, radius }) => {
      const at = [x[row]! + dx, y[row]! + dy, z[row]! + dz] as const;
      const expected = basesBySearch(structures, bases, { at, owner, radius });
      deepEqual(footprints.basesNear(...at, owner, radius), expected);
    }),
    { numRuns: 1000 },
  );
});
