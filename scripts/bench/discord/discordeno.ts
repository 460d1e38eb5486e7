/** Bare Discordeno, as its guide shows it. @module */

import { createBot, GatewayIntents } from "discordeno";
import type { Place } from "./place.ts";
import { PONG } from "./pong.ts";

const INTENTS = GatewayIntents.Guilds | GatewayIntents.GuildMessages |
  GatewayIntents.MessageContent;
const EMBED = { ...PONG, color: 0x8b5cf6, footer: { text: "Bliss Bot V2" } };

/** Connects them; resolves when all are ready. */
export async function connect(place: Place, onMessage: () => void): Promise<void> {
  await Promise.all(place.bots.map((_, index) => connectOne(place, { index, onMessage })));
}

async function connectOne(
  { apiUrl, bots }: Place,
  { index, onMessage }: { readonly index: number; readonly onMessage: () => void },
): Promise<void> {
  const { token, channelId } = bots[index]!;
  const own = BigInt(channelId);
  const { promise, resolve } = Promise.withResolvers<void>();
  const bot = createBot({
    token,
    intents: INTENTS,
    desiredProperties: {
      message: { id: true, content: true, channelId: true, author: true },
      user: { id: true, toggles: true },
      interaction: { id: true, type: true, token: true, data: true },
    },
    gateway: { spawnShardDelay: 0 },
    events: {
      ready: () => resolve(),
      async messageCreate({ author, channelId: channel }) {
        onMessage();
        if (author.toggles?.has("bot") || channel !== own) return;
        await bot.helpers.sendMessage(channel, { embeds: [EMBED], allowedMentions: { parse: [] } });
      },
      async interactionCreate(interaction) {
        if (interaction.data?.name !== "ping") return;
        await interaction.respond({ embeds: [EMBED], allowedMentions: { parse: [] } });
      },
    },
  });
  bot.rest.baseUrl = apiUrl; // not as an option, which would switch its limits off
  await bot.start();
  await promise;
}
