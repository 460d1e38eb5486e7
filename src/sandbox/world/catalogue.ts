/**
 * Class paths and names from which sample worlds are made. Data only.
 * @module
 */

const STRUCTURES = "/Game/PrimalEarth/Structures";

/** `/Game/…/Floor_Stone` → `/Game/…/Floor_Stone.Floor_Stone_C`, the form a save uses. */
function blueprint(path: string): string {
  const name = path.split("/").at(-1);
  return `${path}.${name}_C`;
}

/** The pieces of one building material. */
export interface Tileset {
  material: "Thatch" | "Wood" | "Stone" | "Greenhouse" | "Metal" | "Tek";
  /** Days until unvisited structures decay. Source: asa-save-format 15. */
  decayDays: number;
  maxHealth: number;
  foundation: string;
  ceiling: string;
  wall: string;
  door: string;
}

/** All materials, the weakest first. Greenhouses have no foundation and stand on ceilings. */
export const TILESETS: readonly Tileset[] = [
  {
    material: "Thatch",
    decayDays: 4,
    maxHealth: 2400,
    foundation: blueprint(`${STRUCTURES}/Thatch/Thatch_Floor`),
    ceiling: blueprint(`${STRUCTURES}/Thatch/Thatch_Ceiling`),
    wall: blueprint(`${STRUCTURES}/Thatch/Thatch_Wall`),
    door: blueprint(`${STRUCTURES}/Thatch/Thatch_Door`),
  },
  {
    material: "Wood",
    decayDays: 8,
    maxHealth: 10_000,
    foundation: blueprint(`${STRUCTURES}/Wooden/Floor_Wood_SM_New`),
    ceiling: blueprint(`${STRUCTURES}/Wooden/Ceiling_Wood_SM_New`),
    wall: blueprint(`${STRUCTURES}/Wooden/Wall_Wood_SM_New`),
    door: blueprint(`${STRUCTURES}/Wooden/Door_Wood_SM_New`),
  },
  {
    material: "Stone",
    decayDays: 12,
    maxHealth: 15_000,
    foundation: blueprint(`${STRUCTURES}/Stone/Stone_Floor/Floor_Stone`),
    ceiling: blueprint(`${STRUCTURES}/Stone/Stone_Ceiling/Ceiling_Stone`),
    wall: blueprint(`${STRUCTURES}/Stone/Stone_Wall/Wall_Stone`),
    door: blueprint(`${STRUCTURES}/Stone/Stone_Door/Door_Stone`),
  },
  {
    material: "Greenhouse",
    decayDays: 15,
    maxHealth: 3000,
    foundation: blueprint(`${STRUCTURES}/Greenhouse_Modular/Greenhouse_Ceiling`),
    ceiling: blueprint(`${STRUCTURES}/Greenhouse_Modular/Greenhouse_Ceiling`),
    wall: blueprint(`${STRUCTURES}/Greenhouse_Modular/Greenhouse_Wall`),
    door: blueprint(`${STRUCTURES}/Greenhouse_Modular/Greenhouse_Door`),
  },
  {
    material: "Metal",
    decayDays: 16,
    maxHealth: 25_000,
    foundation: blueprint(`${STRUCTURES}/Metal/Floor_Metal`),
    ceiling: blueprint(`${STRUCTURES}/Metal/Ceiling_Metal`),
    wall: blueprint(`${STRUCTURES}/Metal/Wall_Metal`),
    door: blueprint(`${STRUCTURES}/Metal/Door_Metal`),
  },
  {
    material: "Tek",
    decayDays: 20,
    maxHealth: 70_000,
    foundation: blueprint(`${STRUCTURES}/Tek/Floor_Tek`),
    ceiling: blueprint(`${STRUCTURES}/Tek/Ceiling_Tek`),
    wall: blueprint(`${STRUCTURES}/Tek/Wall_Tek`),
    door: blueprint(`${STRUCTURES}/Tek/Door_Tek`),
  },
];

/** Containers; each name says storage, vault or fridge. */
export const CONTAINERS = {
  boxes: [
    blueprint(`${STRUCTURES}/StorageBox_Large`),
    blueprint(`${STRUCTURES}/StorageBox_Huge`),
    blueprint(`${STRUCTURES}/StorageBox_Small`),
    blueprint("/Game/PrimalEarth/StructuresPlus/Misc/DedicatedStorage/BP_DedicatedStorage"),
  ],
  cryofridge: blueprint("/Game/Extinction/Structures/CryoFridge/CryoFridge"),
} as const;

/** Furniture, none of it a floor or storage, some of it a trap for readers of class names. */
export const FURNITURE: readonly string[] = [
  blueprint(`${STRUCTURES}/SimpleBed`),
  blueprint(`${STRUCTURES}/StandingTorch`),
  blueprint(`${STRUCTURES}/Furniture_Gravestone`),
  blueprint(`${STRUCTURES}/FenceFoundation_Stone`),
  blueprint("/BetterDecor/Blueprints/BD_CrystalLamp"),
  blueprint("/Game/Mods/SmallHomes/Wooden/SH_Shelf_Wood"),
];

/** Structures of the map itself, which have no owner. */
export const MAP_STRUCTURES: readonly string[] = [
  blueprint("/Game/PrimalEarth/CoreBlueprints/TributeTerminal_Base"),
  blueprint("/Game/PrimalEarth/Structures/Beaver_Dam_Level"),
  blueprint("/Game/Aberration/WeaponPlantSpeciesZ/Structure_PlantSpeciesZ_Wild"),
];

/** Dinos to ride. */
export const SPECIES: readonly string[] = ["Dodo", "Rex", "Trike", "Ankylo", "Argent", "Para"]
  .map((name) => blueprint(`/Game/PrimalEarth/Dinos/${name}/${name}_Character_BP`));

/** Goods in boxes. */
export const ITEMS: readonly string[] = ["Wood", "Stone", "Thatch", "Fibers", "MetalIngot", "Hide"]
  .map((name) =>
    blueprint(`/Game/PrimalEarth/CoreBlueprints/Resources/PrimalItemResource_${name}`)
  );

/** A cryopod, filled or not. */
export const CRYOPOD = blueprint(
  "/Game/Extinction/CoreBlueprints/Weapons/PrimalItem_WeaponEmptyCryopod",
);

/** A saddle for the pod's second slot. */
export const SADDLE = blueprint(
  "/Game/PrimalEarth/CoreBlueprints/Items/Armor/Saddles/PrimalItemArmor_RexSaddle",
);

/** Tribe names with the characters that break things. */
export const TRIBE_NAMES: readonly string[] = [
  "Obsidian Pact",
  "Ünïcödé Riders",
  "龍の巣",
  "Жнецы бури",
  "Thatch & <Fury>",
  'La "Manada" 🦖',
  "O'Hara_*bold*",
];

/** Names of survivors. */
export const SURVIVOR_NAMES: readonly string[] = [
  "Helena",
  "Rockwell",
  "Mei-Yin",
  "Díaz",
  "Нерва",
  "月",
  "Raia",
  "Bo`b",
];

/** Names of tamed dinos. */
export const PET_NAMES: readonly string[] = ["Biscuit", "Größe XL", "小龍", "Sir Bites", "N1"];
