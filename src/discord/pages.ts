/**
 * Paged answers: a message whose caller turns pages with two buttons, until nobody has for a while.
 * Keeps the pages in memory, and in the store only what it takes to disable the buttons after a
 * restart. Refusals and first answers are the router's.
 * @module
 */

import type { Clock } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import { cardId, fitsCardId } from "./cards.ts";
import { DiscordRestError } from "./errors.ts";
import type { PastMessages } from "./interaction.ts";
import type { Button, Embed, Id, Language, OutgoingMessage, Page, Tier } from "./surface.ts";
import { cut, splitText } from "./text.ts";
import { fill, WORDS } from "./texts.ts";

/** A message whose buttons must be disabled one day, also after a restart. */
export interface OpenCard {
  readonly id: string;
  /** Name of the bot that sent it. */
  readonly bot: string;
  readonly channelId: Id;
  readonly messageId: Id;
  /**
   * Secret; only there for private messages, which can be changed by no other means, and only
   * within 15 minutes. `messageId` is then what the message is called among its answers.
   */
  readonly token: string | undefined;
  readonly language: Language;
  readonly disableAt: Date;
}

/** Remembers open cards over restarts. */
export interface OpenCards {
  /** In place of an earlier one with the same id. */
  save(card: OpenCard): Promise<void>;
  /** Nothing happens when there is none. */
  remove(id: string): Promise<void>;
  /** Those of one bot. */
  list(bot: string): Promise<OpenCard[]>;
}

/** Open cards kept in memory: nothing is left of them after a restart. */
export function openCardsInMemory(): OpenCards {
  const cards = new Map<string, OpenCard>();
  return {
    save: (card) => Promise.resolve(void cards.set(card.id, card)),
    remove: (id) => Promise.resolve(void cards.delete(id)),
    list: (bot) => Promise.resolve([...cards.values()].filter((card) => card.bot === bot)),
  };
}

/** Name of the card whose presses turn pages. */
export const PAGES = "pages";

/** After this time without a press the buttons are disabled. */
const OPEN_MS = 120_000;

/** A token of Discord lives for 15 minutes; one is spared for clocks that disagree. */
const TOKEN_MS = 14 * 60_000;

/** Beyond this many the oldest are closed early, so that memory stays bounded. */
const MAX_BOOKS = 500;

const MAX_TITLE = 256;
const MAX_TEXT = 4096;

/** How pages are opened. */
export interface Opening {
  readonly callerId: Id;
  /** Who may turn them, checked again at each press. */
  readonly who: Tier;
  readonly language: Language;
  readonly isPrivate: boolean;
  /** Arguments of the card that opens them again; none when nothing can. */
  readonly again: readonly string[];
}

/** Where a paged message stands, and the secret that changes it. */
export interface Place {
  readonly channelId: Id;
  /** Undefined: not known. */
  readonly messageId: Id | undefined;
  readonly token: string;
  /** What the message is called among the answers of that token. */
  readonly answerId: string;
}

/** Pages that can be turned at present. */
interface Book extends Opening {
  readonly id: string;
  readonly pages: readonly Embed[];
  at: number;
  place: Place | undefined;
  timer: AbortController;
  /** The last write to the store; each waits for the one before. */
  stored: Promise<void>;
}

/** What a pager needs. */
export interface PagerOptions {
  /** Name of the bot. */
  readonly bot: string;
  readonly past: PastMessages;
  readonly openCards: OpenCards;
  readonly log: Log;
  readonly clock: Clock;
}

/** All paged answers of one bot. */
export class Pager {
  readonly #options: PagerOptions;
  /** The least recently used one first. */
  readonly #books = new Map<string, Book>();
  readonly #closing = new Set<Promise<void>>();
  #isStopped = false;

  constructor(options: PagerOptions) {
    this.#options = options;
  }

  /**
   * The message with the first page. A single page has no buttons; several have an id, by which
   * {@linkcode shown} wants to be told where they stand.
   *
   * @throws {RangeError} without any page.
   */
  open(
    pages: readonly Page[],
    opening: Opening,
  ): { readonly message: OutgoingMessage; readonly id: string | undefined } {
    const embeds = embedsOf(pages, opening.language);
    const [first] = embeds;
    if (!first) throw new RangeError("Cannot show pages: there are none; answer with a reply");
    if (embeds.length === 1) return { message: { embeds }, id: undefined };
    const book: Book = {
      ...opening,
      id: crypto.randomUUID().slice(0, 8),
      pages: embeds,
      at: 0,
      place: undefined,
      timer: new AbortController(),
      stored: Promise.resolve(),
    };
    this.#keepOpen(book);
    return { message: messageOf(book), id: book.id };
  }

  /** Remembers where an opened message stands. */
  shown(id: string, place: Place): void {
    const book = this.#books.get(id);
    if (!book) return;
    book.place ??= place; // a quick press knows better
    this.#save(book);
  }

  /** Whose pages these are, or undefined when they cannot be turned any more. */
  find(id: string): Opening | undefined {
    return this.#books.get(id);
  }

  /** The message with the next page, or the one before when `step` is -1; round and round. */
  turn(id: string, { step, place }: { step: number; place: Place }): OutgoingMessage | undefined {
    const book = this.#books.get(id);
    if (!book) return undefined;
    const { length } = book.pages;
    book.at = (book.at + step + length) % length;
    book.place = place;
    this.#keepOpen(book);
    this.#save(book);
    return messageOf(book);
  }

  /** Disables what was left open when the program ended. Never rejects. */
  async restore(): Promise<void> {
    const { bot, openCards, log } = this.#options;
    try {
      for (const card of await openCards.list(bot)) {
        if (this.#isStopped) return;
        if (!this.#books.has(card.id)) await this.#disableLeftOver(card);
      }
    } catch (error) {
      log.warn("open pages of the last run stay open", { error });
    }
  }

  /** Ends all timers; what is open stays in the store. Never rejects. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const books = [...this.#books.values()];
    for (const book of books) book.timer.abort();
    await Promise.all([...this.#closing, ...books.map(({ stored }) => stored)]);
  }

  #keepOpen(book: Book): void {
    this.#books.delete(book.id);
    this.#books.set(book.id, book);
    book.timer.abort();
    book.timer = new AbortController();
    const { clock } = this.#options;
    clock.sleep(OPEN_MS, book.timer.signal).then(() => this.#close(book), () => {});
    const [oldest] = this.#books.values();
    if (oldest && this.#books.size > MAX_BOOKS) this.#close(oldest);
  }

  #close(book: Book): void {
    if (!this.#books.delete(book.id)) return;
    book.timer.abort();
    const closing = this.#disable(book).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  async #disable(book: Book): Promise<void> {
    const { past, openCards, log } = this.#options;
    if (book.place) {
      const { token, answerId } = book.place;
      try {
        await past.editAnswer(token, answerId, disabledMessage(book));
      } catch (error) { // most often the message is gone
        log.debug("the buttons of old pages could not be disabled", { error });
      }
    }
    await this.#write(book, () => openCards.remove(book.id));
  }

  async #disableLeftOver(card: OpenCard): Promise<void> {
    const { past, openCards, log, clock } = this.#options;
    const { token, channelId, messageId } = card;
    const message = disabledMessage({ ...card, again: [] });
    const tokenEndsAt = card.disableAt.getTime() - OPEN_MS + TOKEN_MS;
    try {
      if (token === undefined) await past.edit(channelId, messageId, message);
      else if (clock.now() < tokenEndsAt) await past.editAnswer(token, messageId, message);
    } catch (error) {
      log.debug("the buttons of pages of the last run could not be disabled", { error });
      if (isPassing(error)) return; // after the next restart, then
    }
    await openCards.remove(card.id);
  }

  #save(book: Book): void {
    const { bot, openCards, clock } = this.#options;
    const { id, language, place } = book;
    if (!place) return;
    const { channelId, token, answerId } = place;
    const messageId = book.isPrivate ? undefined : place.messageId;
    void this.#write(book, () =>
      openCards.save({
        id,
        bot,
        channelId,
        messageId: messageId ?? answerId,
        token: messageId === undefined ? token : undefined,
        language,
        disableAt: new Date(clock.now() + OPEN_MS),
      }));
  }

  /** One write after the other, so that a late save does not bring back what was removed. */
  #write(book: Book, write: () => Promise<void>): Promise<void> {
    return book.stored = book.stored.then(write).catch((error) => {
      this.#options.log.warn("open pages could not be remembered", { error });
    });
  }
}

/** The rows of a message whose pages can no longer be turned; the rest of it stays as it is. */
export function disabledMessage(
  { id, language, again }: Pick<Book, "id" | "language" | "again">,
): OutgoingMessage {
  const disabled = buttonsOf({ id, language, again }).map((button) => ({
    ...button,
    isDisabled: true,
  }));
  return { rows: [disabled] };
}

function messageOf(book: Book): OutgoingMessage {
  return { embeds: [book.pages[book.at]!], rows: [buttonsOf(book)] };
}

function buttonsOf({ id, language, again }: Pick<Book, "id" | "language" | "again">): Button[] {
  const button = (direction: "previous" | "next", emoji: string): Button => ({
    kind: "button",
    id: turnId([id, direction], again),
    label: WORDS[direction][language],
    emoji,
  });
  return [button("previous", "◀️"), button("next", "▶️")];
}

/** Where there is no room for what opens the pages again, they cannot be opened again. */
function turnId(args: readonly string[], again: readonly string[]): string {
  return fitsCardId(PAGES, ...args, ...again)
    ? cardId(PAGES, ...args, ...again)
    : cardId(PAGES, ...args);
}

function embedsOf(pages: readonly Page[], language: Language): Embed[] {
  const split = pages.flatMap((page) => {
    const texts = splitText(page.text, MAX_TEXT);
    return (texts.length > 0 ? texts : [""]).map((text) => ({ ...page, text }));
  });
  return split.map(({ title, color, text, image }, i) => {
    const where = fill(WORDS.page, language, { page: i + 1, pages: split.length });
    const ending = split.length > 1 ? ` - ${where}` : "";
    return {
      ...(title && { title: cut(title, MAX_TITLE - ending.length) + ending }),
      ...(!title && split.length > 1 && { note: where }),
      ...(color !== undefined && { color }),
      ...(image !== undefined && { image }),
      description: text,
    };
  });
}

/** Whether Discord was out of reach, which says nothing about the message. */
function isPassing(error: unknown): boolean {
  return error instanceof DiscordRestError && (error.status === 0 || error.status >= 500);
}
