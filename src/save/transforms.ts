/**
 * Where actors stand: the 72-byte records of `ActorTransforms`.
 * @module
 */

import type { Position } from "../ark/model.ts";

/** Bytes of a record: guid, three doubles of place, four of rotation. Source: asa-save-format 5. */
const RECORD_SIZE = 72;

/** Whether the zeros of a guid that end the records are there. */
export function isWhole(blob: Uint8Array): boolean {
  return blob.length % RECORD_SIZE === 16 && blob.subarray(-16).every((byte) => byte === 0);
}

/**
 * Goes through all records; the zeros that end them fit no actor.
 * @param visit Gets where in `blob` the guid stands, and the position on demand.
 */
export function forEachTransform(
  blob: Uint8Array,
  visit: (guidAt: number, position: () => Position) => void,
): void {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  for (let at = 0; at + RECORD_SIZE <= blob.length; at += RECORD_SIZE) {
    visit(at, () => ({
      x: view.getFloat64(at + 16, true),
      y: view.getFloat64(at + 24, true),
      z: view.getFloat64(at + 32, true),
    }));
  }
}
