/**
 * Grouping structures into bases: what is kept, who is the keystone, and that order never matters.
 * @module
 */

import { deepEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { randomFrom, structureSet } from "../../scripts/bench/structure_sets.ts";
import { groupIntoBases, type StructureColumns } from "../../src/ark/bases.ts";
import { type Row, structuresOf } from "./point_sets.ts";

/** `size` structures in a row, 100 apart. */
function walls(size: number, { from = 0, owner = 1 } = {}): Row[] {
  return Array.from({ length: size }, (_, i): Row => [from + 100 * i, 0, 0, owner]);
}

function keptSizes(structures: StructureColumns): number[] {
  return groupIntoBases(structures).bases.map(({ members }) => members.length);
}

Deno.test("groupIntoBases() keeps more than 50 structures, or more than 20 with a storage", () => {
  deepEqual(keptSizes(structuresOf(walls(50))), []);
  deepEqual(keptSizes(structuresOf(walls(51))), [51]);
  deepEqual(keptSizes(structuresOf(walls(20), { storage: [7] })), []);
  deepEqual(keptSizes(structuresOf(walls(21), { storage: [20] })), [21]);
  deepEqual(keptSizes(structuresOf(walls(21))), []);
});

Deno.test("groupIntoBases() counts a storage only for the base it stands in", () => {
  const rows = [...walls(21), ...walls(21, { from: 100_000 })];
  const { bases } = groupIntoBases(structuresOf(rows, { storage: [30] }));
  deepEqual(bases.map(({ keystone, hasStorage }) => ({ keystone, hasStorage })), [
    { keystone: 21, hasStorage: true },
  ]);
});

Deno.test("groupIntoBases() never mixes owners, and a rival's wall is no bridge", () => {
  const left = walls(51), right = walls(51, { from: 5100 + 2400 });
  const rival: Row = [6200, 0, 0, 2];
  deepEqual(keptSizes(structuresOf([...left, rival, ...right])), [102]);
  const apart = walls(51, { from: 5000 + 2501 });
  deepEqual(keptSizes(structuresOf([...left, rival, ...apart])), [51, 51]);
  const both = [...left, ...walls(60, { owner: 2 })];
  deepEqual(groupIntoBases(structuresOf(both)).bases.map(({ owner }) => owner), [1, 2]);
});

Deno.test("groupIntoBases() tells rows, keystone, storage and center of a base", () => {
  const rows: Row[] = [[9e5, 9e5, 0, 1], ...walls(51, { owner: 7 })];
  const guids = rows.map((_, row) => 1000 - row);
  const { bases } = groupIntoBases(structuresOf(rows, { guids, storage: [3] }));
  deepEqual(bases, [{
    keystone: 51,
    owner: 7,
    members: Int32Array.from({ length: 51 }, (_, i) => i + 1),
    hasStorage: true,
    center: { x: 2500, y: 0, z: 0 },
  }]);
});

Deno.test("groupIntoBases() sorts bases by the guid of the keystone, high bytes as large", () => {
  const rows = [...walls(51), ...walls(52, { from: 50_000 }), ...walls(53, { from: 100_000 })];
  const guids = rows.map((_, row) => row < 51 ? 0xff000000 + row : row < 103 ? 500 + row : row);
  deepEqual(keptSizes(structuresOf(rows, { guids })), [53, 52, 51]);
});

Deno.test("groupIntoBases() counts structures without a place and leaves them out", () => {
  const rows: Row[] = [[NaN, 0, 0, 1], ...walls(51), [0, 0, Infinity, 1], [2e7, 0, 0, 1]];
  const { bases, unplaced } = groupIntoBases(structuresOf(rows));
  deepEqual(unplaced, 3);
  deepEqual(bases.map(({ members }) => members.length), [51]);
});

Deno.test("groupIntoBases() ignores what lies behind `count` in growing columns", () => {
  const exact = groupIntoBases(structuresOf(walls(51), { storage: [1] }));
  deepEqual(groupIntoBases(structuresOf(walls(51), { storage: [1], spare: 100 })), exact);
  deepEqual(groupIntoBases(structuresOf([], { spare: 200 })), { bases: [], unplaced: 0 });
});

Deno.test("groupIntoBases() hands reach and engine on", () => {
  const rows = walls(51);
  deepEqual(groupIntoBases(structuresOf(rows), { reach: 99 }).bases, []);
  deepEqual(
    groupIntoBases(structuresOf(rows), { engine: "sweep" }),
    groupIntoBases(structuresOf(rows), { engine: "guarded" }),
  );
  throws(() => groupIntoBases(structuresOf(rows), { reach: 0 }), RangeError);
});

Deno.test("groupIntoBases() gives the same bases, to the last bit, in any order of rows", () => {
  const { x, y, z, group } = structureSet("realistic", 4000);
  const rows = [...x.keys()].map((i): Row => [x[i]! / 3, y[i]! / 3, z[i]! / 3, group[i]!]);
  const stores = new Set([...rows.keys()].filter((i) => i % 50 === 0));
  const described = (order: readonly number[]) => {
    const structures = structuresOf(order.map((i) => rows[i]!), {
      guids: order.map((i) => Math.imul(i, 0x9e3779b1) >>> 0),
      storage: [...order.keys()].filter((row) => stores.has(order[row]!)),
    });
    return groupIntoBases(structures).bases.map(({ keystone, members, ...base }) => ({
      ...base,
      keystone: order[keystone],
      members: [...members].map((row) => order[row]!).sort((a, b) => a - b),
    }));
  };
  const expected = described([...rows.keys()]);
  deepEqual(expected.length > 10, true);
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = randomFrom(seed);
      const keys = rows.map(() => random());
      const order = [...rows.keys()].sort((a, b) => keys[a]! - keys[b]!);
      deepEqual(described(order), expected);
    }),
    { numRuns: 10 },
  );
});
