/**
 * People on the local Discord: what a member of a guild does and sees, for tests and the demo. A
 * person is held to what Discord's own client allows, and sees only what that member would see.
 * @module
 */

import {
  type APIApplicationCommand,
  ApplicationCommandType,
  ChannelType,
  InteractionType,
} from "discord-api-types/v10";
import { demandOpen, READING } from "./access.ts";
import type { SentFile } from "./api.ts";
import { fillOptions, isCalled, nameIn, type OptionValues, wordsOf } from "./calls.ts";
import { buttonOf, type Component, menuOf, OpenForm, pickedValues } from "./components.ts";
import {
  type Action,
  ANSWER_WITHIN_MS,
  type FirstAnswer,
  type Interaction,
  type Interactions,
} from "./interactions.ts";
import { createMessage, demandWriting, isPinged } from "./messages.ts";
import { Bit, canSee, channelPermissions, demand } from "./permissions.ts";
import { idsIn, resolve } from "./resolved.ts";
import { addReaction } from "./routes/reactions.ts";
import type { Application, Channel, Guild, Member, Message, World } from "./world.ts";

/** Longest message without a subscription. */
const MOST_CHARACTERS = 2000;

/** What a person saw in answer to what they did. Messages are live: they show later edits. */
export type Outcome =
  | { readonly kind: "message"; readonly message: Message; readonly isPrivate: boolean }
  | { readonly kind: "form"; readonly form: OpenForm }
  /** The message whose button or menu was used has changed. */
  | { readonly kind: "updated"; readonly message: Message; readonly isPrivate: boolean }
  /** Nothing to see, or not yet. */
  | { readonly kind: "acknowledged" };

/** A channel or thread, its id, or its name. */
export type Place = Channel | string;

/** A choice that is suggested while an option is being typed. */
export interface Suggestion {
  readonly name: string;
  readonly value: string | number;
}

/** What goes with a message. */
export interface Attached {
  readonly files?: readonly Omit<SentFile, "index">[];
  readonly replyTo?: Message;
  /** Names of stickers. */
  readonly stickers?: readonly string[];
  /** A question and its answers. */
  readonly poll?: { readonly question: string; readonly answers: readonly string[] };
  /** A message that is passed on, in place of a text. */
  readonly forwards?: Message;
}

/** Where a command is run, and whose it is when several applications have one of that name. */
export interface Where {
  /** Default: the first channel that this person sees. */
  readonly channel?: Place;
  readonly of?: Application;
}

/** Who acts, and through what. */
export interface PersonOptions {
  readonly interactions: Interactions;
  readonly guild: Guild;
  readonly member: Member;
  /** Language of the client, such as `de`. */
  readonly locale?: string;
}

/** One member of a guild. */
export class Person {
  readonly guild: Guild;
  readonly member: Member;
  locale: string;
  /** How long "thinking…" is waited for, in milliseconds. */
  patienceMs = 10_000;
  readonly #interactions: Interactions;
  readonly #world: World;

  constructor({ interactions, guild, member, locale = "en-US" }: PersonOptions) {
    this.#interactions = interactions;
    this.#world = interactions.world;
    this.guild = guild;
    this.member = member;
    this.locale = locale;
  }

  get id(): string {
    return this.member.user.id;
  }

  /**
   * Writes a message.
   *
   * @throws {ApiError} where Discord refuses it, such as 50013 without the right to write there.
   */
  says(place: Place, text: string, attached: Attached = {}): Promise<Message> {
    const { files = [], stickers = [] } = attached;
    return Promise.try(() => {
      const channel = this.#channel(place);
      if ([...text].length > MOST_CHARACTERS) {
        throw new Error(`Cannot send it: longer than ${MOST_CHARACTERS} characters`);
      }
      const payload = { content: text, ...partsOf(attached) };
      const hasFiles = files.length > 0;
      demandWriting(this.#world, this.id, { channel, payload, hasFiles });
      return createMessage(this.#world, channel, this.member.user, payload, {
        files: files.map((file, index) => ({ ...file, index })),
        stickers,
      });
    });
  }

  /** Messages in a place, oldest first; none where this member sees nothing. */
  sees(place: Place): Message[] {
    const channel = this.#channel(place);
    if (!canSee(this.#world, this.id, channel)) return [];
    return [...channel.messages.values()].filter((message) =>
      message.onlyFor === undefined || message.onlyFor === this.id
    );
  }

  /**
   * The newest message in a place that `isIt` says yes to, as soon as there is one. The place need
   * not be there yet.
   *
   * @throws Error after `withinMs` milliseconds, with what is to be seen instead.
   */
  async seesSoon(
    place: Place,
    isIt: (message: Message) => boolean,
    withinMs = 5000,
  ): Promise<Message> {
    const seen = Promise.withResolvers<Message>();
    const seenNow = () => this.#find(place) === undefined ? [] : this.sees(place);
    const look = () => {
      try {
        const message = seenNow().findLast(isIt);
        if (message !== undefined) seen.resolve(message);
      } catch (error) {
        seen.reject(error);
      }
    };
    const stop = this.#world.listen(look);
    look();
    try {
      return await this.#within(withinMs, seen.promise, () => {
        const texts = seenNow().map(textOf).join(" | ");
        return `Cannot see it within ${withinMs} ms: there is only: ${texts || "nothing"}`;
      });
    } finally {
      stop();
    }
  }

  /** What bots wrote to this person alone, and the answers, oldest first. */
  get directMessages(): Message[] {
    return [...this.#world.channels.values()]
      .filter(({ recipients }) => recipients.some(({ id }) => id === this.id))
      .flatMap(({ messages }) => [...messages.values()]);
  }

  /** Messages in the guild that notified this person. */
  get pinged(): Message[] {
    return [...this.#world.channels.values()]
      .filter(({ guild }) => guild === this.guild)
      .flatMap((channel) => this.sees(channel))
      .filter((message) => isPinged(this.#world, message, this.id));
  }

  /**
   * Runs a slash command, sub-commands included: `runs("/server restart", { map: "island" })`. Its
   * name and those of its options may be English or in the person's language.
   *
   * @throws Error where the client would not send it, when nothing comes back within 3 seconds, and
   * when "thinking…" is not followed by anything within `patienceMs`.
   */
  async runs(line: string, values: OptionValues = {}, where: Where = {}): Promise<Outcome> {
    const { app, channel, command } = this.#command(line, where);
    const options = fillOptions(command, { line, values }, { locale: this.locale });
    const data = {
      ...dataOf(command, options),
      ...resolve(this.#world, this.guild, { ids: idsIn(options), userId: this.id }),
    };
    return await this.#act({ type: InteractionType.ApplicationCommand, app, channel, data }, line);
  }

  /**
   * What is suggested while the option `typing`, one of `values`, is being entered.
   *
   * @throws Error as `runs` does.
   */
  async types(
    line: string,
    values: OptionValues,
    typing: string,
    where: Where = {},
  ): Promise<Suggestion[]> {
    const { app, channel, command } = this.#command(line, where);
    const options = fillOptions(command, { line, values }, { locale: this.locale, typing });
    const type = InteractionType.ApplicationCommandAutocomplete;
    const interaction = this.#start({ type, app, channel, data: dataOf(command, options) });
    const first = await this.#firstAnswer(interaction, line);
    return first.kind !== "choices" ? [] : first.choices.map((choice) => ({
      name: nameIn(choice, this.locale),
      value: choice.value,
    }));
  }

  /** Presses a button by its label, emoji or custom id. Throws as `runs` does. */
  async presses(message: Message, name: string): Promise<Outcome> {
    this.#demandSight(message);
    const button = buttonOf(message.data.components, name);
    return await this.#use(message, { component: button, what: `"${name}"` });
  }

  /**
   * Picks from a menu by label or value; in menus of people, roles and channels by id. `menu` is a
   * placeholder or custom id, for messages with several. Throws as `runs` does.
   */
  async picks(
    message: Message,
    picked: readonly string[],
    { menu: name }: { readonly menu?: string } = {},
  ): Promise<Outcome> {
    this.#demandSight(message);
    const component = menuOf(message.data.components, name);
    const values = pickedValues(component, picked);
    return await this.#use(message, { component, values, what: picked.join(", ") });
  }

  /** Sends a form, its fields by custom id or label. Throws as `runs` does. */
  async fills(
    form: OpenForm,
    values: Readonly<Record<string, string | readonly string[]>>,
  ): Promise<Outcome> {
    const { app, channel, source } = form.openedBy;
    const data = form.filledWith(values);
    const type = InteractionType.ModalSubmit;
    const action = { type, app, channel, source, openedBy: form.openedBy, data };
    return await this.#act(action, form.title);
  }

  /**
   * Reacts to a message.
   *
   * @throws {ApiError} where Discord refuses it, such as 50013 without the right to start one.
   */
  reacts(message: Message, emoji: string): Promise<void> {
    return Promise.try(() => {
      this.#demandSight(message);
      const channel = this.#channel(message.data.channel_id);
      demandOpen(channel);
      demand(this.#world, this.id, { in: channel, bits: READING });
      addReaction(this.#world, this.id, { channel, message, emoji });
    });
  }

  #use(
    message: Message,
    { component, values, what }: {
      readonly component: Component;
      readonly values?: readonly string[];
      readonly what: string;
    },
  ): Promise<Outcome> {
    const app = this.#world.applications.get(message.data.author.id);
    if (app === undefined) throw new Error(`Cannot use ${what}: no application listens to it`);
    const isOfText = component.options !== undefined;
    const data = {
      custom_id: component.custom_id,
      component_type: component.type,
      ...(component.id === undefined ? {} : { id: component.id }),
      ...(values === undefined ? {} : {
        values,
        ...resolve(this.#world, this.guild, { ids: isOfText ? [] : values, userId: this.id }),
      }),
    };
    const channel = this.#channel(message.data.channel_id);
    const type = InteractionType.MessageComponent;
    return this.#act({ type, app, channel, source: message, data }, what);
  }

  async #act(action: Omit<Action, "user" | "locale">, what: string): Promise<Outcome> {
    const interaction = this.#start(action);
    const first = await this.#firstAnswer(interaction, what);
    switch (first.kind) {
      case "message":
      case "updated":
        return { ...first, isPrivate: first.message.onlyFor !== undefined };
      case "thinking": {
        const message = await this.#within(
          this.patienceMs,
          interaction.filled.promise,
          () => `Nothing came after "thinking…" within ${this.patienceMs} ms: ${what}`,
        );
        return { kind: "message", message, isPrivate: message.onlyFor !== undefined };
      }
      case "form":
        return { kind: "form", form: new OpenForm(first.form, interaction) };
      default:
        return { kind: "acknowledged" };
    }
  }

  #start(action: Omit<Action, "user" | "locale">): Interaction {
    return this.#interactions.start({ ...action, user: this.member.user, locale: this.locale });
  }

  async #firstAnswer(interaction: Interaction, what: string): Promise<FirstAnswer> {
    try {
      return await this.#within(
        ANSWER_WITHIN_MS,
        interaction.first.promise,
        () => `The application did not respond: ${what}`,
      );
    } catch (error) {
      interaction.isLost = true;
      throw error;
    }
  }

  /** What `promise` gives, if it does within `ms`; else an error with the text of `why`. */
  async #within<T>(ms: number, promise: Promise<T>, why: () => string): Promise<T> {
    const { stopped } = this.#interactions;
    const end = Promise.withResolvers<never>();
    const stop = () => end.reject(new Error("Cannot wait any longer: Discord has stopped"));
    const timer = setTimeout(() => end.reject(new Error(why())), ms);
    stopped.addEventListener("abort", stop);
    if (stopped.aborted) stop();
    try {
      return await Promise.race([promise, end.promise]);
    } finally {
      clearTimeout(timer);
      stopped.removeEventListener("abort", stop);
    }
  }

  /** The command that is meant, if this person's client shows it. */
  #command(line: string, { channel: place, of }: Where) {
    const [name] = wordsOf(line);
    const channel = place === undefined ? this.#firstChannel() : this.#channel(place);
    const all = [...this.#world.applications.values()]
      .filter((app) => this.guild.members.has(app.id) && (of === undefined || app === of))
      .flatMap((app) =>
        [this.guild.id, ""].flatMap((scope) => app.commands.get(scope) ?? [])
          .filter((command) => command.type === ApplicationCommandType.ChatInput)
          .filter((command) => isCalled(command, name, this.locale))
          .slice(0, 1).map((command) => ({ app, channel, command }))
      );
    const [found, ...more] = all.filter(({ command }) => this.#mayRun(command, channel));
    if (found === undefined) {
      const why = all.length === 0 ? "no such command" : "it is not shown to this person";
      throw new Error(`Cannot run /${name}: ${why}`);
    }
    if (more.length > 0) throw new Error(`Cannot run /${name}: several bots have it; say whose`);
    return found;
  }

  /** `default_member_permissions` names what is needed; "0" leaves it to administrators. */
  #mayRun({ default_member_permissions: needed }: APIApplicationCommand, channel: Channel) {
    const held = channelPermissions(this.#world, this.id, channel);
    if ((held & Bit.UseApplicationCommands) === 0n) return false;
    if ((held & Bit.Administrator) !== 0n || needed === null) return true;
    return needed !== "0" && (held & BigInt(needed)) === BigInt(needed);
  }

  #firstChannel(): Channel {
    const channel = [...this.#world.channels.values()]
      .filter(({ guild, type }) => guild === this.guild && type === ChannelType.GuildText)
      .find((channel) => canSee(this.#world, this.id, channel));
    if (channel === undefined) throw new Error("Cannot do that: this person sees no channel");
    return channel;
  }

  #channel(place: Place): Channel {
    const channel = this.#find(place);
    if (channel === undefined) throw new Error(`Cannot find ${place}: no such channel`);
    return channel;
  }

  #find(place: Place): Channel | undefined {
    if (typeof place !== "string") return place;
    const byId = this.#world.channels.get(place);
    if (byId !== undefined) return byId;
    const [channel, ...more] = [...this.#world.channels.values()]
      .filter(({ guild, name }) => guild === this.guild && name === place);
    if (more.length > 0) throw new Error(`Cannot find ${place}: several channels have that name`);
    return channel;
  }

  #demandSight(message: Message): void {
    if (!this.sees(message.data.channel_id).includes(message)) {
      throw new Error("Cannot use that message: it is gone, or not shown to this person");
    }
  }
}

/** All that can be read in a message: text, embeds, labels of its components. */
export function textOf({ data }: Message): string {
  const embeds = data.embeds.flatMap((embed) => [
    embed.title,
    embed.description,
    ...(embed.fields ?? []).flatMap(({ name, value }) => [name, value]),
    embed.footer?.text,
  ]);
  return [data.content, ...embeds].filter(Boolean).join("\n");
}

/** The message that came, whether new or changed. @throws Error when none came. */
export function shown(outcome: Outcome): Message {
  if (outcome.kind === "message" || outcome.kind === "updated") return outcome.message;
  throw new Error(`Cannot read the answer: it is ${outcome.kind}, not a message`);
}

/** The form that opened. @throws Error when none did. */
export function opened(outcome: Outcome): OpenForm {
  if (outcome.kind === "form") return outcome.form;
  throw new Error(`Cannot fill the answer: it is ${outcome.kind}, not a form`);
}

/** What goes with a message, as Discord's "create message" takes it. */
function partsOf({ replyTo, poll, forwards }: Attached): object {
  const reference = forwards
    ? { type: 1, channel_id: forwards.data.channel_id, message_id: forwards.data.id }
    : replyTo && { message_id: replyTo.data.id };
  return {
    ...(reference && { message_reference: reference }),
    ...(poll && {
      poll: {
        question: { text: poll.question },
        answers: poll.answers.map((text) => ({ poll_media: { text } })),
      },
    }),
  };
}

function dataOf(command: APIApplicationCommand, options: readonly unknown[]): object {
  return {
    id: command.id,
    name: command.name,
    type: command.type,
    ...(command.guild_id === undefined ? {} : { guild_id: command.guild_id }),
    ...(options.length === 0 ? {} : { options }),
  };
}
