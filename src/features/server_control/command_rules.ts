/**
 * Which console commands staff may send from Discord, and which ask first. Knows neither servers nor
 * Discord, and not what may stand in a command's text (`rcon/command_text.ts` does).
 * @module
 */

import type { Text, Tier } from "../../discord/surface.ts";
import { fillEach } from "../../discord/texts.ts";
import { TEXTS } from "./texts.ts";

/** What becomes of a command. */
export type Verdict =
  | { readonly kind: "allowed" }
  /** It cannot be undone: whoever sends it is asked once more. */
  | { readonly kind: "ask" }
  | { readonly kind: "forbidden"; readonly why: Text };

/** What moderators may send: nothing of it changes the world for good. */
const FOR_MODERATORS: readonly string[] = [
  "ListPlayers",
  "SaveWorld",
  "ServerChat",
  "ServerChatTo",
  "ServerChatToPlayer",
  "Broadcast",
  "KickPlayer",
  "ShowMessageOfTheDay",
  "GetTribeIdPlayerList",
  "SetTimeOfDay",
];
/** With those of moderators, what is suggested to admins. Source: ark-logs-and-commands 4. */
const FOR_ADMINS: readonly string[] = [
  "SetMessageOfTheDay",
  "AllowPlayerToJoinNoCheck",
  "DisallowPlayerToJoinNoCheck",
  "RenamePlayer",
  "RenameTribe",
  "DestroyWildDinos",
  "DoExit",
];
const ALLOWED_TO_MODERATORS: ReadonlySet<string> = new Set(
  FOR_MODERATORS.map((name) => name.toLowerCase()),
);

const ONLY_ADMINS = fillEach(TEXTS.onlyAdmins, { commands: FOR_MODERATORS.join(", ") });

/** By lower-case name. Source: ark-rcon Q3 and Q18; for GetGameLog the chat bridge, which reads it. */
const FORBIDDEN: ReadonlyMap<string, Text> = new Map([
  ["getchat", TEXTS.noGetChat],
  ["getgamelog", TEXTS.noGetGameLog],
  ["gettribelog", TEXTS.noGetTribeLog],
  ["banplayer", TEXTS.noBan],
  ["unbanplayer", TEXTS.noBan],
]);

/** They end the game, destroy, or take something from players that nothing gives back. */
const DESTRUCTIVE = /^(?:doexit|exit|quit|restartlevel|destroy|kill|clear|rename|disallow)/;

/**
 * The command as it is sent: without blanks around it and without `cheat` or `admincheat`, which the
 * console does not need (ark-rcon Q16) and which would hide the command's name from every rule.
 */
export function plainCommand(typed: string): string {
  return typed.trim().replace(/^(?:(?:admin)?cheat\s+)+/i, "");
}

/** What takes a password: `EnableCheats`, `RequestSpectator`, and whatever its name says so of. */
const WITH_PASSWORD = /^(enablecheats|requestspectator|\w*(?:password|login)\w*)\W.*/is;

/** A {@linkcode plainCommand} as it is shown and recorded: a password in it is not readable. */
export function withoutPassword(command: string): string {
  return command.replace(WITH_PASSWORD, "$1 ***");
}

/** Names of commands that somebody of that tier may send, for suggestions. */
export function namesFor(tier: Tier): readonly string[] {
  return isAdmin(tier) ? [...FOR_MODERATORS, ...FOR_ADMINS] : FOR_MODERATORS;
}

/** What becomes of a {@linkcode plainCommand} when somebody of that tier sends it. */
export function judge(command: string, tier: Tier): Verdict {
  const word = command.split(/\s/, 1)[0]!.toLowerCase();
  // The game may end the name at a sign where we would not: what is forbidden is found all the same.
  const name = /^\w*/.exec(word)![0];
  const why = FORBIDDEN.get(name);
  if (why) return { kind: "forbidden", why };
  if (!isAdmin(tier) && !ALLOWED_TO_MODERATORS.has(word)) {
    return { kind: "forbidden", why: ONLY_ADMINS };
  }
  return { kind: DESTRUCTIVE.test(name) ? "ask" : "allowed" };
}

function isAdmin(tier: Tier): boolean {
  return tier === "admin" || tier === "owner";
}
