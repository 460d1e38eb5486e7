import assert from "node:assert/strict";
import { join } from "node:path";
import type { DinoSpec, OwnerSpec, StructureSpec } from "../../../src/sandbox/world/actors.ts";
import type { PlayerSpec, TribeSpec } from "../../../src/sandbox/world/people.ts";
import { type WorldSpec, writeWorld } from "../../../src/sandbox/world/world.ts";
import { isPlayerStructure, openWorldFile, property, walkWorld, withFolder } from "./opened.ts";

const guid = (digit: string) => digit.repeat(32);
const OWNER: OwnerSpec = { teamId: 1_060_495_371, name: "White Peaks Clan" };
const PLAYER: PlayerSpec = {
  playerId: 389_727_754,
  accountId: "0002079ae0244af7919a026db2b53ab0",
  platformName: "Emily#1",
  characterName: "Emily",
  isFemale: true,
  level: 12,
  tribeId: OWNER.teamId,
  loginTimeSeconds: 100_001_000,
};
const TRIBE: TribeSpec = {
  tribeId: OWNER.teamId,
  name: OWNER.name,
  ownerPlayerId: PLAYER.playerId,
  members: [{ playerId: PLAYER.playerId, name: "Emily" }],
};
const DINO: DinoSpec = {
  guid: guid("d"),
  statusGuid: guid("e"),
  className: "/Game/PrimalEarth/Dinos/Dodo/Dodo_Character_BP.Dodo_Character_BP_C",
  place: { x: 1, y: 2, z: 3 },
  id: [4_000_000_000, 7],
  baseLevel: 243,
  extraLevel: 88,
  wildPoints: [42, 0, 30],
  colors: [0, 200],
};
const BOX: StructureSpec = {
  guid: guid("a"),
  className: "/Game/PrimalEarth/Structures/StorageBox_Large.StorageBox_Large_C",
  place: { x: 10, y: 20, z: 30 },
  owner: OWNER,
  maxHealth: 2400,
  lastInAllyRangeSeconds: 100_000_500,
  linkedTo: [guid("b")],
  inventory: {
    guid: guid("1"),
    items: [
      { guid: guid("2"), className: "/Game/Wood.Wood_C", quantity: 100 },
      { guid: guid("3"), className: "/Game/Hat.Hat_C", isEquipped: true },
    ],
  },
};
const FLOOR: StructureSpec = {
  guid: guid("b"),
  className: "/Game/PrimalEarth/Structures/Thatch/Thatch_Floor.Thatch_Floor_C",
  owner: OWNER,
  maxHealth: 2400,
  health: 1200,
  lastTimeRefreshedSeconds: 100_000_400,
};
const SPEC: WorldSpec = {
  version: 14,
  map: "TheIsland_WP",
  gameTimeSeconds: 100_001_484,
  tribes: [TRIBE],
  players: [PLAYER],
  structures: [BOX, FLOOR, { guid: guid("c"), className: "/Game/Dam.Dam_C" }],
  dinos: [{ ...DINO, owner: OWNER }, { ...DINO, guid: guid("f"), statusGuid: guid("6") }],
  pawns: [{ guid: guid("4"), player: PLAYER, place: { x: 0, y: 0, z: 9 }, tribeName: OWNER.name }],
  looseItems: [{
    guid: guid("5"),
    className: "/Game/Pod.Pod_C",
    pod: {
      dino: { ...DINO, owner: OWNER },
      caughtAt: { x: 7, y: 8, z: 9 },
      caughtAtSeconds: 100_000_000,
      saddle: "/Game/S.S_C",
    },
  }],
};

for (const version of [14, 13] as const) {
  Deno.test(`writeWorld() writes described things so that they can be told apart, version ${version}`, () =>
    withFolder((folder) => {
      const path = join(folder, "a", "b", "w.ark");
      const objects = writeWorld(path, { ...SPEC, version });
      const world = openWorldFile(path);
      const found = walkWorld(world);
      assert.equal(found.size, objects);
      assert.equal(world.version, version);
      const structures = [...found].filter(([, object]) => isPlayerStructure(object));
      assert.deepEqual(structures.map(([key]) => key), [guid("a"), guid("b")]);

      const box = found.get(guid("a"));
      assert.equal(property(box, "OwnerName"), "White Peaks Clan");
      assert.equal(property(box, "LastInAllyRangeTimeSerialized"), 100_000_500);
      assert.equal(property(box, "Health"), undefined, "absent when full");
      assert.deepEqual(property(box, "LinkedStructures"), [`guid ${guid("b")}`]);
      assert.deepEqual(world.places.get(guid("a")), [10, 20, 30]);

      const floor = found.get(guid("b"));
      assert.equal(property(floor, "Health"), 1200);
      assert.equal(property(floor, "LastTimeRefreshed"), 100_000_400);
      assert.equal(world.places.get(guid("b")), undefined, "no place was described");
    }));

  Deno.test(`writeWorld() links containers, inventories and items both ways, version ${version}`, () =>
    withFolder((folder) => {
      const path = join(folder, "w.ark");
      writeWorld(path, { ...SPEC, version });
      const found = walkWorld(openWorldFile(path));
      const [box, inventory] = [found.get(guid("a")), found.get(guid("1"))];
      assert.equal(property(box, "MyInventoryComponent"), `guid ${guid("1")}`);
      assert.equal(inventory?.names[1], box?.names[0]);
      assert.equal(inventory?.flags, 0);
      assert.deepEqual(property(inventory, "InventoryItems"), [`guid ${guid("2")}`]);
      assert.deepEqual(property(inventory, "EquippedItems"), [`guid ${guid("3")}`]);
      assert.equal(property(found.get(guid("2")), "OwnerInventory"), `guid ${guid("1")}`);
      assert.equal(property(found.get(guid("2")), "ItemQuantity"), 100);
      assert.equal(property(found.get(guid("3")), "ItemQuantity"), undefined, "absent = 1");
    }));

  Deno.test(`writeWorld() writes dinos with their status, version ${version}`, () =>
    withFolder((folder) => {
      const path = join(folder, "w.ark");
      writeWorld(path, { ...SPEC, version });
      const found = walkWorld(openWorldFile(path));
      const [tame, wild, status] = [guid("d"), guid("f"), guid("e")].map((key) => found.get(key));
      assert.equal(property(tame, "DinoID1"), 4_000_000_000);
      assert.equal(property(tame, "TargetingTeam"), OWNER.teamId);
      assert.equal(property(tame, "ColorSetIndices"), undefined, "0 is left out");
      assert.equal(property(tame, "ColorSetIndices", 1), 200);
      assert.equal(property(tame, "MyCharacterStatusComponent"), `guid ${guid("e")}`);
      assert.ok(Number(property(wild, "TargetingTeam")) < 50_000);
      assert.equal(property(status, "BaseCharacterLevel"), 243);
      assert.equal(property(status, "ExtraCharacterLevel"), 88);
      assert.equal(property(status, "NumberOfLevelUpPointsApplied", 2), 30);
      assert.equal(status?.names[1], tame?.names[0]);
      assert.deepEqual([tame?.tail.toHex(), status?.tail.toHex()], ["01000000", "00000000"]);

      const pawn = found.get(guid("4"));
      assert.match(pawn?.className ?? "", /PlayerPawnTest_Female/);
      assert.equal(property(pawn, "LinkedPlayerDataID"), 389_727_754n);
    }));

  Deno.test(`writeWorld() fills the six slots of a pod that lies in nothing, version ${version}`, () =>
    withFolder((folder) => {
      const path = join(folder, "w.ark");
      writeWorld(path, { ...SPEC, version });
      const pod = walkWorld(openWorldFile(path)).get(guid("5"));
      assert.equal(property(pod, "OwnerInventory"), undefined);
      assert.equal(property(pod, "AssociatedDinoID1"), 4_000_000_000);
      type Tags = { name: string; value: unknown }[];
      const [data] = property(pod, "CustomItemDatas") as Tags[];
      const value = (tags: Tags, name: string) => tags.find((tag) => tag.name === name)?.value;
      assert.equal(value(data!, "CustomDataName"), "Dino");
      const slots = value(value(data!, "CustomDataBytes") as Tags, "ByteArrays") as Tags[];
      const bytes = slots.map((slot) => value(slot, "Bytes") as number[]);
      assert.deepEqual(bytes.slice(2), [[0], [0], [0], [0]]);
      assert.deepEqual(bytes[0]!.slice(0, 2), [version === 14 ? 7 : 6, 4], "payload version");
      assert.deepEqual(bytes[1]!.slice(0, 4), [0xad, 0xde, 0xbe, 1]);
    }));
}

Deno.test("writeWorld() puts profiles and tribes inside the world or beside it", () =>
  withFolder((folder) => {
    const path = join(folder, "w.ark");
    const stores = (spec: WorldSpec) => {
      writeWorld(path, spec);
      return openWorldFile(path).custom.get("GameModeCustomBytes")!.length;
    };
    assert.ok(stores(SPEC) > 1000);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["w.ark"]);
    assert.equal(stores({ ...SPEC, archives: "files" }), 4 + 8 + 8 + 28);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      `${PLAYER.accountId}.arkprofile`,
      `${TRIBE.tribeId}.arktribe`,
      "w.ark",
    ]);
  }));

Deno.test("writeWorld() explains a target in a folder that cannot be made", () =>
  withFolder((folder) => {
    Deno.writeTextFileSync(join(folder, "file"), "");
    assert.throws(
      () => writeWorld(join(folder, "file", "sub", "w.ark"), SPEC),
      /Cannot write .*: its folder cannot be made/,
    );
  }));
