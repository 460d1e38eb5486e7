/**
 * Real saves against what a strict reader of another make found in them, field by field.
 */

import { deepEqual, equal } from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { DEFAULT_DECAY_RULE } from "../../src/ark/decay.ts";
import { type ArchiveObject, openArchive, readArchive } from "../../src/save/archive.ts";
import { openWorld, type WorldFile } from "../../src/save/container.ts";
import { itemsIn } from "../../src/save/items.ts";
import { type GameObject, readObject } from "../../src/save/objects.ts";
import { readEmbedded, readPlayer, readTribe } from "../../src/save/people.ts";
import { findPackedDino, openPod } from "../../src/save/pods.ts";
import { type Property, readProperties, type Value } from "../../src/save/properties.ts";
import type { TypeTree } from "../../src/save/tags.ts";
import { Survey, surveySave } from "../../src/save/survey.ts";
import { sharedJson, sharedPath, sharedTest } from "../shared.ts";

/** File of the world, and the tag under which its expectations are filed. */
const WORLDS = [
  ["Extinction_WP", "Extinction_WP"],
  ["GreenflatMap1", "GreenflatMap1"],
  ["LostColony_WP.b", "LostColony_WP.b"],
  ["Ragnarok_WP_old", "Ragnarok_WP.old"],
] as const;

type Json = Record<string, unknown>;

interface ExpectedWorld {
  saveVersion: number;
  map: string;
  gameTime: number;
  objectCount: number;
  objectFlagHistogram: Record<string, number>;
  classHistogram: Record<string, number>;
  structures: Json[];
  tamedDinos: Json[];
  cryopodDinos: Json[];
  playerPawns: Json[];
  inventories: { guid: string; class: string; name: string; items: string[]; equipped: string[] }[];
  embeddedTribes: Json[];
  embeddedProfiles: Json[];
}

function noTrouble(trouble: unknown): never {
  throw new Error(`unexpected trouble ${JSON.stringify(trouble)}`);
}

for (const [file, tag] of WORLDS) {
  const open = () => openWorld(sharedPath(`save/real/${file}.ark`));
  const expected = () => sharedJson<ExpectedWorld>(`save/expected/world-${tag}.json`);

  sharedTest(
    `${file}: header, classes and flags of all objects are right, none has a problem`,
    () => {
      using world = disposable(open());
      const want = expected();
      const classes: Record<string, number> = {}, flags: Record<string, number> = {};
      for (const object of objectsOf(world)) {
        deepEqual(object.troubles, []);
        classes[object.class] = (classes[object.class] ?? 0) + 1;
        flags[object.flags] = (flags[object.flags] ?? 0) + 1;
      }
      const { version, map, gameTime, objectCount } = world;
      deepEqual(
        [version, map, gameTime, objectCount],
        [want.saveVersion, want.map, want.gameTime, want.objectCount],
      );
      deepEqual(classes, want.classHistogram);
      deepEqual(flags, want.objectFlagHistogram);
    },
  );

  sharedTest(`${file}: objects are right as full property trees`, () => {
    using world = disposable(open());
    const { objects } = sharedJson<{ objects: Record<string, Json> }>(
      `save/expected/objects-${tag}.json`,
    );
    for (const [guid, want] of Object.entries(objects)) {
      const blob = world.blob(guid)!;
      const object = readObject(guid, blob, world.format);
      deepEqual({
        class: object.class,
        names: object.names,
        flags: object.flags,
        blobLength: blob.length,
        properties: object.properties?.map(plain) ?? null,
        tailLength: object.properties ? object.tailLength : null,
      }, {
        class: want["class"],
        names: want["names"],
        flags: want["flags"],
        blobLength: want["blobLength"],
        properties: want["properties"],
        tailLength: want["tailLength"],
      });
    }
  });

  sharedTest(`${file}: structures, and which of them are players', are right`, () => {
    using world = disposable(open());
    const want = expected().structures;
    const found = objectsOf(world).filter(({ properties }) => has(properties, "StructureID"));
    deepEqual(
      found.map((object) => structureFields(object)),
      want.map(({ loc: _, player: __, ...fields }) => fields),
    );
    const survey = surveyOf(`save/real/${file}.ark`);
    deepEqual(
      [...survey.records("structures", "stored")].map(storedStructureFields),
      want.filter(({ player }) => player).map(expectedStructureFields)
        .sort((a, b) => a.guid < b.guid ? -1 : 1),
    );
  });

  sharedTest(`${file}: tamed dinos are right`, () => {
    const survey = surveyOf(`save/real/${file}.ark`);
    deepEqual(
      [...survey.records("tamed", "stored")].map((dino) => {
        const { isBaby: _, cryopod, container, ...fields } = dino as Json;
        equal(cryopod, false); // the only pods here hold wild dinos
        equal(container, null);
        return fields;
      }),
      expected().tamedDinos.map(expectedDinoFields).sort((a, b) => a.guid < b.guid ? -1 : 1),
    );
  });

  sharedTest(`${file}: dinos in cryopods are unpacked right`, () => {
    using world = disposable(open());
    const wanted = new Map(expected().cryopodDinos.map((dino) => [dino["podGuid"], dino]));
    let found = 0;
    for (const object of objectsOf(world)) {
      const datas = value(object.properties, "CustomItemDatas");
      const packed = Array.isArray(datas) ? findPackedDino(datas) : undefined;
      if (!packed) continue;
      found++;
      deepEqual(podFields(object, packed), expectedPodFields(wanted.get(object.guid)!));
    }
    equal(found, wanted.size);
  });

  sharedTest(`${file}: inventories hold the right items`, () => {
    using world = disposable(open());
    for (const { guid, class: path, name, items, equipped } of expected().inventories) {
      const inventory = readObject(guid, world.blob(guid)!, world.format);
      equal(inventory.class, path);
      equal(inventory.names[0], name);
      const guids = (list: string) =>
        (value(inventory.properties, list) as { guid: string }[] | undefined ?? [])
          .map((reference) => reference.guid);
      deepEqual([guids("InventoryItems"), guids("EquippedItems")], [items, equipped]);
      const isRecipe = (item: string) => {
        const blob = world.blob(item);
        return !blob ||
          value(readObject(item, blob, world.format).properties, "bIsEngram") === true;
      };
      deepEqual(
        itemsIn(world, guid, noTrouble).map((item) => item.guid),
        [...items, ...equipped].filter((item) => !isRecipe(item)),
      );
    }
  });

  sharedTest(`${file}: embedded tribes and profiles are right`, () => {
    using world = disposable(open());
    const want = expected();
    const embedded = readEmbedded(world.gameModeBytes!, noTrouble);
    deepEqual(
      embedded.tribes.map((bytes) => tribeFields(bytes)),
      want.embeddedTribes.map(expectedTribeFields),
    );
    deepEqual(
      embedded.profiles.map((bytes) => playerFields(bytes)),
      want.embeddedProfiles.map(expectedPlayerFields),
    );
  });
}

sharedTest("Ragnarok: of two copies of a player the later login is kept, once", () => {
  const [player, ...more] = [
    ...surveyOf("save/real/Ragnarok_WP_old.ark").records("players", "stored"),
  ];
  equal(more.length, 0);
  const { embeddedProfiles } = sharedJson<ExpectedWorld>(
    "save/expected/world-Ragnarok_WP.old.json",
  );
  const newest = embeddedProfiles.reduce((a, b) =>
    Number(a["loginTime"]) > Number(b["loginTime"]) ? a : b
  );
  equal((player as Json)["level"], newest["level"]);
});

sharedTest("profiles and tribes in files of their own are right", () => {
  for (const want of sharedJson<Json[]>("save/expected/profiles.json")) {
    deepEqual(playerFields(archiveBytes(String(want["file"]))), expectedPlayerFields(want));
  }
  for (const want of sharedJson<Json[]>("save/expected/tribes.json")) {
    deepEqual(tribeFields(archiveBytes(String(want["file"]))), expectedTribeFields(want));
  }
});

sharedTest("archives are right as full property trees, and addresses are withheld", () => {
  const all = sharedJson<Record<string, (Json & ArchiveObject)[]>>(
    "save/expected/archives-full.json",
  );
  for (const [file, objects] of Object.entries(all)) {
    deepEqual(
      readArchive(openArchive(archiveBytes(file)), noTrouble).map((object) => ({
        guid: object.guid,
        class: object.class,
        names: object.names,
        isItem: object.isItem,
        offset: object.propertiesAt,
        end: object.end,
        hasGuid: object.hasGuid ? 1 : 0,
        properties: object.properties.map(plain),
      })),
      objects,
    );
  }
});

sharedTest("an uploaded inventory is right", () => {
  for (const want of sharedJson<{ file: string; items: Json[] }[]>("save/expected/cluster.json")) {
    const [first] = readArchive(openArchive(archiveBytes(want.file)), noTrouble);
    const data = inner(value(first!.properties, "MyArkData"));
    const items = value(data, "ArkItems") as Value[];
    deepEqual(
      items.map((item) => {
        const net = inner(value(inner(item), "ArkTributeItem"));
        return {
          archetype: (value(net, "ItemArchetype") as { path: string }).path,
          quantity: value(net, "ItemQuantity"),
          quality: value(net, "ItemQualityIndex") ?? 0,
          blueprint: value(net, "bIsBlueprint") ?? false,
        };
      }),
      want.items,
    );
  }
});

for (const version of [13, 14]) {
  sharedTest(`made world of version ${version}: bases, owners and decay are the true ones`, () => {
    const truth = sharedJson<{
      gameTime: number;
      bases: {
        tribeId: number;
        material: string;
        lastInAllyRange: number;
        hasStorage: boolean;
        members: string[];
      }[];
      playerStructures: number;
      embeddedTribes: number;
      embeddedProfiles: number;
      objects: number;
    }>("save/fixtures/tiny_v14.truth.json");
    const survey = surveyOf(`save/fixtures/tiny_v${version}.ark`);
    const { counts } = survey.summary;
    deepEqual(
      [counts.objects, counts.structures, counts.tribes, counts.players, counts.problems],
      [truth.objects, truth.playerStructures, truth.embeddedTribes, truth.embeddedProfiles, 0],
    );
    const members = Map.groupBy(
      [...survey.records("structures", "full")] as { guid: string; baseId: string | null }[],
      ({ baseId }) => baseId,
    );
    deepEqual(
      [...survey.bases()].map(({ id, tribeId, hasStorage, decay }) => ({
        tribeId,
        hasStorage,
        material: decay!.material,
        refreshedAt: decay!.refreshedAt,
        source: decay!.source,
        members: members.get(id)!.map(({ guid }) => guid),
      })),
      truth.bases.map(({ tribeId, hasStorage, material, lastInAllyRange, members }) => ({
        tribeId,
        hasStorage,
        material,
        refreshedAt: new Date(SAVED_AT + (lastInAllyRange - truth.gameTime) * 1000).toISOString(),
        source: "ally-range",
        members: members.toSorted(),
      })).sort((a, b) => a.members[0]! < b.members[0]! ? -1 : 1),
    );
  });
}

sharedTest("a world of version 13 has the same property trees as its twin of version 14", () => {
  using old = disposable(openWorld(sharedPath("save/fixtures/tiny_v13.ark")));
  using modern = disposable(openWorld(sharedPath("save/fixtures/tiny_v14.ark")));
  for (const object of objectsOf(old)) {
    deepEqual(object.troubles, []);
    const twin = readObject(object.guid, modern.blob(object.guid)!, modern.format);
    deepEqual(withoutTypes(object.properties), withoutTypes(twin.properties));
  }
});

const SAVED_AT = Date.UTC(2026, 0, 2, 3, 4, 5);

function surveyOf(path: string): Survey {
  return surveySave({
    path: sharedPath(path),
    folder: undefined,
    savedAtMs: SAVED_AT,
    decay: DEFAULT_DECAY_RULE,
    dinoRadiusUnits: 2500,
    maps: {},
  });
}

function disposable(world: WorldFile): WorldFile & Disposable {
  return Object.assign(world, { [Symbol.dispose]: () => world.close() });
}

function objectsOf(world: WorldFile): GameObject[] {
  return Array.from(world.rows(), (row) => readObject(row![0].toHex(), row![1], world.format));
}

function archiveBytes(file: string): Uint8Array {
  const folder = /\.ark(profile|tribe)$/.test(file) ? "archives" : "cluster";
  return readFileSync(sharedPath(`save/real/${folder}/${file}`));
}

// Properties as the expectations write them.

function plain({ name, type, index, value }: Property): Json {
  const property = { n: name, t: typeText(type), v: plainValue(value) };
  return index === 0 ? property : { ...property, i: index };
}

function typeText({ name, args }: TypeTree): string {
  return args.length > 0 ? `${name}<${args.map(typeText).join(",")}>` : name;
}

function plainValue(value: Value): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isNaN(value) ? "nan" : value;
  if (typeof value !== "object") return value;
  if (value instanceof Uint8Array) {
    return value.length <= 64
      ? { bytes: value.toHex() }
      : { len: value.length, sha256: createHash("sha256").update(value).digest("hex") };
  }
  if (Array.isArray(value)) return value.map(plainValue);
  if ("properties" in value) return { struct: value.struct, props: value.properties.map(plain) };
  if ("numbers" in value) return { native: value.struct, v: value.numbers.map(plainValue) };
  if ("kind" in value) return { native: value.struct, kind: value.kind, id: value.id, lead: 249 };
  if ("pairs" in value) return { map: value.pairs.map((pair) => pair.map(plainValue)) };
  if ("nothing" in value) return { null: true };
  if ("withheld" in value) return "(withheld)";
  return value;
}

/** Version 13 does not store all types: compare names, indexes and values only. */
function withoutTypes(properties: readonly Property[] | undefined): unknown {
  return JSON.parse(
    JSON.stringify(
      properties?.map(plain) ?? null,
      (key, value) => key === "t" || key === "struct" ? undefined : value,
    ),
  );
}

function value(properties: readonly Property[] | undefined, name: string, index = 0) {
  return properties?.find((property) => property.name === name && property.index === index)?.value;
}

function has(properties: readonly Property[] | undefined, name: string): boolean {
  return value(properties, name) !== undefined;
}

function inner(value: Value | undefined): readonly Property[] {
  return (value as { properties: readonly Property[] }).properties;
}

function guidOf(value: Value | undefined): string | null {
  return (value as { guid?: string } | undefined)?.guid ?? null;
}

function numbersOf(properties: readonly Property[], name: string): Record<string, unknown> {
  return Object.fromEntries(
    properties.filter((property) => property.name === name)
      .map(({ index, value }) => [String(index), value]),
  );
}

// Structures.

function structureFields({ guid, class: path, names, properties }: GameObject) {
  const get = (name: string) => value(properties, name) ?? null;
  return {
    guid,
    class: path,
    name: names[0],
    structureId: get("StructureID"),
    tribeId: get("TargetingTeam"),
    ownerName: get("OwnerName"),
    owningPlayerId: get("OwningPlayerID"),
    owningPlayerName: get("OwningPlayerName"),
    originalPlacerPlayerId: get("OriginalPlacerPlayerID"),
    originalPlacedTimeStamp: get("OriginalPlacedTimeStamp"),
    maxHealth: get("MaxHealth"),
    health: get("Health") ?? get("MaxHealth"),
    healthStored: has(properties, "Health"),
    originalCreationTime: get("OriginalCreationTime"),
    lastEnterStasisTime: get("LastEnterStasisTime"),
    lastInAllyRangeTimeSerialized: get("LastInAllyRangeTimeSerialized"),
    hasResetDecayTime: get("bHasResetDecayTime"),
    inventory: guidOf(value(properties, "MyInventoryComponent")),
    currentItemCount: get("CurrentItemCount"),
    maxItemCount: get("MaxItemCount"),
    linked: (get("LinkedStructures") as Value[] | null ?? []).map(guidOf),
  };
}

function storedStructureFields(record: unknown) {
  const { baseId: _, refreshedAt, ...fields } = record as Json;
  return { ...fields, hasRefresh: refreshedAt !== null } as unknown as { guid: string };
}

function expectedStructureFields(want: Json) {
  const { x, y, z } = want["loc"] as Record<string, number>;
  const times = {
    "ally-range": want["lastInAllyRangeTimeSerialized"],
    "stasis": want["lastEnterStasisTime"],
    "created": want["originalCreationTime"],
  };
  const source = Object.entries(times).find(([, time]) => time !== null)?.[0] ?? null;
  return {
    guid: String(want["guid"]),
    class: want["class"],
    x,
    y,
    z,
    tribeId: want["tribeId"],
    ownerName: want["ownerName"],
    health: want["health"],
    maxHealth: want["maxHealth"],
    inventory: want["inventory"],
    source,
    hasRefresh: source !== null,
  };
}

// Dinos.

function twelve(points: unknown): number[] {
  const byStat = points as Record<string, number>;
  return Array.from({ length: 12 }, (_, stat) => byStat[stat] ?? 0);
}

function expectedDinoFields(want: Json) {
  const { x, y, z } = want["loc"] as Record<string, number>;
  return {
    guid: String(want["guid"]),
    class: want["class"],
    name: want["tamedName"],
    level: want["level"],
    tribeId: want["targetingTeam"],
    dinoId: `${want["dinoId1"]},${want["dinoId2"]}`,
    isFemale: want["isFemale"],
    stats: {
      baseLevel: want["baseLevel"],
      extraLevel: want["extraLevel"],
      wild: twelve(want["pointsWild"]),
      tamed: twelve(want["pointsTamed"]),
      mutations: twelve(want["mutationsTamed"]),
      current: twelve(want["current"]),
      imprinting: want["imprintQuality"] ?? 0,
    },
    x,
    y,
    z,
  };
}

function podFields(pod: GameObject, packed: Uint8Array) {
  const content = openPod(packed);
  const read = (index: number) =>
    readProperties(content.properties(content.entries[index]!), content.format, noTrouble)
      .properties;
  const dino = read(0), status = read(1);
  const get = (name: string) => value(dino, name) ?? null;
  return {
    podClass: pod.class,
    ownerInventory: guidOf(value(pod.properties, "OwnerInventory")),
    class: content.entries[0]!.class,
    names: content.entries[0]!.names,
    blobSize: packed.length,
    tamedName: get("TamedName"),
    targetingTeam: get("TargetingTeam"),
    dinoId1: get("DinoID1"),
    dinoId2: get("DinoID2"),
    isFemale: get("bIsFemale") ?? false,
    baseLevel: value(status, "BaseCharacterLevel") ?? null,
    extraLevel: value(status, "ExtraCharacterLevel") ?? 0,
    pointsWild: numbersOf(status, "NumberOfLevelUpPointsApplied"),
    pointsTamed: numbersOf(status, "NumberOfLevelUpPointsAppliedTamed"),
    mutationsTamed: numbersOf(status, "NumberOfMutationsAppliedTamed"),
    current: numbersOf(status, "CurrentStatusValues"),
    colors: numbersOf(dino, "ColorSetIndices"),
    geneTraits: get("GeneTraits") ?? [],
  };
}

const POD_FIELDS = [
  ...["podClass", "ownerInventory", "class", "names", "blobSize", "tamedName", "targetingTeam"],
  ...["dinoId1", "dinoId2", "isFemale", "baseLevel", "extraLevel", "pointsWild", "pointsTamed"],
  ...["mutationsTamed", "current", "colors", "geneTraits"],
];

function expectedPodFields(want: Json) {
  return Object.fromEntries(POD_FIELDS.map((field) => [field, want[field]]));
}

// People.

function playerFields(bytes: Uint8Array) {
  const { claimedTribeId, ...fields } = readPlayer(bytes, noTrouble)!;
  return { ...fields, tribeId: claimedTribeId };
}

function expectedPlayerFields(want: Json) {
  return {
    playerId: Number(want["playerDataId"]),
    accountId: want["netId"],
    name: want["playerName"],
    characterName: want["characterName"],
    level: want["level"],
    lastLogin: want["loginTime"] ?? want["lastLoginTime"],
    tribeId: want["tribeId"],
  };
}

function tribeFields(bytes: Uint8Array) {
  const { members, log, ...fields } = readTribe(bytes, noTrouble)!;
  const plainLine = ({ day, time, text }: typeof log[number]) => `Day ${day}, ${time}: ${text}`;
  return {
    ...fields,
    memberIds: members.map(({ playerId }) => playerId),
    memberNames: members.map(({ name }) => name),
    logLines: log.length,
    logFirst: log.slice(0, 8).map(plainLine),
    logLast: log.slice(-8).map(plainLine),
  };
}

function expectedTribeFields(want: Json) {
  const plainLine = (line: string) => line.replace(/: <RichColor Color="[^"]*">(.*)<\/>$/s, ": $1");
  return {
    tribeId: want["tribeId"],
    name: want["name"],
    ownerPlayerId: want["ownerPlayerDataId"],
    adminPlayerIds: want["admins"],
    memberIds: want["memberIds"],
    memberNames: want["memberNames"],
    logLines: want["logCount"],
    logFirst: (want["logFirst"] as string[]).map(plainLine),
    logLast: (want["logLast"] as string[]).map(plainLine),
  };
}
