/**
 * Slash commands as Discord's own client handles them: found by what was typed, and filled in only
 * with what the client would accept. Pure; who may see a command is decided in `people.ts`.
 * @module
 */

import {
  type APIApplicationCommand,
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandOption,
  type APIApplicationCommandOptionChoice,
  ApplicationCommandOptionType as OptionType,
} from "discord-api-types/v10";

/** What a person enters; people, roles and channels by id or as a thing with an id. */
export type OptionValue = string | number | boolean | { readonly id: string };

/** Values by the option's name. */
export type OptionValues = Readonly<Record<string, OptionValue>>;

/** A value as it is sent. */
export interface SentOption {
  readonly name: string;
  readonly type: OptionType;
  readonly value?: string | number | boolean;
  readonly focused?: true;
  readonly options?: readonly SentOption[];
}

/** How a call is entered. */
export interface Entry {
  /** Of the person's client, such as `de`. */
  readonly locale: string;
  /** Name of the option that is still being typed: nothing is checked yet. */
  readonly typing?: string;
}

interface Named {
  readonly name: string;
  readonly name_localizations?: Partial<Record<string, string | null>> | null;
}

/** Whether something has this name, in English or in the person's language. */
export function isCalled(thing: Named, name: string, locale: string): boolean {
  return thing.name === name || thing.name_localizations?.[locale] === name;
}

/** The name that a client in this language shows. */
export function nameIn(thing: Named, locale: string): string {
  return thing.name_localizations?.[locale] ?? thing.name;
}

/** The words after `/`: the command's name, then those of its sub-commands. */
export function wordsOf(line: string): [command: string, ...subCommands: string[]] {
  const [command = "", ...rest] = line.replace(/^\//, "").trim().split(/\s+/);
  return [command, ...rest];
}

/**
 * The options of a call as they are sent.
 *
 * @throws Error where the client would not let the person send it: a missing or unknown option, a
 * value that is not among the choices, out of bounds, or of the wrong kind.
 */
export function fillOptions(
  command: APIApplicationCommand,
  given: { readonly line: string; readonly values: OptionValues },
  entry: Entry,
): SentOption[] {
  const [, ...words] = wordsOf(given.line);
  return fillLevel(command.options ?? [], { words, values: given.values }, entry);
}

function fillLevel(
  options: readonly APIApplicationCommandOption[],
  { words: [word, ...words], values }: { words: readonly string[]; values: OptionValues },
  entry: Entry,
): SentOption[] {
  if (word !== undefined || options.some(isGroup)) {
    const group = options.filter(isGroup).find((one) => isCalled(one, word ?? "", entry.locale));
    if (group === undefined) throw new Error(`Cannot run it: no sub-command "${word ?? ""}"`);
    const inner = fillLevel(group.options ?? [], { words, values }, entry);
    return [{ name: group.name, type: group.type, options: inner }];
  }
  const plain = options.filter((option): option is APIApplicationCommandBasicOption =>
    !isGroup(option)
  );
  const names = Object.keys(values);
  const unknown = names.find((name) => !plain.some((one) => isCalled(one, name, entry.locale)));
  if (unknown !== undefined) throw new Error(`Cannot enter ${unknown}: no such option`);
  return plain.flatMap((option) => {
    const name = names.find((name) => isCalled(option, name, entry.locale));
    if (name !== undefined) return [fillOne(option, values[name]!, entry)];
    if (option.required !== true || entry.typing !== undefined) return [];
    throw new Error(`Cannot run it: the option ${option.name} is required`);
  });
}

type Group = Extract<
  APIApplicationCommandOption,
  { type: OptionType.Subcommand | OptionType.SubcommandGroup }
>;

function isGroup(option: APIApplicationCommandOption): option is Group {
  return option.type === OptionType.Subcommand || option.type === OptionType.SubcommandGroup;
}

function fillOne(
  option: APIApplicationCommandBasicOption,
  value: OptionValue,
  { locale, typing }: Entry,
): SentOption {
  const { name, type } = option;
  if (typing !== undefined && isCalled(option, typing, locale)) {
    if (!("autocomplete" in option) || !option.autocomplete) {
      throw new Error(`Cannot ask for suggestions: ${name} has none`);
    }
    return { name, type, value: String(value), focused: true };
  }
  const sent = checked(option, value, locale);
  if (sent === undefined) throw new Error(`Cannot enter ${JSON.stringify(value)} for ${name}`);
  return { name, type, value: sent };
}

/** The value as it is sent; undefined: the client does not take it. */
function checked(
  option: APIApplicationCommandBasicOption,
  value: OptionValue,
  locale: string,
): string | number | boolean | undefined {
  switch (option.type) {
    case OptionType.String:
      if ("choices" in option && option.choices?.length) {
        return choiceOf(option.choices, value, locale);
      }
      return typeof value === "string" && value !== "" &&
          isBetween(value.length, option.min_length, option.max_length ?? 6000)
        ? value
        : undefined;
    case OptionType.Integer:
    case OptionType.Number: {
      if ("choices" in option && option.choices?.length) {
        return choiceOf(option.choices, value, locale);
      }
      const isRight = typeof value === "number" && Number.isFinite(value) &&
        (option.type === OptionType.Number || Number.isSafeInteger(value)) &&
        isBetween(value, option.min_value, option.max_value);
      return isRight ? value : undefined;
    }
    case OptionType.Boolean:
      return typeof value === "boolean" ? value : undefined;
    default:
      return idOf(value);
  }
}

function choiceOf<T extends string | number>(
  choices: readonly APIApplicationCommandOptionChoice<T>[],
  value: OptionValue,
  locale: string,
): T | undefined {
  return choices.find((choice) => choice.value === value || isCalled(choice, String(value), locale))
    ?.value;
}

function isBetween(value: number, least = -Infinity, most = Infinity): boolean {
  return least <= value && value <= most;
}

function idOf(value: OptionValue): string | undefined {
  const id = typeof value === "object" ? value.id : value;
  return typeof id === "string" && /^\d+$/.test(id) ? id : undefined;
}
