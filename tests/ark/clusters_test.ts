/**
 * Clustering: golden cases, limits by hand, and both engines against all pairs on random sets.
 * @module
 */

import { deepEqual, throws } from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { SHAPE_NAMES, structureSet } from "../../scripts/bench/structure_sets.ts";
import { groupIntoBases } from "../../src/ark/bases.ts";
import { type ClusterOptions, clusterPoints } from "../../src/ark/clusters.ts";
import {
  anyReach,
  anyRows,
  labelsByAllPairs,
  nextUp,
  pointsOf,
  type Row,
  structuresOf,
} from "./point_sets.ts";

const ENGINES = ["guarded", "sweep"] as const;

/** Both engines must give these labels. */
function check(rows: readonly Row[], expected: readonly number[], options: ClusterOptions = {}) {
  for (const engine of ENGINES) {
    deepEqual([...clusterPoints(pointsOf(rows), { ...options, engine })], expected, engine);
  }
}

Deno.test("clusterPoints() links at exactly the reach and not one rounding step beyond", () => {
  check([], []);
  check([[1, 2, 3]], [0]);
  check([[0, 0, 0], [2500, 0, 0]], [0, 0]);
  check([[0, 0, 0], [nextUp(2500), 0, 0]], [0, 1]);
  check([[0, 0, -1250], [0, 0, 1250]], [0, 0]);
  check([[0, 0, 0], [0, nextUp(2500), 0]], [0, 1]);
  check([[0, 0, 0], [0, 0, 100]], [0, 1], { reach: 99 });
});

Deno.test("clusterPoints() measures the diagonal, in space", () => {
  check([[0, 0, 0], [1500, 2000, 0]], [0, 0]);
  check([[0, 0, 0], [1500, nextUp(2000), 0]], [0, 1]);
  check([[0, 0, 0], [0, 1500, -2000]], [0, 0]);
  check([[0, 0, 0], [1443, 1443, 1443]], [0, 0]);
  check([[0, 0, 0], [1444, 1444, 1444]], [0, 1]);
});

Deno.test("clusterPoints() links across the corner of a cell two cells away", () => {
  // Cells are 1443.25 wide: from the end of cell 0 to the start of cell 2 on every axis.
  check([[1443.2, 1443.2, 1443.2], [2886.51, 2886.51, 2886.51]], [0, 0]);
  check([[1443.2, 1443.2, 2886.51], [2886.51, 2886.51, 1443.2]], [0, 0]);
  check([[1443.2, 1443.2, 1443.2], [2886.6, 2886.6, 2886.6]], [0, 1]);
  check([[-1, -1, -1], [1442, 1442, 1442]], [0, 0]);
  check([[-1, -1, 1443.5], [1442, 1442, 0.5]], [0, 0]);
});

Deno.test("clusterPoints() follows chains and stops where one link is missing", () => {
  const links = Array.from({ length: 4000 }, (_, i): Row => [2499 * i, 0, 0]);
  check(links, links.map(() => 0));
  const broken = links.map(([x], i): Row => [i < 2000 ? x : x + 2, 0, 0]);
  check(broken, broken.map((_, i) => i < 2000 ? 0 : 2000));
});

Deno.test("clusterPoints() keeps interleaved tribes apart and lets none be a bridge", () => {
  const rows = Array.from({ length: 20 }, (_, i): Row => [1200 * i, 0, 0, i % 2]);
  check(rows, rows.map((_, i) => i % 2));
  check([[0, 0, 0, -7], [2000, 0, 0, 2 ** 31 - 1], [4000, 0, 0, -7]], [0, 1, 2]);
  check([[0, 0, 0, -(2 ** 31)], [0, 0, 0, 2 ** 31 - 1], [1, 1, 1, -(2 ** 31)]], [0, 1, 0]);
});

Deno.test("clusterPoints() gives -1 to points without a usable place, which link nothing", () => {
  check([[0, 0, 0], [NaN, 0, 0], [1, 0, Infinity], [2, -Infinity, 0], [3, 0, 0]], [
    0,
    -1,
    -1,
    -1,
    0,
  ]);
  check([[0, 0, nextUp(1e7)], [0, 0, 1e7], [0, 0, 1e7 - 1]], [-1, 1, 1]);
});

Deno.test("clusterPoints() labels with the smallest index, however late the parts meet", () => {
  check([[5000, 0, 0], [0, 0, 0], [5001, 0, 0], [2500, 0, 0]], [0, 0, 0, 0]);
});

Deno.test("clusterPoints() works for any reach above zero and refuses others in words", () => {
  check([[1e7, 0, 0], [-1e7, 0, 0]], [0, 0], { reach: Infinity });
  check([[1e7, 0, 0], [-1e7, 0, 0]], [0, 0], { reach: 2e7 });
  check([[1e7, 0, 0], [-1e7, 0, 0]], [0, 1], { reach: 2e7 - 1 });
  check([[0.5, 0, 0], [0.5, 0, 0], [0.6, 0, 0]], [0, 0, 2], { reach: Number.MIN_VALUE });
  check([[1e7, 0, 0], [1e7 - 1e-8, 0, 0], [0, 0, 0], [1e-8, 0, 0]], [0, 0, 2, 2], { reach: 2e-8 });
  for (const reach of [0, -1, NaN, -Infinity]) {
    throws(() => clusterPoints(pointsOf([]), { reach }), {
      name: "RangeError",
      message: `Cannot cluster points: the reach is ${reach}; give units above 0`,
    });
  }
});

Deno.test("clusterPoints() refuses columns of different lengths", () => {
  const points = { ...pointsOf([[0, 0, 0], [1, 1, 1]]), z: new Float64Array(1) };
  throws(() => clusterPoints(points), { name: "RangeError", message: /2, 2, 1, 2 rows/ });
});

Deno.test("clusterPoints() agrees with all pairs on any set, by both engines", () => {
  const anySet = anyReach.chain((reach) => fc.tuple(fc.constant(reach), anyRows(reach)));
  fc.assert(
    fc.property(anySet, ([reach, rows]) => {
      // Below 1e-150 squares have no place in binary64; points that near count as linked.
      const expected = labelsByAllPairs(pointsOf(rows), Math.max(reach, 1e-150));
      check(rows, [...expected], { reach });
    }),
    { numRuns: 1500 },
  );
});

for (const shape of SHAPE_NAMES) {
  Deno.test(`clusterPoints() agrees with all pairs on 3,000 structures: ${shape}`, () => {
    const points = structureSet(shape, 3000);
    const expected = labelsByAllPairs(points, 2500);
    for (const engine of ENGINES) deepEqual(clusterPoints(points, { engine }), expected);
  });
}

Deno.test("clusterPoints() finds the one link between two dense walls just out of reach", () => {
  const wall = (x: number) =>
    Array.from({ length: 2500 }, (_, i): Row => [x, 25 * (i % 50), 25 * Math.floor(i / 50)]);
  const walls = [...wall(0), ...wall(2500.5)];
  check(walls, walls.map((_, i) => i < 2500 ? 0 : 2500));
  const linked: Row[] = [...walls, [0.5, 625, 625]];
  check(linked, linked.map(() => 0));
});

Deno.test("clusterPoints() tells crowds apart that are one rounding step wide", () => {
  for (const near of [1e6, nextUp(1e6), nextUp(nextUp(1e6))]) {
    // Only the second of each two is within reach of the others, by the last bit.
    const crowd = Array.from({ length: 60 }, (_, i): Row => [i % 2 ? nextUp(near) : near, 0, 0]);
    const others = Array<Row>(60).fill([nextUp(near) + 2500, 0, 0]);
    const rows = [...crowd, ...others];
    check(rows, rows.map(() => 0));
    check(rows, [...labelsByAllPairs(pointsOf(rows), 2499.9999999999995)], {
      reach: 2499.9999999999995,
    });
  }
});

Deno.test("clusterPoints() gives the same labels where a tribe is too large for the tree", () => {
  const points = structureSet("sparse", 9000);
  const guarded = clusterPoints(points, { engine: "guarded" });
  deepEqual(guarded, clusterPoints(points, { engine: "sweep" }));
  deepEqual(guarded, labelsByAllPairs(points, 2500));
});

Deno.test("clusterPoints() finds the same components in any order of points", () => {
  const rows = anyRows(2500).filter((rows) => rows.length > 1);
  fc.assert(fc.property(rows, fc.integer(), (rows, seed) => {
    const order = rows.map((_, i) => i).sort((a, b) => Math.sin(seed + a) - Math.sin(seed + b));
    const labels = clusterPoints(pointsOf(rows));
    const shuffled = clusterPoints(pointsOf(order.map((i) => rows[i]!)));
    const first = new Map<number, number>();
    for (const [at, i] of order.entries()) {
      const label = labels[i]!;
      if (!first.has(label)) first.set(label, label < 0 ? -1 : at);
      deepEqual(shuffled[at], first.get(label));
    }
  }));
});

interface GoldenCase {
  readonly name: string;
  readonly points: readonly (readonly [...(number | string | null)[], string | null])[];
  readonly expected: Record<"aware" | "blind", { labels: number[]; kept: number[] }>;
}

const GOLDEN = new URL("../../../shared/cluster/golden.json", import.meta.url);

Deno.test("clusterPoints() and groupIntoBases() solve the golden cases, aware and blind", () => {
  if (!existsSync(GOLDEN)) {
    console.log("golden.json is absent: its ground is covered by the cases written out here");
    return;
  }
  const { cases }: { cases: GoldenCase[] } = JSON.parse(readFileSync(GOLDEN, "utf8"));
  deepEqual(cases.length, 40);
  for (const { name, points, expected } of cases) {
    for (const mode of ["aware", "blind"] as const) {
      const rows = points.map(([x, y, z, tribe]): Row => {
        // A structure without a tribe belongs to one group of its own, here -1.
        const group = mode === "blind" ? 0 : Number(tribe ?? -1);
        return [Number(x ?? NaN), Number(y ?? NaN), Number(z ?? NaN), group];
      });
      const storage = [...points.keys()].filter((i) =>
        /storage|vault|fridge/i.test(String(points[i]![4]))
      );
      for (const engine of ENGINES) {
        const labels = clusterPoints(pointsOf(rows), { engine });
        deepEqual([...labels], expected[mode].labels, `${name}, ${mode}, ${engine}`);
        const { bases } = groupIntoBases(structuresOf(rows, { storage }), { engine });
        const kept = bases.map(({ keystone }) => keystone);
        deepEqual(kept, expected[mode].kept, `${name}, ${mode}, ${engine}`);
      }
    }
  }
});
