/**
 * Encodes one object of a world: the value of a `game` row. Knows no actors and no files.
 * @module
 */
import { encodeProperties, type Encoder, type Property } from "./properties.ts";

/**
 * What an object is: bit 0 item, bit 1 from the level, bit 3 has a row in `ActorTransforms`.
 *
 * Source: asa-save-format 6.
 */
export const FLAGS = { component: 0, item: 1, levelManager: 2, actor: 8, levelActor: 10 } as const;

/** Place in the world: centimetres, x east, y south, z up; yaw in degrees. */
export interface Place3D {
  x: number;
  y: number;
  z: number;
  yawDegrees?: number;
}

/** One row of `game`, and with a place also one row of `ActorTransforms`. */
export interface GameObject {
  /** Row key, 32 lower-case hex digits. */
  guid: string;
  /** Full blueprint path `/Game/….Thing_C`. */
  className: string;
  /** Own instance name; for components also the owner's. */
  names: readonly string[];
  /** One of `FLAGS`. */
  flags: number;
  /** Absent: the blob stops after the flags, as the game does for animations. */
  properties?: readonly Property[];
  place?: Place3D;
  /** Which of the header's parts the object came from; 0, the map itself, when absent. */
  partIndex?: number;
  /** Bytes of the class itself, after everything else. */
  tail?: Uint8Array;
}

/** Tail of components. */
export const COMPONENT_TAIL = Uint8Array.of(0, 0, 0, 0);
/** Tail of dinos and player pawns. */
export const CHARACTER_TAIL = Uint8Array.of(1, 0, 0, 0);

/** Appends the blob of one object. Source: asa-save-format 6. */
export function encodeObject(to: Encoder, object: GameObject): void {
  const { out, names, layout } = to;
  names.write(out, object.className);
  out.i32(0); // "is an item", always 0 in this game
  out.i32(object.names.length);
  for (const name of object.names) out.string(name);
  out.i32(object.partIndex ?? 0);
  out.u8(object.flags);
  if (object.properties === undefined) return;
  if (layout === 14) out.u8(0); // Unreal's class serialisation control byte
  encodeProperties(to, object.properties);
  out.i32(1); // a GUID follows
  out.guid(object.guid);
  if (object.tail !== undefined) out.bytes(object.tail);
}
