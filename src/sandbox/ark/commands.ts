/**
 * The console commands of a local game server and their answers. Source of names, arguments and
 * answers: `../shared/reference/ark-logs-and-commands.md`, section 4; of the trailing blanks:
 * `../shared/rcon/ark-rcon-vectors.json`. Knows no network.
 * @module
 */

import type { Game } from "./game.ts";
import type { Player } from "./players.ts";

/** Answer to whatever has no output, and to whatever the game does not know. */
const NO_RESPONSE = "Server received, But no response!! \n ";

/** How commands behave where servers differ. May be changed at any time. */
export interface CommandManner {
  /**
   * Whether the console takes a bar or a line break outside quotes for the end of a command and `//`
   * for a comment, as Unreal's parser does. Not proven for ARK's RCON, hence off; turned on, a text
   * that carries a command is carried out.
   */
  chainsCommands: boolean;
  /** Whether KickPlayer answers `<id> Kicked`, as the older game did; default off: no output. */
  confirmsKicks: boolean;
  /** How long SaveWorld holds the game up, in real milliseconds; 400 on a real server, default 0. */
  saveMs: number;
}

/** What commands act on. */
export interface Console {
  readonly game: Game;
  readonly manner: CommandManner;
  /** The process is about to end. */
  readonly exit: () => void;
}

/** What came of a text. */
export interface Result {
  /** Body of the answer. */
  readonly answer: string;
  /** Commands that were carried out, as the game understood them. */
  readonly ran: readonly string[];
  /** How long the game stands still before it answers, in real milliseconds. */
  readonly takesMs: number;
}

/** What a command says; nothing for those without output. */
type Command = (argument: string, console: Console) => string | void;

const COMMANDS: Readonly<Record<string, Command>> = {
  listplayers: (_, { game }) =>
    game.online.length === 0
      ? "No Players Connected "
      : game.online.map(({ name, id }, row) => `${row}. ${name}, ${id} `).join("\n"),
  getchat: (_, { game }) => game.takeChat().join("\n"),
  getgamelog: (_, { game }) => game.takeGameLog().join("\n"),
  serverchat: (text, { game }) => game.serverChat(text),
  serverchatto: (argument, { game }) => tell(argument, { game, key: "id" }),
  serverchattoplayer: (argument, { game }) => tell(argument, { game, key: "name" }),
  broadcast: (text, { game }) => game.broadcast(text),
  saveworld: (_, { game }) => {
    game.log?.line("Saving world...");
    game.log?.line("World Save Complete. Took: 0.36");
    return "World Saved ";
  },
  doexit: (_, { exit }) => {
    exit();
    return "Exiting... ";
  },
  kickplayer: (id, { game, manner }) => {
    const player = find(game, { key: "id", value: id });
    if (player !== undefined) game.leave(player);
    return manner.confirmsKicks ? `${id} Kicked ` : undefined;
  },
  banplayer: (id, { game }) => {
    game.banned.add(id);
    const player = find(game, { key: "id", value: id });
    if (player !== undefined) game.leave(player);
    return `${id} Banned `;
  },
  unbanplayer: (id, { game }) => {
    game.banned.delete(id);
    return `${id} Unbanned `;
  },
  allowplayertojoinnocheck: (id, { game }) => {
    game.unchecked.add(id.toLowerCase());
    return `${id} Allow Player To Join No Check `;
  },
  disallowplayertojoinnocheck: (id, { game }) => {
    game.unchecked.delete(id.toLowerCase());
    return `${id} Disallowed Player To Join No Checknned `; // the game's own spelling
  },
  destroywilddinos: (_, { game }) => game.log?.event("Force respawning Wild Dinos!"),
  settimeofday: (time, { game }) => {
    if (/^\d{1,2}:\d{2}(:\d{2})?$/.test(time)) game.timeOfDay = time;
  },
  setmessageoftheday: (text, { game }) => {
    game.messageOfTheDay = text;
    return `Message of set to ${text} `;
  },
  showmessageoftheday: (_, { game }) => game.broadcast(game.messageOfTheDay),
  renameplayer: (argument, { game }) => {
    const [name, rest] = quoted(argument);
    const player = find(game, { key: "name", value: name });
    if (player !== undefined && rest !== "") player.character = rest;
  },
  renametribe: (argument, { game }) => {
    const [name, rest] = quoted(argument);
    for (const { tribe } of game.online) if (tribe?.name === name && rest !== "") tribe.name = rest;
  },
  gettribeidplayerlist: (id, { game }) =>
    game.online.filter(({ tribe }) => String(tribe?.id) === id)
      .map(({ name, id }, row) => `${row}. ${name}, ${id} `).join("\n"),
};

/** Carries out what came over RCON. */
export function carryOut(text: string, console: Console): Result {
  const ran = console.manner.chainsCommands ? chain(text) : [uptoNul(text)];
  const answers = ran.map((command) => run(command, console)).filter((answer) => answer !== "");
  const isSaving = ran.some((command) => nameOf(command) === "saveworld");
  return {
    ran,
    answer: answers.length === 0 ? NO_RESPONSE : `${answers.join("\n")}\n `,
    takesMs: isSaving ? console.manner.saveMs : 0,
  };
}

function run(command: string, console: Console): string {
  const action = Object.hasOwn(COMMANDS, nameOf(command)) ? COMMANDS[nameOf(command)] : undefined;
  const [, argument = ""] = /^\S+\s?(.*)$/s.exec(withoutCheat(command)) ?? [];
  return action?.(argument, console) ?? "";
}

/** The first word, in small letters. */
function nameOf(command: string): string {
  return withoutCheat(command).split(/\s/, 1)[0]!.toLowerCase();
}

/** The prefix is needed in the game's own console, and allowed here. */
function withoutCheat(command: string): string {
  return command.trimStart().replace(/^(admin)?cheat\s+/i, "");
}

/** Unreal's strings end at a NUL: what follows it is lost. */
function uptoNul(text: string): string {
  return text.split("\0", 1)[0]!;
}

/**
 * The commands in a text, as Unreal's line parser (`FParse::Line`, public engine source) sees them:
 * they end at a line break or at a bar outside quotes, and `//` outside quotes hides the rest of the
 * line.
 */
export function chain(text: string): string[] {
  const lines = uptoNul(text).split(/[\r\n]+/);
  return lines.flatMap((line) => {
    const parts: string[] = line.match(/"[^"]*"?|\/\/|\||[^"/|]+|\//g) ?? [];
    const comment = parts.indexOf("//");
    const kept = comment < 0 ? parts : parts.slice(0, comment);
    return kept.map((part) => part === "|" ? "\n" : part).join("").split("\n");
  }).filter((command) => command.trim() !== "");
}

/** A quoted first argument and the rest of the line. */
function quoted(argument: string): [string, string] {
  const [, first, rest] = /^"([^"]*)"\s*(.*)$/s.exec(argument) ?? [];
  return [first ?? "", rest ?? ""];
}

interface Wanted {
  readonly key: "id" | "name";
  readonly value: string;
}

function find(game: Game, { key, value }: Wanted): Player | undefined {
  const wanted = value.trim().toLowerCase();
  return game.online.find((player) => player[key].toLowerCase() === wanted);
}

function tell(argument: string, { game, key }: { game: Game; key: Wanted["key"] }): void {
  const [value, text] = quoted(argument);
  const hearer = find(game, { key, value });
  if (hearer !== undefined) game.serverChat(text, [hearer]);
}
