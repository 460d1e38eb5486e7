/**
 * Rules for application commands and their options.
 * @module
 */

import { sumBy } from "es-toolkit";
import {
  hasRepeats,
  isRecord,
  type Json,
  lengthOf,
  list,
  most,
  nameProblems,
  type Problem,
  records,
  text,
  within,
} from "./problems.ts";

const [SUB_COMMAND, SUB_COMMAND_GROUP] = [1, 2];
const NAME = /^[-_'\p{L}\p{N}\p{Script=Devanagari}\p{Script=Thai}]{1,32}$/u;

/** What is wrong with one command, or with the list that replaces all. */
export function commandSetProblems(body: unknown): Problem[] {
  if (!Array.isArray(body)) return isRecord(body) ? commandProblems(body) : [];
  const commands = records(body);
  const chat = commands.filter((command) => kindOf(command) === 1);
  const names = commands.map((command) => `${kindOf(command)} ${text(command["name"])}`);
  return [
    ...(chat.length > 100 ? [most("body", 100, "slash commands")] : []),
    ...(hasRepeats(names) ? [{ place: "body", problem: "must not repeat a name" }] : []),
    ...commands.flatMap((command, index) => within(`[${index}]`, commandProblems(command))),
  ];
}

/** 1: a slash command; others belong to the menus of users and messages. */
function kindOf({ type }: Json): number {
  return typeof type === "number" ? type : 1;
}

function commandProblems(command: Json): Problem[] {
  const tooLong = textOf(command) > 8000
    ? [most("body", 8000, "characters in names, descriptions and values of a command")]
    : [];
  if (kindOf(command) === 1) {
    return [...namedProblems(command), ...optionListProblems(command), ...tooLong];
  }
  const excluded = ["description", "options"].filter((name) =>
    text(command[name]) !== "" || list(command[name]).length > 0
  );
  return [
    ...nameProblems("name", command["name"], 32),
    ...excluded.map((place) => ({ place, problem: "must not be there with this type" })),
  ];
}

/** Name and description of a slash command or an option, with their translations. */
function namedProblems(named: Json): Problem[] {
  const names = { name: named["name"], ...translations(named, "name") };
  const descriptions = { description: named["description"], ...translations(named, "description") };
  return [
    ...Object.entries(names).flatMap(([place, name]) => commandNameProblems(place, name)),
    ...Object.entries(descriptions).flatMap(([place, value]) => nameProblems(place, value, 100)),
  ];
}

function translations(named: Json, field: string): Json {
  const translated = named[`${field}_localizations`];
  if (!isRecord(translated)) return {};
  return Object.fromEntries(
    Object.entries(translated).map((
      [locale, value],
    ) => [`${field}_localizations.${locale}`, value]),
  );
}

function commandNameProblems(place: string, name: unknown): Problem[] {
  if (!NAME.test(text(name))) {
    return [{ place, problem: "must be 1 to 32 letters, digits, hyphens or underscores" }];
  }
  return text(name) === text(name).toLowerCase() ? [] : [{ place, problem: "must be lower case" }];
}

function optionListProblems(holder: Json): Problem[] {
  const options = records(holder["options"]);
  const isSub = ({ type }: Json) => type === SUB_COMMAND || type === SUB_COMMAND_GROUP;
  const problem = options.length > 25
    ? "must be at most 25"
    : hasRepeats(options.map(({ name }) => name))
    ? "must not repeat a name"
    : options.some(isSub) && !options.every(isSub)
    ? "must be all sub-commands or none"
    : undefined;
  const firstOptional = options.findIndex((option) =>
    !isSub(option) && option["required"] !== true
  );
  return [
    ...(problem === undefined ? [] : [{ place: "options", problem }]),
    ...options.flatMap((option, index) => {
      const isLate = option["required"] === true && firstOptional !== -1 && index > firstOptional;
      return within(`options[${index}]`, [
        ...(isLate ? [{ place: "required", problem: "must not follow an optional option" }] : []),
        ...namedProblems(option),
        ...choiceProblems(option),
        ...optionListProblems(option),
      ]);
    }),
  ];
}

/** What is wrong with the choices of an option, or with suggestions. */
export function choiceProblems(holder: Json): Problem[] {
  const choices = list(holder["choices"]);
  if (choices.length > 25) return [{ place: "choices", problem: "must be at most 25" }];
  if (choices.length > 0 && holder["autocomplete"] === true) {
    return [{ place: "choices", problem: "must not be there with autocomplete" }];
  }
  return records(choices).flatMap(({ name }, index) =>
    nameProblems(`choices[${index}].name`, name, 100)
  );
}

/** Characters that count towards a command's total; of a text with translations, the longest. */
function textOf(part: Json): number {
  const longest = (field: string) =>
    Math.max(lengthOf(part[field]), ...Object.values(translations(part, field)).map(lengthOf));
  return longest("name") + longest("description") + lengthOf(part["value"]) +
    sumBy([...records(part["options"]), ...records(part["choices"])], textOf);
}
