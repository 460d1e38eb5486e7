/**
 * Messages of members on their way to one game server: in order, each at most once, and kept while
 * the server is away. Which messages are to be carried, and from which thread, is the caller's.
 * @module
 */

import { toDiscordText } from "../../ark/discord_text.ts";
import { madeAt } from "../../discord/incoming.ts";
import type { Id, IncomingMessage, Surface } from "../../discord/surface.ts";
import { cut } from "../../discord/text.ts";
import { RconError } from "../../rcon/errors.ts";
import { type Clock, settlesWithin } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import { CONSOLE_TROUBLE } from "../console_trouble.ts";
import type { GameServer } from "../feature.ts";
import { Receipts, type Sign } from "./receipts.ts";
import type { WaitingMessage, WaitingStore } from "./waiting_store.ts";
import { authorName, toCommands } from "./words.ts";

/** The way from Discord to one server. */
export interface Inbox {
  /** Puts a message behind those before it. What becomes of it is shown on the message. */
  take(message: IncomingMessage): void;
  /** The message was deleted: unless it is on its way already, it is not delivered. */
  drop(id: Id): void;
  /**
   * Takes up what waited when the program ended. To be called before the first message, and again
   * when it failed.
   * @throws {StoreError}
   */
  resume(): Promise<void>;
  status(): {
    /** Messages that are not delivered yet. */
    readonly waiting: number;
  };
  /** Ends within a second. What is not delivered is stored for the next start. Never rejects. */
  stop(): Promise<void>;
}

/** What {@linkcode openInbox} needs. Its functions must not throw. */
export interface InboxOptions {
  readonly server: GameServer;
  readonly surface: Surface;
  readonly store: WaitingStore;
  /** Is told of every command that the game has accepted. */
  readonly accepted: (command: string) => void;
  /** Is told the outcome of every message, as a line for Discord. */
  readonly debug: (line: string) => void;
  /** Whether the server shows every sign that is not ASCII as `?`. */
  readonly usesAscii: () => boolean;
  /** Whether nothing is to be carried; what waits is then given back. */
  readonly isPaused: () => boolean;
  /** Whether nothing of that member is to be carried. */
  readonly isMuted: (memberId: Id) => boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** Source of jitter: numbers from 0 up to, not including, 1. */
  readonly random?: () => number;
}

/** Messages that may wait for one server. */
export const MOST_MESSAGES = 100;
/** So long after it was written a message is not worth delivering any more. */
export const LONGEST_WAIT_MS = 600_000;

const TRY_AGAIN_MS = { least: 1_500, most: 2_500 };
/** A server that is away is to be noticed soon, so that the member sees it. */
const TURN_MS = 2_000;
/** A store that failed is left alone so long: each call may take seconds. */
const STORE_PAUSE_MS = 10_000;
/** At the end, for what is under way, and again for storing what is left. */
const END_MS = 400;
const SHOWN_TEXT = 80;
const DELETED = "it was deleted";

/** A message in the queue. */
interface Entry extends Omit<WaitingMessage, "sent" | "isSending"> {
  readonly takenAt: number;
  sent: number;
  isSending: boolean;
  /** It was tried, or one before it was, and the server was away. */
  isWaiting: boolean;
  isStored: boolean;
  isDeleted: boolean;
}

/** How a message ended. */
interface End {
  readonly sign: Sign;
  /** For the member who wrote it; undefined when the sign says it all. */
  readonly note?: string;
  /** For staff. */
  readonly reason?: string;
}

/** An inbox that works as soon as it has something to do. */
export function openInbox(options: InboxOptions): Inbox {
  return new ServerInbox(options);
}

class ServerInbox implements Inbox {
  readonly #options: InboxOptions;
  readonly #name: string;
  readonly #receipts: Receipts;
  /** The first one is being delivered. */
  readonly #queue: Entry[] = [];
  /** Ids of stored messages that have ended. */
  readonly #ended = new Set<Id>();
  readonly #stopping = new AbortController();
  #isOver = false;
  /** Aborted when a message comes while the others wait. */
  #newcomer = new AbortController();
  #work: Promise<void> | undefined;
  #tidying: Promise<void> | undefined;
  #storePausedUntil = 0;
  /** Why the server did not take what was tried last. */
  #trouble: RconError | undefined;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#name = toDiscordText(options.server.name);
    this.#receipts = new Receipts(options);
  }

  take(message: IncomingMessage): void {
    if (this.#stopping.signal.aborted) return;
    const { server, usesAscii, clock } = this.#options;
    const { commands, isCut } = toCommands(message, { ascii: usesAscii() });
    const entry: Entry = {
      id: message.id,
      serverId: server.id,
      channelId: message.channelId,
      authorId: message.author.id,
      author: authorName(message),
      commands,
      isCut,
      sent: 0,
      isSending: false,
      writtenAt: new Date(madeAt(message.id)),
      takenAt: clock.now(),
      isWaiting: false,
      isStored: false,
      isDeleted: false,
    };
    if (commands.length === 0) {
      this.#tell(entry, {
        sign: "❌",
        note: "not delivered: it has nothing that the game can show",
      });
    } else if (this.#queue.length >= MOST_MESSAGES) {
      const note = `not delivered: too many are waiting for ${this.#name}`;
      this.#tell(entry, { sign: "❌", note });
    } else {
      this.#queue.push(entry);
      this.#newcomer.abort();
      this.#work ??= this.#workOff();
    }
  }

  drop(id: Id): void {
    const entry = this.#queue.find((entry) => entry.id === id);
    if (!entry) return;
    entry.isDeleted = true;
    if (!entry.isSending) this.#end(entry, this.#notDelivered(entry, DELETED));
  }

  async resume(): Promise<void> {
    await this.#takeUp();
    if (this.#queue.length > 0) this.#work ??= this.#workOff();
  }

  status(): { readonly waiting: number } {
    return { waiting: this.#queue.length };
  }

  async stop(): Promise<void> {
    const { clock } = this.#options;
    this.#storePausedUntil = 0; // the last chance
    this.#stopping.abort();
    await settlesWithin(END_MS, { work: this.#underWay(), clock });
    this.#isOver = true;
    this.#receipts.stop();
    await settlesWithin(END_MS, { work: this.#keep(this.#queue), clock });
  }

  async #underWay(): Promise<void> {
    await this.#work;
    await this.#tidying;
    await this.#receipts.settled();
  }

  async #takeUp(): Promise<void> {
    const { server, store, clock } = this.#options;
    const stored = await store.list(server.id);
    if (this.#stopping.signal.aborted) return;
    const entries = stored.map((message): Entry => ({
      ...message,
      takenAt: message.writtenAt.getTime(),
      isWaiting: false,
      isStored: true,
      isDeleted: false,
    }));
    const isOld = (entry: Entry) => entry.isSending || leftMs(entry, clock) <= 0;
    this.#queue.unshift(...entries.filter((entry) => !isOld(entry)));
    for (const entry of entries.filter(isOld)) {
      this.#end(entry, entry.isSending ? this.#inDoubt() : this.#undelivered(entry));
    }
  }

  /** Never rejects. */
  async #workOff(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#queue.length > 0 && !signal.aborted) {
      const entry = this.#queue[0]!;
      const end = await this.#deliver(entry);
      if (this.#isOver) return;
      if (end) this.#end(entry, end);
      else await this.#pause();
    }
    this.#work = undefined; // without a gap: the next message may come in the very next moment
  }

  /** @returns how it ended; undefined when it is to be tried again, or the program stops. */
  async #deliver(entry: Entry): Promise<End | undefined> {
    const { server, accepted, isPaused, isMuted, clock } = this.#options;
    while (!this.#stopping.signal.aborted) {
      if (entry.isDeleted) return this.#notDelivered(entry, DELETED);
      if (isPaused()) return this.#notDelivered(entry, "the bridge is paused");
      if (isMuted(entry.authorId)) return { sign: "🔇", reason: "muted" };
      if (entry.isWaiting && leftMs(entry, clock) <= 0) return this.#undelivered(entry);
      const command = entry.commands[entry.sent]!;
      entry.isSending = true;
      if (entry.isStored) await this.#keep([entry]);
      if (this.#stopping.signal.aborted || entry.isDeleted) {
        entry.isSending = false;
        continue;
      }
      try {
        await server.console.send(command, { waitMs: TURN_MS });
      } catch (error) {
        return this.#failed(entry, error);
      }
      entry.isSending = false;
      entry.sent++;
      this.#trouble = undefined;
      accepted(command);
      if (entry.sent === entry.commands.length) {
        return {
          sign: "✅",
          ...(entry.isCut && { note: "only the first three lines of it fit into the game" }),
        };
      }
    }
    return undefined;
  }

  #failed(entry: Entry, error: unknown): End | undefined {
    if (!(error instanceof RconError) || error.outcome === "unknown") {
      this.#options.log.debug(`A message of a member may be lost: ${error}`);
      return this.#inDoubt();
    }
    entry.isSending = false;
    if (entry.isDeleted) return this.#notDelivered(entry, DELETED);
    if (error.kind === "invalid") return this.#undelivered(entry, error);
    this.#trouble = error;
    return undefined;
  }

  /** The server is away: until it is tried again whoever waits is told and stored, at once. */
  async #pause(): Promise<void> {
    const { clock, random = Math.random } = this.#options;
    const { signal } = this.#stopping;
    const { least, most } = TRY_AGAIN_MS;
    const end = clock.now() + least + random() * (most - least);
    while (this.#queue.length > 0 && clock.now() < end && !signal.aborted) {
      await this.#holdAll();
      if (this.#queue.some(({ isWaiting }) => !isWaiting)) continue; // came meanwhile
      this.#newcomer = new AbortController();
      const either = AbortSignal.any([signal, this.#newcomer.signal]);
      await clock.sleep(end - clock.now(), either).catch(() => {});
    }
  }

  async #holdAll(): Promise<void> {
    for (const entry of this.#queue) {
      if (entry.isWaiting) continue;
      entry.isWaiting = true;
      this.#receipts.waits(entry);
    }
    const [first, ...others] = this.#queue;
    await this.#keep([first!, ...others.filter(({ isStored }) => !isStored)]);
  }

  #undelivered(entry: Entry, why = this.#trouble): End {
    const reason = why ? CONSOLE_TROUBLE[why.kind].en : "it was away too long";
    return this.#notDelivered(entry, `${this.#name}: ${reason}`);
  }

  #notDelivered(entry: Entry, reason: string): End {
    const what = entry.sent > 0 ? "only its beginning was delivered" : "not delivered";
    return { sign: "❌", note: `${what}: ${reason}`, reason };
  }

  #inDoubt(): End {
    const reason = `${this.#name} did not confirm it`;
    const note = `${reason}, and nobody can know whether it arrived: look in the game before you ` +
      "write it again";
    return { sign: "⚠️", note, reason };
  }

  #end(entry: Entry, end: End): void {
    const at = this.#queue.indexOf(entry);
    if (at >= 0) this.#queue.splice(at, 1); // what was too old at the start was never in it
    this.#tell(entry, end);
    if (!entry.isStored) return;
    this.#ended.add(entry.id);
    this.#tidying ??= this.#tidy();
  }

  #tell(entry: Entry, { sign, note, reason = note }: End): void {
    const { debug, clock } = this.#options;
    const hasWaited = entry.isWaiting || entry.isStored;
    if (!entry.isDeleted) this.#receipts.ended(entry, { sign, note, hasWaited });
    const said = entry.commands[0]?.replace(/^ServerChat \[[^\]]*\]:? /, "") ?? "";
    debug(
      [
        `${sign} **${this.#name}**`,
        toDiscordText(entry.author),
        `${clock.now() - entry.takenAt} ms`,
        reason,
        toDiscordText(cut(said, SHOWN_TEXT)),
      ].filter(Boolean).join(" · "),
    );
  }

  /** Removes ended messages from the store, however long it is away: they must not come again. */
  async #tidy(): Promise<void> {
    const { store, clock } = this.#options;
    const { signal } = this.#stopping;
    while (this.#ended.size > 0) {
      const ids = [...this.#ended];
      if (await this.#withStore(() => store.remove(ids))) {
        for (const id of ids) this.#ended.delete(id);
      } else if (signal.aborted) {
        break;
      } else {
        await clock.sleep(STORE_PAUSE_MS, signal).catch(() => {});
      }
    }
    this.#tidying = undefined;
  }

  async #keep(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    if (!await this.#withStore(() => this.#options.store.save(entries))) return;
    for (const entry of entries) entry.isStored = true;
  }

  /** @returns whether it was done; without the store everything else goes on. */
  async #withStore(work: () => Promise<void>): Promise<boolean> {
    const { clock, log } = this.#options;
    if (clock.now() < this.#storePausedUntil) return false;
    try {
      await work();
      this.#storePausedUntil = 0;
      return true;
    } catch (error) {
      const text = "Cannot store what waits for a game server: it waits in memory only";
      if (this.#storePausedUntil === 0) log.warn(text, { error });
      this.#storePausedUntil = clock.now() + STORE_PAUSE_MS;
      return false;
    }
  }
}

function leftMs({ writtenAt }: Entry, clock: Clock): number {
  return writtenAt.getTime() + LONGEST_WAIT_MS - clock.now();
}
