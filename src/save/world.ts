/**
 * A whole world in one pass: players' structures, tamed dinos, and who they belong to. Decides what
 * is decoded: an object whose class or frame cannot matter is stepped over.
 * @module
 */

import type { Position } from "../ark/model.ts";
import { REFRESH_SOURCES } from "../ark/decay.ts";
import type { StructureKind } from "../ark/structures.ts";
import type { SaveFile, WorldFile } from "./container.ts";
import {
  DINO,
  type DinoCore,
  dinoInPod,
  dinoOf,
  LOWEST_PLAYER_TEAM,
  statsOf,
  STATUS,
  type TamedDino,
} from "./dinos.ts";
import { GuidIndex } from "./guid_index.ts";
import { Flags, ObjectHead, readHead, readInstanceNames } from "./objects.ts";
import { type Player, readEmbedded, readPlayer, readTribe, type Tribe } from "./people.ts";
import { findPackedDino, isPodClass } from "./pods.ts";
import type { Trouble } from "./properties.ts";
import { Cursor, guidText, SaveDataError } from "./reader.ts";
import { select } from "./selection.ts";
import { REFRESH_PROPERTIES, StructureRow, StructureTable } from "./structure_table.ts";
import { readTag, Tag } from "./tags.ts";

/** Something in a save that could not be read; the rest was kept. */
export interface Problem {
  /** Of the object; null for a profile or tribe. */
  readonly guid: string | null;
  /** Class path, or the file's name. */
  readonly class: string;
  /** Byte position inside the object or file. */
  readonly offset: number;
  readonly reason: string;
}

/** What a world holds. */
export interface World {
  readonly structures: StructureTable;
  readonly tamed: readonly TamedDino[];
  /** Those in the world first, then those of files that the world does not have. */
  readonly players: readonly Player[];
  readonly tribes: readonly Tribe[];
  /** At most {@linkcode MOST_PROBLEMS}; `problemCount` counts all. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
}

/** A sick save of a big server has a problem per object; nobody reads more than these. */
export const MOST_PROBLEMS = 10_000;

/** What reading a world needs to be told. */
export interface ReadWorldOptions {
  readonly classify: (classPath: string) => StructureKind;
  /** Profiles and tribes that lie beside the world. */
  readonly companions?: Iterable<SaveFile>;
  /** Called now and then with the number of objects read so far. */
  readonly onProgress?: (objects: number) => void;
}

/**
 * Reads everything of a world.
 * @throws {SaveFormatError} when the file turns out to be damaged as a whole; a damaged object is
 *   only a problem.
 */
export function readWorld(file: WorldFile, options: ReadWorldOptions): World {
  return new WorldReader(file, options).read();
}

/** What kind of value a walked property is read as. */
const enum Slot {
  structureId,
  team,
  ownerName,
  health,
  maxHealth,
  inventory,
  dinoId,
  item,
  /** and three more: one per refresh source */
  refresh,
}

/** Something that may contain pods and is neither structure nor tamed dino. */
interface Holder {
  readonly guid: Uint8Array;
  /** Its inventory, or the item it stands for. */
  readonly holds: Uint8Array;
  readonly team: number;
}

interface Pod {
  readonly guid: string;
  readonly dino: DinoCore;
  readonly inventory: string | null;
}

/** Where something stands and whose it is. */
interface Place {
  readonly position: Position | null;
  readonly team: number;
}

class WorldReader {
  readonly structures = new StructureTable();
  readonly problems: Problem[] = [];
  problemCount = 0;

  readonly #row = new StructureRow();
  readonly #head = new ObjectHead();
  readonly #tag = new Tag();
  readonly #slots: ReadonlyMap<number, number>;
  readonly #classes = new Map<number, ClassFacts>();
  readonly #dinos: { guid: Uint8Array; inventory: string | null; dino: DinoCore }[] = [];
  readonly #holders: Holder[] = [];
  readonly #pods: Pod[] = [];

  constructor(readonly file: WorldFile, readonly options: ReadWorldOptions) {
    const { names } = file.format.properties;
    const slots: [string, number][] = [
      ["StructureID", Slot.structureId],
      ["TargetingTeam", Slot.team],
      ["OwnerName", Slot.ownerName],
      ["Health", Slot.health],
      ["MaxHealth", Slot.maxHealth],
      ["MyInventoryComponent", Slot.inventory],
      ["DinoID1", Slot.dinoId],
      ["MyItem", Slot.item],
      ...REFRESH_SOURCES.map((source, i): [string, number] => [
        REFRESH_PROPERTIES[source],
        Slot.refresh + i,
      ]),
    ];
    this.#slots = new Map(slots.map(([name, slot]) => [names.key(name), slot]));
  }

  read(): World {
    this.#readObjects();
    const places = this.#readPlaces();
    const tamed = [
      ...this.#dinos.map(({ guid, dino }, i): TamedDino => ({
        ...dino,
        guid: guid.toHex(),
        position: places.dinos[i]!,
        cryopod: false,
        container: null,
      })),
      ...this.#placePods(places),
    ];
    const people = this.#readPeople();
    return {
      structures: this.structures,
      tamed,
      ...people,
      problems: this.problems,
      problemCount: this.problemCount,
    };
  }

  #readObjects(): void {
    let done = 0;
    for (const [key, blob] of this.file.rows()) {
      const cursor = new Cursor(blob);
      try {
        if (readHead(cursor, this.file.format, this.#head)) this.#readObject(key, cursor);
      } catch (error) {
        if (!(error instanceof SaveDataError)) throw error;
        this.#addProblem(key.toHex(), this.#className(), {
          offset: error.offset,
          reason: error.message,
        });
      }
      if (++done % 4096 === 0) this.options.onProgress?.(done);
    }
    this.options.onProgress?.(done);
  }

  #readObject(key: Uint8Array, cursor: Cursor): void {
    const { flags } = this.#head;
    if (flags === Flags.spawnedActor) this.#readActor(key, cursor);
    else if (flags & Flags.item && this.#class().isPod) this.#readPod(key, cursor);
  }

  /** Walks an actor once; what it is shows only at the end of its properties. */
  #readActor(key: Uint8Array, cursor: Cursor): void {
    const start = cursor.pos, row = this.#row, tag = this.#tag;
    const { properties: format } = this.file.format;
    let isStructure = false, isDino = false, item: Uint8Array | null = null;
    row.owner = 0;
    row.ownerName = row.inventory = null;
    row.health = row.maxHealth = row.refreshed = NaN;
    row.source = REFRESH_SOURCES.length;
    while (readTag(cursor, format, tag)) {
      const slot = this.#slots.get(tag.name);
      if (slot !== undefined) {
        switch (slot) {
          case Slot.structureId:
            isStructure = true;
            break;
          case Slot.dinoId:
            isDino = true;
            break;
          case Slot.team:
            if (tag.size === 4) row.owner = cursor.i32();
            break;
          case Slot.ownerName:
            row.ownerName = cursor.text();
            break;
          case Slot.health:
            if (tag.size === 4) row.health = cursor.f32();
            break;
          case Slot.maxHealth:
            if (tag.size === 4) row.maxHealth = cursor.f32();
            break;
          case Slot.inventory:
            row.inventory = referenceGuid(cursor, tag);
            break;
          case Slot.item:
            item = referenceGuid(cursor, tag);
            break;
          default:
            this.#readRefresh(cursor, slot - Slot.refresh);
        }
      }
      cursor.pos = tag.valueAt + tag.size;
    }
    if (isStructure) {
      if (row.owner >= LOWEST_PLAYER_TEAM) this.#addStructure(key);
    } else if (isDino) {
      cursor.pos = start;
      if (row.owner >= LOWEST_PLAYER_TEAM) this.#addDino(key, cursor);
    } else if (row.inventory ?? item) {
      // Players and dropped items: their pods stand where they stand.
      const holds = (item ?? row.inventory)!.slice();
      this.#holders.push({ guid: key, holds, team: row.owner });
    }
  }

  /** Keeps the time of the surest source: a lower index is surer. */
  #readRefresh(cursor: Cursor, source: number): void {
    const { size } = this.#tag, row = this.#row;
    if (source > row.source || (size !== 8 && size !== 4)) return;
    const gameTime = size === 8 ? cursor.f64() : cursor.f32();
    if (!(gameTime > 0)) return; // not set
    row.refreshed = gameTime;
    row.source = source;
  }

  #addStructure(key: Uint8Array): void {
    const facts = this.#class(), row = this.#row;
    if (facts.structure < 0) {
      const { material, isFloor, isStorage } = this.options.classify(facts.path);
      const floorMaterial = isFloor ? material : null;
      facts.structure =
        this.structures.classes.push({ path: facts.path, floorMaterial, isStorage }) - 1;
    }
    row.guid = key;
    row.class = facts.structure;
    this.structures.add(row);
  }

  #addDino(key: Uint8Array, cursor: Cursor): void {
    const guid = key.toHex(), path = this.#className();
    const trouble = (trouble: Trouble) => this.#addProblem(guid, path, trouble);
    const format = this.file.format.properties;
    const dino = select(cursor, { format, wanted: DINO, trouble });
    const status = this.#readStatus(dino.guid("MyCharacterStatusComponent"));
    const inventory = dino.guid("MyInventoryComponent");
    this.#dinos.push({ guid: key, inventory, dino: dinoOf(path, dino, status) });
  }

  #readStatus(guid: string | null) {
    const blob = guid && this.file.blob(guid);
    if (!blob) return null;
    const cursor = new Cursor(blob), head = new ObjectHead(), { format } = this.file;
    try {
      if (!readHead(cursor, format, head)) return null;
    } catch (error) {
      // The component's own row reports it.
      if (error instanceof SaveDataError) return null;
      throw error;
    }
    const trouble = (trouble: Trouble) =>
      this.#addProblem(guid, format.properties.names.text(head.class), trouble);
    return statsOf(select(cursor, { format: format.properties, wanted: STATUS, trouble }));
  }

  #readPod(key: Uint8Array, cursor: Cursor): void {
    const guid = key.toHex(), path = this.#className();
    const trouble = (trouble: Trouble) => this.#addProblem(guid, path, trouble);
    const format = this.file.format.properties;
    const wanted = { CustomItemDatas: true, OwnerInventory: true } as const;
    const pod = select(cursor, { format, wanted, trouble });
    const packed = findPackedDino(pod.list("CustomItemDatas"));
    const dino = packed && dinoInPod(packed, trouble);
    // Wild dinos come in pods, too.
    if (!dino || dino.tribeId < LOWEST_PLAYER_TEAM) return;
    this.#pods.push({ guid, dino, inventory: pod.guid("OwnerInventory") });
  }

  /** Goes once through the actors' transforms and keeps what somebody waits for. */
  #readPlaces() {
    const { structures } = this;
    const structureIndex = new GuidIndex(structures.guid, structures.count);
    const others = [...this.#dinos, ...this.#holders].map(({ guid }) => guid);
    const otherIndex = indexOf(others);
    const positions = others.map((): Position | null => null);
    for (const blob of this.file.transforms) {
      forEachTransform(blob, (at, position) => {
        const row = structureIndex.find(blob, at);
        if (row >= 0) {
          if (Number.isNaN(structures.x[row])) setPosition(structures, row, position());
          return;
        }
        const other = otherIndex.find(blob, at);
        if (other >= 0) positions[other] ??= position();
      });
    }
    return {
      dinos: positions.slice(0, this.#dinos.length),
      holders: positions.slice(this.#dinos.length),
    };
  }

  #placePods(places: { dinos: (Position | null)[]; holders: (Position | null)[] }): TamedDino[] {
    const wanted = this.#pods.flatMap(({ guid, inventory }) =>
      inventory ? [guid, inventory] : guid
    );
    const found = this.#findContainers(new Set(wanted), places);
    return this.#pods.map(({ guid, dino, inventory }): TamedDino => {
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

  /** Whose inventories (or dropped items) the wanted guids are. */
  #findContainers(
    wanted: ReadonlySet<string>,
    places: { dinos: (Position | null)[]; holders: (Position | null)[] },
  ): Map<string, Place> {
    const found = new Map<string, Place>();
    if (wanted.size === 0) return found;
    const { structures } = this;
    const wantedGuids = [...wanted].map((guid) => Uint8Array.fromHex(guid));
    const index = indexOf(wantedGuids);
    for (let row = 0; row < structures.count; row++) {
      if (index.find(structures.inventory, row * 16) < 0) continue;
      const position = positionOf(structures, row);
      found.set(guidText(structures.inventory, row * 16), {
        position,
        team: structures.owner[row]!,
      });
    }
    this.#dinos.forEach(({ inventory, dino }, i) => {
      if (!inventory || !wanted.has(inventory)) return;
      found.set(inventory, { position: places.dinos[i]!, team: dino.tribeId });
    });
    this.#holders.forEach(({ holds, team }, i) => {
      if (index.find(holds) >= 0) found.set(holds.toHex(), { position: places.holders[i]!, team });
    });
    this.#findByOwnerName(new Set([...wanted].filter((guid) => !found.has(guid))), found);
    return found;
  }

  /**
   * Inventories whose actor does not point at them name it all the same: as second instance name.
   * Needs a further pass over the rows, so it only runs for what is left.
   */
  #findByOwnerName(wanted: ReadonlySet<string>, found: Map<string, Place>): void {
    const inventoryOf = new Map<string, string>();
    for (const guid of wanted) {
      const blob = this.file.blob(guid);
      const owner = blob && this.#instanceNames(blob)[1];
      if (owner) inventoryOf.set(owner, guid);
    }
    if (inventoryOf.size === 0) return;
    const owners: { key: Uint8Array; inventory: string }[] = [];
    for (const [key, blob] of this.file.rows()) {
      const inventory = inventoryOf.get(this.#instanceNames(blob)[0] ?? "");
      if (inventory) owners.push({ key, inventory });
    }
    const index = indexOf(owners.map(({ key }) => key));
    for (const blob of this.file.transforms) {
      forEachTransform(blob, (at, position) => {
        const owner = owners[index.find(blob, at)];
        if (owner && !found.has(owner.inventory)) {
          found.set(owner.inventory, { position: position(), team: 0 });
        }
      });
    }
  }

  #instanceNames(blob: Uint8Array): string[] {
    try {
      return readInstanceNames(blob, this.file.format);
    } catch (error) {
      if (error instanceof SaveDataError) return []; // reported in the first pass
      throw error;
    }
  }

  #readPeople(): { players: Player[]; tribes: Tribe[] } {
    const inWorld = new People(), inFiles = new People();
    const embedded = this.#attempt(
      "GameModeCustomBytes",
      (trouble) => this.file.gameModeBytes && readEmbedded(this.file.gameModeBytes, trouble),
    );
    for (const bytes of embedded?.tribes ?? []) {
      inWorld.addTribe(this.#attempt("embedded tribe", (trouble) => readTribe(bytes, trouble)));
    }
    for (const bytes of embedded?.profiles ?? []) {
      inWorld.addPlayer(this.#attempt("embedded profile", (trouble) => readPlayer(bytes, trouble)));
    }
    for (const { name, kind, bytes } of this.options.companions ?? []) {
      if (kind === "tribe") {
        inFiles.addTribe(this.#attempt(name, (trouble) => readTribe(bytes, trouble)));
      } else inFiles.addPlayer(this.#attempt(name, (trouble) => readPlayer(bytes, trouble)));
    }
    return {
      players: [...new Map([...inFiles.players, ...inWorld.players]).values()],
      tribes: [...new Map([...inFiles.tribes, ...inWorld.tribes]).values()],
    };
  }

  /** Runs what may meet damage; then there is a problem instead of a value. */
  #attempt<T>(what: string, run: (trouble: (trouble: Trouble) => void) => T): T | undefined {
    try {
      return run((trouble) => this.#addProblem(null, what, trouble));
    } catch (error) {
      if (!(error instanceof SaveDataError)) throw error;
      this.#addProblem(null, what, { offset: error.offset, reason: error.message });
      return undefined;
    }
  }

  #class(): ClassFacts {
    const key = this.#head.class;
    let facts = this.#classes.get(key);
    if (!facts) {
      const path = this.file.format.properties.names.text(key);
      facts = { path, isPod: isPodClass(path), structure: -1 };
      this.#classes.set(key, facts);
    }
    return facts;
  }

  /** For reports on objects so damaged that even their class may be unknown. */
  #className(): string {
    try {
      return this.#class().path;
    } catch {
      return "unknown class";
    }
  }

  #addProblem(guid: string | null, path: string, { offset, reason }: Trouble): void {
    this.problemCount++;
    if (this.problems.length < MOST_PROBLEMS) {
      this.problems.push({ guid, class: path, offset, reason });
    }
  }
}

/** What is known of a class once for all its objects. */
interface ClassFacts {
  readonly path: string;
  readonly isPod: boolean;
  /** Index among the structure classes; -1 until the first structure of this class. */
  structure: number;
}

/** Players and tribes by id; of two copies of a player the one who logged in later is kept. */
class People {
  readonly players = new Map<number, Player>();
  readonly tribes = new Map<number, Tribe>();

  addPlayer(player: Player | undefined): void {
    if (!player) return;
    const known = this.players.get(player.playerId);
    if (known && (known.lastLogin ?? 0) > (player.lastLogin ?? 0)) return;
    this.players.set(player.playerId, player);
  }
  addTribe(tribe: Tribe | undefined): void {
    if (tribe) this.tribes.set(tribe.tribeId, tribe);
  }
}

/** The guid of a reference in a world; null for no object or a path. */
function referenceGuid(cursor: Cursor, { size }: Tag): Uint8Array | null {
  if (size !== 18 || cursor.i16() !== 0) return null;
  const guid = cursor.slice(16);
  return guid.some((byte) => byte !== 0) ? guid : null;
}

function indexOf(guids: readonly Uint8Array[]): GuidIndex {
  const column = new Uint8Array(guids.length * 16);
  guids.forEach((guid, i) => column.set(guid, i * 16));
  return new GuidIndex(column, guids.length);
}

/** Bytes of a record: guid, three doubles of place, four of rotation. Source: section 5. */
const TRANSFORM_SIZE = 72;

function forEachTransform(
  blob: Uint8Array,
  visit: (guidAt: number, position: () => Position) => void,
): void {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  for (let at = 0; at + TRANSFORM_SIZE <= blob.length; at += TRANSFORM_SIZE) {
    visit(at, () => ({
      x: view.getFloat64(at + 16, true),
      y: view.getFloat64(at + 24, true),
      z: view.getFloat64(at + 32, true),
    }));
  }
}

function setPosition({ x, y, z }: StructureTable, row: number, position: Position): void {
  x[row] = position.x;
  y[row] = position.y;
  z[row] = position.z;
}

/** The position of a structure; null where it has none. */
export function positionOf({ x, y, z }: StructureTable, row: number): Position | null {
  return Number.isFinite(x[row]! + y[row]! + z[row]!)
    ? { x: x[row]!, y: y[row]!, z: z[row]! }
    : null;
}
