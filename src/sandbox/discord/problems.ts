/**
 * What is wrong with a piece of JSON, and reading JSON that may be anything: what has the wrong type
 * counts as absent, since the types are checked elsewhere.
 * @module
 */

/** Something wrong at one place of a request or an answer. */
export interface Problem {
  /** Such as `embeds[0].title`. */
  readonly place: string;
  /** Completes the sentence that the place begins; holds no values that were sent. */
  readonly problem: string;
}

/** An object as it came in. */
export type Json = Record<string, unknown>;

/** Whether a JSON value is an object. */
export function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text that must be there, with at most so many characters. */
export function nameProblems(place: string, value: unknown, atMost: number): Problem[] {
  if (text(value).trim() === "") return [{ place, problem: "must not be empty" }];
  return lengthOf(value) > atMost ? [most(place, atMost, "characters")] : [];
}

/** The same problems of a part, named by their place in the whole. */
export function within(part: string, problems: Problem[]): Problem[] {
  return problems.map(({ place, problem }) => ({
    place: place === "body" ? part : `${part}.${place}`,
    problem,
  }));
}

/** A limit that was passed. */
export function most(place: string, count: number, what: string): Problem {
  return { place, problem: `must be at most ${count} ${what}` };
}

/** The value if it is a list, else an empty one. */
export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The objects of a list. */
export function records(value: unknown): Json[] {
  return list(value).filter(isRecord);
}

/** The value if it is text, else an empty one. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Length of a text in code points; 0 for anything else. */
export function lengthOf(value: unknown): number {
  return [...text(value)].length;
}

/** The value at a path such as `footer.text`. */
export function inside(value: unknown, path: string): unknown {
  return path.split(".").reduce((at, name) => isRecord(at) ? at[name] : undefined, value);
}

/** Whether a value is there twice. */
export function hasRepeats(values: unknown[]): boolean {
  return new Set(values).size < values.length;
}

/** Whether an address, if there is one, begins as it must. */
export function hasScheme(url: unknown, schemes: RegExp): boolean {
  return text(url) === "" || schemes.test(text(url));
}
