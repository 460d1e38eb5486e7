/**
 * A member's message as commands for the game: who says it, whom it answers, and in words what the
 * game cannot show. Cleaning and splitting the text is the matter of `ark/server_chat.ts`.
 * @module
 */

import { type ServerChat, toServerChat } from "../../ark/server_chat.ts";
import { cleanDisplayName } from "../../discord/names.ts";
import type { IncomingMessage } from "../../discord/surface.ts";

/** Discord's limit; players of the game may be called anything. */
const LONGEST_NAME = 32;

/** A line of the game as the bridge posts it: the player's name, escaped for Discord. */
const PLAYER = /^\*\*((?:\\.|[^\\*\n])+)\*\*[^\n]*$/;

/**
 * What is sent to the game for a message; no commands when nothing readable is left of it.
 *
 * @param ascii Whether the server shows every other sign as `?`.
 */
export function toCommands(
  message: IncomingMessage,
  { ascii }: { readonly ascii: boolean },
): ServerChat {
  const { author, names, text } = message;
  const to = answeredName(message);
  return toServerChat(authorName(message), text, {
    nameOf: (id) => names[id] === undefined ? undefined : cleanDisplayName(names[id], id),
    ...(to !== undefined && { reply: `to ${to}` }),
    sent: sentInWords(message),
    ascii,
    unnamed: cleanDisplayName("", author.id),
  });
}

/** What the author is called, never empty. */
export function authorName({ author }: IncomingMessage): string {
  return cleanDisplayName(author.displayName, author.id);
}

/** Of what a bot wrote, only a line of the game has somebody to answer. */
function answeredName({ answers, names }: IncomingMessage): string | undefined {
  if (!answers) return undefined;
  const { author, text } = answers;
  // Discord sends the nickname only with the mention that an answer is.
  if (!author.isBot) return cleanDisplayName(names[author.id] ?? author.displayName, author.id);
  const name = PLAYER.exec(text)?.[1];
  if (name === undefined) return undefined;
  return [...name.replace(/\\(.)/gu, "$1")].slice(0, LONGEST_NAME).join("");
}

/** `sent 2 pictures and a file`; empty when there was nothing but text. */
function sentInWords({ files, stickers, hasPoll, isForwarded }: IncomingMessage): string {
  if (isForwarded) return "forwarded a message";
  const things = (["picture", "video", "sound", "file"] as const)
    .map((kind) => counted(files.filter((file) => file === kind).length, kind));
  things.push(counted(stickers, "sticker"), counted(hasPoll ? 1 : 0, "poll"));
  const sent = things.filter((thing) => thing !== "");
  if (sent.length === 0) return "";
  const last = sent.pop()!;
  return `sent ${sent.length > 0 ? `${sent.join(", ")} and ` : ""}${last}`;
}

function counted(count: number, thing: string): string {
  return count === 0 ? "" : count === 1 ? `a ${thing}` : `${count} ${thing}s`;
}
