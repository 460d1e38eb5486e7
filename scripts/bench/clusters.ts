/**
 * The whole comparison of clustering: growth, hard shapes, a plain walk over rbush, memory. Prints
 * Markdown. Every measurement has a process of its own, so that none warms up another.
 *
 *     deno run -A scripts/bench/clusters.ts
 *
 * @module
 */

import process from "node:process";
import RBush from "rbush";
import { clusterPoints, DEFAULT_REACH, type Points } from "../../src/ark/clusters.ts";
import { type Shape, SHAPE_NAMES, structureSet } from "./structure_sets.ts";

const ENGINES = ["guarded", "sweep"] as const;
const GROWTH_SIZES = [10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000];
const SHAPE_SIZE = 100_000;
const REPETITIONS = 15;
/** Work before anything counts, so that V8 has optimised what it will optimise. */
const WARM_UP_MS = 2000;

/** What a process measures; each task takes a shape and a count and gives its figures in order. */
const TASKS = { growth, besideRealistic, pointWalk, loadOnly, loadAndCluster };
type Task = keyof typeof TASKS;

if (import.meta.main) {
  const [task, shape, count] = Deno.args;
  if (task) console.log(JSON.stringify(TASKS[task as Task](shape as Shape, Number(count))));
  else await compare();
}

async function compare(): Promise<void> {
  await compareGrowth();
  await compareShapes();
  const [walk] = await measure("pointWalk", "realistic", 200_000);
  console.log(`\nA plain walk over rbush takes ${walk!.toFixed(0)} times as long at 200,000.\n`);
  await compareMemory();
}

async function compareGrowth(): Promise<void> {
  printRow("structures", "first call, ms", "guarded, ms", "sweep, ms");
  printRow("---:", "---:", "---:", "---:");
  const rows: number[][] = [];
  for (const count of GROWTH_SIZES) {
    const times = await measure("growth", "realistic", count);
    printRow(count, ...times.map((ms) => ms.toFixed(1)));
    rows.push([count, ...times]);
  }
  const exponents = [2, 3].map((column) =>
    slope(rows.map((row) => [Math.log(row[0]!), Math.log(row[column]!)])).toFixed(2)
  );
  printRow("exponent", "", ...exponents);
}

async function compareShapes(): Promise<void> {
  console.log("\nTime by that of the realistic shape of the same size, median of pairs:\n");
  printRow("shape", "structures", "guarded", "sweep", "guarded by sweep");
  printRow("---", "---:", "---:", "---:", "---:");
  for (const shape of SHAPE_NAMES) {
    const ratios = await measure("besideRealistic", shape, SHAPE_SIZE);
    printRow(shape, SHAPE_SIZE, ...ratios.map((ratio) => ratio.toFixed(2)));
  }
}

async function compareMemory(): Promise<void> {
  printRow("structures", "peak with points loaded, MB", "above it by clustering, MB");
  printRow("---:", "---:", "---:");
  for (const count of [200_000, 1_000_000]) {
    const [loaded] = await measure("loadOnly", "realistic", count);
    const [clustered] = await measure("loadAndCluster", "realistic", count);
    printRow(count, loaded!.toFixed(0), (clustered! - loaded!).toFixed(0));
  }
}

async function measure(task: Task, shape: Shape, count: number): Promise<number[]> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL(import.meta.url).pathname, task, shape, String(count)],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot measure ${task} of ${count} ${shape}: the process failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Milliseconds of the first call, then of a warm one by each engine. */
function growth(shape: Shape, count: number): number[] {
  const points = structureSet(shape, count);
  const first = timeMs(() => clusterPoints(points));
  return [first, ...ENGINES.map((engine) => median(warm(() => runMs(points, engine))))];
}

/** Time by that of the realistic set next to it, by each engine; then guarded by sweep. */
function besideRealistic(shape: Shape, count: number): number[] {
  const hard = structureSet(shape, count), real = structureSet("realistic", count, 2);
  const besides = ENGINES.map((engine) =>
    median(warm(() => runMs(hard, engine) / runMs(real, engine)))
  );
  return [...besides, median(warm(() => runMs(hard, "guarded") / runMs(hard, "sweep")))];
}

/** How many times as long the walk takes that asks an R-tree of points about every point. */
function pointWalk(shape: Shape, count: number): number[] {
  const points = structureSet(shape, count);
  const ours = median(warm(() => runMs(points, "guarded")));
  const labels = clusterPoints(points);
  const started = performance.now();
  const walked = labelsByPointWalk(points);
  const walk = performance.now() - started;
  if (walked.some((label, i) => label !== labels[i])) throw new Error("Labels differ");
  return [walk / ours];
}

function loadOnly(shape: Shape, count: number): number[] {
  structureSet(shape, count);
  return [process.resourceUsage().maxRSS / 1024];
}

function loadAndCluster(shape: Shape, count: number): number[] {
  const points = structureSet(shape, count);
  for (let i = 0; i < 5; i++) clusterPoints(points);
  return [process.resourceUsage().maxRSS / 1024];
}

function labelsByPointWalk({ x, y, z, group }: Points): Int32Array {
  const items = Array.from(
    x,
    (_, i) => ({ minX: x[i]!, minY: y[i]!, maxX: x[i]!, maxY: y[i]!, i }),
  );
  const tree = new RBush<typeof items[number]>().load(items);
  const labels = new Int32Array(x.length).fill(-1);
  for (let start = 0; start < labels.length; start++) {
    if (labels[start]! >= 0) continue;
    labels[start] = start;
    const open = [start];
    for (let a; (a = open.pop()) !== undefined;) {
      const [minX, minY] = [x[a]! - DEFAULT_REACH, y[a]! - DEFAULT_REACH];
      const [maxX, maxY] = [x[a]! + DEFAULT_REACH, y[a]! + DEFAULT_REACH];
      for (const { i: b } of tree.search({ minX, minY, maxX, maxY })) {
        if (labels[b]! >= 0 || group[a] !== group[b]) continue;
        const dx = x[a]! - x[b]!, dy = y[a]! - y[b]!, dz = z[a]! - z[b]!;
        if (dx * dx + dy * dy + dz * dz > DEFAULT_REACH ** 2) continue;
        labels[b] = start;
        open.push(b);
      }
    }
  }
  return labels;
}

function runMs(points: Points, engine: typeof ENGINES[number]): number {
  return timeMs(() => clusterPoints(points, { engine }));
}

function timeMs(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

/** Results of repeated calls after the warm-up. */
function warm(work: () => number): number[] {
  const started = performance.now();
  while (performance.now() - started < WARM_UP_MS) work();
  return Array.from({ length: REPETITIONS }, work);
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** Slope of the least-squares line through points. */
function slope(points: number[][]): number {
  const mean = (axis: number) => points.reduce((sum, at) => sum + at[axis]!, 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const up = points.reduce((sum, [x, y]) => sum + (x! - meanX) * (y! - meanY), 0);
  return up / points.reduce((sum, [x]) => sum + (x! - meanX) ** 2, 0);
}

function printRow(...cells: (string | number)[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}
