/** Our shelf as the program uses it: a connection and a router for each bot. @module */

import { connectBot, type ConnectedBot } from "../../../src/discord/bot.ts";
import { toDiscordCommands } from "../../../src/discord/commands.ts";
import { InvalidRequests } from "../../../src/discord/limits.ts";
import { openCardsInMemory } from "../../../src/discord/pages.ts";
import { INTENTS } from "../../../src/discord/rights.ts";
import { openRouter } from "../../../src/discord/router.ts";
import type { Command, OutgoingMessage } from "../../../src/discord/surface.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { openLog } from "../../../src/runtime/log.ts";
import type { Place } from "./place.ts";
import { PONG } from "./pong.ts";

const ANSWER: OutgoingMessage = { embeds: [PONG] };
const PING: Command = {
  name: { en: "ping", de: "ping" },
  description: { en: "Answers", de: "Antwortet" },
  who: "anyone",
  isPrivate: false,
  run: () => Promise.resolve({ kind: "reply", message: ANSWER }),
};
const INTENTS_OF_ALL = INTENTS.guilds | INTENTS.guildMessages | INTENTS.messageContent;

/** Connects them; resolves when all are ready. */
export async function connect(place: Place, onMessage: () => void): Promise<void> {
  const log = openLog("bench", {
    write: (line) => console.error(line.trimEnd()),
    now: () => new Date(),
    secrets: place.bots.map(({ token }) => token),
    level: "warn",
  });
  const shared = {
    log,
    clock: systemClock,
    invalidRequests: new InvalidRequests({ clock: systemClock }),
    openCards: openCardsInMemory(),
  };
  await Promise.all(
    place.bots.map((_, index) => connectOne(place, { ...shared, index, onMessage })),
  );
}

function connectOne(
  { apiUrl, guildId, bots }: Place,
  { index, onMessage, ...shared }:
    & { readonly index: number; readonly onMessage: () => void }
    & Pick<Parameters<typeof connectBot>[0], "log" | "clock" | "invalidRequests">
    & Pick<Parameters<typeof openRouter>[0], "openCards">,
): Promise<void> {
  const { token, channelId } = bots[index]!;
  const name = `bot ${index}`;
  const bot: ConnectedBot = connectBot({
    ...shared,
    name,
    token,
    tokenVariable: "TOKEN",
    apiUrl,
    guildId,
    intents: INTENTS_OF_ALL,
    look: { botName: "Bliss Bot V2", iconUrl: undefined, color: 0x8b5cf6 },
    commands: toDiscordCommands([PING]),
    onInteraction: (interaction) => router.handle(interaction),
    async onMessage({ author, channelId: channel }) {
      onMessage();
      if (author.isBot || channel !== channelId) return;
      await bot.surface.post(channel, ANSWER);
    },
  });
  const router = openRouter({
    ...shared,
    bot: name,
    guildId,
    commands: [PING],
    cards: [],
    roles: { support: [], moderator: [], admin: [], owner: [] },
    past: bot.past,
  });
  const { signal } = new AbortController();
  return new Promise((ready, reject) => {
    bot.run({ signal, ready, reconnecting: () => {} }).catch(reject);
  });
}
