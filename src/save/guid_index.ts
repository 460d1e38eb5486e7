/**
 * Finds rows by guid without making a text of any: a hash table over a column of guids.
 * @module
 */

/** Mixes all bytes: the game's guids are random in each, but made ones may just be counted. */
function hashAt(bytes: Uint8Array, at: number): number {
  let hash = 0;
  for (let i = at; i < at + 16; i += 4) {
    const word = bytes[i]! | bytes[i + 1]! << 8 | bytes[i + 2]! << 16 | bytes[i + 3]! << 24;
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

function sameGuid(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): boolean {
  for (let i = 0; i < 16; i++) if (a[aAt + i] !== b[bAt + i]) return false;
  return true;
}

/** Rows of a column of guids, by guid. The column must not change afterwards. */
export class GuidIndex {
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #guids: Uint8Array;

  /** @param guids 16 bytes a row. @param count Rows in use; of equal guids the first row is kept. */
  constructor(guids: Uint8Array, count: number) {
    // At most half full, so that probes stay short; 0 marks a free slot, hence row + 1.
    const size = 2 ** Math.ceil(Math.log2(Math.max(count, 1) * 2));
    this.#slots = new Int32Array(size);
    this.#mask = size - 1;
    this.#guids = guids;
    for (let row = 0; row < count; row++) {
      const slot = this.#slotOf(guids, row * 16);
      if (this.#slots[slot] === 0) this.#slots[slot] = row + 1;
    }
  }

  /** The row of the guid at `at` of `bytes`, or -1. */
  find(bytes: Uint8Array, at = 0): number {
    return this.#slots[this.#slotOf(bytes, at)]! - 1;
  }

  /** The slot that holds this guid, or the free one where it would go. */
  #slotOf(bytes: Uint8Array, at: number): number {
    let slot = hashAt(bytes, at) & this.#mask;
    for (;;) {
      const row = this.#slots[slot]! - 1;
      if (row < 0 || sameGuid(this.#guids, row * 16, bytes, at)) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }
}
