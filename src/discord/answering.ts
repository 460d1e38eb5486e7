/**
 * The answer to one interaction, given in whatever way is still possible: first answer, change of
 * an acknowledged one, or follow-up. Decides nothing about what is answered.
 * @module
 */

import { DiscordRestError } from "./errors.ts";
import type { Replies } from "./interaction.ts";
import type { Form, Id, OutgoingMessage } from "./surface.ts";

/**
 * What was answered so far: nothing; "thinking…"; an acknowledgement that shows nothing; something;
 * or it was too late.
 */
type State = "open" | "thinking" | "quiet" | "answered" | "gone";

/** Discord's codes: not known (any more); answered already. */
const UNKNOWN_INTERACTION = 10062;
const ALREADY_ANSWERED = 40060;

/** How an interaction is acknowledged before there is an answer. */
export interface Acknowledgement {
  /** Shows "thinking…", or nothing, which only presses and forms on messages can. */
  readonly shows: "thinking" | "nothing";
  /** Whether the caller alone sees the "thinking…". */
  readonly isPrivate: boolean;
}

/** One answer, by one method after the other; only `acknowledge` may be called at any time. */
export class Answering {
  readonly #replies: Replies;
  readonly #acknowledgement: Acknowledgement;
  #state: State = "open";
  #acknowledged: Promise<void> | undefined;
  #didAcknowledgeFail = false;
  #followUpId: Id | undefined;

  constructor(replies: Replies, acknowledgement: Acknowledgement) {
    this.#replies = replies;
    this.#acknowledgement = acknowledgement;
  }

  /** Whether Discord no longer waits for an answer; nothing is sent then. */
  get isGone(): boolean {
    return this.#state === "gone";
  }

  /** Whether Discord has taken an answer or acknowledgement. */
  get isTaken(): boolean {
    return this.#state !== "open" && !this.isGone;
  }

  /** Gains time, once. Never rejects: if it failed, the answer itself may still get through. */
  acknowledge(): Promise<void> {
    return this.#acknowledged ??= this.#acknowledge();
  }

  async #acknowledge(): Promise<void> {
    if (this.#state !== "open") return;
    const { shows, isPrivate } = this.#acknowledgement;
    try {
      await (shows === "thinking"
        ? this.#replies.defer({ isPrivate })
        : this.#replies.deferUpdate());
      this.#state = stateAfter(this.#acknowledgement);
    } catch (error) {
      if (codeOf(error) === UNKNOWN_INTERACTION) this.#state = "gone";
      // By this very one: it was sent again, as the answer to the first one got lost.
      else if (codeOf(error) === ALREADY_ANSWERED) this.#state = stateAfter(this.#acknowledgement);
      else this.#didAcknowledgeFail = true;
    }
  }

  /** A new message, or what stands in place of "thinking…". */
  async reply(message: OutgoingMessage, isPrivate: boolean): Promise<void> {
    await this.#acknowledged;
    if (await this.#first(() => this.#replies.reply(message, { isPrivate }))) return;
    if (this.#state !== "thinking") return await this.#followUp(message, isPrivate);
    if (isPrivate === this.#acknowledgement.isPrivate) {
      return await this.#later(() => this.#replies.editOriginal(message));
    }
    // Whether "thinking…" is private cannot be changed any more.
    await this.#later(() => this.#replies.deleteOriginal());
    await this.#followUp(message, isPrivate);
  }

  /** In place of the message whose button was pressed; a new one where there is no such message. */
  async update(message: OutgoingMessage): Promise<void> {
    const { shows, isPrivate } = this.#acknowledgement;
    if (shows === "thinking") return await this.reply(message, isPrivate);
    await this.#acknowledged;
    if (await this.#first(() => this.#replies.update(message))) return;
    await this.#later(() => this.#replies.editOriginal(message));
  }

  /** Opens a form; false when that is no longer possible. */
  async form(form: Form): Promise<boolean> {
    await this.#acknowledged;
    return await this.#first(() => this.#replies.form(form));
  }

  /** What the message is called among the answers of this interaction. */
  get answerId(): string {
    return this.#followUpId ?? "@original";
  }

  /** Id of the message that {@linkcode reply} or {@linkcode update} has made. */
  messageId(): Promise<Id> {
    return this.#followUpId ? Promise.resolve(this.#followUpId) : this.#replies.originalId();
  }

  async #followUp(message: OutgoingMessage, isPrivate: boolean): Promise<void> {
    await this.#later(async () => {
      this.#followUpId = (await this.#replies.followUp(message, { isPrivate })).id;
    });
  }

  /** Gives the first answer where there is none yet; false when it must be a later one. */
  async #first(send: () => Promise<void>): Promise<boolean> {
    if (this.#state === "gone") return true;
    if (this.#state !== "open") return false;
    this.#acknowledged ??= Promise.resolve(); // not needed any more
    try {
      await send();
      this.#state = "answered";
      return true;
    } catch (error) {
      if (codeOf(error) === UNKNOWN_INTERACTION) {
        this.#state = "gone";
        return true;
      }
      if (codeOf(error) !== ALREADY_ANSWERED) throw error;
      // By the acknowledgement, which had come through after all, or else by this very one.
      this.#state = this.#didAcknowledgeFail ? stateAfter(this.#acknowledgement) : "answered";
      return !this.#didAcknowledgeFail;
    }
  }

  async #later(send: () => Promise<void>): Promise<void> {
    if (this.#state === "gone") return;
    await send();
    this.#state = "answered";
  }
}

function stateAfter({ shows }: Acknowledgement): State {
  return shows === "thinking" ? "thinking" : "quiet";
}

function codeOf(error: unknown): number | undefined {
  return error instanceof DiscordRestError ? error.code : undefined;
}
