/**
 * Whatever the writer of made worlds writes, the reader reads back.
 */

import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { DEFAULT_DECAY_RULE } from "../../src/ark/decay.ts";
import { openWorld } from "../../src/save/container.ts";
import type { TamedDino } from "../../src/save/dinos.ts";
import { readObject } from "../../src/save/objects.ts";
import type { Property, Value } from "../../src/save/properties.ts";
import type { BaseRecord } from "../../src/save/records.ts";
import { type Survey, surveySave } from "../../src/save/survey.ts";
import type { DinoSpec, StructureSpec } from "../../src/sandbox/world/actors.ts";
import { baseStructures } from "../../src/sandbox/world/bases.ts";
import { generateWorld } from "../../src/sandbox/world/generate.ts";
import { FLAGS } from "../../src/sandbox/world/objects.ts";
import * as written from "../../src/sandbox/world/properties.ts";
import { type WorldSpec, writeWorld } from "../../src/sandbox/world/world.ts";
import { propertyLists } from "../sandbox/world/arbitrary.ts";
import { withTempFolder } from "../temp_folder.ts";

const SAVED_AT = Date.UTC(2026, 5, 1);

function survey(path: string, folder?: string): Survey {
  return surveySave({
    path,
    folder,
    savedAtMs: SAVED_AT,
    decay: DEFAULT_DECAY_RULE,
    dinoRadiusUnits: 2500,
    maps: {},
  });
}

for (const version of [13, 14] as const) {
  Deno.test(`any list of properties written in layout ${version} is read back`, async () => {
    await withTempFolder((folder) => {
      const path = `${folder}/World.ark`;
      fc.assert(
        fc.property(fc.array(propertyLists("world"), { minLength: 1, maxLength: 20 }), (lists) => {
          const spec = { version, map: "Made_WP", gameTimeSeconds: 1e8 };
          const objects = lists.map((properties, i) => ({
            guid: i.toString(16).padStart(32, "0"),
            className: "/Game/Made.Made_C",
            names: [`Made_${i}`, "Owner"],
            flags: FLAGS.component,
            properties,
            tail: Uint8Array.of(i, 0, 0, 0),
          }));
          writeWorld(path, { ...spec, extraObjects: objects });
          const world = openWorld(path);
          try {
            for (const want of objects) {
              const object = readObject(want.guid, world.blob(want.guid)!, world.format);
              deepEqual(object.troubles, []);
              deepEqual(
                [object.class, object.names, object.flags, object.tailLength],
                [want.className, want.names, want.flags, 4],
              );
              deepEqual(object.properties?.map(readForm), want.properties.map(writtenForm));
            }
          } finally {
            world.close();
          }
        }),
        { numRuns: 60 },
      );
    });
  });
}

Deno.test("any generated world is read back whole: people, structures, dinos, bases, decay", async () => {
  const options = fc.record({
    seed: fc.nat(),
    version: fc.constantFrom(13 as const, 14 as const),
    structures: fc.integer({ min: 0, max: 400 }),
    dinos: fc.nat(12),
    pods: fc.nat(12),
    archives: fc.constantFrom("embedded" as const, "files" as const),
    archiveVersion: fc.constantFrom(5 as const, 6 as const, 7 as const),
    podVersion: fc.constantFrom(0x0406 as const, 0x0407 as const),
  });
  await fc.assert(
    fc.asyncProperty(options, (options) =>
      withTempFolder((folder) => {
        const path = `${folder}/TheIsland_WP.ark`;
        const { archiveVersion, podVersion, ...world } = options;
        const { spec, truth } = generateWorld(world);
        writeWorld(path, { ...spec, archiveVersion, podVersion });
        const found = survey(path, options.archives === "files" ? folder : undefined);
        const { counts, map, version, gameTimeSeconds } = found.summary;
        deepEqual(
          [map, version, gameTimeSeconds],
          [spec.map, spec.version, spec.gameTimeSeconds],
        );
        deepEqual(
          { ...counts, bases: undefined },
          {
            objects: truth.objects,
            structures: truth.structures,
            tamed: truth.tamed,
            cryopods: truth.cryopods,
            players: truth.players.length,
            tribes: truth.tribes.length,
            bases: undefined,
            problems: 0,
          },
        );
        checkPeople(found, truth);
        checkStructures(found, spec);
        checkTamed(found, spec);
        checkBases(found, truth.bases.map((plan) => [...baseStructures(plan)]));
      })),
    { numRuns: 25 },
  );
});

function checkPeople(found: Survey, truth: ReturnType<typeof generateWorld>["truth"]): void {
  const members = new Map(
    truth.tribes.map(({ tribeId, members }) => [tribeId, new Set(members.map((m) => m.playerId))]),
  );
  deepEqual(
    [...found.records("players", "document")],
    truth.players.map((player) => ({
      playerId: player.playerId,
      accountId: player.accountId,
      name: player.platformName,
      characterName: player.characterName,
      level: player.level,
      tribeId: members.get(player.tribeId ?? 0)?.has(player.playerId) ? player.tribeId : null,
    })).sort((a, b) => a.playerId - b.playerId),
  );
  deepEqual(
    [...found.records("tribes", "document")],
    truth.tribes.map((tribe) => ({
      tribeId: tribe.tribeId,
      name: tribe.name,
      ownerPlayerId: tribe.ownerPlayerId,
      members: tribe.members.map(({ playerId, name }) => ({ playerId, name })),
      logLines: tribe.log?.length ?? 0,
    })).sort((a, b) => a.tribeId - b.tribeId),
  );
}

function checkStructures(found: Survey, spec: WorldSpec): void {
  deepEqual(
    [...found.records("structures", "full")].map((record) => {
      const { baseId: _, ...fields } = record as Record<string, unknown>;
      return fields;
    }),
    [...spec.structures ?? []].map(({ guid, className, place, owner }) => ({
      guid: guid!,
      class: className,
      x: place?.x ?? null,
      y: place?.y ?? null,
      z: place?.z ?? null,
      tribeId: owner!.teamId,
      ownerName: owner!.name,
    })).sort((a, b) => a.guid < b.guid ? -1 : 1),
  );
}

function checkTamed(found: Survey, spec: WorldSpec): void {
  const inventories = [...spec.structures ?? [], ...spec.dinos ?? [], ...spec.pawns ?? []]
    .flatMap(({ inventory }) => inventory?.items ?? []);
  const podded = [...inventories, ...spec.looseItems ?? []].flatMap(({ pod }) => pod?.dino ?? []);
  const fields = (dino: DinoSpec, cryopod: boolean) => ({
    dinoId: dino.id.join(","),
    class: dino.className,
    name: dino.tamedName ?? null,
    level: (dino.baseLevel ?? 1) + (dino.extraLevel ?? 0),
    isFemale: dino.isFemale ?? false,
    cryopod,
  });
  const byId = (a: { dinoId: string }, b: { dinoId: string }) => a.dinoId < b.dinoId ? -1 : 1;
  deepEqual(
    ([...found.records("tamed", "stored")] as TamedDino[])
      .map(({ dinoId, class: path, name, level, isFemale, cryopod }) => ({
        dinoId,
        class: path,
        name,
        level,
        isFemale,
        cryopod,
      })).sort(byId),
    [
      ...[...spec.dinos ?? []].filter(({ owner }) => owner).map((dino) => fields(dino, false)),
      ...podded.map((dino) => fields(dino, true)),
    ].sort(byId),
  );
}

/** Every planned base that is large enough is found, with its source and newest time. */
function checkBases(found: Survey, planned: StructureSpec[][]): void {
  const bases = new Map([...found.bases()].map((base) => [base.id, base]));
  for (const structures of planned) {
    if (structures.length <= 50) continue;
    const guids = structures.map(({ guid }) => guid!).sort();
    const base: BaseRecord | undefined = bases.get(guids[0]!);
    equal(base?.structures, structures.length);
    equal(base?.tribeId, structures[0]!.owner!.teamId);
  }
}

Deno.test("profiles and tribes beside a world count only when its folder is named", async () => {
  await withTempFolder((folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    const { spec, truth } = generateWorld({ structures: 60, archives: "files" });
    writeWorld(path, spec);
    equal(survey(path).summary.counts.players, 0);
    equal(survey(path, folder).summary.counts.players, truth.players.length);
    equal(survey(path, folder).summary.counts.tribes, truth.tribes.length);
  });
});

Deno.test("a player found in the world and in a file comes from the world, once", async () => {
  await withTempFolder((folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    const { spec, truth } = generateWorld({ structures: 60, archives: "files" });
    const players = truth.players.map((player) => ({ ...player, level: 99 }));
    writeWorld(path, { ...spec, players }); // files with level 99
    writeWorld(path, { ...spec, archives: "embedded" });
    const found = [...survey(path, folder).records("players", "document")] as { level: number }[];
    equal(found.length, truth.players.length);
    equal(found.some(({ level }) => level === 99), false);
  });
});

const OWNER = { teamId: 1_234_567_890, name: "Keepers", playerId: 400_000_001 };
const BOX = "/Game/PrimalEarth/Structures/StorageBox_Large.StorageBox_Large_C";
const POD =
  "/Game/Extinction/CoreBlueprints/Weapons/PrimalItem_WeaponEmptyCryopod.PrimalItem_WeaponEmptyCryopod_C";
const REX = "/Game/PrimalEarth/Dinos/Rex/Rex_Character_BP.Rex_Character_BP_C";

function podded(guid: string, team = OWNER.teamId, baseLevel = 20) {
  const place = { x: 0, y: 0, z: 0 };
  const dino = {
    className: REX,
    id: [7, 9] as const,
    owner: { ...OWNER, teamId: team },
    baseLevel,
    extraLevel: 3,
    tamedName: "Biscuit",
  };
  return { guid, className: POD, pod: { dino, caughtAt: place, caughtAtSeconds: 1e8 } };
}

Deno.test("a dino in a cryopod stands where its container stands and belongs to its owner", async () => {
  await withTempFolder((folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    const guid = (n: number) => n.toString(16).padStart(32, "0");
    const player = {
      playerId: 400_000_001,
      accountId: "0002".padEnd(32, "a"),
      platformName: "P",
      characterName: "C",
      level: 5,
      loginTimeSeconds: 1e8,
    };
    writeWorld(path, {
      version: 14,
      map: "TheIsland_WP",
      gameTimeSeconds: 1e8 + 5000,
      structures: [{
        guid: guid(1),
        className: BOX,
        place: { x: 100, y: 200, z: 300 },
        owner: OWNER,
        // Filled by another tribe and traded since.
        inventory: { items: [podded(guid(2), 1_111_111_111)] },
      }],
      dinos: [{
        guid: guid(3),
        className: REX,
        place: { x: -5, y: -6, z: -7 },
        id: [1, 2],
        owner: OWNER,
        baseLevel: 100,
        inventory: { items: [podded(guid(4))] },
      }],
      pawns: [{
        player,
        place: { x: 11, y: 12, z: 13 },
        inventory: { items: [podded(guid(5))] },
      }],
      looseItems: [podded(guid(6))],
    });
    const tamed = [...survey(path).records("tamed", "full")];
    const rex = { class: REX, name: "Biscuit", level: 23, tribeId: OWNER.teamId, cryopod: true };
    deepEqual(
      tamed,
      [
        { guid: guid(2), ...rex, x: 100, y: 200, z: 300 },
        { guid: guid(3), ...rex, name: null, level: 100, x: -5, y: -6, z: -7, cryopod: false },
        { guid: guid(4), ...rex, x: -5, y: -6, z: -7 },
        { guid: guid(5), ...rex, tribeId: player.playerId, x: 11, y: 12, z: 13 },
        { guid: guid(6), ...rex, x: null, y: null, z: null },
      ].map(inRecordOrder),
    );
  });
});

function inRecordOrder({ guid, class: path, name, level, tribeId, x, y, z, cryopod }: {
  guid: string;
  class: string;
  name: string | null;
  level: number;
  tribeId: number;
  x: number | null;
  y: number | null;
  z: number | null;
  cryopod: boolean;
}) {
  return { guid, class: path, name, level, tribeId, x, y, z, cryopod };
}

Deno.test("tamed dinos near a base count as Dino for its decay, others do not", async () => {
  const floor = "/Game/PrimalEarth/Structures/Metal/Floor_Metal.Floor_Metal_C";
  const structures = Array.from({ length: 51 }, (_, i) => ({
    className: floor,
    place: { x: i * 300, y: 0, z: 0 },
    owner: OWNER,
    lastInAllyRangeSeconds: 1e8,
  }));
  const lastX = 50 * 300;
  async function decayWith(dino: { x: number; team?: number }) {
    let record: BaseRecord | undefined;
    await withTempFolder((folder) => {
      const path = `${folder}/TheIsland_WP.ark`;
      writeWorld(path, {
        version: 14,
        map: "TheIsland_WP",
        gameTimeSeconds: 1e8,
        structures,
        dinos: [{
          className: REX,
          place: { x: dino.x, y: 0, z: 0 },
          id: [1, 2],
          owner: { ...OWNER, teamId: dino.team ?? OWNER.teamId },
        }],
      });
      record = [...survey(path).bases()][0];
    });
    return [record!.hasDinos, record!.decay!.material];
  }
  deepEqual(await decayWith({ x: lastX + 2500 }), [true, "Dino"]); // inclusive
  deepEqual(await decayWith({ x: lastX + 2500.5 }), [false, "Metal"]);
  deepEqual(await decayWith({ x: 0, team: 1_999_999_999 }), [false, "Metal"]);
});

Deno.test("a structure without a position is counted and belongs to no base", async () => {
  await withTempFolder((folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    const structure = { className: BOX, owner: OWNER };
    writeWorld(path, {
      version: 14,
      map: "TheIsland_WP",
      gameTimeSeconds: 1e8,
      structures: Array.from({ length: 60 }, () => structure),
    });
    const { summary } = survey(path);
    deepEqual([summary.counts.structures, summary.counts.bases, summary.unplacedStructures], [
      60,
      0,
      60,
    ]);
  });
});

Deno.test("network addresses and pin codes never leave a save", async () => {
  const { MADE_UP_ADDRESS, MADE_UP_PIN_CODE } = await import("../../src/sandbox/world/people.ts");
  await withTempFolder((folder) => {
    const path = `${folder}/TheIsland_WP.ark`;
    writeWorld(path, generateWorld({ structures: 60 }).spec);
    const found = survey(path);
    for (const kind of ["players", "tribes", "bases", "structures", "tamed", "problems"] as const) {
      const text = [...found.chunks(kind, "stored")].join("");
      equal(text.includes(MADE_UP_ADDRESS) || text.includes(String(MADE_UP_PIN_CODE)), false);
    }
  });
});

// One form for what was written and what was read.

function readForm({ name, index, type, value }: Property): unknown {
  return [name, index, type.name, readValueForm(value)];
}

function readValueForm(value: Value): unknown {
  // Layout 13 does not tell an empty list of bytes from one of enumerators.
  if (value instanceof Uint8Array) return Array.from(value);
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(readValueForm);
  if ("properties" in value) return value.properties.map(readForm);
  if ("numbers" in value) return value.numbers;
  if ("pairs" in value) return value.pairs.map((pair) => pair.map(readValueForm));
  if ("kind" in value) return value.id;
  if ("soft" in value) return value.soft.join("");
  if ("guid" in value) return { guid: value.guid };
  return value;
}

function writtenForm({ name, index, value, tree }: written.Property): unknown {
  return [name, index, tree.name, writtenValueForm(value, tree)];
}

function writtenValueForm(value: unknown, tree: written.TypeTree): unknown {
  const [first, second] = tree.parameters;
  switch (tree.name) {
    case "FloatProperty":
      return Math.fround(value as number);
    case "ObjectProperty":
      return value === "null" ? { guid: "0".repeat(32) } : value;
    case "ArrayProperty":
    case "SetProperty":
      return Array.from(value as unknown[]).map((element) => writtenValueForm(element, first!));
    case "MapProperty":
      return (value as [unknown, unknown][]).map(([key, element]) => [
        writtenValueForm(key, first!),
        writtenValueForm(element, second!),
      ]);
    case "StructProperty":
      return structForm(value, first!.name);
    default:
      return value;
  }
}

function structForm(value: unknown, struct: string): unknown {
  if (struct === "Guid") return { guid: value };
  if (struct === "LinearColor") return (value as number[]).map(Math.fround);
  // The writer takes red, green, blue, alpha; the bytes stand as blue, green, red, alpha.
  if (struct === "Color") {
    const [red, green, blue, alpha] = value as number[];
    return [blue, green, red, alpha];
  }
  const isList = Array.isArray(value) && value.every((part) => typeof part === "object");
  return isList ? value.map((property) => writtenForm(property as written.Property)) : value;
}
