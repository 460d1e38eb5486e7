/**
 * `deno run -A scripts/bench/decay.ts [STRUCTURES]`: judging all bases of a world against clustering
 * its points, warm, in turns.
 * @module
 */

import { clusterPoints } from "../../src/ark/clusters.ts";
import { DEFAULT_DECAY_RULE } from "../../src/ark/decay.ts";
import { structureClassifier } from "../../src/ark/structures.ts";
import { StructureRow, StructureTable } from "../../src/save/structure_table.ts";
import { Survey } from "../../src/save/survey.ts";
import { TILESETS } from "../../src/sandbox/world/catalogue.ts";
import { randomFrom, structureSet } from "./structure_sets.ts";

const ROUNDS = 20, WARM_UP = 3, GAME_TIME = 105_000_000;

const count = Number(Deno.args[0] ?? 200_000);
const points = structureSet("realistic", count);
const structures = tableOf();
const facts = { map: "TheIsland_WP", version: 14, gameTime: GAME_TIME, objectCount: count };
const world = { structures, tamed: [], players: [], tribes: [], problems: [], problemCount: 0 };
const request = {
  path: "",
  folder: undefined,
  savedAtMs: Date.now(),
  decay: DEFAULT_DECAY_RULE,
  dinoRadiusUnits: 2500,
  maps: {},
};
const survey = new Survey(request, world, facts);

const ratios: number[] = [], clusterings: number[] = [], judgings: number[] = [];
for (let round = -WARM_UP; round < ROUNDS; round++) {
  const clusterMs = timed(() => clusterPoints(points).length);
  const judgeMs = timed(() => [...survey.bases()].length);
  if (round < 0) continue;
  clusterings.push(clusterMs);
  judgings.push(judgeMs);
  ratios.push(judgeMs / clusterMs);
}
console.log(`| ${count} structures, ${survey.summary.counts.bases} bases | median of ${ROUNDS} |
| --- | --- |
| clustering | ${median(clusterings).toFixed(1)} ms |
| decay, materials and record of every base | ${median(judgings).toFixed(1)} ms |
| ratio, round by round | ${median(ratios).toFixed(2)} |`);

/** The points as structures of changing classes and ages. */
function tableOf(): StructureTable {
  const table = new StructureTable(), row = new StructureRow(), random = randomFrom(7);
  const classify = structureClassifier();
  for (const { foundation, ceiling, wall, door } of TILESETS) {
    for (const path of [foundation, ceiling, wall, door]) table.addClass(path, classify(path));
  }
  for (let i = 0; i < count; i++) {
    row.clear();
    for (let byte = 0; byte < 16; byte++) row.guid[byte] = random() * 256;
    row.class = Math.floor(random() * table.classes.length);
    row.owner = points.group[i]!;
    row.refreshed = GAME_TIME - random() * 1e6;
    row.source = 0;
    table.add(row);
  }
  for (const axis of ["x", "y", "z"] as const) table[axis].set(points[axis]);
  return table;
}

function timed(run: () => number): number {
  const start = performance.now();
  if (run() < 0) throw new Error("unreachable"); // keeps the result in use
  return performance.now() - start;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
