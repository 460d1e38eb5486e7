/**
 * Structures, dinos, items, player pawns and their surroundings as objects of a world: one described
 * thing in, its rows out. Knows no files and no randomness beyond missing GUIDs.
 * @module
 */
import type { ArchiveObject } from "./archive.ts";
import { customItemDatas, encodePod, encodeSaddle, type PodVersion } from "./cryopod.ts";
import { CHARACTER_TAIL, COMPONENT_TAIL, FLAGS, type GameObject, type Place3D } from "./objects.ts";
import type { PlayerSpec } from "./people.ts";
import {
  array,
  Bool,
  Byte,
  Double,
  Float,
  Int,
  Name,
  Obj,
  type Property,
  Quat,
  Str,
  struct,
  UInt16,
  UInt32,
  UInt64,
  UniqueNetId,
  Vector,
} from "./properties.ts";
import type { Random } from "./random.ts";

/** What every actor of one world shares. */
export interface Scene {
  map: string;
  gameTimeSeconds: number;
  podVersion: PodVersion;
  /** Source of GUIDs and ids that a description leaves out. */
  random: Random;
}

/** An item; with `pod` it is a filled cryopod. */
export interface ItemSpec {
  guid?: string;
  className: string;
  /** Absent = 1. */
  quantity?: number;
  isBlueprint?: boolean;
  /** A learned recipe, which the game stores as an item. */
  isEngram?: boolean;
  isEquipped?: boolean;
  customName?: string;
  pod?: PodSpec;
}

/** A dino in a cryopod. */
export interface PodSpec {
  dino: DinoSpec;
  caughtAt: Place3D;
  caughtAtSeconds: number;
  /** Class of the saddle in the pod's second slot. */
  saddle?: string;
  version?: PodVersion;
}

/** Items in the hands of a structure, dino or player. */
export interface InventorySpec {
  guid?: string;
  items: readonly ItemSpec[];
}

/** Who owns a structure or dino: a tribe, or a player without one. */
export interface OwnerSpec {
  /** Tribe id, or the player id of a solo player. */
  teamId: number;
  name: string;
  playerId?: number;
  playerName?: string;
}

/** A structure; without an owner it belongs to the map. */
export interface StructureSpec {
  guid?: string;
  className: string;
  /** Absent: the object has no transform, as in damaged saves. */
  place?: Place3D;
  owner?: OwnerSpec;
  maxHealth?: number;
  /** Absent = full. */
  health?: number;
  placedAtText?: string;
  /** Times the decay can start from, in game seconds; today's saves never have `lastTimeRefreshed`. */
  lastInAllyRangeSeconds?: number;
  lastTimeRefreshedSeconds?: number;
  lastEnterStasisSeconds?: number;
  createdAtSeconds?: number;
  /** GUIDs of the structures it is snapped to. */
  linkedTo?: readonly string[];
  boxName?: string;
  inventory?: InventorySpec;
}

/** A dino; without an owner it is wild. */
export interface DinoSpec {
  guid?: string;
  statusGuid?: string;
  className: string;
  /** Absent in a cryopod. */
  place?: Place3D;
  /** The two halves of the dino's id, uint32. */
  id: readonly [number, number];
  isFemale?: boolean;
  owner?: OwnerSpec;
  tamedName?: string;
  imprinterName?: string;
  imprintQuality?: number;
  /** Absent in some real dinos, which then count as 1. */
  baseLevel?: number;
  extraLevel?: number;
  /** Points per stat, in the game's order of stats. */
  wildPoints?: readonly number[];
  tamedPoints?: readonly number[];
  mutations?: readonly number[];
  statValues?: readonly number[];
  colors?: readonly number[];
  createdAtSeconds?: number;
  lastInAllyRangeSeconds?: number;
  inventory?: InventorySpec;
}

/** A player's body, also when asleep. */
export interface PawnSpec {
  guid?: string;
  player: PlayerSpec;
  tribeName?: string;
  place: Place3D;
  isSleeping?: boolean;
  inventory?: InventorySpec;
}

const ItemNetID = struct("ItemNetID");
const UINT32 = 2 ** 32;

/** A structure, its inventory component and the items in it. Source: asa-save-format 14.1. */
export function* structureObjects(spec: StructureSpec, scene: Scene): Generator<GameObject> {
  const { owner, inventory } = spec;
  const guid = spec.guid ?? scene.random.guid();
  const name = instanceName(spec.className, scene);
  const inventoryGuid = inventory?.guid ?? scene.random.guid();
  const properties = [
    ...(inventory ? containerProperties(inventory, inventoryGuid) : []),
    ...present(Str, "BoxName", spec.boxName),
    ...(spec.linkedTo?.length ? [guidArray("LinkedStructures", spec.linkedTo)] : []),
    ...(owner ? placementProperties(owner, spec.placedAtText) : []),
    UInt32.of("StructureID", scene.random.int(2 ** 31)),
    Bool.of("bHasResetDecayTime", true),
    Bool.of("bWasPlacementSnapped", (spec.linkedTo?.length ?? 0) > 0),
    Float.of("MaxHealth", spec.maxHealth ?? 10_000),
    ...present(Float, "Health", spec.health),
    ...present(Double, "LastInAllyRangeTimeSerialized", spec.lastInAllyRangeSeconds),
    ...present(Double, "LastTimeRefreshed", spec.lastTimeRefreshedSeconds),
    ...present(Double, "LastEnterStasisTime", spec.lastEnterStasisSeconds),
    ...present(Double, "OriginalCreationTime", spec.createdAtSeconds),
    ...(owner ? [Int.of("TargetingTeam", owner.teamId)] : []),
    Bool.of("bSavedWhenStasised", true),
  ];
  yield actor({ guid, className: spec.className, name, place: spec.place, properties });
  if (inventory) {
    yield* inventoryObjects(inventory, { guid: inventoryGuid, ownerName: name, scene });
  }
}

function placementProperties(owner: OwnerSpec, placedAtText = "2026.02.05-06.49.55"): Property[] {
  return [
    ...present(Str, "OwningPlayerName", owner.playerName),
    Str.of("OriginalPlacedTimeStamp", placedAtText),
    Str.of("OwnerName", owner.name),
    ...present(Int, "OwningPlayerID", owner.playerId),
    ...present(Int, "OriginalPlacerPlayerID", owner.playerId),
  ];
}

function containerProperties(inventory: InventorySpec, guid: string): Property[] {
  return [
    Obj.of("MyInventoryComponent", { guid }),
    Int.of("CurrentItemCount", inventory.items.length),
    Int.of("MaxItemCount", 45),
  ];
}

/** A dino, its status component, inventory and items. Source: asa-save-format 14.2. */
export function* dinoObjects(spec: DinoSpec, scene: Scene): Generator<GameObject> {
  const { inventory } = spec;
  const guid = spec.guid ?? scene.random.guid();
  const statusGuid = spec.statusGuid ?? scene.random.guid();
  const inventoryGuid = inventory?.guid ?? scene.random.guid();
  const name = instanceName(spec.className, scene);
  const properties = [
    ...dinoProperties(spec, scene),
    ...(spec.place ? locationProperties(spec.place) : []),
    Obj.of("MyCharacterStatusComponent", { guid: statusGuid }),
    ...(inventory ? [Obj.of("MyInventoryComponent", { guid: inventoryGuid })] : []),
    Obj.of("Instigator", { guid }),
  ];
  const { className, place } = spec;
  yield actor({ guid, className, name, place, properties, tail: CHARACTER_TAIL });
  const status = { guid: statusGuid, className: statusClass(spec.className) };
  yield component(status, name, statusProperties(spec));
  if (inventory) {
    yield* inventoryObjects(inventory, { guid: inventoryGuid, ownerName: name, scene });
  }
}

/** Factions of the game's own creatures are small numbers. */
const WILD_TEAM = 1;

function dinoProperties(spec: DinoSpec, scene: Scene): Property[] {
  const { owner } = spec;
  return [
    ...(owner ? tamedProperties(spec, owner) : []),
    Float.of("RequiredTameAffinity", 2900),
    Float.of("UntamedPoopTimeCache", 299.5),
    UInt32.of("DinoID1", spec.id[0]),
    UInt32.of("DinoID2", spec.id[1]),
    ...stats(Byte, "ColorSetIndices", spec.colors),
    ...(spec.isFemale ? [Bool.of("bIsFemale", true)] : []),
    Bool.of("bServerInitializedDino", true),
    ...(owner ? [] : [Name.of("OriginalNPCVolumeName", { text: "NPCZoneVolume", number: 509 })]),
    ...present(Double, "LastInAllyRangeSerialized", spec.lastInAllyRangeSeconds),
    Double.of("LastEnterStasisTime", scene.gameTimeSeconds),
    Double.of("OriginalCreationTime", spec.createdAtSeconds ?? scene.gameTimeSeconds),
    Int.of("TargetingTeam", owner?.teamId ?? WILD_TEAM),
  ];
}

function tamedProperties(spec: DinoSpec, owner: OwnerSpec): Property[] {
  return [
    ...present(Str, "TamedName", spec.tamedName),
    Str.of("TribeName", owner.name),
    Str.of("TamerString", owner.playerName ?? owner.name),
    ...present(Str, "OwningPlayerName", owner.playerName),
    ...present(Int, "OwningPlayerID", owner.playerId),
    ...present(Str, "ImprinterName", spec.imprinterName),
    // The game really starts this text with a line break.
    Str.of("UploadedFromServerName", "\nSample"),
    Str.of("TamedTimeStamp", "2026.01.20-18.08.18"),
    Int.of("TamingTeamID", owner.teamId),
  ];
}

function locationProperties({ x, y, z }: Place3D): Property[] {
  return [
    Quat.of("CharacterSavedDynamicBaseRelativeRotation", [0, 0, 0, 1]),
    Vector.of("SavedBaseWorldLocation", [x, y, z]),
  ];
}

function statusProperties(spec: DinoSpec): Property[] {
  return [
    ...stats(Byte, "NumberOfLevelUpPointsApplied", spec.wildPoints),
    ...stats(Byte, "NumberOfLevelUpPointsAppliedTamed", spec.tamedPoints),
    ...stats(Byte, "NumberOfMutationsAppliedTamed", spec.mutations),
    Bool.of("bServerFirstInitialized", true),
    ...present(Float, "DinoImprintingQuality", spec.imprintQuality),
    Float.of("ExperiencePoints", 1234.5),
    ...present(Int, "BaseCharacterLevel", spec.baseLevel),
    ...present(UInt16, "ExtraCharacterLevel", spec.extraLevel),
    ...(spec.statValues ?? []).map((value, stat) => Float.of("CurrentStatusValues", value, stat)),
  ];
}

/** `…/Dodo_Character_BP.Dodo_Character_BP_C` → the class of its status component. */
function statusClass(dinoClass: string): string {
  const species = dinoClass.split(".").at(-1)!.replace(/_Character_BP.*$/, "");
  const name = `DinoCharacterStatusComponent_BP_${species}`;
  return `/Game/PrimalEarth/CoreBlueprints/${name}.${name}_C`;
}

/** A player's body with inventory. Source: asa-save-format 14.4. */
export function* pawnObjects(spec: PawnSpec, scene: Scene): Generator<GameObject> {
  const { player, place, inventory = { items: [] } } = spec;
  const guid = spec.guid ?? scene.random.guid();
  const className = `/Game/PrimalEarth/CoreBlueprints/PlayerPawnTest_${sex(player)}.` +
    `PlayerPawnTest_${sex(player)}_C`;
  const name = instanceName(className, scene);
  const inventoryGuid = inventory.guid ?? scene.random.guid();
  const properties = [
    Str.of("PlayerName", player.characterName),
    Str.of("PlatformProfileName", player.platformName),
    UniqueNetId.of("PlatformProfileID", player.accountId),
    UInt64.of("LinkedPlayerDataID", BigInt(player.playerId)),
    ...locationProperties(place),
    ...present(Str, "TribeName", spec.tribeName),
    Obj.of("MyInventoryComponent", { guid: inventoryGuid }),
    Bool.of("bIsSleeping", spec.isSleeping ?? false),
    Int.of("TargetingTeam", player.tribeId ?? player.playerId),
  ];
  yield actor({ guid, className, name, place, properties, tail: CHARACTER_TAIL });
  yield* inventoryObjects(inventory, { guid: inventoryGuid, ownerName: name, scene });
}

const sex = (player: PlayerSpec) => player.isFemale ? "Female" : "Male";

function* inventoryObjects(
  inventory: InventorySpec,
  { guid, ownerName, scene }: { guid: string; ownerName: string; scene: Scene },
): Generator<GameObject> {
  const items = inventory.items.map((item) => ({
    ...item,
    guid: item.guid ?? scene.random.guid(),
  }));
  const equipped = items.filter((item) => item.isEquipped);
  const carried = items.filter((item) => !item.isEquipped);
  const guids = (list: typeof items) => list.map((item) => item.guid);
  const properties = [
    ...(carried.length ? [guidArray("InventoryItems", guids(carried))] : []),
    ...(equipped.length ? [guidArray("EquippedItems", guids(equipped))] : []),
    Bool.of("bInitializedMe", true),
    Double.of("LastInventoryRefreshTime", scene.gameTimeSeconds),
  ];
  const className = "/Script/ShooterGame.PrimalInventoryComponent";
  yield component({ guid, className }, ownerName, properties);
  for (const item of items) yield itemObject(item, scene, guid);
}

/** An item; without an inventory it lies in nothing. Source: asa-save-format 14.3, 12. */
export function itemObject(spec: ItemSpec, scene: Scene, inventoryGuid?: string): GameObject {
  const { random } = scene;
  const properties = [
    ...(spec.pod ? podProperties(spec.pod, scene) : []),
    ItemNetID.of("ItemID", [
      UInt32.of("ItemID1", random.int(UINT32)),
      UInt32.of("ItemID2", random.int(UINT32)),
    ]),
    ...(inventoryGuid ? [Obj.of("OwnerInventory", { guid: inventoryGuid })] : []),
    Double.of("LastAutoDurabilityDecreaseTime", scene.gameTimeSeconds),
    ...present(Int, "ItemQuantity", spec.quantity),
    ...present(Str, "CustomItemName", spec.customName),
    Float.of("SavedDurability", NaN), // real saves have NaN here
    Byte.of("ItemVersion", 2),
    ...(spec.isBlueprint ? [Bool.of("bIsBlueprint", true)] : []),
    ...(spec.isEngram ? [Bool.of("bIsEngram", true)] : []),
    ...(spec.isEquipped ? [Bool.of("bEquippedItem", true)] : []),
  ];
  return {
    guid: spec.guid ?? random.guid(),
    className: spec.className,
    names: [instanceName(spec.className, scene)],
    flags: FLAGS.item,
    properties,
  };
}

function podProperties(pod: PodSpec, scene: Scene): Property[] {
  const { dino } = pod;
  const version = pod.version ?? scene.podVersion;
  const objects = podObjects(dino, scene);
  const saddle = pod.saddle
    ? encodeSaddle([Obj.of("ItemArchetype", { path: pod.saddle })], version)
    : Uint8Array.of(0);
  const slots = [encodePod({ ...objects, caughtAt: pod.caughtAt }, version), saddle];
  while (slots.length < 6) slots.push(Uint8Array.of(0));
  const species = dino.className.split(".").at(-1)!.replace(/_Character_BP.*$/, "");
  const level = (dino.baseLevel ?? 1) + (dino.extraLevel ?? 0);
  const title = `${dino.tamedName ?? species} - Lvl ${level} (${species})`;
  const colors = (dino.colors ?? []).map((color) => `${color},`).join("");
  const label = {
    dinoClass: dino.className,
    strings: [objects.dino.names[0]!, title, colors, "", dino.isFemale ? "FEMALE" : "MALE"],
    stats: [...dino.statValues ?? [], ...dino.statValues ?? []],
    caughtAtSeconds: pod.caughtAtSeconds,
  };
  const [first, second] = dino.id;
  return [
    customItemDatas(slots, label),
    UInt32.of("AssociatedDinoID1", first),
    UInt32.of("AssociatedDinoID2", second),
  ];
}

/** Both objects of a payload have the same GUID, which is not unique in the world either. */
function podObjects(dino: DinoSpec, scene: Scene): { dino: ArchiveObject; status: ArchiveObject } {
  const guid = dino.guid ?? scene.random.guid();
  const name = instanceName(dino.className, scene);
  const level = ["PersistentLevel", scene.map];
  return {
    dino: {
      guid,
      className: dino.className,
      names: [name, ...level],
      properties: [
        ...dinoProperties(dino, scene),
        Obj.of("MyCharacterStatusComponent", { index: 1 }),
      ],
    },
    status: {
      guid,
      className: statusClass(dino.className),
      names: ["DinoCharacterStatus1", name, ...level],
      properties: statusProperties(dino),
    },
  };
}

/** An item that lies on the ground, and the actor that shows it. */
export function droppedItem(item: ItemSpec, place: Place3D, scene: Scene): GameObject[] {
  const dropped = itemObject(item, scene);
  const className = "/Game/PrimalEarth/Test/DroppedItemGeneric.DroppedItemGeneric_C";
  const properties = [
    Obj.of("MyItem", { guid: dropped.guid }),
    Double.of("OriginalCreationTime", scene.gameTimeSeconds),
  ];
  const guid = scene.random.guid();
  return [
    actor({ guid, className, name: instanceName(className, scene), place, properties }),
    dropped,
  ];
}

/** The mind of a tamed dino: it has an owner's team but is neither structure nor dino. */
export function aiController(teamId: number, place: Place3D, scene: Scene): GameObject {
  const className = "/Game/PrimalEarth/CoreBlueprints/Dino_AIController_BP.Dino_AIController_BP_C";
  return actor({
    guid: scene.random.guid(),
    className,
    name: instanceName(className, scene),
    place,
    properties: [Int.of("TargetingTeam", teamId)],
  });
}

/** A zone in which wild dinos live, part of the map. */
export function zoneVolume(number: number, place: Place3D, scene: Scene): GameObject {
  return {
    guid: scene.random.guid(),
    className: "/Script/ShooterGame.NPCZoneVolume",
    names: [`NPCZoneVolume_${number}`],
    flags: FLAGS.levelActor,
    place,
    properties: [],
  };
}

/** The clerk of a zone. */
export function zoneManager(number: number, scene: Scene): GameObject {
  return {
    guid: scene.random.guid(),
    className: "/Script/ShooterGame.NPCZoneManager",
    names: [`NPCZoneManager_${number}`],
    flags: FLAGS.levelManager,
    properties: [
      Double.of("FirstUpdateTime", 100_000_050),
      Int.of("NumNPCSpawned", number % 30),
      Int.of("NumSpawnFailures", number % 5),
      Double.of("LastIncreaseNPCTime", scene.gameTimeSeconds),
    ],
  };
}

interface ActorParts {
  guid: string;
  className: string;
  name: string;
  place: Place3D | undefined;
  properties: Property[];
  tail?: Uint8Array;
}

function actor({ name, place, ...parts }: ActorParts): GameObject {
  return { ...parts, names: [name], flags: FLAGS.actor, ...(place ? { place } : {}) };
}

function component(
  id: { guid: string; className: string },
  ownerName: string,
  properties: Property[],
): GameObject {
  const ownName = `${id.className.split(".").at(-1)}1`;
  return {
    ...id,
    names: [ownName, ownerName],
    flags: FLAGS.component,
    properties,
    tail: COMPONENT_TAIL,
  };
}

/** `Floor_Stone_C_2147415544`: unique enough, as in the game, which counts down from 2³¹. */
function instanceName(className: string, { random }: Scene): string {
  return `${className.split(".").at(-1)}_${2_147_480_000 - random.int(2_000_000)}`;
}

function guidArray(name: string, guids: readonly string[]): Property {
  return array(Obj).of(name, guids.map((guid) => ({ guid })));
}

/** The property, or nothing for an absent value. */
function present<V>(
  type: { of(name: string, value: V): Property },
  name: string,
  value: V | undefined,
): Property[] {
  return value === undefined ? [] : [type.of(name, value)];
}

/** One property per stat that is not 0: the game leaves those out. */
function stats(type: typeof Byte, name: string, values: readonly number[] = []): Property[] {
  return values.flatMap((value, stat) => value === 0 ? [] : [type.of(name, value, stat)]);
}
