/**
 * Slash commands as Discord takes them, made from the declarations beside the features, and whether
 * what is registered is still that. Registers nothing itself.
 * @module
 */

import type { Command, Option, Text, Tier } from "./surface.ts";

/** A command as JSON for `PUT /applications/{id}/guilds/{guild}/commands`. */
export interface DiscordCommand {
  type: typeof CHAT_INPUT;
  name: string;
  name_localizations: { de: string };
  description: string;
  description_localizations: { de: string };
  options: DiscordOption[];
  /** Rights that a member needs to see it, as a decimal bit set; null: none. */
  default_member_permissions: string | null;
}

/** An option as JSON for Discord. */
export interface DiscordOption {
  type: number;
  name: string;
  name_localizations: { de: string };
  description: string;
  description_localizations: { de: string };
  required: boolean;
  autocomplete?: boolean;
  choices?: { name: string; name_localizations: { de: string }; value: string }[];
}

const CHAT_INPUT = 1;

/** Numbers of Discord's option types. */
const TYPES: Readonly<Record<Option["kind"], number>> = {
  "text": 3,
  "whole number": 4,
  "yes or no": 5,
  "member": 6,
  "number": 10,
};

/** MANAGE_GUILD: whoever has it sees the commands of admins and owners; the router decides. */
const MANAGE_GUILD = "32";
const HIDDEN: readonly Tier[] = ["admin", "owner"];

/** Discord's rule for names of commands and options; upper case is checked beside it. */
const NAME = /^[-_\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

const MAX_COMMANDS = 100;
/** Options of a command, and choices of an option. */
const MAX_ENTRIES = 25;
/** Descriptions, and names of choices. */
const MAX_LINE = 100;
/** All texts of one command together. */
const MAX_TEXT = 8000;

/**
 * The commands of one bot for Discord. They are registered for the served guild only, so no context
 * or kind of installation is said: Discord takes these for global commands alone.
 *
 * @throws {RangeError} naming command and option when a declaration breaks a rule of Discord.
 */
export function toDiscordCommands(commands: readonly Command[]): DiscordCommand[] {
  check(commands.length <= MAX_COMMANDS, "commands", `there are ${commands.length}, not ≤ 100`);
  checkUnique(commands.map(({ name }) => name), "commands");
  return commands.map(toDiscordCommand);
}

function toDiscordCommand(command: Command): DiscordCommand {
  const where = `/${command.name.en}`;
  const { options = [] } = command;
  check(options.length <= MAX_ENTRIES, where, `it has ${options.length} options, not ≤ 25`);
  checkUnique(options.map(({ name }) => name), where);
  const firstOptional = options.findIndex(({ isRequired }) => !isRequired);
  check(
    firstOptional < 0 || options.slice(firstOptional).every(({ isRequired }) => !isRequired),
    where,
    "a required option stands behind one that is not",
  );
  const made: DiscordCommand = {
    type: CHAT_INPUT,
    ...textsOf(command, where),
    options: options.map((option) => toDiscordOption(option, `${where} ${option.name.en}`)),
    default_member_permissions: HIDDEN.includes(command.who) ? MANAGE_GUILD : null,
  };
  const length = textLength(made);
  check(length <= MAX_TEXT, where, `its texts have ${length} characters, not ≤ ${MAX_TEXT}`);
  return made;
}

function toDiscordOption(option: Option, where: string): DiscordOption {
  const { kind, isRequired = false, choices, suggest } = option;
  check(!choices || !suggest, where, "it has choices and suggestions, Discord allows one of them");
  check(
    kind === "text" || (!choices && !suggest),
    where,
    `a ${kind} has neither choices nor suggestions`,
  );
  return {
    type: TYPES[kind],
    ...textsOf(option, where),
    required: isRequired,
    ...(suggest && { autocomplete: true }),
    ...(choices && { choices: choicesOf(choices, where) }),
  };
}

function choicesOf(choices: NonNullable<Option["choices"]>, where: string) {
  check(
    choices.length >= 1 && choices.length <= MAX_ENTRIES,
    where,
    `it has ${choices.length} choices, not 1 to 25`,
  );
  checkUnique(choices.map(({ name }) => name), where);
  return choices.map(({ name, value }) => {
    checkLine(name, where);
    check(value.length >= 1 && value.length <= MAX_LINE, where, `"${value}" is too short or long`);
    return { name: name.en, name_localizations: { de: name.de }, value };
  });
}

function textsOf({ name, description }: { name: Text; description: Text }, where: string) {
  for (const text of [name.en, name.de]) {
    check(
      NAME.test(text) && text === text.toLowerCase(),
      where,
      `"${text}" is no name: 1 to 32 lower-case letters, digits, - and _`,
    );
  }
  checkLine(description, where);
  return {
    name: name.en,
    name_localizations: { de: name.de },
    description: description.en,
    description_localizations: { de: description.de },
  };
}

function checkLine({ en, de }: Text, where: string): void {
  for (const text of [en, de]) {
    check(
      text.trim() !== "" && text.length <= MAX_LINE,
      where,
      `"${text}" has ${text.length} characters, not 1 to ${MAX_LINE}`,
    );
  }
}

function checkUnique(names: readonly Text[], where: string): void {
  for (const language of ["en", "de"] as const) {
    const all = names.map((name) => name[language]);
    const twice = all.find((name, i) => all.indexOf(name) !== i);
    check(twice === undefined, where, `the name "${twice}" stands in it twice`);
  }
}

function check(isRight: boolean, where: string, wrong: string): void {
  if (!isRight) throw new RangeError(`Cannot register ${where}: ${wrong}`);
}

/** Characters of all texts in a value, both languages counted, which is more than Discord does. */
function textLength(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + textLength(part), 0);
}

/**
 * Whether what Discord has registered (`GET …/commands?with_localizations=true`) is what we want,
 * so that nothing needs to be sent. Order, ids, versions and defaults do not count.
 */
export function sameCommands(registered: unknown, wanted: readonly DiscordCommand[]): boolean {
  if (!Array.isArray(registered) || registered.length !== wanted.length) return false;
  return canonical(byName(registered)) === canonical(byName(wanted));
}

function byName(commands: readonly unknown[]): unknown[] {
  return commands.map(plain).sort((a, b) => canonical(a["name"]) < canonical(b["name"]) ? -1 : 1);
}

/** Keys that Discord adds, and those that say nothing about a command of one guild. */
const NOT_COMPARED = new Set([
  "id",
  "application_id",
  "guild_id",
  "version",
  "name_localized",
  "description_localized",
  "dm_permission",
  "contexts",
  "integration_types",
]);

function plain(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** The same text for values that mean the same: keys in order, without those of no meaning. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value)
    .filter(([key]) => !NOT_COMPARED.has(key))
    .map(([key, part]) => [JSON.stringify(key), canonical(part)] as const)
    .filter(([, part]) => !["null", "false", "[]", "{}"].includes(part));
  return `{${entries.map((entry) => entry.join(":")).sort().join()}}`;
}
