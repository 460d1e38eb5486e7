import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { structureClassifier } from "../../../src/ark/structures.ts";
import { baseStructures } from "../../../src/sandbox/world/bases.ts";
import { WorldFile } from "../../../src/sandbox/world/container.ts";
import { type GenerateOptions, generateWorld } from "../../../src/sandbox/world/generate.ts";
import { FLAGS } from "../../../src/sandbox/world/objects.ts";
import type { Property } from "../../../src/sandbox/world/properties.ts";
import { Random, STREAMS } from "../../../src/sandbox/world/random.ts";
import { writeWorld } from "../../../src/sandbox/world/world.ts";
import { openWorld, readCompanions } from "../../../src/save/container.ts";
import { readObject } from "../../../src/save/objects.ts";
import { readWorld } from "../../../src/save/world.ts";
import { propertyLists } from "./arbitrary.ts";
import { withFolder } from "./opened.ts";

/** Values that look the same on both sides; of everything else only name and type are compared. */
function simple(value: unknown): unknown {
  return ["number", "bigint", "boolean", "string"].includes(typeof value) ? value : "…";
}

for (const version of [14, 13] as const) {
  Deno.test(`readObject() reads back whatever properties were written, version ${version}`, () =>
    withFolder((folder) => {
      const path = join(folder, "w.ark");
      const random = new Random(1, STREAMS.scene);
      const written: Property[][] = fc.sample(propertyLists("world"), { seed: 5, numRuns: 400 });
      {
        const header = { version, map: "TheIsland_WP", gameTimeSeconds: 1e8, saveCount: 1 };
        using file = new WorldFile(path, header);
        for (const properties of written) {
          const guid = random.guid();
          file.add({
            guid,
            className: "/Game/A.A_C",
            names: ["A"],
            flags: FLAGS.actor,
            properties,
          });
        }
        file.finish();
      }
      const world = openWorld(path);
      let row = 0;
      for (const [key, blob] of world.rows()) {
        const { properties = [], troubles } = readObject(key.toHex(), blob, world.format);
        assert.deepEqual(troubles, []);
        assert.deepEqual(
          properties.map(({ name, index, type, value }) => [name, index, type.name, simple(value)]),
          written[row++]!.map((
            { name, index, tree, value },
          ) => [name, index, tree.name, comparable(tree.name, value)]),
        );
      }
      world.close();
      assert.equal(row, written.length);
    }));

  for (const archives of ["embedded", "files"] as const) {
    Deno.test(`readWorld() finds all that was generated, version ${version}, people ${archives}`, () =>
      checkWorld({ version, archives, seed: 21, structures: 300, objects: 1500 }));
  }
}

/** The written value as `simple` shows the read one; floats lose their tail, references are objects. */
function comparable(type: string, value: unknown): unknown {
  if (type === "FloatProperty") return Math.fround(value as number);
  return /^(Soft|Struct|Object)/.test(type) ? "…" : simple(value);
}

function checkWorld(options: GenerateOptions): void {
  withFolder((folder) => {
    const path = join(folder, "w.ark");
    const { spec, truth } = generateWorld(options);
    writeWorld(path, spec);
    const file = openWorld(path);
    const world = readWorld(file, {
      classify: structureClassifier(),
      companions: readCompanions(folder),
    });
    file.close();
    assert.deepEqual(world.problems, []);
    assert.equal(file.objectCount, truth.objects);
    assert.equal(world.structures.count, truth.structures);
    const wanted = truth.bases.flatMap((plan) =>
      [...baseStructures(plan)].map(({ guid }) => guid!)
    );
    const { guid } = world.structures;
    const found = wanted.map((_, row) => guid.subarray(row * 16, row * 16 + 16).toHex());
    assert.deepEqual(found.sort(), wanted.sort());
    assert.equal(world.tamed.length, truth.tamed);
    assert.equal(world.tamed.filter(({ cryopod }) => cryopod).length, truth.cryopods);
    assert.deepEqual(
      world.tribes.map(({ tribeId, name }) => [tribeId, name]).sort(),
      truth.tribes.map(({ tribeId, name }) => [tribeId, name]).sort(),
    );
    assert.deepEqual(
      world.players.map((player) => [player.playerId, player.accountId]).sort(),
      truth.players.map((player) => [player.playerId, player.accountId]).sort(),
    );
  });
}
