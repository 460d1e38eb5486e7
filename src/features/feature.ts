/**
 * What a feature offers to the bot that carries it, and the nouns that several features share.
 * @module
 */

import type { Card, Command, DeletedMessage, IncomingMessage } from "../discord/surface.ts";
import type { GameConsole } from "../rcon/console.ts";
import type { HealthCheck } from "../runtime/health.ts";
import type { Job } from "../runtime/jobs.ts";

/** One promise of the README, as a bot carries it. */
export interface Feature {
  readonly commands: readonly Command[];
  readonly cards?: readonly Card[];
  /** Gets what is written in the served guild, bots' messages too. */
  readonly onMessage?: (message: IncomingMessage) => Promise<void>;
  /** Is told of what is deleted there, while the bot is connected. */
  readonly onMessageDelete?: (message: DeletedMessage) => Promise<void>;
  readonly jobs?: readonly Job[];
  readonly health?: readonly HealthCheck[];
  /** Ends what it began by itself; resolves when that has ended. Comes before the bot's own end. */
  readonly stop?: () => Promise<void>;
}

/** A game server that has a console. */
export interface GameServer {
  /** Short name of the configuration; what is stored refers to it. */
  readonly id: string;
  /** What people call it, without the version that hosters put behind it. */
  readonly name: string;
  /** As the game names it, such as `TheIsland_WP`. */
  readonly map: string | undefined;
  /** Path of the server's log, where it is on this machine. */
  readonly logFile?: string | undefined;
  readonly console: GameConsole;
}

/** Somebody who is on a game server. */
export interface Presence {
  /** EOS id (32 hex digits, lower case), or a Steam id (17 digits). */
  readonly id: string;
  /** Of the account; not unique, may be empty, may hold anything. */
  readonly name: string;
  /** Since when the program has seen them there. */
  readonly since: Date;
}

/** Somebody who was on one of the servers at some time. */
export interface KnownPlayer {
  readonly id: string;
  /** The last one that was seen. */
  readonly name: string;
  readonly serverId: string;
  readonly seenAt: Date;
}

/** Who is on which server. */
export interface Roster {
  /** Undefined while it is not known, as of a server that does not answer. */
  online(serverId: string): readonly Presence[] | undefined;
  /** Asks the server now. @throws {RconError} when it does not answer. */
  refresh(serverId: string): Promise<readonly Presence[]>;
  /** Everybody seen in the last 90 days, the last seen first; at most 5,000. */
  known(): readonly KnownPlayer[];
  /**
   * Is told of everybody who comes and goes; not of those who are there when the program starts.
   * @returns what ends that.
   */
  listen(listener: (change: RosterChange) => void): () => void;
}

/** Somebody came or went. */
export interface RosterChange {
  readonly what: "joined" | "left";
  readonly serverId: string;
  readonly player: Presence;
}
