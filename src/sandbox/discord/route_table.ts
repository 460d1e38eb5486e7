/**
 * Finds the handler of a path, as in Discord's API description: `/channels/{channel_id}`.
 * @module
 */

import type { RouteHandler, Routes } from "./api.ts";

/** What was found for a path. */
export interface FoundRoute {
  readonly method: string;
  /** Such as `/channels/{channel_id}`. */
  readonly template: string;
  readonly handler: RouteHandler;
  /** Values of the `{…}` parts, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** No token of a bot is needed: the path carries one of its own, or the route is public. */
  readonly isOpen: boolean;
}

interface Entry {
  readonly method: string;
  readonly template: string;
  readonly parts: readonly string[];
  readonly handler: RouteHandler;
}

const PUBLIC = ["GET /gateway"];

/** Routes in the order in which they are tried. */
export class RouteTable {
  readonly #entries: readonly Entry[];

  constructor(routes: Routes) {
    const entries = Object.entries(routes).map(([route, handler]) => {
      const [method = "", template = ""] = route.split(" ");
      return { method, template, parts: template.split("/"), handler };
    });
    // Literal parts win over named ones: `@me` and `@original` are no ids.
    const named = ({ template }: Entry) => template.split("{").length;
    this.#entries = entries.sort((a, b) => named(a) - named(b));
  }

  /**
   * @param path Still encoded: an emoji may stand in it.
   * @returns Why there is nothing, or what there is.
   */
  find(method: string, path: string): FoundRoute | "unknown path" | "other method" {
    const parts = path.split("/").map(decode);
    const fitting = this.#entries.filter((entry) => fits(entry.parts, parts));
    const entry = fitting.find((entry) => entry.method === method);
    if (entry === undefined) return fitting.length === 0 ? "unknown path" : "other method";
    const { template, handler } = entry;
    const params = entry.parts.flatMap((name, index) =>
      name.startsWith("{") ? [[name.slice(1, -1), parts[index]!] as const] : []
    );
    const isOpen = template.includes("_token}") || PUBLIC.includes(`${method} ${template}`);
    return { method, template, handler, params: Object.fromEntries(params), isOpen };
  }
}

function fits(template: readonly string[], parts: readonly string[]): boolean {
  return template.length === parts.length &&
    template.every((name, index) =>
      name === parts[index] || name.startsWith("{") && parts[index] !== ""
    );
}

/** Decodes a part of a path or a header; as it is when that is not possible. */
export function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
