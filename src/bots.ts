/**
 * The six bots as a table. A bot is a door: what it offers are features, which are built once.
 * @module
 */

import type { BotName } from "./config.ts";

/** One bot: how people know it, and the environment variable that holds its token. */
export interface BotDoor {
  readonly name: BotName;
  readonly title: string;
  readonly tokenVariable: string;
}

/** All bots, in the order in which they are listed everywhere. */
export const BOTS: readonly BotDoor[] = [
  { name: "ap", title: "Activity Points", tokenVariable: "DISCORD_TOKEN_AP" },
  { name: "gp", title: "Gift Points", tokenVariable: "DISCORD_TOKEN_GP" },
  { name: "servers", title: "Server Management", tokenVariable: "DISCORD_TOKEN_SERVERS" },
  { name: "assistant", title: "Assistant", tokenVariable: "DISCORD_TOKEN_ASSISTANT" },
  { name: "master", title: "Master", tokenVariable: "DISCORD_TOKEN_MASTER" },
  { name: "ticket", title: "Ticket", tokenVariable: "DISCORD_TOKEN_TICKET" },
];
