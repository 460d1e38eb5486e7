/**
 * All player structures of a world as columns: about 110 bytes each, where objects would take ten
 * times that. Filled row by row while the world is read.
 * @module
 */

import { REFRESH_SOURCES, type RefreshSource } from "../ark/decay.ts";
import type { Position } from "../ark/model.ts";
import type { StructureKind } from "../ark/structures.ts";

/** One structure as the reader found it; reused from row to row. */
export class StructureRow {
  /** The row's 16 key bytes. */
  guid: Uint8Array = new Uint8Array(16);
  class = 0;
  /** Tribe id, or the player id of an owner without a tribe. */
  owner = 0;
  ownerName: string | null = null;
  /** NaN where the save does not say. */
  health = NaN;
  maxHealth = NaN;
  /** Guid of the inventory component; null where it has none. */
  inventory: Uint8Array | null = null;
  /** Game time of the last refresh, seconds; NaN where the save has none. */
  refreshed = NaN;
  /** Index of the refresh's source in `REFRESH_SOURCES`; its length for none. */
  source: number = REFRESH_SOURCES.length;

  /** Forgets the structure before. */
  clear(): this {
    this.owner = 0;
    this.ownerName = this.inventory = null;
    this.health = this.maxHealth = this.refreshed = NaN;
    this.source = REFRESH_SOURCES.length;
    return this;
  }
}

/** A structure's class and what is known of it once for all its structures. */
interface StructureClass {
  /** Full class path. */
  readonly path: string;
  /** Index into `materials`. */
  readonly floor: number;
  readonly isStorage: boolean;
}

/** Columns of all structures. Arrays are longer than `count`: rows from there on mean nothing. */
export class StructureTable {
  count = 0;
  /** Unreal units; NaN where a structure has no position. */
  x = new Float64Array(1024);
  y = new Float64Array(1024);
  z = new Float64Array(1024);
  owner = new Int32Array(1024);
  /** 16 bytes a row. */
  guid = new Uint8Array(16 * 1024);
  /** 1 for storages, vaults and fridges. */
  storage = new Uint8Array(1024);
  /** Index into `materials`; 0 for what is no foundation, ceiling or floor. */
  floor = new Uint16Array(1024);
  /** Index into `classes`. */
  class = new Uint32Array(1024);
  /** Index into `ownerNames`. */
  ownerName = new Uint32Array(1024);
  health = new Float32Array(1024);
  maxHealth = new Float32Array(1024);
  /** 16 bytes a row; zeros without an inventory. */
  inventory = new Uint8Array(16 * 1024);
  refreshed = new Float64Array(1024);
  source = new Uint8Array(1024);

  readonly classes: StructureClass[] = [];
  /** Names of floor materials; the first stands for no floor. */
  readonly materials: string[] = [""];
  readonly ownerNames: (string | null)[] = [];
  readonly #ownerNameIndex = new Map<string | null, number>();

  /** Adds a class and gives its index. */
  addClass(path: string, { material, isFloor, isStorage }: StructureKind): number {
    let floor = isFloor ? this.materials.indexOf(material) : 0;
    if (floor < 0) floor = this.materials.push(material) - 1;
    return this.classes.push({ path, floor, isStorage }) - 1;
  }

  /** Adds a row; its position follows later, with the transforms. */
  add(row: StructureRow): void {
    if (this.count === this.x.length) this.#grow();
    const at = this.count++;
    this.x[at] = this.y[at] = this.z[at] = NaN;
    this.owner[at] = row.owner;
    this.guid.set(row.guid, at * 16);
    const { floor, isStorage } = this.classes[row.class]!;
    this.storage[at] = isStorage ? 1 : 0;
    this.floor[at] = floor;
    this.class[at] = row.class;
    this.ownerName[at] = this.#indexOfOwnerName(row.ownerName);
    this.health[at] = row.health;
    this.maxHealth[at] = row.maxHealth;
    if (row.inventory) this.inventory.set(row.inventory, at * 16);
    this.refreshed[at] = row.refreshed;
    this.source[at] = row.source;
  }

  #indexOfOwnerName(name: string | null): number {
    let index = this.#ownerNameIndex.get(name);
    if (index === undefined) {
      index = this.ownerNames.push(name) - 1;
      this.#ownerNameIndex.set(name, index);
    }
    return index;
  }

  #grow(): void {
    this.x = doubled(this.x);
    this.y = doubled(this.y);
    this.z = doubled(this.z);
    this.owner = doubled(this.owner);
    this.guid = doubled(this.guid);
    this.storage = doubled(this.storage);
    this.floor = doubled(this.floor);
    this.class = doubled(this.class);
    this.ownerName = doubled(this.ownerName);
    this.health = doubled(this.health);
    this.maxHealth = doubled(this.maxHealth);
    this.inventory = doubled(this.inventory);
    this.refreshed = doubled(this.refreshed);
    this.source = doubled(this.source);
  }
}

type Column =
  | Float64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

function doubled<T extends Column>(column: T): T {
  const larger = new (column.constructor as new (length: number) => T)(column.length * 2);
  larger.set(column);
  return larger;
}

/** Game times a structure may carry, in the order of `REFRESH_SOURCES`. */
export const REFRESH_PROPERTIES: Readonly<Record<RefreshSource, string>> = {
  "ally-range": "LastInAllyRangeTimeSerialized",
  "refreshed": "LastTimeRefreshed",
  "stasis": "LastEnterStasisTime",
  "created": "OriginalCreationTime",
};

/** The position of a structure; null where it has none. */
export function positionOf({ x, y, z }: StructureTable, row: number): Position | null {
  return Number.isFinite(x[row]! + y[row]! + z[row]!)
    ? { x: x[row]!, y: y[row]!, z: z[row]! }
    : null;
}
