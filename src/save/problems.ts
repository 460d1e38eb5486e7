/**
 * What could not be read of a save, collected while the rest is kept.
 * @module
 */

import type { Trouble } from "./properties.ts";
import { SaveDataError } from "./reader.ts";

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

/** A sick save of a big server has a problem per object; nobody reads more than these. */
export const MOST_PROBLEMS = 10_000;

/** The problems of one save. */
export class Problems {
  readonly #list: Problem[] = [];
  count = 0;

  /** All of them, or as many as {@linkcode MOST_PROBLEMS} and a last one that says how many more. */
  all(): readonly Problem[] {
    const more = this.count - this.#list.length;
    if (more === 0) return this.#list;
    return [...this.#list, { guid: null, class: "", offset: 0, reason: `and ${more} more` }];
  }

  add(guid: string | null, path: string, { offset, reason }: Trouble): void {
    this.count++;
    if (this.#list.length < MOST_PROBLEMS) this.#list.push({ guid, class: path, offset, reason });
  }

  /** Runs what may meet damage outside of objects; then there is a problem instead of a value. */
  attempt<T>(what: string, run: (trouble: (trouble: Trouble) => void) => T): T | undefined {
    try {
      return run((trouble) => this.add(null, what, trouble));
    } catch (error) {
      if (!(error instanceof SaveDataError)) throw error;
      this.add(null, what, { offset: error.offset, reason: error.message });
      return undefined;
    }
  }
}
