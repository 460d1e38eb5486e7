/**
 * What an interaction leads to: a command, a card, or pages to turn. Runs nothing and answers
 * nothing; whoever runs a target checks the caller first.
 * @module
 */

import type { Acknowledgement } from "./answering.ts";
import { fitsCardId, parseCardId } from "./cards.ts";
import type { Interaction } from "./interaction.ts";
import { disabledMessage, type Pager, PAGES } from "./pages.ts";
import {
  type Answer,
  type Call,
  type Caller,
  type Card,
  type Command,
  type Option,
  type OutgoingMessage,
  Refusal,
  type Tier,
} from "./surface.ts";
import { REFUSALS } from "./texts.ts";

/** Name of the card whose button runs a command once more. */
export const AGAIN = "again";

/** Everything that an interaction can lead to. */
export interface Targets {
  /** By their English names. */
  readonly commands: ReadonlyMap<string, Command>;
  readonly cards: ReadonlyMap<string, Card>;
  readonly pager: Pager;
}

/** What one interaction leads to. */
export interface Target {
  /** For the log. */
  readonly name: string;
  readonly who: Tier;
  /** Whether a new message is for the caller alone where the answer does not say. */
  readonly isPrivate: boolean;
  /** How it is acknowledged while it works. */
  readonly acknowledgement: Acknowledgement;
  /** Arguments of the card that runs it again; none when nothing can, or they are too long. */
  readonly again: readonly string[];
  run(caller: Caller, signal: AbortSignal): Promise<Given>;
}

/** An answer, or that there is none because what was used is too old. */
export type Given = Answer | {
  readonly kind: "expired";
  /** The message that was used, without its use. */
  readonly message: OutgoingMessage;
};

/** The target of an interaction; one that is not known leads to a refusal. */
export function targetOf(interaction: Interaction, targets: Targets): Target {
  const { what } = interaction;
  if (what.kind === "command" || what.kind === "suggest") {
    const command = targets.commands.get(what.name);
    return command ? commandTarget(command, what.options, interaction) : unknown(`/${what.name}`);
  }
  const { card: name, args } = parseCardId(what.customId);
  if (name === PAGES) return pagesTarget(args, interaction, targets.pager);
  if (name === AGAIN) return againTarget(args, interaction, targets);
  const card = targets.cards.get(name);
  return card ? cardTarget(card, args, interaction) : unknown(`card ${name}`);
}

function unknown(name: string): Target {
  return {
    name,
    who: "anyone",
    isPrivate: true,
    acknowledgement: { shows: "thinking", isPrivate: true },
    again: [],
    run: () => Promise.reject(new Refusal("EXPIRED_CARD", REFUSALS.expired)),
  };
}

function commandTarget(
  command: Command,
  options: Call["options"],
  { channelId }: Interaction,
): Target {
  const { name: { en: name }, who, isPrivate } = command;
  const again = Object.keys(options).length > 0 ? [name, JSON.stringify(options)] : [name];
  return {
    name: `/${name}`,
    who,
    isPrivate,
    acknowledgement: { shows: "thinking", isPrivate },
    again: fitsCardId(AGAIN, ...again) ? again : [],
    run: (caller, signal) => command.run({ caller, channelId, options, signal }),
  };
}

/** Runs a command as it was called once, for whoever presses and with their rights. */
function againTarget(
  [name = "", json = "{}"]: readonly string[],
  interaction: Interaction,
  { commands }: Targets,
): Target {
  const command = commands.get(name);
  const options = command && optionsOf(json, command);
  return options ? commandTarget(command, options, interaction) : unknown(`/${name} again`);
}

/** Options as an id carried them, or undefined when the command no longer has such options. */
function optionsOf(json: string, { options = [] }: Command): Call["options"] | undefined {
  try {
    const values: unknown = JSON.parse(json);
    if (typeof values !== "object" || values === null) return undefined;
    const entries: [string, unknown][] = Object.entries(values);
    const isKnown = ([name, value]: [string, unknown]): boolean =>
      options.some((option) => option.name.en === name && typeof value === TYPES[option.kind]);
    const isComplete = options.every(({ name, isRequired }) => !isRequired || name.en in values);
    return isComplete && entries.every(isKnown) ? values as Call["options"] : undefined;
  } catch {
    return undefined;
  }
}

const TYPES: Readonly<Record<Option["kind"], string>> = {
  "text": "string",
  "member": "string",
  "whole number": "number",
  "number": "number",
  "yes or no": "boolean",
};

function cardTarget(card: Card, args: readonly string[], interaction: Interaction): Target {
  const { what, channelId } = interaction;
  const values = what.kind === "press" ? what.values : [];
  const messageId = what.kind === "press" ? what.messageId : undefined;
  const fields = what.kind === "form" ? what.fields : {};
  const hasMessage = what.kind === "press" || (what.kind === "form" && what.hasMessage);
  return {
    name: `card ${card.name}`,
    who: card.who,
    isPrivate: false,
    acknowledgement: { shows: hasMessage ? "nothing" : "thinking", isPrivate: true },
    again: [],
    run: (caller, signal) =>
      card.press({ caller, channelId, messageId, args, values, fields, signal }),
  };
}

function pagesTarget(
  [id = "", direction, ...again]: readonly string[],
  { what, channelId, replies, language }: Interaction,
  pager: Pager,
): Target {
  const book = pager.find(id);
  return {
    name: "turning pages",
    who: book?.who ?? "anyone",
    isPrivate: true,
    acknowledgement: { shows: "nothing", isPrivate: true },
    again,
    run: (caller) => {
      if (book && book.callerId !== caller.id) {
        throw new Refusal("NOT_ALLOWED", REFUSALS.notYourPages);
      }
      const place = {
        channelId,
        messageId: what.kind === "press" ? what.messageId : undefined,
        token: replies.token,
        answerId: "@original",
      };
      const message = pager.turn(id, { step: direction === "next" ? 1 : -1, place });
      return Promise.resolve(
        message
          ? { kind: "update", message }
          : { kind: "expired", message: disabledMessage({ id, language, again }) },
      );
    },
  };
}
