/**
 * A few wanted properties out of a list, by name; all others are stepped over undecoded.
 * @module
 */

import { readValue, type Trouble, troubleOf, type Value } from "./properties.ts";
import type { Cursor } from "./reader.ts";
import { type PropertyFormat, readTag, Tag } from "./tags.ts";

/** Wanted property names; a nested selection looks into a struct. */
export interface Selection {
  readonly [name: string]: true | Selection;
}

/** What was found: the first value of each name; elements of static arrays by their index. */
export class Selected {
  readonly #values = new Map<string, Value>();

  /** @param path Name, with the struct's name and a dot before it where nested. */
  set(path: string, index: number, value: Value): void {
    const key = index === 0 ? path : `${path}[${index}]`;
    if (!this.#values.has(key)) this.#values.set(key, value);
  }
  /** @param path `MyData.PlayerName`; `CurrentStatusValues[7]` for a static array. */
  value(path: string): Value | undefined {
    return this.#values.get(path);
  }
  has(path: string): boolean {
    return this.#values.has(path);
  }
  /** A number of any width; 64-bit ones as the nearest double. null when absent or not finite. */
  number(path: string): number | null {
    const value = this.#values.get(path);
    if (typeof value === "bigint") return Number(value);
    return typeof value === "number" && Number.isFinite(value) ? value : null;
  }
  text(path: string): string | null {
    const value = this.#values.get(path);
    return typeof value === "string" ? value : null;
  }
  /** The guid a reference points to; null for no object. */
  guid(path: string): string | null {
    const value = this.#values.get(path);
    if (typeof value !== "object" || value === null || !("guid" in value)) return null;
    return /^0+$/.test(value.guid) ? null : value.guid;
  }
  list(path: string): readonly Value[] {
    const value = this.#values.get(path);
    return Array.isArray(value) ? value : [];
  }
  /** The first `length` elements of a static array of numbers; absent ones are 0. */
  numbers(path: string, length: number): number[] {
    return Array.from(
      { length },
      (_, index) => this.number(index === 0 ? path : `${path}[${index}]`) ?? 0,
    );
  }
}

/**
 * Reads the wanted properties of the list at the cursor. Damage is reported and what was found
 * before it is kept.
 */
export function select(
  cursor: Cursor,
  { format, wanted, trouble }: {
    format: PropertyFormat;
    wanted: Selection;
    trouble: (trouble: Trouble) => void;
  },
): Selected {
  const found = new Selected();
  const start = cursor.pos;
  try {
    walk(wanted, "");
  } catch (error) {
    trouble(troubleOf(error, start));
  }
  return found;

  function walk(wanted: Selection, prefix: string): void {
    const tag = new Tag(), byKey = new Map<number, string>();
    for (const name of Object.keys(wanted)) byKey.set(format.names.key(name), name);
    while (readTag(cursor, format, tag)) {
      const name = tag.nameNumber === 0 ? byKey.get(tag.name) : undefined;
      const end = tag.valueAt + tag.size;
      if (name !== undefined) {
        const inner = wanted[name]!;
        if (inner === true) {
          found.set(prefix + name, tag.index, readValue(cursor, { format, tag, trouble }));
        } else if (tag.type === format.struct && !tag.native) {
          walkInside(inner, `${prefix}${name}.`, end);
        }
      }
      cursor.pos = end;
    }
  }

  /** Damage inside a struct costs that struct, not what follows it. */
  function walkInside(wanted: Selection, prefix: string, end: number): void {
    const outerEnd = cursor.end, at = cursor.pos;
    cursor.end = end;
    try {
      walk(wanted, prefix);
    } catch (error) {
      trouble(troubleOf(error, at));
    } finally {
      cursor.end = outerEnd;
    }
  }
}
