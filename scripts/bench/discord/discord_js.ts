/** Bare discord.js, an independent client to compare with. Answers nothing. @module */

import { once } from "node:events";
import { Client, Events, GatewayIntentBits } from "discord.js";
import type { Place } from "./place.ts";

const { Guilds, GuildMessages, MessageContent } = GatewayIntentBits;

/** Connects them; resolves when all are ready. */
export async function connect({ apiUrl, bots }: Place, onMessage: () => void): Promise<void> {
  await Promise.all(bots.map(async ({ token }) => {
    const client = new Client({
      intents: [Guilds, GuildMessages, MessageContent],
      rest: { api: apiUrl, version: "10" },
    });
    client.on(Events.MessageCreate, () => onMessage());
    const ready = once(client, Events.ClientReady);
    await client.login(token);
    await ready;
  }));
}
