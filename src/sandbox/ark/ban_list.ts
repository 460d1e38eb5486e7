/**
 * Who is banned from a server, and the file in which the game keeps that over its starts:
 * `BanList.txt`, a line `<id>,<id>,0` each. The game reads it when it starts and writes it from
 * memory at each ban, so that what somebody else writes meanwhile is lost.
 *
 * Source: ark-logs-and-commands 4. The folder is that of the game's other lists, not recorded there.
 * @module
 */

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Ids, small letters. */
export class BanList {
  /** Undefined when no folder was given: the list is then kept in memory only. */
  readonly path: string | undefined;
  readonly #ids = new Set<string>();

  /** @param folder The server's own, above `ShooterGame/`. */
  constructor(folder: string | undefined) {
    this.path = folder && join(folder, "ShooterGame", "Binaries", "Win64", "BanList.txt");
  }

  has(id: string): boolean {
    return this.#ids.has(id.toLowerCase());
  }

  add(id: string): void {
    this.#ids.add(id.toLowerCase());
    this.#write();
  }

  delete(id: string): void {
    this.#ids.delete(id.toLowerCase());
    this.#write();
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#ids.values();
  }

  /** What the game does when it starts. */
  read(): void {
    if (this.path === undefined) return;
    const text = existsSync(this.path) ? Deno.readTextFileSync(this.path) : "";
    this.#ids.clear();
    for (const line of text.split(/\r?\n/)) {
      const [id = ""] = line.split(",");
      if (id !== "") this.#ids.add(id.toLowerCase());
    }
  }

  #write(): void {
    if (this.path === undefined) return;
    Deno.mkdirSync(dirname(this.path), { recursive: true });
    Deno.writeTextFileSync(this.path, [...this.#ids].map((id) => `${id},${id},0\r\n`).join(""));
  }
}
