/**
 * Leads every interaction to its command or card, and always answers: in time, only to those who
 * may, and with a short refusal when something fails. Knows commands and cards by their
 * declarations, and Discord only by the `Replies` of an interaction.
 * @module
 */

import { type Clock, settlesWithin } from "../runtime/clock.ts";
import { errorId, type Log } from "../runtime/log.ts";
import { Answering } from "./answering.ts";
import type { Interaction, PastMessages } from "./interaction.ts";
import { cleanDisplayName } from "./names.ts";
import { type OpenCards, Pager, PAGES } from "./pages.ts";
import { type Caller, type Card, type Command, type Id, Refusal, type Tier } from "./surface.ts";
import { expiredMessage, internalMessage, refusalMessage } from "./refusals.ts";
import { AGAIN, type Given, type Target, targetOf, type Targets } from "./targets.ts";
import { REFUSALS } from "./texts.ts";
import { checkTier, type Roles, tierOf } from "./tiers.ts";

/** What a router needs. */
export interface RouterOptions {
  /** Name of the bot, by which its open pages are kept. */
  readonly bot: string;
  /** The only guild that is served. */
  readonly guildId: Id;
  readonly commands: readonly Command[];
  readonly cards: readonly Card[];
  readonly roles: Roles;
  readonly past: PastMessages;
  readonly openCards: OpenCards;
  readonly log: Log;
  readonly clock: Clock;
}

/** Answers interactions. */
export interface Router {
  /** Answers one; never rejects. */
  handle(interaction: Interaction): Promise<void>;
  /** Disables the buttons of pages that were open when the program ended. Never rejects. */
  restore(): Promise<void>;
  /** Lets running handlers end for 2 s, then gives them up; done after 6 s. Never rejects. */
  stop(): Promise<void>;
}

/**
 * A router for the commands and cards of one bot.
 *
 * @throws {RangeError} when two commands or cards share a name, or a card has one of the router's.
 */
export function openRouter(options: RouterOptions): Router {
  checkNames("command", options.commands.map(({ name }) => name.en));
  checkNames("card", [PAGES, AGAIN, ...options.cards.map(({ name }) => name)]);
  return new InteractionRouter(options);
}

/** Discord gives up after 3 s; what takes longer than this is acknowledged first. */
const ACKNOWLEDGE_AFTER_MS = 1_500;

/** What is older on arrival may be past answering, which only an acknowledgement tells. */
const LATE_MS = 2_000;

/** A session that can be resumed is minutes old; what seems older than this has another clock. */
const OLDEST_MS = 3_600_000;

const HANDLER_MS = 60_000;
const SUGGESTIONS_MS = 2_000;
const MOST_RUNNING = 200;

/** So many ages tell how far the local clock is off. */
const AGES = 5;

/**
 * On a stop handlers have this long to end, and then again to say that they were given up, and open
 * pages again to be remembered; the program as a whole stops within 10 s.
 */
const STOP_MS = 2_000;

/** One interaction on its way. */
interface Case {
  readonly interaction: Interaction;
  readonly target: Target;
  readonly answering: Answering;
}

class InteractionRouter implements Router {
  readonly #options: RouterOptions;
  readonly #targets: Targets;
  readonly #pager: Pager;
  /** One per running handler. */
  readonly #running = new Set<AbortController>();
  readonly #answers = new Set<Promise<void>>();
  /** Of the last interactions that could be answered, by the local clock. */
  readonly #ages: number[] = [];
  #isStopping = false;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#pager = new Pager(options);
    this.#targets = {
      commands: new Map(options.commands.map((command) => [command.name.en, command])),
      cards: new Map(options.cards.map((card) => [card.name, card])),
      pager: this.#pager,
    };
  }

  async handle(interaction: Interaction): Promise<void> {
    const isSuggestion = interaction.what.kind === "suggest";
    const answer = (isSuggestion ? this.#suggest(interaction) : this.#answer(interaction))
      .catch((error) => this.#options.log.warn("an interaction could not be answered", { error }))
      .finally(() => this.#answers.delete(answer));
    this.#answers.add(answer);
    await answer;
  }

  restore(): Promise<void> {
    return this.#pager.restore();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const { clock } = this.#options;
    const areDone = () => settlesWithin(STOP_MS, { work: Promise.all(this.#answers), clock });
    if (!await areDone()) {
      for (const control of this.#running) {
        control.abort(new Refusal("COOLDOWN", REFUSALS.stopping));
      }
      await areDone();
    }
    await settlesWithin(STOP_MS, { work: this.#pager.stop(), clock });
  }

  async #answer(interaction: Interaction): Promise<void> {
    const target = targetOf(interaction, this.#targets);
    const answering = new Answering(interaction.replies, target.acknowledgement);
    const one: Case = { interaction, target, answering };
    try {
      if (this.#ageOf(interaction) > LATE_MS) {
        await answering.acknowledge();
        if (answering.isGone) return; // replayed after an outage: nobody waits, nothing is done
        this.#noteAge(one); // at once: it is our clock that is late
      }
      await this.#give(await this.#run(one), one);
    } catch (error) {
      await this.#refuse(error, one);
    }
    this.#noteAge(one);
  }

  #noteAge({ interaction, answering }: Case): void {
    if (answering.isTaken) this.#ages.unshift(interaction.ageMs);
    this.#ages.splice(AGES);
  }

  /** Compared with the last ones, so that a local clock that is wrong makes no difference. */
  #ageOf({ ageMs }: Interaction): number {
    const usual = this.#ages.length > 0 ? Math.min(...this.#ages) : 0;
    const age = ageMs - usual;
    return age > 0 && age < OLDEST_MS ? age : 0;
  }

  async #run({ interaction, target, answering }: Case): Promise<Given> {
    const caller = this.#checked(interaction, target.who);
    const control = new AbortController();
    const acknowledge = async () => {
      await answering.acknowledge();
      if (answering.isGone) control.abort(new Error("Cannot answer: Discord no longer waits"));
    };
    const timer = new AbortController();
    const quietMs = Math.max(0, ACKNOWLEDGE_AFTER_MS - this.#ageOf(interaction));
    this.#options.clock.sleep(quietMs, timer.signal).then(acknowledge, () => {});
    try {
      return await this.#limited(
        async (signal) => await target.run(caller, signal),
        { limitMs: HANDLER_MS, control },
      );
    } finally {
      timer.abort();
    }
  }

  /** Runs a handler until it ends, its time is over or the program stops. */
  async #limited<T>(
    work: (signal: AbortSignal) => Promise<T>,
    { limitMs, control }: { limitMs: number; control: AbortController },
  ): Promise<T> {
    if (this.#running.size >= MOST_RUNNING) throw new Refusal("COOLDOWN", REFUSALS.busy);
    const { signal } = control;
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    const timer = new AbortController();
    const giveUp = () => control.abort(new Error(`Cannot wait longer than ${limitMs / 1000} s`));
    this.#options.clock.sleep(limitMs, timer.signal).then(giveUp, () => {});
    this.#running.add(control);
    try {
      return await Promise.race([work(signal), aborted]);
    } finally {
      timer.abort();
      this.#running.delete(control);
    }
  }

  /** @throws {Refusal} when the caller may not. */
  #checked({ guildId, user, language }: Interaction, who: Tier): Caller {
    if (this.#isStopping) throw new Refusal("COOLDOWN", REFUSALS.stopping);
    if (guildId !== this.#options.guildId) throw new Refusal("NOT_ALLOWED", REFUSALS.otherGuild);
    const { roles } = this.#options;
    const tier = tierOf(user.roleIds, roles);
    checkTier(tier, { wanted: who, roles });
    const displayName = cleanDisplayName(user.displayName, user.id);
    return { id: user.id, displayName, roleIds: user.roleIds, tier, language };
  }

  async #give(answer: Given, one: Case): Promise<void> {
    const { interaction: { language }, target: { again, isPrivate }, answering } = one;
    switch (answer.kind) {
      case "reply":
        return await answering.reply(answer.message, answer.isPrivate ?? isPrivate);
      case "update":
        return await answering.update(answer.message);
      case "form":
        if (await answering.form(answer)) return;
        return await answering.reply(
          expiredMessage(REFUSALS.tooLateForForm, { language, again }),
          true,
        );
      case "pages":
        return await this.#givePages(answer, one);
      case "expired":
        // The message may be gone; the caller is told all the same.
        await answering.update(answer.message).catch((error) =>
          this.#options.log.debug("the buttons of old pages could not be disabled", { error })
        );
        return await answering.reply(expiredMessage(REFUSALS.expired, { language, again }), true);
    }
  }

  async #givePages(answer: Given & { kind: "pages" }, one: Case): Promise<void> {
    const { interaction: { user, language, channelId, replies }, target, answering } = one;
    const isPrivate = answer.isPrivate ?? target.isPrivate;
    const { message, id } = this.#pager.open(answer.pages, {
      callerId: user.id,
      who: target.who,
      language,
      isPrivate,
      again: target.again,
    });
    await answering.reply(message, isPrivate);
    if (id === undefined || answering.isGone) return;
    const messageId = isPrivate ? undefined : await answering.messageId().catch(() => undefined);
    const { token } = replies;
    this.#pager.shown(id, { channelId, messageId, token, answerId: answering.answerId });
  }

  /** Tells the caller, alone, why there is no answer. */
  async #refuse(error: unknown, { interaction, target, answering }: Case): Promise<void> {
    const { language, user } = interaction;
    const { log } = this.#options;
    if (error instanceof Refusal) {
      return await answering.reply(refusalMessage(error, language), true);
    }
    const id = errorId();
    if (answering.isGone) log.debug(`${target.name} came too late`, { error });
    else log.error(`${target.name} failed`, { id, user: user.id, error });
    await answering.reply(internalMessage(id, language), true);
  }

  /** Whatever goes wrong, there are no suggestions then, and people can type. */
  async #suggest(interaction: Interaction): Promise<void> {
    const { log } = this.#options;
    const choices = await this.#suggestions(interaction).catch((error) => {
      if (!(error instanceof Refusal)) log.warn("suggestions failed", { error });
      return [];
    });
    await interaction.replies.suggest(choices).catch((error) =>
      log.debug("suggestions came too late", { error })
    );
  }

  async #suggestions(interaction: Interaction): Promise<readonly string[]> {
    const { what, channelId } = interaction;
    if (what.kind !== "suggest") return [];
    const { name, focused, options } = what;
    const command = this.#targets.commands.get(name);
    const option = command?.options?.find((option) => option.name.en === focused);
    if (!command || !option?.suggest) return [];
    const { suggest } = option;
    const caller = this.#checked(interaction, command.who);
    const typed = String(options[focused] ?? "");
    return await this.#limited(
      async (signal) => await suggest(typed, { caller, channelId, options, signal }),
      { limitMs: SUGGESTIONS_MS, control: new AbortController() },
    );
  }
}

function checkNames(kind: string, names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new RangeError(`Cannot route to ${kind} "${twice}": the name is taken; choose another one`);
}
