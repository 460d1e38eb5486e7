/**
 * `deno run -A scripts/bench/parse.ts [ROUNDS]`: the whole `parse --json` process against one plain
 * SQLite scan of the same file, in turns. Linux: peak memory is read from /proc.
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { generateWorld } from "../../src/sandbox/world/generate.ts";
import { writeWorld } from "../../src/sandbox/world/world.ts";

const OBJECTS = 200_000, STRUCTURES = 100_000;

const rounds = Number(Deno.args[0] ?? 5);
const folder = await Deno.makeTempDir({ prefix: "blissbot-bench-" });
try {
  const path = `${folder}/TheIsland_WP.ark`;
  console.error(`Writing ${OBJECTS} objects, ${STRUCTURES} of them player structures …`);
  writeWorld(path, generateWorld({ objects: OBJECTS, structures: STRUCTURES, seed: 1 }).spec);
  scan(path); // warms the file cache for everybody
  const parses: Run[] = [], full: Run[] = [], scans: number[] = [], ratios: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const scanMs = scan(path), run = await parse(path);
    scans.push(scanMs);
    parses.push(run);
    ratios.push(run.wallMs / scanMs);
    full.push(await parse(path, "--full"));
    console.error(
      `Round ${round}: scan ${scanMs.toFixed(0)} ms, parse ${run.wallMs.toFixed(0)} ms`,
    );
  }
  const megabytes = (runs: Run[]) =>
    (median(runs.map(({ peakBytes }) => peakBytes)) / 2 ** 20).toFixed(0);
  const walls = (runs: Run[]) => median(runs.map(({ wallMs }) => wallMs)).toFixed(0);
  console.log(`| what | median of ${rounds} |
| --- | --- |
| plain scan, \`select key, value from game\`, in a running process | ${
    median(scans).toFixed(0)
  } ms |
| \`parse --json --no-store\`, whole process | ${walls(parses)} ms |
| ratio parse to scan, round by round | ${median(ratios).toFixed(2)} |
| peak memory of parse | ${megabytes(parses)} MB |
| \`parse --json --full --no-store\`, whole process | ${walls(full)} ms |
| peak memory with --full | ${megabytes(full)} MB |`);
} finally {
  await Deno.remove(folder, { recursive: true });
}

interface Run {
  wallMs: number;
  peakBytes: number;
}

function scan(path: string): number {
  const start = performance.now();
  using db = new DatabaseSync(path, { readOnly: true });
  let bytes = 0;
  for (const { value } of db.prepare("select key, value from game").iterate()) {
    bytes += (value as Uint8Array).length;
  }
  if (bytes === 0) throw new Error("The world is empty");
  return performance.now() - start;
}

async function parse(path: string, ...more: string[]): Promise<Run> {
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "scripts/parse.ts", path, "--json", "--no-store", ...more],
    stdout: "null",
    stderr: "null",
  }).spawn();
  let peakBytes = 0, ended = false;
  const status = child.status.finally(() => ended = true);
  while (!ended) {
    peakBytes = Math.max(peakBytes, peakOf(child.pid));
    await Promise.race([status, new Promise((resolve) => setTimeout(resolve, 10))]);
  }
  const { code } = await status;
  if (code !== 0) throw new Error(`parse ended with ${code}`);
  return { wallMs: performance.now() - start, peakBytes };
}

/** The kernel's own high-water mark: it only rises, so the last look before the end is the peak. */
function peakOf(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it has just ended
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
