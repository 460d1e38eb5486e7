/**
 * A whole world: players' structures, tamed dinos, and who they belong to.
 * @module
 */

import type { SaveFile, WorldFile } from "./container.ts";
import type { TamedDino } from "./dinos.ts";
import { ObjectPass, type ReadObjectsOptions } from "./object_pass.ts";
import { People, type Player, readEmbedded, readPlayer, readTribe, type Tribe } from "./people.ts";
import { placeActors } from "./places.ts";
import { type Problem, Problems } from "./problems.ts";
import type { StructureTable } from "./structure_table.ts";

/** What a world holds. */
export interface World {
  readonly structures: StructureTable;
  readonly tamed: readonly TamedDino[];
  readonly players: readonly Player[];
  readonly tribes: readonly Tribe[];
  /** Of very many not each; `problemCount` counts them all. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
}

/** What reading a world needs to be told. */
export interface ReadWorldOptions extends ReadObjectsOptions {
  /** Profiles and tribes that lie beside the world. */
  readonly companions?: Iterable<SaveFile>;
}

/**
 * Reads everything of a world.
 * @throws {SaveFormatError} when the file turns out to be damaged as a whole; a damaged object is
 *   only a problem.
 */
export function readWorld(file: WorldFile, options: ReadWorldOptions): World {
  const problems = new Problems();
  const pass = new ObjectPass(file, problems, options);
  pass.read();
  const tamed = placeActors(file, pass, problems);
  const people = readPeople(file, problems, options);
  return {
    structures: pass.structures,
    tamed,
    ...people,
    problems: problems.all(),
    problemCount: problems.count,
  };
}

/** Players and tribes in the world, and those of files that the world does not have. */
function readPeople(
  file: WorldFile,
  problems: Problems,
  { companions = [], onProgress = () => {} }: ReadWorldOptions,
): { players: Player[]; tribes: Tribe[] } {
  const inWorld = new People(), inFiles = new People();
  const embedded = problems.attempt(
    "GameModeCustomBytes",
    (trouble) => file.gameModeBytes && readEmbedded(file.gameModeBytes, trouble),
  );
  for (const bytes of embedded?.tribes ?? []) {
    inWorld.addTribe(problems.attempt("embedded tribe", (trouble) => readTribe(bytes, trouble)));
  }
  for (const bytes of embedded?.profiles ?? []) {
    inWorld.addPlayer(
      problems.attempt("embedded profile", (trouble) => readPlayer(bytes, trouble)),
    );
  }
  for (const { name, kind, read } of companions) {
    if (kind === "tribe") {
      inFiles.addTribe(problems.attempt(name, (trouble) => readTribe(read(), trouble)));
    } else inFiles.addPlayer(problems.attempt(name, (trouble) => readPlayer(read(), trouble)));
    onProgress(file.objectCount); // thousands of files on a slow disk take their time
  }
  return {
    players: [...new Map([...inFiles.players, ...inWorld.players]).values()],
    tribes: [...new Map([...inFiles.tribes, ...inWorld.tribes]).values()],
  };
}
