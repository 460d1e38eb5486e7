/**
 * The bridge between one game server and its thread on Discord: the ways in both directions, and
 * what is learned on the way. Which servers there are, commands and jobs are `mod.ts`'s matter.
 * @module
 */

import type { ChatLine, PlayerChat } from "../../ark/chat.ts";
import { toDiscordText } from "../../ark/discord_text.ts";
import type { KeptPlaces, WantedThread } from "../../discord/kept_places.ts";
import type { Id, IncomingMessage, Surface } from "../../discord/surface.ts";
import { fill } from "../../discord/texts.ts";
import { relative } from "../../discord/times.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import type { GameServer, Roster } from "../feature.ts";
import type { BridgeStatus } from "./bridge_status.ts";
import { type Drain, openDrain } from "./drain.ts";
import { type Echoes, openEchoes } from "./echoes.ts";
import { type Inbox, MOST_MESSAGES, openInbox } from "./inbox.ts";
import type { LineStore } from "./line_store.ts";
import { openOutbox, type Outbox } from "./outbox.ts";
import type { Settings } from "./settings.ts";
import { NOTICES } from "./texts.ts";
import type { WaitingStore } from "./waiting_store.ts";

/** What the bridges of all servers share. */
export interface BridgeParts {
  readonly places: KeptPlaces;
  readonly surface: Surface;
  readonly settings: Settings;
  readonly lines: LineStore;
  readonly waiting: WaitingStore;
  readonly roster: Pick<Roster, "online">;
  /**
   * Whether what a player said is to be shown on Discord. It is late when it may have been said
   * long ago, as while the program did not run.
   */
  readonly hear: (
    server: GameServer,
    line: PlayerChat,
    when: { readonly isLate: boolean },
  ) => boolean;
  /** Whether nothing that the member writes is to be carried. */
  readonly isMuted: (memberId: Id) => boolean;
  /** A line for the channel that tells what became of each message. */
  readonly debug: (line: string) => void;
  /** A line for staff. */
  readonly alert: (text: string) => void;
  readonly pollMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Name of the channel with a thread for each server. */
const CHANNEL = "chat-bridge-channel";
/** Staff are told of the same trouble again after a day. */
const TELL_AGAIN_MS = 24 * 60 * 60_000;
/** What was said since a look that is older than this and a round of looks may be stale. */
const LATE_MS = 60_000;

/** The bridge to one server. */
export class ServerBridge {
  readonly server: GameServer;
  readonly #parts: BridgeParts;
  readonly #thread: WantedThread;
  readonly #echoes: Echoes;
  readonly #outbox: Outbox;
  readonly #drain: Drain;
  readonly #inbox: Inbox;
  #threadId: string | undefined;
  #lastLine: Date | undefined;
  /** Whether the present look brings what may have been said long ago. */
  #isLate = true;
  #gapsKnown = 0;
  #gapToldAt: Date | undefined;
  #isOpen = false;
  /** Messages that came before the bridge was open: those of the run before go first. */
  readonly #early: IncomingMessage[] = [];

  constructor(server: GameServer, parts: BridgeParts) {
    const { clock, pollMs, surface, debug } = parts;
    const log = parts.log.child(server.id);
    this.server = server;
    this.#parts = parts;
    this.#thread = { channel: CHANNEL, key: server.id, name: server.name };
    this.#echoes = openEchoes();
    this.#outbox = openOutbox({
      serverId: server.id,
      store: parts.lines,
      post: (text, { nonce }) => this.#inThread((id) => surface.post(id, { text }, { nonce })),
      postedAfter: (after) => this.#inThread((id) => surface.ownMessagesAfter(id, after ?? id)),
      clock,
      log,
    });
    this.#drain = openDrain({
      server,
      outbox: this.#outbox,
      store: parts.lines,
      hear: (line) => this.#hear(line),
      pollMs,
      clock,
      log,
    });
    this.#inbox = openInbox({
      server,
      surface,
      store: parts.waiting,
      accepted: (command) => this.sent(command),
      debug,
      usesAscii: () => this.usesAscii,
      isPaused: () => this.isPaused,
      isMuted: parts.isMuted,
      clock,
      log,
    });
  }

  /** Whether the server shows signs that are not ASCII as `?`, as far as was seen. */
  get usesAscii(): boolean {
    return this.#echoes.learnedAscii;
  }

  get isPaused(): boolean {
    return this.#parts.settings.of(this.server.id).isPaused;
  }

  /** Makes the thread, so that members can write there, and takes up what waited; once. */
  async open(): Promise<void> {
    if (this.#isOpen) return;
    await this.#inThread(() => Promise.resolve());
    await this.#inbox.resume();
    this.#isOpen = true;
    for (const message of this.#early.splice(0)) this.#inbox.take(message);
  }

  /** Makes the thread anew when it was deleted, so that members can write though nobody plays. */
  async keepThread(): Promise<void> {
    await this.#inThread((id) => this.#parts.surface.openThread(id));
  }

  /** One look at the chat of the game. Never rejects for what the game or the store does. */
  async pull(signal: AbortSignal): Promise<void> {
    if (this.isPaused) return;
    const { lastLook } = this.#drain.status();
    const { clock, pollMs } = this.#parts;
    this.#isLate = !lastLook || clock.now() - lastLook.getTime() > LATE_MS + pollMs;
    await this.#drain.pull(signal);
    // Without an answer nobody can know what became of our own lines.
    if (this.#drain.status().lastLook === lastLook) return this.#echoes.forget();
    const playersOnline = this.#parts.roster.online(this.server.id)?.length ?? 0;
    this.#echoes.looked({ playersOnline });
    await this.#tellStaff();
  }

  /** Carries a member's message into the game. */
  take(message: IncomingMessage): void {
    if (this.#isOpen) this.#inbox.take(message);
    else if (this.#early.length < MOST_MESSAGES) this.#early.push(message);
  }

  /** A member's message was deleted, which need not be one of ours. */
  drop(id: Id): void {
    const at = this.#early.findIndex((message) => message.id === id);
    if (at >= 0) this.#early.splice(at, 1);
    this.#inbox.drop(id);
  }

  /** The server has accepted a ServerChat, which will come back in its chat. */
  sent(command: string): void {
    if (!this.isPaused) this.#echoes.expect(command);
  }

  status(): BridgeStatus {
    const { waiting, isStoreAway, lastError, delayMs } = this.#outbox.status();
    return {
      isPaused: this.isPaused,
      lastLine: this.#lastLine,
      delayMs,
      waitingToDiscord: waiting,
      waitingToGame: this.#inbox.status().waiting,
      isStoreAway,
      isDrained: this.#echoes.isDrained,
      gaps: this.#drain.status().gaps,
      lastError,
      threadId: this.#threadId,
    };
  }

  async stop(): Promise<void> {
    await Promise.all([this.#inbox.stop(), this.#outbox.stop()]);
  }

  async #inThread<T>(work: (threadId: string) => Promise<T>): Promise<T> {
    return await this.#parts.places.inThread(this.#thread, (id) => {
      this.#threadId = id;
      return work(id);
    });
  }

  #hear(line: ChatLine): boolean {
    if (line.kind === "server") {
      this.#echoes.heard(line.text);
      return false;
    }
    this.#lastLine = new Date(this.#parts.clock.now());
    return line.kind !== "chat" ||
      this.#parts.hear(this.server, line, { isLate: this.#isLate });
  }

  async #tellStaff(): Promise<void> {
    const { settings, clock, alert } = this.#parts;
    const { id, name } = this.server;
    const server = toDiscordText(name);
    const now = new Date(clock.now());
    const isDue = (toldAt: Date | undefined) =>
      !toldAt || now.getTime() - toldAt.getTime() >= TELL_AGAIN_MS;
    const { gaps } = this.#drain.status();
    if (gaps > this.#gapsKnown && isDue(this.#gapToldAt)) {
      this.#gapToldAt = now;
      alert(fill(NOTICES.gap, "en", { server, time: relative(now) }));
    }
    this.#gapsKnown = gaps;
    if (!this.#echoes.isDrained || !isDue(settings.of(id).drainToldAt)) return;
    alert(fill(NOTICES.drained, "en", { server }));
    await settings.change(id, { drainToldAt: now });
  }
}
