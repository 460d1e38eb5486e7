/**
 * Seeded pseudo-random numbers, so that one seed always gives one world. Not for secrets.
 * @module
 */

/**
 * First stream of each use of `Random`, so that more of one thing does not change another and no
 * two things share numbers.
 */
export const STREAMS = {
  scene: 0,
  layout: 1,
  sizes: 2,
  wilderness: 3,
  soloPlayer: 1 << 24,
  removedPlayer: 2 << 24,
  tribe: 3 << 24,
  base: 4 << 24,
  dino: 5 << 24,
  pet: 6 << 24,
  pod: 7 << 24,
} as const;

/**
 * Repeatable stream of numbers: SFC32, whose 128 bits of state keep the streams of thousands of
 * seeds from overlapping (overlapping streams would repeat GUIDs).
 */
export class Random {
  #a = 0;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param stream One of `STREAMS` plus the number of the thing. */
  constructor(seed: number, stream: number) {
    this.#b = seed | 0;
    this.#c = stream | 0;
    // The first values still resemble the seeds.
    for (let round = 0; round < 15; round++) this.#next();
  }

  /** Integer from 0 up to, not including, `below` (at most 2³²). */
  int(below: number): number {
    return Math.floor((this.#next() / 2 ** 32) * below);
  }

  /** Number from `low` up to, not including, `high`. */
  between(low: number, high: number): number {
    return low + (this.#next() / 2 ** 32) * (high - low);
  }

  /** True with probability `share` (0 to 1). */
  chance(share: number): boolean {
    return this.between(0, 1) < share;
  }

  /**
   * One entry of the list.
   *
   * @throws RangeError when the list is empty.
   */
  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError("Cannot pick from a list: it is empty");
    return list[this.int(list.length)]!;
  }

  /** 32 lower-case hex digits. */
  guid(): string {
    let hex = "";
    for (let part = 0; part < 4; part++) hex += this.#next().toString(16).padStart(8, "0");
    return hex;
  }

  /** The next 32 bits, unsigned. */
  #next(): number {
    const result = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + result | 0;
    return result >>> 0;
  }
}
