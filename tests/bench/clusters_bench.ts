/**
 * Clustering at sizes that run in seconds; the whole comparison is scripts/bench/clusters.ts.
 * @module
 */

import { randomFrom, SHAPE_NAMES, structureSet } from "../../scripts/bench/structure_sets.ts";
import { groupIntoBases, type StructureColumns } from "../../src/ark/bases.ts";
import { clusterPoints } from "../../src/ark/clusters.ts";
import { footprintsOf } from "../../src/ark/footprints.ts";

for (const shape of SHAPE_NAMES) {
  const points = structureSet(shape, 20_000);
  for (const engine of ["guarded", "sweep"] as const) {
    const baseline = engine === "guarded";
    Deno.bench(
      { name: `clusterPoints() ${engine}, 20,000 ${shape}`, group: shape, baseline },
      () => {
        clusterPoints(points, { engine });
      },
    );
  }
}

const structures = realisticStructures(50_000);
const { bases } = groupIntoBases(structures);
const footprints = footprintsOf(structures, bases);

Deno.bench("groupIntoBases(), 50,000 realistic", () => {
  groupIntoBases(structures);
});

Deno.bench("footprintsOf(), bases of 50,000 realistic", () => {
  footprintsOf(structures, bases);
});

Deno.bench("basesNear(), 1,000 places beside structures", () => {
  const { x, y, z, owner } = structures;
  for (let row = 0; row < 1000; row++) {
    footprints.basesNear(x[row]! + 900, y[row]!, z[row]!, owner[row]!, 2500);
  }
});

function realisticStructures(count: number): StructureColumns {
  const { group, ...places } = structureSet("realistic", count);
  const random = randomFrom(2);
  const guid = Uint8Array.from({ length: 16 * count }, () => 256 * random());
  const storage = Uint8Array.from({ length: count }, () => random() < 0.05 ? 1 : 0);
  return { count, ...places, owner: group, guid, storage };
}
