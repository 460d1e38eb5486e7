/**
 * The game behind a local server: who is online, what is said, what the log and the chat buffer
 * hold. Sources: `../shared/reference/ark-logs-and-commands.md`, sections 2 and 4. Knows no network.
 * @module
 */

import type { BanList } from "./ban_list.ts";
import type { LogFile } from "./log_file.ts";
import { Player, type PlayerOptions } from "./players.ts";
import { gameStamp } from "./stamps.ts";

/** `RCONServerGameLogBuffer` as servers usually have it. */
const GAME_LOG_LINES = 600;

/** How the game behaves where servers differ. May be changed at any time. */
export interface GameManner {
  /** Lines of chat begin with the game's time, as some tools have seen it; default off. */
  stampsChat: boolean;
  /** `-ServerRCONOutputTribeLogs`: admin and tribe lines come through GetChat too; default off. */
  showsTribeLog: boolean;
  /** `-servergamelog`, without which GetGameLog is empty; default on. */
  hasGameLog: boolean;
}

/** What a {@linkcode Game} is given. */
export interface GameOptions {
  readonly manner: GameManner;
  readonly log: LogFile | undefined;
  readonly banned: BanList;
  /** Milliseconds since 1970, UTC. */
  readonly now: () => number;
}

/** One running game, over all its starts. */
export class Game {
  /** In the order of joining. */
  readonly online: Player[] = [];
  /** They outlast a restart. */
  readonly banned: BanList;
  /** Ids of `AllowPlayerToJoinNoCheck`; there is no check here that they could pass. */
  readonly unchecked = new Set<string>();
  messageOfTheDay = "";
  /** As `SetTimeOfDay` was told. */
  timeOfDay: string | undefined;
  /** Whether it is there at all: players can join, the log is written. */
  isUp = false;
  readonly manner: GameManner;
  readonly log: LogFile | undefined;
  readonly #now: () => number;
  #chat: string[] = [];
  #gameLog: string[] = [];

  constructor({ manner, log, banned, now }: GameOptions) {
    this.manner = manner;
    this.log = log;
    this.banned = banned;
    this.#now = now;
  }

  player(name: string, options: PlayerOptions = {}): Player {
    return new Player(this, name, options);
  }

  join(player: Player): void {
    const obstacle = !this.isUp
      ? "the server is not up"
      : player.isOnline
      ? "the player is online already"
      : this.banned.has(player.id)
      ? "the player is banned"
      : undefined;
    if (obstacle !== undefined) throw new Error(`Cannot join as ${player.name}: ${obstacle}`);
    this.online.push(player);
    this.#presence(player, "joined");
  }

  leave(player: Player): void {
    this.online.splice(this.online.indexOf(player), 1);
    this.#presence(player, "left");
  }

  demandOnline(player: Player): void {
    if (this.online.includes(player)) return;
    throw new Error(`Cannot act as ${player.name}: the player is not online`);
  }

  /** Later lines of a text reach the buffer as lines without a header. */
  chat(player: Player, text: string): void {
    const line = `${player.name} (${player.character}): ${text}`;
    this.#record(line);
    this.#chat.push(this.manner.stampsChat ? `${gameStamp(this.#now())}: ${line}` : line);
    this.#show(line);
  }

  /** What the server itself says, to everyone or to those given. */
  serverChat(text: string, hearers: readonly Player[] = this.online): void {
    const line = `SERVER: ${text}`;
    this.#record(line);
    this.#chat.push(line);
    this.#show(line, hearers);
  }

  /** Shows a text in the middle of everyone's screen, and nowhere else. */
  broadcast(text: string): void {
    this.#show(text);
  }

  /** A line about the world, such as a tribe's, a tame or a death. */
  report(line: string): void {
    this.#record(line);
    if (this.manner.showsTribeLog) this.#chat.push(line);
  }

  adminCommand({ name, implant, id }: Player, command: string): void {
    this.report(`AdminCmd: ${command} (PlayerName: ${name}, ARKID: ${implant}, PlatformID: ${id})`);
  }

  /** A destructive read, as the game's is: what one reader got, no other gets. */
  takeChat(): string[] {
    return this.#chat.splice(0);
  }

  /** The last lines with their times; a destructive read as well. */
  takeGameLog(): string[] {
    return this.manner.hasGameLog ? this.#gameLog.splice(0) : [];
  }

  /** The process ends: nobody is online any more, what was not read is lost. No line tells it. */
  stop(): void {
    this.isUp = false;
    this.online.length = 0;
    this.#chat = [];
    this.#gameLog = [];
  }

  #presence({ name, id, platform }: Player, what: "joined" | "left"): void {
    const line = `${name} [UniqueNetId:${id} Platform:${platform}] ${what} this ARK!`;
    this.#record(line);
    this.#chat.push(`${gameStamp(this.#now())}: ${line}`);
  }

  #record(line: string): void {
    this.log?.event(line);
    this.#gameLog.push(`${gameStamp(this.#now())}: ${line}`);
    if (this.#gameLog.length > GAME_LOG_LINES) this.#gameLog.shift();
  }

  #show(line: string, hearers: readonly Player[] = this.online): void {
    for (const hearer of hearers) hearer.seen.push(line);
  }
}
