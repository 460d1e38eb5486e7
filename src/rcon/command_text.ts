/**
 * What may be sent to a game server as one command, and what is known about single commands. Does
 * not change a text: what is not right is refused.
 * @module
 */

import { RconError } from "./errors.ts";

/** Longest command in bytes of UTF-8. The game's own limit is not known; other clients stop at 1,000. */
export const LONGEST_COMMAND_BYTES = 900;

/** What is wrong with a command, as a clause without a full stop. */
export type CommandProblem = Readonly<Record<"en" | "de", string>>;

/** What cannot stand in a command, and how to say so. The first match is told. */
const FORBIDDEN: readonly (readonly [RegExp, CommandProblem])[] = [
  // The engine ends a text at NUL and begins a new command after a line break.
  [/[\r\n\u0085\u2028\u2029]/u, { en: "it has a line break", de: "er hat einen Zeilenumbruch" }],
  [/\p{Cc}/u, { en: "it has a control character", de: "er hat ein Steuerzeichen" }],
  [/\p{Cs}/u, { en: "it has half a character", de: "er hat ein halbes Zeichen" }],
  // They turn or hide text, so that a reader of the log would see another command.
  [/[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/u, {
    en: "it has invisible characters",
    de: "er hat unsichtbare Zeichen",
  }],
  // Unreal's console splits commands at a bar and drops what follows two slashes. It does so
  // outside of quotes only, but whoever writes the text may also write a quote.
  [/\|/, {
    en: 'it has a "|", at which the game may begin a second command',
    de: "er hat ein „|“, ab dem das Spiel einen zweiten Befehl beginnen kann",
  }],
  [/\/\//, {
    en: 'it has a "//", after which the game may ignore the rest',
    de: "er hat ein „//“, nach dem das Spiel den Rest übergehen kann",
  }],
  [/^(?![a-z])/i, {
    en: "it does not begin with a command's name",
    de: "er beginnt nicht mit dem Namen eines Befehls",
  }],
];

/** Why a text cannot be sent as one command; undefined when it can. */
export function problemOf(text: string): CommandProblem | undefined {
  if (text.trim() === "") return { en: "it is empty", de: "er ist leer" };
  const bytes = new TextEncoder().encode(text).length;
  if (bytes <= LONGEST_COMMAND_BYTES) return FORBIDDEN.find(([pattern]) => pattern.test(text))?.[1];
  return {
    en: `it has ${bytes} bytes, and ${LONGEST_COMMAND_BYTES} are the most`,
    de: `er hat ${bytes} Bytes, und höchstens ${LONGEST_COMMAND_BYTES} sind möglich`,
  };
}

/** @throws {RconError} "invalid" when the text cannot be sent as one command */
export function checkCommand(text: string): void {
  const reason = problemOf(text)?.en;
  if (!reason) return;
  throw new RconError({
    kind: "invalid",
    outcome: "not sent",
    action: "send this command",
    reason,
  });
}

/** Lower-case names of commands that leave the same state when they are run twice in a row. */
const REPEATABLE: ReadonlySet<string> = new Set([
  "listplayers",
  "saveworld",
  "banplayer",
  "unbanplayer",
  "allowplayertojoinnocheck",
  "disallowplayertojoinnocheck",
]);

/** They only ask: a lost answer leaves nothing to look for in the game. */
const QUESTIONS: ReadonlySet<string> = new Set(["listplayers", "getchat", "getgamelog"]);

/** These stop the whole game while they work. */
const SLOW: ReadonlySet<string> = new Set(["saveworld", "destroywilddinos"]);

const ANSWER_MS = 10_000;
const SLOW_ANSWER_MS = 60_000;

/**
 * Whether a command whose answer was lost may be sent again without asking anybody. GetChat is
 * not: what it has read is gone. KickPlayer is not: the player may have come back with leave.
 */
export function isRepeatable(command: string): boolean {
  return REPEATABLE.has(nameOf(command));
}

/** Whether a command only asks something and does nothing in the game. */
export function isQuestion(command: string): boolean {
  return QUESTIONS.has(nameOf(command));
}

/** How long its answer may take, in milliseconds. */
export function answerMs(command: string): number {
  return SLOW.has(nameOf(command)) ? SLOW_ANSWER_MS : ANSWER_MS;
}

/** The game reads names of commands in any case. */
function nameOf(command: string): string {
  return command.split(" ", 1)[0]!.toLowerCase();
}
