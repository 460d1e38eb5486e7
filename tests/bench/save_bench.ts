/**
 * Reading a small made world, against a plain scan of its rows. The whole-process comparison on a
 * large one is scripts/bench/parse.ts.
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { DEFAULT_DECAY_RULE } from "../../src/ark/decay.ts";
import { surveySave } from "../../src/save/survey.ts";
import { generateWorld } from "../../src/sandbox/world/generate.ts";
import { writeWorld } from "../../src/sandbox/world/world.ts";

const folder = Deno.makeTempDirSync({ prefix: "blissbot-bench-" });
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const path = `${folder}/TheIsland_WP.ark`;
writeWorld(path, generateWorld({ objects: 10_000, structures: 5_000 }).spec);
const request = {
  path,
  folder: undefined,
  savedAtMs: 1e12,
  decay: DEFAULT_DECAY_RULE,
  dinoRadiusUnits: 2500,
  maps: {},
};
const survey = surveySave(request);

Deno.bench({ name: "plain scan, 10,000 objects", group: "read", baseline: true }, () => {
  using db = new DatabaseSync(path, { readOnly: true });
  for (const _ of db.prepare("select key, value from game").iterate());
});

Deno.bench({ name: "surveySave(), 10,000 objects", group: "read" }, () => {
  surveySave(request);
});

Deno.bench("bases(): decay and record of every base", () => {
  for (const _ of survey.bases());
});

Deno.bench("chunks(): 5,000 structures as stored JSON", () => {
  for (const _ of survey.chunks("structures", "stored"));
});
