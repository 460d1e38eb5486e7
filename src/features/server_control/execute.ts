/**
 * One command for one game server, as people see what came of it. Knows no rules of who may send
 * what, and records nothing.
 * @module
 */

import { isEmptyAnswer } from "../../ark/chat.ts";
import { toDiscordText } from "../../ark/discord_text.ts";
import type { Language, Page } from "../../discord/surface.ts";
import { splitText } from "../../discord/text.ts";
import { isQuestion } from "../../rcon/command_text.ts";
import type { SendOptions } from "../../rcon/console.ts";
import { RconError } from "../../rcon/errors.ts";
import { CONSOLE_TROUBLE } from "../console_trouble.ts";
import type { GameServer } from "../feature.ts";
import { withoutPassword } from "./command_rules.ts";
import { TEXTS } from "./texts.ts";

/** What came of a command: `answer` as the game gave it, or `failure`. */
export interface Execution {
  readonly answer?: string;
  readonly failure?: RconError;
  /** At least one; each fits into one embed. */
  readonly pages: readonly Page[];
}

/** Discord's limit for the text of an embed. */
const MOST_TEXT = 4096;

/** Sends a command and says what came of it. Rejects only over an error of ours. */
export async function execute(
  server: GameServer,
  command: string,
  { language, ...options }: SendOptions & { readonly language: Language },
): Promise<Execution> {
  try {
    const answer = await server.console.send(command, options);
    return { answer, pages: pagesOf(answerText(answer, language), { server, command }) };
  } catch (failure) {
    if (!(failure instanceof RconError)) throw failure;
    const text = failureText(failure, { server, command, language });
    return { failure, pages: [{ ...headOf({ server, command }), color: "failure", text }] };
  }
}

/** The head of every page about a server. */
export function headOf(
  { server, command }: { readonly server: GameServer; readonly command: string },
): { readonly title: string } {
  const name = withoutPassword(command).split(" ", 1)[0];
  return { title: toDiscordText(`${server.name} · ${name}`) };
}

function pagesOf(
  text: string,
  about: { readonly server: GameServer; readonly command: string },
): readonly Page[] {
  return splitText(text, MOST_TEXT).map((text) => ({ ...headOf(about), color: "success", text }));
}

function answerText(answer: string, language: Language): string {
  if (isEmptyAnswer(answer)) return TEXTS.noText[language];
  return `\`\`\`\n${inCodeBlock(answer.trimEnd())}\n\`\`\``;
}

/** Text of the game as it stands in a code block: it can neither end the block nor turn its text. */
function inCodeBlock(text: string): string {
  return text.replace(/`(?=`)/g, "`\u200b").replace(/[\u202a-\u202e\u2066-\u2069]/g, "");
}

/** Why a command failed, and what is known about whether it ran. */
function failureText(
  { kind, outcome }: RconError,
  { server, command, language }: {
    readonly server: GameServer;
    readonly command: string;
    readonly language: Language;
  },
): string {
  const next = outcome === "not sent"
    ? TEXTS.notSent
    : isQuestion(command)
    ? TEXTS.askAgain
    : TEXTS.unknown;
  const why = `${toDiscordText(server.name)}: ${CONSOLE_TROUBLE[kind][language]}.`;
  return `${why}\n${next[language]}`;
}
