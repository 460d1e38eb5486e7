/**
 * A described world becomes a save: the `.ark` file, and profiles and tribes inside it or beside it.
 * Holds no more than one described thing at a time, so lists may be generated while they are read.
 * @module
 */
import { dirname, join } from "node:path";
import {
  dinoObjects,
  type DinoSpec,
  itemObject,
  type ItemSpec,
  pawnObjects,
  type PawnSpec,
  type Scene,
  structureObjects,
  type StructureSpec,
} from "./actors.ts";
import type { ArchiveVersion } from "./archive.ts";
import { type StoreEntry, WorldFile } from "./container.ts";
import type { PodVersion } from "./cryopod.ts";
import type { GameObject } from "./objects.ts";
import {
  type ArchiveOptions,
  encodeProfile,
  encodeTribe,
  type PlayerSpec,
  type TribeSpec,
} from "./people.ts";
import type { Layout } from "./properties.ts";
import { Random, STREAMS } from "./random.ts";

/** A whole save. */
export interface WorldSpec {
  /** Save version; 14 is today's. */
  version: Layout;
  /** As the game spells it: `TheIsland_WP`. */
  map: string;
  /** Server running time in seconds; new worlds start at 100,000,000. */
  gameTimeSeconds: number;
  saveCount?: number;
  tribes?: Iterable<TribeSpec>;
  players?: Iterable<PlayerSpec>;
  /** `embedded` as under `-usestore` and in single player, `files` as on other servers. */
  archives?: "embedded" | "files";
  archiveVersion?: ArchiveVersion;
  /** Of pods that do not say it themselves; by default the one that fits `version`. */
  podVersion?: PodVersion;
  structures?: Iterable<StructureSpec>;
  dinos?: Iterable<DinoSpec>;
  pawns?: Iterable<PawnSpec>;
  /** Items, also filled pods, that lie in no inventory. */
  looseItems?: Iterable<ItemSpec>;
  /** Anything else that fills a world. */
  extraObjects?: Iterable<GameObject>;
  /** Decides the GUIDs and ids that the description leaves out. */
  seed?: number;
}

/**
 * Writes a world, replacing an older file of that name; missing parent folders are created.
 *
 * @returns Number of objects written.
 * @throws Error when the target is no file or cannot be written; nothing is left half-written.
 */
export function writeWorld(path: string, spec: WorldSpec): number {
  const { version, map, gameTimeSeconds, saveCount = 15 } = spec;
  makeFolder(path);
  using file = new WorldFile(path, { version, map, gameTimeSeconds, saveCount });
  for (const object of worldObjects(spec)) file.add(object);
  const archiveOptions: ArchiveOptions = {
    map,
    ...(spec.archiveVersion ? { version: spec.archiveVersion } : {}),
  };
  if (spec.archives === "files") {
    const folder = dirname(path);
    for (const tribe of spec.tribes ?? []) writeTribe(folder, tribe, archiveOptions);
    for (const player of spec.players ?? []) writeProfile(folder, player, archiveOptions);
    file.finish();
  } else file.finish(encodeStores(spec, archiveOptions));
  return file.objects;
}

function makeFolder(path: string): void {
  try {
    Deno.mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw new Error(`Cannot write ${path}: its folder cannot be made; name another target`, {
      cause: error,
    });
  }
}

/** Every object of a described world, in the order in which they are written. */
export function* worldObjects(spec: WorldSpec): Generator<GameObject> {
  const scene: Scene = {
    map: spec.map,
    gameTimeSeconds: spec.gameTimeSeconds,
    podVersion: spec.podVersion ?? (spec.version === 13 ? 0x0406 : 0x0407),
    random: new Random(spec.seed ?? 1, STREAMS.scene),
  };
  for (const structure of spec.structures ?? []) yield* structureObjects(structure, scene);
  for (const dino of spec.dinos ?? []) yield* dinoObjects(dino, scene);
  for (const pawn of spec.pawns ?? []) yield* pawnObjects(pawn, scene);
  for (const item of spec.looseItems ?? []) yield itemObject(item, scene);
  yield* spec.extraObjects ?? [];
}

function encodeStores(spec: WorldSpec, options: ArchiveOptions) {
  const tribes: StoreEntry[] = [];
  for (const tribe of spec.tribes ?? []) {
    tribes.push({ key: tribe.tribeId, archive: encodeTribe(tribe, options) });
  }
  const profiles: StoreEntry[] = [];
  // Real keys run from 0, and a reader must not take key 0 for a deleted entry.
  for (const player of spec.players ?? []) {
    profiles.push({ key: profiles.length, archive: encodeProfile(player, options) });
  }
  return { tribes, profiles };
}

/** Writes `<account id>.arkprofile` into the folder and returns its path. */
export function writeProfile(folder: string, player: PlayerSpec, options: ArchiveOptions): string {
  const path = join(folder, `${player.accountId}.arkprofile`);
  Deno.writeFileSync(path, encodeProfile(player, options));
  return path;
}

/** Writes `<tribe id>.arktribe` into the folder and returns its path. */
export function writeTribe(folder: string, tribe: TribeSpec, options: ArchiveOptions): string {
  const path = join(folder, `${tribe.tribeId}.arktribe`);
  Deno.writeFileSync(path, encodeTribe(tribe, options));
  return path;
}
