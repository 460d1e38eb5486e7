/**
 * What a structure's class path tells: its material, whether it is a floor, whether it is a
 * storage. Knows names only, no positions and no days.
 * @module
 */

/** What is known of a structure class. */
export interface StructureKind {
  /** `Stone`, `Metal`, … or {@linkcode UNKNOWN_MATERIAL}. */
  readonly material: string;
  /** A foundation, ceiling or floor: only these count for decay. */
  readonly isFloor: boolean;
  /** A storage, vault or fridge: its owner lives here. */
  readonly isStorage: boolean;
}

/** Counts as a material of 12 days where tamed dinos live at a base. */
export const DINO_MATERIAL = "Dino";

/** Material of a class whose path names none. */
export const UNKNOWN_MATERIAL = "Unknown";

/** Words of class paths that mean a material of another name. */
const SYNONYMS: Readonly<Record<string, string>> = { wooden: "Wood" };

/** Materials that are recognised even where no decay period is known for them. */
const KNOWN_MATERIALS = ["Thatch", "Wood", "Adobe", "Stone", "Greenhouse", "Metal", "Tek"];

/**
 * A classifier of class paths for the given materials.
 *
 * The last path component decides, since folders lie (`OceanPlatform_Wood/OceanPlatfom_Metal_BP` is
 * metal); only where it names no material the folders are asked, the nearest first. Whole words
 * count, so that a gravestone is not stone. A fence foundation is a fence, not a foundation.
 *
 * @param materials Names beyond the built-in ones, e.g. from a mod.
 * Source: asa-save-format 15, material traps.
 */
export function structureClassifier(
  materials: Iterable<string> = [],
): (classPath: string) => StructureKind {
  const byWord = new Map(Object.entries(SYNONYMS));
  for (const name of [...KNOWN_MATERIALS, ...materials]) {
    // Dinos are a material of bases only, never of a structure.
    if (name !== DINO_MATERIAL) byWord.set(wordsOf(name).join(""), name);
  }
  return (classPath) => {
    const name = lastComponent(classPath);
    const folders = classPath.split(/[/.]/).slice(0, -1).reverse();
    const material = [name, ...folders].map((part) => materialIn(part, byWord))
      .find((found) => found !== undefined);
    return {
      material: material ?? UNKNOWN_MATERIAL,
      isFloor: /foundation|ceiling|floor/i.test(name) && !wordsOf(name).includes("fence"),
      isStorage: /storage|vault|fridge/i.test(classPath),
    };
  };
}

function lastComponent(classPath: string): string {
  return classPath.slice(Math.max(classPath.lastIndexOf("/"), classPath.lastIndexOf(".")) + 1);
}

/** The last material word wins: in `Wood_To_Stone_Floor` the thing is of stone. */
function materialIn(part: string, byWord: ReadonlyMap<string, string>): string | undefined {
  const words = wordsOf(part);
  // Two words may be one name: "GreenHouse", or "Black Stone" of a mod.
  return words.map((word, i) => byWord.get(`${words[i - 1] ?? ""}${word}`) ?? byWord.get(word))
    .findLast((found) => found !== undefined);
}

/** `ThatchFloor_SM_New` → thatch, floor, sm, new. Joined words around a floor are split, too. */
function wordsOf(part: string): string[] {
  return part
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/foundation|ceiling|floor/g, " $& ")
    .split(/[^a-z]+/)
    .filter((word) => word !== "");
}
