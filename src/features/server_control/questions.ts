/**
 * Questions that staff answer with a button before something happens: for whoever was asked, once,
 * and for five minutes. Kept in memory, as a button's id has no room for a command; after a restart
 * of the program they are too old.
 * @module
 */

import { cardId } from "../../discord/cards.ts";
import {
  type Answer,
  type Button,
  type Caller,
  type Card,
  type Press,
  Refusal,
} from "../../discord/surface.ts";
import { REFUSALS } from "../../discord/texts.ts";
import type { Clock } from "../../runtime/clock.ts";
import { TEXTS } from "./texts.ts";

/** An open question. */
interface Question {
  readonly callerId: string;
  readonly until: number;
  readonly go: (press: Press) => Promise<Answer>;
}

const CARD = "control-question";
const OPEN_MS = 5 * 60_000;
/** Beyond this many the oldest are dropped. */
const MOST_QUESTIONS = 200;

/** All open questions. */
export class Questions {
  readonly #open = new Map<string, Question>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Until when a question asked now is open. */
  get openUntil(): Date {
    return new Date(this.#clock.now() + OPEN_MS);
  }

  /** Buttons for going on and for leaving it. */
  ask(caller: Caller, go: Question["go"]): readonly Button[] {
    const id = this.#add(caller, go);
    const { language } = caller;
    return [
      {
        kind: "button",
        id: cardId(CARD, id, "go"),
        label: TEXTS.go[language],
        style: "danger",
      },
      { kind: "button", id: cardId(CARD, id, "cancel"), label: TEXTS.cancel[language] },
    ];
  }

  /** A button for doing something harmless once more. */
  offerAgain(caller: Caller, go: Question["go"]): readonly Button[] {
    const id = cardId(CARD, this.#add(caller, go), "go");
    return [{ kind: "button", id, label: TEXTS.again[caller.language], emoji: "🔄" }];
  }

  /** The card whose buttons these are; the handlers behind them check tiers anew. */
  card(): Card {
    return { name: CARD, who: "moderator", press: (press) => this.#press(press) };
  }

  #add({ id: callerId }: Caller, go: Question["go"]): string {
    const id = crypto.randomUUID().slice(0, 8);
    this.#open.set(id, { callerId, until: this.openUntil.getTime(), go });
    const [oldest] = this.#open.keys();
    if (oldest !== undefined && this.#open.size > MOST_QUESTIONS) this.#open.delete(oldest);
    return id;
  }

  async #press(press: Press): Promise<Answer> {
    const { caller, args: [id = "", choice] } = press;
    const question = this.#open.get(id);
    if (!question) throw new Refusal("EXPIRED_CARD", REFUSALS.expired);
    if (question.callerId !== caller.id) throw new Refusal("NOT_ALLOWED", TEXTS.notYours);
    this.#open.delete(id); // before anything is done, so that a second press does nothing
    if (question.until <= this.#clock.now()) throw new Refusal("EXPIRED_CARD", REFUSALS.expired);
    if (choice === "go") return await question.go(press);
    const description = TEXTS.cancelled[caller.language];
    return { kind: "update", message: { embeds: [{ description }], rows: [] } };
  }
}
