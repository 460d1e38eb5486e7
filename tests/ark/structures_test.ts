import { deepEqual, equal } from "node:assert/strict";
import { structureClassifier } from "../../src/ark/structures.ts";

const classify = structureClassifier();

function check(path: string, material: string, role: "floor" | "storage" | "other"): void {
  const kind = classify(path);
  deepEqual(
    { material: kind.material, isFloor: kind.isFloor, isStorage: kind.isStorage },
    { material, isFloor: role === "floor", isStorage: role === "storage" },
    path,
  );
}

Deno.test("structureClassifier() knows the game's floors, foundations and ceilings", () => {
  const folder = "/Game/PrimalEarth/Structures";
  check(`${folder}/Thatch/Thatch_Floor.Thatch_Floor_C`, "Thatch", "floor");
  check(`${folder}/Thatch/Thatch_Ceiling.Thatch_Ceiling_C`, "Thatch", "floor");
  check(`${folder}/Wooden/Floor_Wood_SM_New.Floor_Wood_SM_New_C`, "Wood", "floor");
  check(`${folder}/Stone/Floor_Stone.Floor_Stone_C`, "Stone", "floor");
  check(`${folder}/Stone/TriFoundation_Stone.TriFoundation_Stone_C`, "Stone", "floor");
  check(`${folder}/Metal/Ceiling_Metal.Ceiling_Metal_C`, "Metal", "floor");
  check(`${folder}/Greenhouse/GreenhouseCeiling.GreenhouseCeiling_C`, "Greenhouse", "floor");
  check("/Game/Mods/X/GreenHouseCeiling.GreenHouseCeiling_C", "Greenhouse", "floor");
  check(`${folder}/Tek/TekFloor.TekFloor_C`, "Tek", "floor");
  check(`${folder}/Tek/Tekfoundation.Tekfoundation_C`, "Tek", "floor");
  check("/Game/ScorchedEarth/Structures/Adobe/AdobeFloor.AdobeFloor_C", "Adobe", "floor");
});

Deno.test("structureClassifier() is not fooled by names that contain other names", () => {
  check(
    "/Game/PrimalEarth/Structures/OceanPlatform/OceanPlatform_Wood/OceanPlatfom_Metal_BP.OceanPlatfom_Metal_BP_C",
    "Metal",
    "other",
  );
  check("/Game/PrimalEarth/Structures/Gravestone.Gravestone_C", "Unknown", "other");
  check(
    "/Game/PrimalEarth/Structures/Stone/FenceFoundation_Stone.FenceFoundation_Stone_C",
    "Stone",
    "other",
  );
  check(
    "/Game/PrimalEarth/Structures/Fence_Foundation_Wood.Fence_Foundation_Wood_C",
    "Wood",
    "other",
  );
  check("/Game/Mods/Defenceless_Foundation_Stone.Defenceless_Foundation_Stone_C", "Stone", "floor");
  check("/Game/Mods/Redwood/Platform_Floor.Platform_Floor_C", "Unknown", "floor");
});

Deno.test("structureClassifier() asks the folder only when the name says nothing", () => {
  check("/Game/Mods/Pack/Metal/Floor_01.Floor_01_C", "Metal", "floor");
  check("/Game/Mods/Metal/Wood/Floor_01.Floor_01_C", "Wood", "floor");
  check("/Game/Mods/Metal/Floor_Stone.Floor_Stone_C", "Stone", "floor");
});

Deno.test("structureClassifier() finds storages, vaults and fridges", () => {
  check("/Game/PrimalEarth/Structures/StorageBox_Large.StorageBox_Large_C", "Unknown", "storage");
  check("/Game/PrimalEarth/Structures/BP_Vault.BP_Vault_C", "Unknown", "storage");
  check("/Game/Extinction/Structures/CryoFridge.CryoFridge_C", "Unknown", "storage");
  check("/Game/PrimalEarth/Structures/SimpleBed.SimpleBed_C", "Unknown", "other");
});

Deno.test("structureClassifier() learns materials of mods from the decay table", () => {
  const kind = structureClassifier(["Obsidian"])("/Game/Mods/O/ObsidianFloor.ObsidianFloor_C");
  deepEqual(kind, { material: "Obsidian", isFloor: true, isStorage: false });
  const learned = structureClassifier(["Black Stone", "MetalX2", "Dino"]);
  const material = (name: string) => learned(`/Game/Mods/Dino/${name}.${name}_C`).material;
  deepEqual(
    ["Black_Stone_Floor", "BlackStoneFloor", "Stone_Floor", "MetalX2_Floor", "Floor_Big"].map(
      material,
    ),
    ["Black Stone", "Black Stone", "Stone", "MetalX2", "Unknown"],
  );
});

Deno.test("structureClassifier() survives any text as a class path", () => {
  for (const path of ["", "/", ".", "///", "Floor", "constructor.__proto__", "x".repeat(100_000)]) {
    equal(typeof classify(path).material, "string");
  }
});
