import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { type BasePlan, baseStructures } from "../../../src/sandbox/world/bases.ts";
import { type GenerateOptions, generateWorld } from "../../../src/sandbox/world/generate.ts";
import { writeWorld } from "../../../src/sandbox/world/world.ts";
import {
  isPlayerStructure,
  type OpenedWorld,
  openWorldFile,
  property,
  walkWorld,
  withFolder,
} from "./opened.ts";

/** Generates, writes and opens a world. */
function made(options: GenerateOptions): OpenedWorld & { objects: number } {
  let opened: OpenedWorld & { objects: number } | undefined;
  withFolder((folder) => {
    const path = join(folder, "w.ark");
    const objects = writeWorld(path, generateWorld(options).spec);
    opened = { ...openWorldFile(path), objects };
  });
  return opened!;
}

const hashOf = ({ rows, custom }: OpenedWorld) =>
  JSON.stringify([
    rows.map(({ key, value }) => key + value.toHex()),
    [...custom].map(([key, value]) => key + value.toHex()),
  ]);

for (const version of [14, 13] as const) {
  Deno.test(`generateWorld() tells the truth about what a reader finds, version ${version}`, () => {
    const options = { version, seed: 3, structures: 600 };
    const { truth } = generateWorld(options);
    const world = made(options);
    const found = walkWorld(world);
    assert.equal(world.objects, truth.objects);
    assert.equal(found.size, truth.objects, "no two objects share a GUID");
    const objects = [...found.values()];
    assert.equal(objects.filter(isPlayerStructure).length, truth.structures);
    const tamed = objects.filter((object) =>
      property(object, "DinoID1") !== undefined &&
      Number(property(object, "TargetingTeam")) >= 50_000
    );
    assert.equal(tamed.length, truth.tamed - truth.cryopods);
    const pods = objects.filter((object) => property(object, "CustomItemDatas") !== undefined);
    assert.equal(pods.length, truth.cryopods);

    for (const plan of truth.bases) {
      const times: number[] = [];
      for (const { guid } of baseStructures(plan)) {
        const structure = found.get(guid!);
        assert.equal(property(structure, "TargetingTeam"), plan.owner.teamId);
        times.push(reference(structure));
      }
      assert.equal(Math.max(...times), plan.newestSeconds);
    }
  });

  Deno.test(`generateWorld() surrounds structures with what is none, version ${version}`, () => {
    const objects = [...walkWorld(made({ version, structures: 100, objects: 900 })).values()];
    const strangers = objects.filter((object) => !isPlayerStructure(object));
    const some = (what: string, is: (object: typeof objects[number]) => boolean) =>
      assert.ok(strangers.some(is), what);
    some(
      "map structures have an id but no team",
      (object) =>
        property(object, "StructureID") !== undefined &&
        property(object, "TargetingTeam") === undefined,
    );
    some(
      "dino minds have a team but no id",
      (object) =>
        object.className.includes("AIController") &&
        Number(property(object, "TargetingTeam")) >= 50_000,
    );
    some("wild dinos", (object) => property(object, "TargetingTeam") === 1);
    some("zones", (object) => object.flags === 10);
    some("dropped items", (object) => property(object, "MyItem") !== undefined);
  });
}

/** The time that starts the decay: the chain of section 15. */
function reference(object: Parameters<typeof property>[0]): number {
  const names = [
    "LastInAllyRangeTimeSerialized",
    "LastTimeRefreshed",
    "LastEnterStasisTime",
    "OriginalCreationTime",
  ];
  return Number(names.map((name) => property(object, name)).find((time) => time !== undefined));
}

Deno.test("generateWorld() gives the same rows for the same seed, others for another", () => {
  const options = { structures: 60, objects: 400, seed: 8 };
  assert.equal(hashOf(made(options)), hashOf(made(options)));
  assert.notEqual(hashOf(made(options)), hashOf(made({ ...options, seed: 9 })));
});

/** As few objects as the error says that a world needs. */
function leastObjects(options: GenerateOptions): number {
  try {
    return generateWorld({ ...options, objects: 0 }).truth.objects;
  } catch (error) {
    return Number(/need (\d+)$/.exec((error as Error).message)?.[1]);
  }
}

Deno.test("generateWorld() keeps its promises for any sizes", () => {
  const sizes = fc.record({
    seed: fc.nat(),
    structures: fc.nat(300),
    bases: fc.integer({ min: 1, max: 12 }),
    tribes: fc.nat(5),
    dinos: fc.nat(5),
    pods: fc.nat(6),
    extra: fc.nat(60),
    version: fc.constantFrom(13 as const, 14 as const),
  });
  fc.assert(
    fc.property(sizes, ({ extra, ...options }) => {
      const objects = leastObjects(options) + extra;
      const { truth } = generateWorld({ ...options, objects });
      const world = made({ ...options, objects });
      assert.equal(world.rows.length, objects);
      assert.equal(
        [...walkWorld(world).values()].filter(isPlayerStructure).length,
        options.structures,
      );
      assert.equal(truth.structures, options.structures);
    }),
    { numRuns: 15 },
  );
});

/** Least distance between structures of two groups. */
function distance(one: BasePlan, other: BasePlan): number {
  const places = (plan: BasePlan) => [...baseStructures(plan)].map(({ place }) => place!);
  const others = places(other);
  return Math.min(
    ...places(one).flatMap((a) => others.map((b) => Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z))),
  );
}

Deno.test("generateWorld() keeps an owner's bases apart and lets two tribes touch once", () => {
  const { bases } = generateWorld({ structures: 500, tribes: 3, bases: 9 }).truth;
  const touching: [number, number][] = [];
  for (const one of bases) {
    for (const other of bases.slice(one.number + 1)) {
      if (distance(one, other) > 5000) continue;
      assert.notEqual(one.owner.teamId, other.owner.teamId);
      touching.push([one.number, other.number]);
    }
  }
  assert.deepEqual(touching, [[0, 1]]);
});

Deno.test("generateWorld() builds each base in one piece, some of them too small to count", () => {
  const { bases } = generateWorld({ structures: 500 }).truth;
  assert.equal(bases.filter((plan) => plan.structures <= 20 && plan.boxes === 0).length, 3);
  for (const plan of bases) {
    const places = [...baseStructures(plan)].map(({ place }) => place!);
    // Every piece stands within two tiles of an earlier one, so the whole hangs together.
    for (const [i, a] of places.entries()) {
      const near = places.slice(0, i).some((b) =>
        Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z) <= 600
      );
      assert.ok(near || i === 0, `piece ${i} of base ${plan.number}`);
    }
  }
});

Deno.test("generateWorld() makes structures only as they are read", () => {
  const { spec, truth } = generateWorld({ structures: 400_000 });
  const [first] = spec.structures!;
  assert.ok(first?.guid);
  assert.equal(truth.structures, 400_000);
});

Deno.test("generateWorld() says what does not fit", () => {
  assert.throws(
    () => generateWorld({ structures: 700, objects: 700 }),
    /Cannot fit the world into 700/,
  );
  assert.throws(
    () => generateWorld({ structures: 9_000, bases: 9_000 }),
    /Cannot place \d+ bases: only \d+ of this size fit/,
  );
});
