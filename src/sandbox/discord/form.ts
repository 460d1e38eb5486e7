/**
 * Reads request bodies and queries that may hold anything, and refuses what does not fit in
 * Discord's own form: 50035 with the place of the fault. Knows no route.
 * @module
 */

import { ApiError } from "./api.ts";

/** Bounds of a length or a number, both allowed. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

const SNOWFLAKE = /^(0|[1-9]\d{0,19})$/;

/** The refusal of one field; `path` is dotted, such as `embeds.0.title`. */
export function invalidForm(path: string, code: string, message: string): ApiError {
  const leaf: unknown = { _errors: [{ code, message }] };
  const errors = path.split(".").filter((key) => key !== "")
    .reduceRight((inner, key) => ({ [key]: inner }), leaf);
  return new ApiError(400, 50035, "Invalid Form Body", { errors });
}

/** The fields of a JSON object. `null` counts as absent wherever a value is read. */
export class Form {
  /** @throws {ApiError} 50035 when `value` is no object. */
  constructor(value: unknown, readonly path = "") {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw invalidForm(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used here");
    }
    this.fields = value as Readonly<Record<string, unknown>>;
  }

  readonly fields: Readonly<Record<string, unknown>>;

  /** Whether the field was sent, be it as null. */
  has(name: string): boolean {
    return Object.hasOwn(this.fields, name) && this.fields[name] !== undefined;
  }

  /** A refusal of this field. */
  refuse(name: string, code: string, message: string): ApiError {
    return invalidForm(this.#at(name), code, message);
  }

  /** Text whose length, in characters, is within these bounds. */
  text(name: string, { min = 0, max = Infinity }: Bounds = {}): string | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (typeof value !== "string") {
      throw this.refuse(name, "STRING_TYPE_CONVERT", "Could not interpret as a string");
    }
    const length = [...value].length;
    if (length < min || length > max) {
      const range = max === Infinity ? `at least ${min}` : `between ${min} and ${max}`;
      throw this.refuse(name, "BASE_TYPE_BAD_LENGTH", `Must be ${range} in length`);
    }
    return value;
  }

  /** A whole number. */
  whole(name: string, { min = -Infinity, max = Infinity }: Bounds = {}): number | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (typeof value !== "number" || !Number.isSafeInteger(value)) {
      throw this.refuse(name, "NUMBER_TYPE_COERCE", "Value is not a whole number");
    }
    if (value < min || value > max) {
      throw this.refuse(name, "NUMBER_TYPE_RANGE", `Must be between ${min} and ${max}`);
    }
    return value;
  }

  /** True or false. */
  yesNo(name: string): boolean | undefined {
    const value = this.#value(name);
    if (value === undefined || typeof value === "boolean") return value;
    throw this.refuse(name, "BOOLEAN_TYPE_CONVERT", "Must be either true or false");
  }

  /** A snowflake, which must be text. */
  id(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined || SNOWFLAKE.test(value)) return value;
    throw this.refuse(name, "NUMBER_TYPE_COERCE", `Value is not a snowflake`);
  }

  /** A list of snowflakes. */
  ids(name: string, max = Infinity): string[] | undefined {
    return this.#list(name, max)?.map((item, index) => {
      if (typeof item === "string" && SNOWFLAKE.test(item)) return item;
      throw this.refuse(`${name}.${index}`, "NUMBER_TYPE_COERCE", "Value is not a snowflake");
    });
  }

  /** Permission bits: decimal text, or a number. */
  bits(name: string): bigint | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (typeof value === "string" || typeof value === "number") {
      const text = String(value);
      if (/^\d{1,20}$/.test(text)) return BigInt(text);
    }
    throw this.refuse(name, "BITWISE_TYPE_CONVERT", "Value is not a set of bits");
  }

  /** A nested object. */
  form(name: string): Form | undefined {
    const value = this.#value(name);
    return value === undefined ? undefined : new Form(value, this.#at(name));
  }

  /** A list of objects. */
  forms(name: string, max = Infinity): Form[] | undefined {
    return this.#list(name, max)?.map((item, index) =>
      new Form(item, `${this.#at(name)}.${index}`)
    );
  }

  #list(name: string, max: number): unknown[] | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) {
      throw this.refuse(name, "LIST_TYPE_CONVERT", "Only iterables may be used here");
    }
    if (value.length > max) {
      throw this.refuse(name, "BASE_TYPE_MAX_LENGTH", `Must be ${max} or fewer in length`);
    }
    return value;
  }

  #value(name: string): unknown {
    return this.has(name) ? this.fields[name] ?? undefined : undefined;
  }

  #at(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }
}
