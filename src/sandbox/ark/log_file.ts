/**
 * The game's log, `ShooterGame.log`, written line by line and renamed at every start as the game
 * does it. Knows the form of a line, not what stands in it.
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileStamp, gameStamp, lineStamp } from "./stamps.ts";

const NAME = "ShooterGame.log";
const BYTE_ORDER_MARK = "\ufeff";
/** The game counts frames; this is what it aims at. */
const FRAME_MS = 33;
/** The first line is the only one in local time. This server stands four hours west of UTC. */
const LOCAL_OFFSET_MS = -4 * 3_600_000;

/** Where the log is and what time it is. */
export interface LogFileOptions {
  /** The server's own folder, above `ShooterGame/`. */
  readonly folder: string;
  /** Milliseconds since 1970, UTC. */
  readonly now: () => number;
}

/** The log of one server over all its starts. */
export class LogFile {
  readonly folder: string;
  readonly path: string;
  readonly #now: () => number;
  #openedAt = 0;
  #writtenAt: number | undefined;
  #isEmpty = true;

  constructor({ folder, now }: LogFileOptions) {
    this.folder = join(folder, "ShooterGame", "Saved", "Logs");
    this.path = join(this.folder, NAME);
    this.#now = now;
  }

  /**
   * Begins a new file. The old one keeps its text under the name
   * `ShooterGame-backup-<time of its last line>.log`.
   */
  open(): void {
    Deno.mkdirSync(this.folder, { recursive: true });
    if (existsSync(this.path)) {
      const at = this.#writtenAt ?? Deno.statSync(this.path).mtime?.getTime() ?? this.#now();
      Deno.renameSync(this.path, join(this.folder, `ShooterGame-backup-${fileStamp(at)}.log`));
    }
    this.#openedAt = this.#now();
    this.#isEmpty = true;
    this.line(`Log file open, ${this.#localTime()}`);
  }

  /** A line of the engine, with the time in brackets. Line breaks in it begin lines without one. */
  line(text: string): void {
    const now = this.#now();
    const frame = Math.floor((now - this.#openedAt) / FRAME_MS) % 1000;
    const start = `[${lineStamp(now)}][${String(frame).padStart(3)}]`;
    const lines = `${start}${text}\n`.replaceAll("\n", "\r\n");
    Deno.writeTextFileSync(this.path, (this.#isEmpty ? BYTE_ORDER_MARK : "") + lines, {
      append: true,
    });
    this.#isEmpty = false;
    this.#writtenAt = now;
  }

  /** A line about what happens in the game, which has the game's own time as well. */
  event(text: string): void {
    this.line(`${gameStamp(this.#now())}: ${text}`);
  }

  /** The last line of a clean stop. */
  close(): void {
    this.line(`Log file closed, ${this.#localTime()}`);
  }

  /** `03/14/26 14:40:07` */
  #localTime(): string {
    const iso = new Date(this.#now() + LOCAL_OFFSET_MS).toISOString();
    const [year, month, day] = iso.slice(2, 10).split("-");
    return `${month}/${day}/${year} ${iso.slice(11, 19)}`;
  }
}
