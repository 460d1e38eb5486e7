/**
 * A person who plays on a local game server: joins, talks, moves, leaves, and sees what the game
 * shows. What that does to the server is the game's.
 * @module
 */

import type { Position } from "../../ark/model.ts";
import type { Game } from "./game.ts";

/** What a person is made of; what is not given is made up, the same for the same name. */
export interface PlayerOptions {
  /** EOS id, 32 hex digits. */
  readonly id?: string;
  /** Name of the character, which chat shows in brackets; default the player's. */
  readonly character?: string;
  /** Word after `Platform:` in the log; real servers write `None`. */
  readonly platform?: string;
  readonly tribe?: { readonly id: number; readonly name: string };
  readonly position?: Position;
}

/** What the game keeps of a person. */
export class Player {
  readonly id: string;
  readonly platform: string;
  /** Number of the character ("implant"), which only admin lines show. */
  readonly implant: number;
  character: string;
  tribe: { readonly id: number; name: string } | undefined;
  position: Position;
  /** Every line that the game showed while the person was online, oldest first. */
  readonly seen: string[] = [];
  #game: Game;

  constructor(game: Game, readonly name: string, options: PlayerOptions) {
    this.#game = game;
    this.id = options.id ?? `0002${hashOf(name, 0)}${hashOf(name, 1)}${hashOf(name, 2)}`
      .padEnd(32, hashOf(name, 3)).slice(0, 32);
    this.character = options.character ?? name;
    this.platform = options.platform ?? "None";
    this.implant = 100_000_000 + parseInt(hashOf(name, 4), 16) % 900_000_000;
    this.tribe = options.tribe && { ...options.tribe };
    this.position = options.position ?? { x: 0, y: 0, z: 0 };
  }

  get isOnline(): boolean {
    return this.#game.online.includes(this);
  }

  /** @throws Error when the person is online already, banned, or the server does not run. */
  join(): void {
    this.#game.join(this);
  }

  /** @throws Error when the person is not online. */
  leave(): void {
    this.#game.demandOnline(this);
    this.#game.leave(this);
  }

  /** Leaves this server and joins another one, with the same id and character. */
  transferTo(game: Game): void {
    this.leave();
    this.#game = game;
    this.join();
  }

  /** Speaks in the public chat. @throws Error when the person is not online. */
  say(text: string): void {
    this.#game.demandOnline(this);
    this.#game.chat(this, text);
  }

  /** Runs an admin command in the game's own console, which the log and sometimes chat report. */
  admin(command: string): void {
    this.#game.demandOnline(this);
    this.#game.adminCommand(this, command);
  }

  /** Goes somewhere, which nothing but a save tells. @throws Error when the person is not online. */
  moveTo(position: Position): void {
    this.#game.demandOnline(this);
    this.position = position;
  }
}

/** 8 hex digits that depend on every character. FNV-1a, offset by `salt`. */
function hashOf(text: string, salt: number): string {
  let hash = 0x811c9dc5 ^ salt;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
