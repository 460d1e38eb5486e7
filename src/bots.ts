/**
 * The six bots as a table. A bot is a door: what it offers are features, which are built once.
 * @module
 */

import type { BotName } from "./config.ts";
import { INTENTS, type PermissionName } from "./discord/rights.ts";
import type { Text } from "./discord/surface.ts";

/** One bot: how people know it, where its token is, and what it may do on Discord. */
export interface BotDoor {
  readonly name: BotName;
  readonly title: string;
  /** The environment variable that holds its token. */
  readonly tokenVariable: string;
  /** Colour of its embeds, 0xRRGGBB. */
  readonly color: number;
  readonly intents: number;
  /** What its invite link asks for: no more than its duties need, never Administrator. */
  readonly permissions: readonly PermissionName[];
  /** What it is for, in one or two sentences. */
  readonly about: Text;
}

const BASE = [
  "View Channels",
  "Send Messages",
  "Embed Links",
  "Read Message History",
  "Send Messages in Threads",
] as const;

/** All bots, in the order in which they are listed everywhere. */
export const BOTS: readonly BotDoor[] = [
  {
    name: "ap",
    title: "Activity Points",
    tokenVariable: "DISCORD_TOKEN_AP",
    color: 0xa4de02,
    intents: INTENTS.guilds,
    permissions: BASE,
    about: {
      en: "I count who plays on our servers and turn that into activity points.",
      de: "Ich zähle, wer auf unseren Servern spielt, und mache daraus Aktivitätspunkte.",
    },
  },
  {
    name: "gp",
    title: "Gift Points",
    tokenVariable: "DISCORD_TOKEN_GP",
    color: 0xffc400,
    intents: INTENTS.guilds,
    permissions: BASE,
    about: {
      en: "I keep the gift points: given for events, contests and help, and spent in the shop.",
      de: "Ich verwalte die Geschenkpunkte: verdient bei Events, Wettbewerben und durch Hilfe, " +
        "ausgegeben im Shop.",
    },
  },
  {
    name: "servers",
    title: "Server Management",
    tokenVariable: "DISCORD_TOKEN_SERVERS",
    color: 0x2f80ed,
    intents: INTENTS.guilds | INTENTS.guildMessages | INTENTS.messageContent,
    permissions: [
      ...BASE,
      "Create Public Threads",
      "Manage Threads",
      "Manage Channels",
      "Manage Roles",
      "Add Reactions",
      "Attach Files",
    ],
    about: {
      en: "I look after the game servers and carry the chat between them and Discord.",
      de: "Ich kümmere mich um die Spielserver und trage den Chat zwischen ihnen und Discord.",
    },
  },
  {
    name: "assistant",
    title: "Assistant",
    tokenVariable: "DISCORD_TOKEN_ASSISTANT",
    color: 0x14b8a6,
    intents: INTENTS.guilds,
    permissions: [...BASE, "Attach Files"],
    about: {
      en: "I read the world saves and tell you about your bases and when they decay.",
      de: "Ich lese die Spielstände und sage dir, wie es um deine Basen steht und wann sie " +
        "verfallen.",
    },
  },
  {
    name: "master",
    title: "Master",
    tokenVariable: "DISCORD_TOKEN_MASTER",
    color: 0x8b5cf6,
    intents: INTENTS.guilds,
    permissions: BASE,
    about: {
      en: "I watch over the other bots and everything they need, for the staff.",
      de: "Ich wache über die anderen Bots und alles, was sie brauchen, für das Team.",
    },
  },
  {
    name: "ticket",
    title: "Ticket",
    tokenVariable: "DISCORD_TOKEN_TICKET",
    color: 0xf97316,
    intents: INTENTS.guilds | INTENTS.guildMessages | INTENTS.messageContent,
    permissions: [
      ...BASE,
      "Attach Files",
      "Add Reactions",
      "Manage Channels",
      "Manage Roles",
      "Manage Messages",
      "Manage Threads",
      "Create Private Threads",
      "Pin Messages",
    ],
    about: {
      en: "I am the help desk: reports, lost dinos, appeals, and everything else staff can solve.",
      de: "Ich bin der Kummerkasten: Meldungen, verlorene Dinos, Einsprüche und alles, was das " +
        "Team lösen kann.",
    },
  },
];
