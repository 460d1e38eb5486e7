/**
 * Where things are: positions of actors out of the transforms, and of cryopods out of whatever
 * holds them.
 * @module
 */

import type { Position } from "../ark/model.ts";
import type { WorldFile } from "./container.ts";
import { LOWEST_PLAYER_TEAM, type TamedDino } from "./dinos.ts";
import { GuidIndex } from "./guid_index.ts";
import type { ObjectPass } from "./object_pass.ts";
import { readInstanceNames } from "./objects.ts";
import type { Problems } from "./problems.ts";
import { guidText, SaveDataError } from "./reader.ts";
import { positionOf, type StructureTable } from "./structure_table.ts";
import { forEachTransform, isWhole } from "./transforms.ts";

const TRANSFORMS = "ActorTransforms";
const MISSING = { offset: 0, reason: "missing: no structure or dino has a position" };

/** Where something stands and whose it is. */
interface Place {
  readonly position: Position | null;
  readonly team: number;
}

/** Fills in the structures' positions, and gives all tamed dinos with theirs. */
export function placeActors(file: WorldFile, pass: ObjectPass, problems: Problems): TamedDino[] {
  const { structures, dinos, holders } = pass;
  if (file.transforms.length === 0) problems.add(null, TRANSFORMS, MISSING);
  const structureIndex = new GuidIndex(structures.guid, structures.count);
  const others = [...dinos, ...holders].map(({ guid }) => guid);
  const otherIndex = indexOf(others);
  const positions = others.map((): Position | null => null);
  for (const blob of file.transforms) {
    if (!isWhole(blob)) {
      problems.add(null, TRANSFORMS, { offset: blob.length, reason: "cut short" });
    }
    forEachTransform(blob, (at, position) => {
      const row = structureIndex.find(blob, at);
      if (row >= 0) {
        if (Number.isNaN(structures.x[row])) setPosition(structures, row, position());
        return;
      }
      const other = otherIndex.find(blob, at);
      if (other >= 0) positions[other] ??= finite(position());
    });
  }
  const walking = dinos.map(({ guid, dino }, i): TamedDino => ({
    ...dino,
    guid: guid.toHex(),
    position: positions[i]!,
    cryopod: false,
    container: null,
  }));
  const holderPositions = positions.slice(dinos.length);
  return [...walking, ...placePods(file, pass, { walking, holderPositions })];
}

/** Positions that are known by the time pods are placed. */
interface Placed {
  readonly walking: readonly TamedDino[];
  readonly holderPositions: readonly (Position | null)[];
}

function placePods(file: WorldFile, pass: ObjectPass, placed: Placed): TamedDino[] {
  const wanted = pass.pods.flatMap(({ guid, inventory }) => inventory ? [guid, inventory] : guid);
  const found = findContainers(new Set(wanted), pass, placed);
  const inventories = pass.pods.map(({ inventory }) => inventory).filter((guid) => guid !== null);
  findByOwnerName(file, new Set(inventories.filter((guid) => !found.has(guid))), found);
  return pass.pods.map(({ guid, dino, inventory }): TamedDino => {
    const place = (inventory ? found.get(inventory) : undefined) ?? found.get(guid);
    return {
      ...dino,
      guid,
      // A pod keeps the team of who filled it; whoever holds it now owns the dino.
      tribeId: place && place.team >= LOWEST_PLAYER_TEAM ? place.team : dino.tribeId,
      position: place?.position ?? null,
      cryopod: true,
      container: inventory,
    };
  });
}

/** Where the wanted inventories, and items that lie on the ground, are. */
function findContainers(
  wanted: ReadonlySet<string>,
  { structures, dinos, holders }: ObjectPass,
  { walking, holderPositions }: Placed,
): Map<string, Place> {
  const found = new Map<string, Place>();
  if (wanted.size === 0) return found;
  const index = indexOf([...wanted].map((guid) => Uint8Array.fromHex(guid)));
  for (let row = 0; row < structures.count; row++) {
    if (index.find(structures.inventory, row * 16) < 0) continue;
    const team = structures.owner[row]!;
    found.set(guidText(structures.inventory, row * 16), {
      position: positionOf(structures, row),
      team,
    });
  }
  dinos.forEach(({ inventory, dino }, i) => {
    if (!inventory || !wanted.has(inventory)) return;
    found.set(inventory, { position: walking[i]!.position, team: dino.tribeId });
  });
  holders.forEach(({ holds, team }, i) => {
    if (index.find(holds) >= 0) found.set(holds.toHex(), { position: holderPositions[i]!, team });
  });
  return found;
}

/**
 * Inventories whose actor does not point at them name it all the same: as second instance name.
 * Needs a further pass over the rows, so it only runs for what is left.
 */
function findByOwnerName(
  file: WorldFile,
  wanted: ReadonlySet<string>,
  found: Map<string, Place>,
): void {
  const inventoryOf = new Map<string, string>();
  for (const guid of wanted) {
    const blob = file.blob(guid);
    const owner = blob && instanceNames(file, blob)[1];
    if (owner) inventoryOf.set(owner, guid);
  }
  if (inventoryOf.size === 0) return;
  const owners: { key: Uint8Array; inventory: string }[] = [];
  for (const row of file.rows()) {
    const inventory = row && inventoryOf.get(instanceNames(file, row[1])[0] ?? "");
    if (inventory) owners.push({ key: row[0], inventory });
  }
  const index = indexOf(owners.map(({ key }) => key));
  for (const blob of file.transforms) {
    forEachTransform(blob, (at, position) => {
      const owner = owners[index.find(blob, at)];
      if (owner && !found.has(owner.inventory)) {
        found.set(owner.inventory, { position: position(), team: 0 });
      }
    });
  }
}

function instanceNames(file: WorldFile, blob: Uint8Array): string[] {
  try {
    return readInstanceNames(blob, file.format);
  } catch (error) {
    if (error instanceof SaveDataError) return []; // the object's own row reports it
    throw error;
  }
}

function indexOf(guids: readonly Uint8Array[]): GuidIndex {
  const column = new Uint8Array(guids.length * 16);
  guids.forEach((guid, i) => column.set(guid, i * 16));
  return new GuidIndex(column, guids.length);
}

/** A position that is not a place on any map is none. */
function finite(position: Position): Position | null {
  return Number.isFinite(position.x + position.y + position.z) ? position : null;
}

function setPosition({ x, y, z }: StructureTable, row: number, position: Position): void {
  x[row] = position.x;
  y[row] = position.y;
  z[row] = position.z;
}
