/**
 * The way of one server's chat lines to Discord: stored before they are posted, folded into few
 * messages, posted in order, and marked afterwards, so that a crash at any moment loses nothing and
 * repeats nothing. While the store is away it goes on from memory; lines that were posted from
 * memory are stored later, and only a crash before that may lose or repeat them. Knows no place on
 * Discord: posting is handed in.
 * @module
 */

import { createHash } from "node:crypto";
import { DiscordRestError } from "../../discord/errors.ts";
import { timeOfDay } from "../../discord/times.ts";
import { backoffMs } from "../../runtime/backoff.ts";
import { type Clock, settlesWithin } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import { StoreError } from "../../store/errors.ts";
import { type GameLine, LONGEST_CONTENT } from "./game_lines.ts";
import type { LineStore, StoredLine } from "./line_store.ts";

/** Lines of one server on their way to Discord. */
export interface Outbox {
  /**
   * Resolves when the lines are stored or, while the store is away, kept in memory. Never rejects.
   */
  add(lines: readonly GameLine[]): Promise<void>;
  /** Whether more lines can be kept; when not, the game should keep them. */
  readonly hasRoom: boolean;
  /**
   * Lines that the run before has posted from memory, so that the store does not have them; found
   * out before this run posts anything. Never rejects.
   */
  readonly unmarked: Promise<readonly string[]>;
  status(): OutboxStatus;
  /** Ends within 2 s. What is stored is posted after the next start. Never rejects. */
  stop(): Promise<void>;
}

/** How the way to Discord is doing. */
export interface OutboxStatus {
  /** Lines that wait to be posted, as far as they are known. */
  readonly waiting: number;
  readonly isStoreAway: boolean;
  /** When a message was posted last, since the start. */
  readonly lastPosted: Date | undefined;
  /** The last failure of posting or storing, also after it works again. */
  readonly lastError: { readonly text: string; readonly at: Date } | undefined;
  /**
   * How long the oldest waiting line has waited, or when none does, how long the last message's
   * first line had to wait. Undefined before there was any.
   */
  readonly delayMs: number | undefined;
}

/** What {@linkcode openOutbox} needs. */
export interface OutboxOptions {
  readonly serverId: string;
  readonly store: LineStore;
  /** Posts a message. It may throw anything, and may have posted it all the same. */
  readonly post: (text: string, options: { nonce: string }) => Promise<{ readonly id: string }>;
  /** The bot's own messages that are newer than that one, oldest first. */
  readonly postedAfter: (
    afterId: string | undefined,
  ) => Promise<readonly { readonly id: string; readonly text: string }[]>;
  readonly clock: Clock;
  readonly log: Log;
  /** Source of jitter: numbers from 0 up to, not including, 1. */
  readonly random?: () => number;
}

/** So many lines wait in memory; more wait in the store, or when that is away, in the game. */
export const MOST_IN_MEMORY = 1_000;

/** Older lines are seen to be late. */
const LATE_MS = 120_000;
const POST_PAUSE = { firstMs: 1_000, maxMs: 15_000 };
/** Stands in the place of a line that Discord refuses for good. */
const LEFT_OUT = "-# (a line that Discord refuses)";
/**
 * A store that is away may take 5 s to say so: chat does not wait for that every time. But what is
 * posted meanwhile is to be marked soon: a crash before that repeats it. Doubles from first to most.
 */
const STORE_PAUSE_MS = { first: 1_000, most: 5_000 };
/** What is under way at the end may take so long; afterwards nobody knows what became of it. */
const POST_GRACE_MS = 1_000;
const STORE_GRACE_MS = 1_000;
/** Discord takes a nonce of at most 25 characters. */
const NONCE_LENGTH = 25;

/** Given to abort(). */
const AWAKE = new Error("There is something to do");
const STOPPED = new Error("The chat bridge is stopping");

interface Line extends StoredLine {
  isStored: boolean;
}

/** Lines that make one message. */
interface Batch {
  readonly lines: readonly Line[];
  readonly text: string;
  /** Depends on the text as well: Discord would swallow another text with the same nonce. */
  readonly nonce: string;
  /** Whether it may have been posted already. */
  isDoubtful: boolean;
}

/** Posts what waits from an earlier run first. */
export function openOutbox(options: OutboxOptions): Outbox {
  return new ServerOutbox(options);
}

class ServerOutbox implements Outbox {
  readonly #options: OutboxOptions;
  readonly #stopping = new AbortController();
  /** Lines to post next, oldest first. */
  #window: Line[] = [];
  /** How many more wait in the store; undefined before that was asked. */
  #beyond: number | undefined;
  /** Lines of which the store knows less than is known here, oldest first. */
  #unsaved = new Set<Line>();
  #batch: Batch | undefined;
  #lastPosition = 0;
  #lastMessageId: string | undefined;
  /** The newest message of the run before. */
  #messageIdBefore: string | undefined;
  #isAcquainted = false;
  #work: Promise<void> | undefined;
  #nap = new AbortController();
  /** The end of the work with the store that began last; never rejects. */
  #turn: Promise<unknown> = Promise.resolve();
  #isStoreAway = false;
  #nextStoreTry = 0;
  #storePauseMs = 0;
  readonly #unmarked = Promise.withResolvers<readonly string[]>();
  #hasLookedBack = false;
  #failures = 0;
  #lastPosted: Date | undefined;
  #lastDelayMs: number | undefined;
  #lastError: OutboxStatus["lastError"];

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#start();
  }

  get hasRoom(): boolean {
    const kept = [...this.#unsaved].filter((line) => !line.isStored && !line.postedAt);
    return kept.length < MOST_IN_MEMORY;
  }

  get unmarked(): Promise<readonly string[]> {
    return this.#unmarked.promise;
  }

  async add(lines: readonly GameLine[]): Promise<void> {
    if (lines.length === 0) return;
    await this.#inTurn(async () => {
      const added = lines.map((line) => this.#lineOf(line));
      for (const line of added) this.#unsaved.add(line);
      await this.#save();
      this.#queue(added.filter(({ postedAt }) => !postedAt));
    });
    this.#start();
  }

  status(): OutboxStatus {
    const oldest = this.#batch?.lines[0] ?? this.#window[0];
    return {
      waiting: (this.#batch?.lines.length ?? 0) + this.#window.length + (this.#beyond ?? 0),
      isStoreAway: this.#isStoreAway,
      lastPosted: this.#lastPosted,
      lastError: this.#lastError,
      delayMs: oldest ? this.#options.clock.now() - oldest.seenAt.getTime() : this.#lastDelayMs,
    };
  }

  async stop(): Promise<void> {
    const { clock } = this.#options;
    this.#stopping.abort(STOPPED);
    this.#unmarked.resolve([]);
    this.#nap.abort(AWAKE);
    await settlesWithin(POST_GRACE_MS, { work: Promise.resolve(this.#work), clock });
    this.#nextStoreTry = 0;
    await settlesWithin(STORE_GRACE_MS, { work: this.#inTurn(() => this.#save()), clock });
  }

  #lineOf({ content, said }: GameLine): Line {
    const now = this.#options.clock.now();
    const seenAt = new Date(now);
    this.#lastPosition = Math.max(this.#lastPosition + 1, now);
    return {
      position: this.#lastPosition,
      content,
      said,
      seenAt,
      batch: undefined,
      messageId: undefined,
      postedAt: content === "" ? seenAt : undefined,
      isStored: false,
    };
  }

  #queue(lines: readonly Line[]): void {
    if (this.#beyond === undefined) return; // they are found when the store is asked
    if (this.#beyond === 0 && this.#window.length + lines.length <= MOST_IN_MEMORY) {
      this.#window.push(...lines);
    } else {
      this.#beyond += lines.length;
    }
  }

  #start(): void {
    if (!this.#stopping.signal.aborted) this.#work ??= this.#workOff();
    this.#nap.abort(AWAKE);
  }

  /** Posts what waits, until nothing does and the store knows everything. Never rejects. */
  async #workOff(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        this.#batch ??= await this.#nextBatch();
        if (this.#batch) await this.#deliver(this.#batch);
        else if (this.#isDone()) break;
        else if (this.#window.length === 0) await this.#napUntilStoreTry();
      } catch (error) {
        if (!signal.aborted) await this.#recordFailure(error);
      }
    }
    this.#work = undefined; // without a gap: lines may come in the very next moment
  }

  #isDone(): boolean {
    return this.#window.length === 0 && this.#beyond === 0 && this.#unsaved.size === 0;
  }

  async #napUntilStoreTry(): Promise<void> {
    if (this.#stopping.signal.aborted) return; // who stops has waked it already
    const { clock } = this.#options;
    this.#nap = new AbortController();
    const ms = Math.max(0, this.#nextStoreTry - clock.now());
    await clock.sleep(ms, this.#nap.signal).catch(() => {});
  }

  async #nextBatch(): Promise<Batch | undefined> {
    if (this.#window.length === 0) await this.#inTurn(() => this.#load());
    if (!this.#hasLookedBack) await this.#lookBack();
    const [first] = this.#window;
    if (!first) return undefined;
    // It was sealed before a crash: nobody knows how far it came.
    const isDoubtful = first.batch !== undefined;
    const length = isDoubtful ? lengthOfSealed(this.#window) : lengthOfMessage(this.#window);
    const lines = this.#window.splice(0, length);
    if (!isDoubtful) this.#seal(lines);
    const text = lines.map(({ content }) => content).join("\n").trim();
    const nonce = createHash("sha256")
      .update(JSON.stringify([this.#options.serverId, first.batch, text]))
      .digest("hex").slice(0, NONCE_LENGTH);
    return { lines, text, nonce, isDoubtful };
  }

  /** Once, before anything is posted. */
  async #lookBack(): Promise<void> {
    const found = this.#isAcquainted ? await this.#linesOfRunBefore() : [];
    // The store has those that were sealed: they are found when they are delivered.
    for (const { batch, content } of this.#window) {
      if (batch !== undefined && found.includes(content)) found.splice(found.indexOf(content), 1);
    }
    this.#hasLookedBack = true;
    this.#unmarked.resolve(found);
  }

  async #linesOfRunBefore(): Promise<string[]> {
    try {
      const messages = await this.#options.postedAfter(this.#messageIdBefore);
      return messages.flatMap(({ text }) => text.split("\n"));
    } catch (error) {
      const isRefused = error instanceof DiscordRestError && Math.floor(error.status / 100) === 4;
      if (!isRefused) throw error; // posting would not work either now
      this.#options.log.debug(`Cannot look for chat lines of the last run: ${error.message}`);
      return [];
    }
  }

  /** Decides on what makes one message; from now on its text stays as it is. */
  #seal(lines: readonly Line[]): void {
    const [first] = lines;
    const seenAt = first!.seenAt.getTime();
    if (this.#options.clock.now() - seenAt > LATE_MS) {
      first!.content = `-# 🕒 ${timeOfDay(first!.seenAt)}\n${first!.content}`;
    }
    for (const line of lines) {
      line.batch = first!.position;
      this.#unsaved.add(line);
    }
  }

  async #deliver(batch: Batch): Promise<void> {
    const { clock, post } = this.#options;
    const { lines, text, nonce, isDoubtful } = batch;
    await this.#inTurn(() => this.#save());
    // Discord forgets a nonce after five minutes.
    const found = isDoubtful ? await this.#findPosted(text) : undefined;
    batch.isDoubtful = true;
    try {
      const id = found ?? (await post(text, { nonce })).id;
      this.#lastMessageId = id;
      this.#lastPosted = new Date(clock.now());
      this.#lastDelayMs = clock.now() - lines[0]!.seenAt.getTime();
      this.#markPosted(lines, id);
      if (this.#failures > 0) this.#options.log.info("Chat lines are posted again");
      this.#failures = 0;
    } catch (error) {
      if (!(error instanceof DiscordRestError && error.isTextRefused)) throw error;
      this.#breakUp(lines, error);
    }
    this.#batch = undefined;
    await this.#inTurn(() => this.#save());
  }

  async #findPosted(text: string): Promise<string | undefined> {
    const messages = await this.#options.postedAfter(this.#lastMessageId);
    return messages.find((message) => message.text === text.trimEnd())?.id;
  }

  #markPosted(lines: readonly Line[], messageId: string | undefined): void {
    for (const line of lines) {
      line.messageId = messageId;
      line.postedAt = new Date(this.#options.clock.now());
      this.#unsaved.add(line);
    }
  }

  /** One line that Discord refuses must not hold up the others: each is tried by itself. */
  #breakUp(lines: readonly Line[], error: DiscordRestError): void {
    const [first] = lines;
    if (lines.length === 1) {
      this.#options.log.warn("A chat line is left out", { error });
      if (first!.content === LEFT_OUT) return this.#markPosted(lines, undefined);
      first!.content = LEFT_OUT;
    }
    for (const line of lines) {
      line.batch = line.position;
      this.#unsaved.add(line);
    }
    this.#window.unshift(...lines);
  }

  async #recordFailure(error: unknown): Promise<void> {
    const { clock, log, random = Math.random } = this.#options;
    const text = this.#noteError(error);
    if (this.#failures === 0) log.warn(`Chat lines wait: ${text}`);
    const pauseMs = backoffMs(this.#failures++, { ...POST_PAUSE, random });
    await clock.sleep(pauseMs, this.#stopping.signal).catch(() => {});
  }

  #noteError(error: unknown): string {
    const text = error instanceof Error ? error.message : String(error);
    this.#lastError = { text, at: new Date(this.#options.clock.now()) };
    return text;
  }

  /**
   * Work with the store, one after the other: what is written last is what is true, and a line is
   * either queued by who adds it or found by who asks the store.
   */
  async #inTurn(work: () => Promise<unknown>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    await done;
  }

  /** Takes up what waits in the store or, while that is away, what it does not have. */
  async #load(): Promise<void> {
    const { serverId, store } = this.#options;
    if (!await this.#save()) {
      this.#window = [...this.#unsaved].filter((line) => !line.isStored && !line.postedAt);
      if (this.#beyond !== undefined) this.#beyond -= this.#window.length;
    } else if (this.#beyond !== 0) {
      await this.#withStore(async () => {
        const { lines, count } = await store.waiting(serverId, MOST_IN_MEMORY);
        // What the run before has sealed stands before all that was posted from memory since.
        if (this.#beyond === undefined) this.#lastMessageId = this.#messageIdBefore;
        this.#window = lines.map((line) => ({ ...line, isStored: true }));
        this.#beyond = count - lines.length;
      });
    }
  }

  /** Tells the store what it does not know. False when it is away. */
  async #save(): Promise<boolean> {
    if (this.#isAcquainted && this.#unsaved.size === 0) return true;
    return await this.#withStore(async () => {
      if (!this.#isAcquainted) await this.#getAcquainted();
      // What changes meanwhile is put into the set again.
      const lines = [...this.#unsaved];
      this.#unsaved.clear();
      try {
        await this.#options.store.save(this.#options.serverId, lines);
        for (const line of lines) line.isStored = true;
      } catch (error) {
        this.#unsaved = new Set([...lines, ...this.#unsaved]);
        this.#forgetOldest();
        throw error;
      }
    });
  }

  /** Lines got their positions from the clock, which may have been set back since the last run. */
  async #getAcquainted(): Promise<void> {
    const { position, messageId } = await this.#options.store.last(this.#options.serverId);
    const [first] = this.#unsaved;
    const shift = first ? position + 1 - first.position : 0;
    for (const line of shift > 0 ? this.#unsaved : []) {
      line.position += shift;
      if (line.batch !== undefined) line.batch += shift;
    }
    this.#lastPosition = Math.max(this.#lastPosition + Math.max(shift, 0), position);
    this.#messageIdBefore = messageId;
    this.#isAcquainted = true;
  }

  /** What was posted without the store need not be told in full after a long time. */
  #forgetOldest(): void {
    const done = [...this.#unsaved].filter((line) => !line.isStored && line.postedAt);
    for (const line of done.slice(0, -MOST_IN_MEMORY)) this.#unsaved.delete(line);
  }

  /** Whether the work was done; a store that is away is asked again after a pause. */
  async #withStore(work: () => Promise<void>): Promise<boolean> {
    const { clock, log } = this.#options;
    if (clock.now() < this.#nextStoreTry) return false;
    try {
      // One lost connection does not mean that the next is lost as well.
      await work().catch((error) => isTransient(error) ? work() : Promise.reject(error));
    } catch (error) {
      const text = this.#noteError(error);
      if (!this.#isStoreAway) log.warn(`Chat lines are kept in memory: ${text}`);
      this.#isStoreAway = true;
      const { first, most } = STORE_PAUSE_MS;
      this.#storePauseMs = Math.min(most, this.#storePauseMs * 2 || first);
      this.#nextStoreTry = clock.now() + this.#storePauseMs;
      return false;
    }
    this.#storePauseMs = 0;
    if (this.#isStoreAway) log.info("Chat lines are stored again");
    this.#isStoreAway = false;
    return true;
  }
}

function isTransient(error: unknown): boolean {
  return error instanceof StoreError && error.transient;
}

/** How many lines at the head belong to the first line's message. */
function lengthOfSealed(lines: readonly Line[]): number {
  const end = lines.findIndex(({ batch }) => batch !== lines[0]!.batch);
  return end < 0 ? lines.length : end;
}

/** How many lines at the head fit into one message. */
function lengthOfMessage(lines: readonly Line[]): number {
  let room = LONGEST_CONTENT;
  const end = lines.findIndex(({ content, batch }) => {
    room -= content.length + 1;
    return room < -1 || batch !== undefined;
  });
  return end < 0 ? lines.length : Math.max(1, end);
}
