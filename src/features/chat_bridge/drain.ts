/**
 * Takes the chat of one game server over to its outbox, and recovers from the game's log what was
 * lost on the way: by a connection that broke before an answer came, or by a crash before it was
 * stored. Does not repeat itself: who calls decides when to look again.
 * @module
 */

import { type ChatLine, isEmptyAnswer, parseChat, type PlayerChat } from "../../ark/chat.ts";
import { RconError } from "../../rcon/errors.ts";
import { type Clock, settlesWithin, unlessAborted } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import type { GameServer } from "../feature.ts";
import { type GameLine, isCommand, saidOf, toDiscordLines, withoutSecret } from "./game_lines.ts";
import { type LineStore, LOG_LINES } from "./line_store.ts";
import { readLogTail } from "./log_tail.ts";
import { joinLogs, missedLines } from "./missed_lines.ts";
import type { Outbox } from "./outbox.ts";

/** Reads the chat of one game server. */
export interface Drain {
  /**
   * Looks once. A server that does not answer is no error: the next look comes. Does not break off
   * in the middle of an answer, whose lines would be lost.
   */
  pull(signal: AbortSignal): Promise<void>;
  status(): {
    /** How often lines may have been lost for good since the start. */
    readonly gaps: number;
    /** When the game answered last, since the start. */
    readonly lastLook: Date | undefined;
  };
}

/** What {@linkcode openDrain} needs. */
export interface DrainOptions {
  readonly server: GameServer;
  readonly outbox: Pick<Outbox, "add" | "hasRoom" | "unmarked">;
  readonly store: Pick<LineStore, "history" | "gameLog" | "keepGameLog">;
  /** Is told of every line in order, and says whether it is to be passed on. */
  readonly hear: (line: ChatLine) => boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a look may wait for its turn at the server, in milliseconds. */
  readonly pollMs: number;
}

/** How far the clocks of the game and of this machine may differ. */
const CLOCKS_DIFFER_MS = 120_000;
/** A line stands in the file 310 ms after it was said at the latest (ark-logs-and-commands 1). */
const FILE_LAGS_MS = 500;
/** So long the first look waits for what Discord has of the run before. */
const LOOK_BACK_MS = 5_000;
/** Lines of the game's log that are kept while its chat cannot be read. */
const MOST_OF_LOG = 2 * LOG_LINES;

/** Asks nothing before the first look. */
export function openDrain(options: DrainOptions): Drain {
  return new ServerDrain(options);
}

class ServerDrain implements Drain {
  readonly #options: DrainOptions;
  /** The last lines that were heard, as `saidOf` gives them; undefined before the first look. */
  #heard: string[] | undefined;
  #lastLook: Date | undefined;
  /** What the run before has posted on Discord and not stored, until the first look is over. */
  #unmarked: string[] = [];
  /** When the run before saw its last line. */
  #seenBefore: Date | undefined;
  #gaps = 0;
  /** What the run before has drained and not stored may be missing. */
  #isFirstLook = true;
  /** What is in an answer that did not arrive is missing. */
  #isAnswerLost = false;
  /** The chat lines of the game's log, read since one of the two is so. */
  #gameLog: PlayerChat[] = [];
  /** Whether the store has some of it. */
  #isGameLogKept = false;
  /** Whether the game's log told anything since, and whether an answer of it got lost. */
  #hasGameLog = false;
  #isGameLogLost = false;
  /** It is said once: a server that is down may need its log every few seconds. */
  #isLogFileTold = false;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  status() {
    return { gaps: this.#gaps, lastLook: this.#lastLook };
  }

  async pull(signal: AbortSignal): Promise<void> {
    const { server, outbox, pollMs: waitMs } = this.#options;
    const heard = this.#heard ??= await this.#recall();
    if (signal.aborted || !outbox.hasRoom) return;
    try {
      const mayMiss = this.#isFirstLook || this.#isAnswerLost;
      if (mayMiss && heard.length > 0) await this.#readGameLog(signal);
      if (signal.aborted) return;
      const lines = parseChat(await server.console.send("GetChat", { waitMs }));
      const missed = mayMiss ? this.#missedBefore(lines, heard) : [];
      this.#lastLook = new Date(this.#options.clock.now());
      await this.#take(missed, lines, heard);
      if (this.#isGameLogKept) await this.#keepGameLog([]);
    } catch (error) {
      if (!(error instanceof RconError)) throw error;
      if (error.outcome === "unknown") this.#isAnswerLost = true; // the console has logged why
    }
  }

  /** What was heard in the run before. Without the store nobody knows, and nothing is recovered. */
  async #recall(): Promise<string[]> {
    const { server, store, outbox, clock } = this.#options;
    try {
      this.#gameLog = await store.gameLog(server.id);
      this.#isGameLogKept = this.#gameLog.length > 0;
      const { said, seenAt } = await store.history(server.id);
      this.#seenBefore = seenAt;
      if (await settlesWithin(LOOK_BACK_MS, { work: outbox.unmarked, clock })) {
        this.#unmarked = [...await outbox.unmarked];
      }
      return said;
    } catch (error) {
      this.#options.log.warn(`Cannot look for chat lines of the last run: ${messageOf(error)}`);
      return [];
    }
  }

  async #readGameLog(signal: AbortSignal): Promise<void> {
    const { server, pollMs: waitMs } = this.#options;
    const file = server.logFile && await this.#readLogFile(server.logFile, signal);
    if (file) {
      this.#hasGameLog = true;
      this.#gameLog = chatIn(file);
      return;
    }
    const answer = await server.console.send("GetGameLog", { waitMs }).catch((error) => {
      if (error.outcome === "unknown") this.#isGameLogLost = true;
      throw error;
    });
    if (!isEmptyAnswer(answer)) this.#hasGameLog = true;
    const lines = chatIn(withGameStamps(answer));
    const isSame = (a: ChatLine, b: ChatLine) => a.at === b.at && saidOf(a) === saidOf(b);
    this.#gameLog = joinLogs(this.#gameLog, lines, isSame).slice(-MOST_OF_LOG);
    // The game has forgotten it: a crash before its lines are stored must not lose them.
    await this.#keepGameLog(this.#gameLog);
  }

  /** Surer than asking the game: nothing is taken away by reading it. */
  async #readLogFile(path: string, signal: AbortSignal): Promise<string | undefined> {
    const { server, clock, log } = this.#options;
    await clock.sleep(FILE_LAGS_MS, signal).catch(() => {});
    try {
      // A folder on another machine may hang.
      return await unlessAborted(readLogTail(path), signal);
    } catch (error) {
      const text = `Cannot read the log of ${server.name}, chat that got lost is looked for over ` +
        `RCON instead: ${messageOf(error)}; check log_file of this server in config.toml`;
      if (this.#isLogFileTold || signal.aborted) log.debug(text);
      else log.warn(text);
      this.#isLogFileTold ||= !signal.aborted;
      return undefined;
    }
  }

  async #keepGameLog(lines: readonly PlayerChat[]): Promise<void> {
    const { server, store, log } = this.#options;
    try {
      await store.keepGameLog(server.id, lines.map(withoutSecret));
      this.#isGameLogKept = lines.length > 0;
    } catch (error) {
      log.debug(`Cannot keep the game's log: ${messageOf(error)}`);
    }
  }

  /** Lines that were said before those of an answer and not heard; ends the search for them. */
  #missedBefore(answer: readonly ChatLine[], heard: readonly string[]): ChatLine[] {
    const log = this.#gameLog;
    const { start, end } = missedLines({
      log: comparable(saidIn(log)),
      before: comparable(heard),
      after: comparable(saidIn(answer)),
    });
    const found = log.slice(start, end)
      .filter(({ at }) => start > 0 || this.#isRecent(at))
      // The run before may have carried it out, and it is late anyway.
      .filter((line) => !this.#isFirstLook || !isCommand(line));
    if (found.length > 0) this.#options.log.info("Recovered chat lines", { lines: found.length });
    if (this.#isAnswerLost && (this.#isGameLogLost || !this.#hasGameLog)) this.#noteGap();
    this.#isFirstLook = this.#isAnswerLost = false;
    this.#hasGameLog = this.#isGameLogLost = false;
    this.#gameLog = [];
    return found;
  }

  /** Whether it can have been said after the last look. */
  #isRecent(at: number | undefined): boolean {
    const lastLook = this.#lastLook ?? this.#seenBefore;
    return at !== undefined && lastLook !== undefined &&
      at >= lastLook.getTime() - CLOCKS_DIFFER_MS;
  }

  #noteGap(): void {
    this.#gaps++;
    const { server, log } = this.#options;
    const text =
      `Cannot recover chat lines of ${server.name}: an answer got lost, and the game's log ` +
      "does not have its lines; start the server with -servergamelog if this comes again";
    if (this.#gaps === 1) log.warn(text);
    else log.debug(text);
  }

  async #take(
    missed: readonly ChatLine[],
    lines: readonly ChatLine[],
    heard: string[],
  ): Promise<void> {
    const taken = [
      ...missed.flatMap((line) => this.#toPost(line).map((it) => this.#unlessPosted(it))),
      ...lines.flatMap((line) => this.#toPost(line)),
    ];
    this.#unmarked = [];
    heard.push(...saidIn([...missed, ...lines]));
    heard.splice(0, heard.length - LOG_LINES);
    await this.#options.outbox.add(taken);
  }

  /** What is hidden is kept all the same, or it would be found missing later. */
  #toPost(line: ChatLine): readonly GameLine[] {
    if (this.#isPassedOn(line)) return toDiscordLines(line);
    const said = saidOf(line);
    return said === null ? [] : [{ content: "", said }];
  }

  /** A line that the run before has posted is kept like one that is hidden. */
  #unlessPosted(line: GameLine): GameLine {
    const at = this.#unmarked.indexOf(line.content);
    if (at < 0) return line;
    this.#unmarked.splice(at, 1);
    return { ...line, content: "" };
  }

  /** A fault of ours in hearing a line must not lose those behind it. */
  #isPassedOn(line: ChatLine): boolean {
    try {
      return this.#options.hear(line);
    } catch (error) {
      this.#options.log.error("Cannot hear a chat line", { error });
      return true;
    }
  }
}

function saidIn(lines: readonly ChatLine[]): string[] {
  return lines.map(saidOf).filter((said) => said !== null);
}

/** What comes over RCON may have lost its signs beyond ASCII, and a file has them. */
function comparable(said: readonly string[]): string[] {
  return said.map((line) => line.replace(/[?\P{ASCII}]+/gu, "?"));
}

function chatIn(log: string): PlayerChat[] {
  return parseChat(log).filter((line) => line.kind === "chat");
}

/** Some servers write the time in another form there: `[2026.08.31-05.10.12]: …`. */
function withGameStamps(log: string): string {
  if (!/^\[\d{4}\.\d\d\.\d\d-\d\d\.\d\d\.\d\d\]: /.test(log)) return log;
  return log.replace(/^\[(\d{4}\.\d\d\.\d\d)-(\d\d\.\d\d\.\d\d)\]: /gm, "$1_$2: ");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
