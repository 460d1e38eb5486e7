/**
 * Bases: groups of structures of one owner that stand within reach of each other. Knows what makes
 * such a group worth keeping; does not know decay, dinos or how a save spells an owner.
 * @module
 */

import { type ClusterOptions, clusterPoints } from "./clusters.ts";
import type { Position } from "./model.ts";

/** Structures by columns, one row each. The arrays may be longer than `count`. */
export interface StructureColumns {
  readonly count: number;
  /** Unreal units; NaN where the save has no position. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** The tribe, or the player without one: only structures of one owner form a base. */
  readonly owner: Int32Array;
  /** 16 bytes a structure. */
  readonly guid: Uint8Array;
  /** 1 where class or blueprint is a storage, vault or fridge. */
  readonly storage: Uint8Array;
}

/** A group of structures that counts as a base. */
export interface Base {
  /** Row of the member with the lowest guid, bytes compared in order. */
  readonly keystone: number;
  readonly owner: number;
  /** Rows, ascending. */
  readonly members: Int32Array;
  readonly hasStorage: boolean;
  /** Mean of the members' positions; independent of the order of rows. */
  readonly center: Position;
}

/** What {@link groupIntoBases} found. */
export interface Grouping {
  /** Sorted by the guid of the keystone. */
  readonly bases: Base[];
  /** How many structures have no usable position and so belong nowhere. */
  readonly unplaced: number;
}

/** A group is kept with more structures than this, …. Source: cluster bench, 1. */
const FEW = 50;
/** … or with more than this when a storage is among them. */
const FEW_WITH_STORAGE = 20;

/**
 * Groups structures into bases: owners are equal, and a chain of steps of at most `reach` Unreal
 * units (3-D, inclusive) leads from any member to any other. Kept are groups of more than 50
 * structures, or of more than 20 with a storage. The order of rows does not matter.
 *
 * @throws RangeError when the reach is not above 0.
 */
export function groupIntoBases(
  structures: StructureColumns,
  options: ClusterOptions = {},
): Grouping {
  const { count, x, y, z, owner } = structures;
  const points = {
    x: x.subarray(0, count),
    y: y.subarray(0, count),
    z: z.subarray(0, count),
    group: owner.subarray(0, count),
  };
  const labels = clusterPoints(points, options);
  const bases = keptGroups(labels, structures.storage)
    .map((members) => baseOf(members, structures))
    .sort((a, b) => compareGuids(structures.guid, a.keystone, b.keystone));
  let unplaced = 0;
  for (const label of labels) if (label < 0) unplaced++;
  return { bases, unplaced };
}

/** The rows of every group that is large enough, ascending. A label is the group's first row. */
function keptGroups(labels: Int32Array, storage: Uint8Array): Int32Array[] {
  const sizes = new Int32Array(labels.length);
  const hasStorage = new Uint8Array(labels.length);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    if (label < 0) continue;
    sizes[label]!++;
    hasStorage[label]! |= storage[row]!;
  }
  const groups: Int32Array[] = [];
  const groupOf = new Int32Array(labels.length).fill(-1);
  for (let label = 0; label < labels.length; label++) {
    if (sizes[label]! <= (hasStorage[label] ? FEW_WITH_STORAGE : FEW)) continue;
    groupOf[label] = groups.length;
    groups.push(new Int32Array(sizes[label]!));
  }
  // From the last row back, so that the sizes count down to the place of each row.
  for (let row = labels.length - 1; row >= 0; row--) {
    const label = labels[row]!;
    if (label >= 0 && groupOf[label]! >= 0) groups[groupOf[label]!]![--sizes[label]!] = row;
  }
  return groups;
}

function baseOf(members: Int32Array, structures: StructureColumns): Base {
  const { owner, guid, storage } = structures;
  let keystone = members[0]!;
  for (const row of members) if (compareGuids(guid, row, keystone) < 0) keystone = row;
  return {
    keystone,
    owner: owner[keystone]!,
    members,
    hasStorage: members.some((row) => storage[row] === 1),
    center: {
      x: meanOf(members, structures.x),
      y: meanOf(members, structures.y),
      z: meanOf(members, structures.z),
    },
  };
}

/** An exact sum before the division: a plain one would depend on the order of rows. */
function meanOf(members: Int32Array, axis: Float64Array): number {
  const values = new Float64Array(members.length);
  for (let i = 0; i < members.length; i++) values[i] = axis[members[i]!]!;
  return Math.sumPrecise(values) / members.length;
}

/** Negative when the guid of row `a` comes before that of row `b`, bytes compared in order. */
function compareGuids(guid: Uint8Array, a: number, b: number): number {
  for (let byte = 0; byte < 16; byte++) {
    const difference = guid[16 * a + byte]! - guid[16 * b + byte]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
