/**
 * How long storeSave() needs for 1,000 chunks of 200 structures on PostgreSQL, beside the fastest of
 * some ways by hand with psql, alternating in one run.
 *
 *     deno run --allow-net --allow-env --allow-read --allow-write --allow-run scripts/bench/store.ts [rounds]
 *
 * Needs psql and a server (TEST_DATABASE_URL, by default a local one), where it makes a database of
 * its own and drops it afterwards.
 * @module
 */

import { openStore } from "../../src/store/open.ts";
import { storeSave } from "../../src/store/save_data.ts";
import { type Database, openSql } from "../../src/store/sql.ts";

const SERVER = Deno.env.get("TEST_DATABASE_URL") ??
  "postgres://postgres@127.0.0.1:5432/postgres";
const CHUNKS = 1000;
const PER_CHUNK = 200;
const LONG_MS = 600_000;
/** PostgreSQL's COPY format: a backslash of JSON is doubled; tabs and line ends do not occur. */
const COPY = `\\copy save_structures (server_id, chunk_id, data) from`;
const UPSERT = `on conflict (server_id, chunk_id)
  do update set data = excluded.data, last_updated = excluded.last_updated`;

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  return () => {
    seed = seed + 0x6d2b79f5 | 0;
    let mixed = Math.imul(seed ^ seed >>> 15, seed | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

/** Chunks of structures as a save of a busy server gives them. */
function makeChunks(random: () => number): string[] {
  const pick = (count: number) => Math.floor(random() * count);
  const guid = () =>
    Array.from({ length: 4 }, () => pick(2 ** 32).toString(16).padStart(8, "0")).join("");
  const materials = ["Thatch", "Wood", "Stone", "Metal", "Tek"];
  const parts = ["Wall", "Ceiling", "Floor", "Door", "Ramp", "Pillar", "Roof", "Gate"];
  const classes = materials.flatMap((material) =>
    parts.map((part) =>
      `/Game/PrimalEarth/Structures/${material}/${part}_${material}.${part}_${material}_C`
    )
  );
  const owners = Array.from({ length: 300 }, (_, i) => ({
    tribeId: 1_000_000_000 + pick(1_000_000_000),
    ownerName: `Tribe of the ${i}`,
    baseId: guid(),
  }));
  const structure = () => ({
    guid: guid(),
    class: classes[pick(classes.length)],
    x: (random() - 0.5) * 600_000,
    y: (random() - 0.5) * 600_000,
    z: random() * 20_000,
    ...owners[pick(owners.length)],
  });
  return Array.from(
    { length: CHUNKS },
    () => JSON.stringify(Array.from({ length: PER_CHUNK }, structure)),
  );
}

async function psql(url: string, ...commands: string[]): Promise<void> {
  const args = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-1", url];
  const { success, stderr } = await new Deno.Command("psql", {
    args: [...args, ...commands],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`Cannot run psql: ${new TextDecoder().decode(stderr)}`);
}

/** Ways to put the chunks into the table by hand, each in one transaction. */
async function waysByHand(url: string, folder: string, chunks: string[]) {
  const rows = chunks.map((chunk, id) => `s\t${id}\t${chunk.replaceAll("\\", "\\\\")}`);
  await Deno.writeTextFile(`${folder}/rows.tsv`, rows.join("\n") + "\n");
  const inserts: string[] = [];
  for (let first = 0; first < chunks.length; first += 50) {
    const values = chunks.slice(first, first + 50)
      .map((chunk, i) => `('s', ${first + i}, '${chunk.replaceAll("'", "''")}')`);
    inserts.push(
      `insert into save_structures (server_id, chunk_id, data) values ${
        values.join(",\n")
      } ${UPSERT};`,
    );
  }
  await Deno.writeTextFile(`${folder}/inserts.sql`, inserts.join("\n"));
  return {
    "delete, \\copy": () =>
      psql(url, "-c", "delete from save_structures", "-c", `${COPY} '${folder}/rows.tsv'`),
    "\\copy to a staging table, upsert": () =>
      psql(
        url,
        ...["-c", "create temp table staging (server_id text, chunk_id int, data text)"],
        ...["-c", `\\copy staging from '${folder}/rows.tsv'`],
        ...[
          "-c",
          `insert into save_structures select server_id, chunk_id, data::jsonb, now() from staging ${UPSERT}`,
        ],
      ),
    "insert of 50 rows on conflict": () => psql(url, "-f", `${folder}/inserts.sql`),
  };
}

async function timeMs(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Runs every way in turn, over an empty table or over the save that the way before has left. */
async function compare(
  db: Database,
  ways: Record<string, () => Promise<void>>,
  { rounds, empty }: { rounds: number; empty: boolean },
): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      if (empty) await db.run(LONG_MS, (sql) => sql`truncate save_structures`);
      else await db.run(LONG_MS, (sql) => sql`vacuum save_structures`);
      await db.run(LONG_MS, (sql) => sql`checkpoint`);
      (times[name] ??= []).push(await timeMs(way));
    }
  }
  return times;
}

function report(title: string, times: Record<string, number[]>): void {
  const { storeSave: ours = [], ...byHand } = times;
  const best = ours.map((_, round) =>
    Math.min(...Object.values(byHand).map((all) => all[round] ?? NaN))
  );
  console.log(
    `\n${title}\n\n| way | median ms | times the fastest by hand, median |\n|---|---|---|`,
  );
  for (const [name, all] of Object.entries(times)) {
    const ratio = median(all.map((ms, round) => ms / (best[round] ?? NaN)));
    console.log(`| ${name} | ${median(all).toFixed(0)} | ${ratio.toFixed(2)} |`);
  }
}

async function bench(url: string, rounds: number): Promise<void> {
  const chunks = makeChunks(seeded(8317));
  const folder = await Deno.makeTempDir({ prefix: "blissbot_bench_" });
  const db = await openStore({ databaseUrl: url, dataDir: folder });
  try {
    const save = {
      serverId: "s",
      detail: {},
      chunks: (kind: string) => kind === "structures" ? chunks : [],
    };
    const ways = {
      storeSave: () => storeSave(db, save),
      ...await waysByHand(url, folder, chunks),
    };
    const megabytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0) / 1e6;
    console.log(
      `${CHUNKS} chunks of ${PER_CHUNK} structures, ${
        megabytes.toFixed(0)
      } MB of JSON, ${rounds} rounds`,
    );
    report("A first save, into the empty table", await compare(db, ways, { rounds, empty: true }));
    report("A save over the one before", await compare(db, ways, { rounds, empty: false }));
  } finally {
    await db.close();
    await Deno.remove(folder, { recursive: true });
  }
}

const name = `blissbot_bench_${Deno.pid}`;
const server = openSql({ url: SERVER });
await server.run(LONG_MS, (sql) => sql`create database ${sql(name)}`);
try {
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  await bench(url.href, Number(Deno.args[0] ?? 5));
} finally {
  await server.run(LONG_MS, (sql) => sql`drop database ${sql(name)} with (force)`);
  await server.close();
}
