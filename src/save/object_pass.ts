/**
 * One pass over all objects of a world: picks out players' structures, tamed dinos, filled cryopods
 * and whoever may carry some. Decides what is decoded: an object whose class or frame cannot matter
 * is stepped over. Positions come later, from the transforms.
 * @module
 */

import { isTellable, REFRESH_SOURCES } from "../ark/decay.ts";
import type { StructureKind } from "../ark/structures.ts";
import type { ObjectRow, WorldFile } from "./container.ts";
import {
  DINO,
  type DinoCore,
  dinoInPod,
  dinoOf,
  LOWEST_PLAYER_TEAM,
  statsOf,
  STATUS,
} from "./dinos.ts";
import { Flags, ObjectHead, readHead } from "./objects.ts";
import { findPackedDino, isPodClass } from "./pods.ts";
import type { Problems } from "./problems.ts";
import { type Trouble, troubleOf } from "./properties.ts";
import { Cursor, SaveDataError } from "./reader.ts";
import { select } from "./selection.ts";
import { REFRESH_PROPERTIES, StructureRow, StructureTable } from "./structure_table.ts";
import { readTag, Tag } from "./tags.ts";

const UNKNOWN_CLASS = "unknown class";
const NO_OBJECT = { offset: 0, reason: "this row is no object, or larger than any" };

/** How often progress is told. */
const PROGRESS_MS = 50;

/** What the pass needs to be told. */
export interface ReadObjectsOptions {
  readonly classify: (classPath: string) => StructureKind;
  /** Called now and then with the number of objects read so far. */
  readonly onProgress?: (objects: number) => void;
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
export interface Holder {
  readonly guid: Uint8Array;
  /** Its inventory, or the item it stands for. */
  readonly holds: Uint8Array;
  readonly team: number;
}

/** A filled cryopod of a player's. */
export interface Pod {
  readonly guid: string;
  readonly dino: DinoCore;
  readonly inventory: string | null;
}

/** A tamed dino that walks about. */
export interface WalkingDino {
  readonly guid: Uint8Array;
  readonly inventory: string | null;
  readonly dino: DinoCore;
}

/** What tells kinds of actors apart; reused from actor to actor. */
class ActorMarks {
  isStructure = false;
  isDino = false;
  /** The item a dropped actor stands for. */
  item: Uint8Array | null = null;
  troubles: Trouble[] = [];

  clear(): this {
    this.isStructure = this.isDino = false;
    this.item = null;
    if (this.troubles.length > 0) this.troubles = [];
    return this;
  }
}

/** What is known of a class once for all its objects. */
interface ClassFacts {
  readonly path: string;
  readonly isPod: boolean;
  /** Index among the structure classes; -1 until the first structure of this class. */
  structure: number;
}

/** The pass, and what it found. */
export class ObjectPass {
  readonly structures = new StructureTable();
  readonly dinos: WalkingDino[] = [];
  readonly holders: Holder[] = [];
  readonly pods: Pod[] = [];

  readonly #file: WorldFile;
  readonly #problems: Problems;
  readonly #options: ReadObjectsOptions;
  readonly #row = new StructureRow();
  readonly #head = new ObjectHead();
  readonly #tag = new Tag();
  readonly #met = new ActorMarks();
  readonly #slots: ReadonlyMap<number, number>;
  readonly #classes = new Map<number, ClassFacts>();

  constructor(file: WorldFile, problems: Problems, options: ReadObjectsOptions) {
    this.#file = file;
    this.#problems = problems;
    this.#options = options;
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

  /** Reads all rows once. */
  read(): void {
    let done = 0, shownAt = performance.now();
    for (const row of this.#file.rows()) {
      if (row) this.#readRow(row);
      else this.#problems.add(null, UNKNOWN_CLASS, NO_OBJECT);
      done++;
      // By time, not by rows: a few objects may take longer than thousands of others.
      if (performance.now() - shownAt > PROGRESS_MS) {
        this.#options.onProgress?.(done);
        shownAt = performance.now();
      }
    }
    this.#options.onProgress?.(done);
  }

  #readRow([key, blob]: ObjectRow): void {
    const cursor = new Cursor(blob);
    this.#head.class = 0; // no name: of an object damaged before its class nothing is known
    try {
      if (readHead(cursor, this.#file.format, this.#head)) this.#readObject(key, cursor);
    } catch (error) {
      this.#addTrouble(key.toHex(), troubleOf(error, 0));
    }
  }

  #readObject(key: Uint8Array, cursor: Cursor): void {
    const { flags } = this.#head;
    if (flags === Flags.spawnedActor) this.#readActor(key, cursor);
    else if (flags & Flags.item && this.#class().isPod) this.#readPod(key, cursor);
  }

  /** Walks an actor once; what it is shows only at the end of its properties. */
  #readActor(key: Uint8Array, cursor: Cursor): void {
    const start = cursor.pos, row = this.#row.clear(), met = this.#met.clear();
    try {
      this.#walkActor(cursor);
    } catch (error) {
      // What was read before the damage stays: a hurt structure is still part of its base.
      met.troubles.push(troubleOf(error, start));
    }
    for (const trouble of met.troubles) this.#addTrouble(key.toHex(), trouble);
    if (met.isStructure) {
      if (row.owner >= LOWEST_PLAYER_TEAM) this.#addStructure(key);
    } else if (met.isDino) {
      cursor.pos = start;
      if (row.owner >= LOWEST_PLAYER_TEAM) this.#addDino(key, cursor);
    } else if (row.inventory ?? met.item) {
      // Players and dropped items: their pods stand where they stand.
      const holds = (met.item ?? row.inventory)!.slice();
      this.holders.push({ guid: key, holds, team: row.owner });
    }
  }

  #walkActor(cursor: Cursor): void {
    const tag = this.#tag, { properties: format } = this.#file.format;
    while (readTag(cursor, format, tag)) {
      const slot = this.#slots.get(tag.name), end = tag.valueAt + tag.size;
      if (slot !== undefined) this.#readValue(slot, cursor, end);
      cursor.pos = end;
    }
  }

  /** Damage inside a value costs that value, not what follows it. */
  #readValue(slot: Slot, cursor: Cursor, end: number): void {
    const outerEnd = cursor.end;
    cursor.end = end;
    try {
      this.#readSlot(slot, cursor);
    } catch (error) {
      this.#met.troubles.push(troubleOf(error, this.#tag.valueAt));
    } finally {
      cursor.end = outerEnd;
    }
  }

  #readSlot(slot: Slot, cursor: Cursor): void {
    const row = this.#row, met = this.#met, { size } = this.#tag;
    switch (slot) {
      case Slot.structureId:
        met.isStructure = true;
        break;
      case Slot.dinoId:
        met.isDino = true;
        break;
      case Slot.team:
        if (size === 4) row.owner = cursor.i32();
        break;
      case Slot.ownerName:
        row.ownerName = cursor.text();
        break;
      case Slot.health:
        if (size === 4) row.health = cursor.f32();
        break;
      case Slot.maxHealth:
        if (size === 4) row.maxHealth = cursor.f32();
        break;
      case Slot.inventory:
        row.inventory = referenceGuid(cursor, this.#tag);
        break;
      case Slot.item:
        met.item = referenceGuid(cursor, this.#tag);
        break;
      default:
        this.#readRefresh(cursor, slot - Slot.refresh);
    }
  }

  /** Keeps the time of the surest source: a lower index is surer. */
  #readRefresh(cursor: Cursor, source: number): void {
    const { size } = this.#tag, row = this.#row;
    if (source > row.source || (size !== 8 && size !== 4)) return;
    const gameTime = size === 8 ? cursor.f64() : cursor.f32();
    // Not set, or damage: then a less sure source may still know.
    if (!isTellable(gameTime, this.#file.gameTime)) return;
    row.refreshed = gameTime;
    row.source = source;
  }

  #addStructure(key: Uint8Array): void {
    const facts = this.#class(), row = this.#row;
    if (facts.structure < 0) {
      facts.structure = this.structures.addClass(facts.path, this.#options.classify(facts.path));
    }
    row.guid = key;
    row.class = facts.structure;
    this.structures.add(row);
  }

  #addDino(key: Uint8Array, cursor: Cursor): void {
    const guid = key.toHex(), { path } = this.#class();
    const isReported = this.#met.troubles.length > 0;
    const trouble = (trouble: Trouble) => {
      if (!isReported) this.#addTrouble(guid, trouble);
    };
    const format = this.#file.format.properties;
    const dino = select(cursor, { format, wanted: DINO, trouble });
    const status = this.#readStatus(dino.guid("MyCharacterStatusComponent"));
    const inventory = dino.guid("MyInventoryComponent");
    this.dinos.push({ guid: key, inventory, dino: dinoOf(path, dino, status) });
  }

  #readStatus(guid: string | null) {
    const blob = guid && this.#file.blob(guid);
    if (!blob) return null;
    const cursor = new Cursor(blob), head = new ObjectHead(), { format } = this.#file;
    try {
      if (!readHead(cursor, format, head)) return null;
    } catch (error) {
      // The component's own row reports it.
      if (error instanceof SaveDataError) return null;
      throw error;
    }
    const path = this.#pathOf(head.class);
    const trouble = (trouble: Trouble) => this.#problems.add(guid, path, trouble);
    return statsOf(select(cursor, { format: format.properties, wanted: STATUS, trouble }));
  }

  #readPod(key: Uint8Array, cursor: Cursor): void {
    const guid = key.toHex();
    const trouble = (trouble: Trouble) => this.#addTrouble(guid, trouble);
    const format = this.#file.format.properties;
    const wanted = { CustomItemDatas: true, OwnerInventory: true } as const;
    const pod = select(cursor, { format, wanted, trouble });
    const packed = findPackedDino(pod.list("CustomItemDatas"));
    const dino = packed && dinoInPod(packed, trouble);
    // Wild dinos come in pods, too.
    if (!dino || dino.tribeId < LOWEST_PLAYER_TEAM) return;
    this.pods.push({ guid, dino, inventory: pod.guid("OwnerInventory") });
  }

  #class(): ClassFacts {
    const key = this.#head.class;
    let facts = this.#classes.get(key);
    if (!facts) {
      const path = this.#file.format.properties.names.text(key);
      facts = { path, isPod: isPodClass(path), structure: -1 };
      this.#classes.set(key, facts);
    }
    return facts;
  }

  #addTrouble(guid: string, trouble: Trouble): void {
    this.#problems.add(guid, this.#pathOf(this.#head.class), trouble);
  }

  /** For reports on objects so damaged that even their class may be unknown. */
  #pathOf(classKey: number): string {
    try {
      return this.#file.format.properties.names.text(classKey);
    } catch (error) {
      if (!(error instanceof SaveDataError)) throw error;
      return UNKNOWN_CLASS;
    }
  }
}

/** The guid of a reference in a world; null for no object or a path. */
function referenceGuid(cursor: Cursor, { size }: Tag): Uint8Array | null {
  if (size !== 18 || cursor.i16() !== 0) return null;
  const guid = cursor.slice(16);
  return guid.some((byte) => byte !== 0) ? guid : null;
}
