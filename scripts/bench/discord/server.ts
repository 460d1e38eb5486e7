/**
 * The local Discord of `scripts/bench/discord.ts` in a process of its own, so that its time and
 * memory are not counted with a client's. Sends events and measures how soon they are answered.
 * @module
 */

import { delay } from "es-toolkit";
import { BOTS } from "../../../src/bots.ts";
import { INTENTS } from "../../../src/discord/rights.ts";
import {
  addApplication,
  addBot,
  addChannel,
  addGuild,
  addPerson,
} from "../../../src/sandbox/discord/build.ts";
import type { Action } from "../../../src/sandbox/discord/interactions.ts";
import { Person } from "../../../src/sandbox/discord/people.ts";
import { startDiscord } from "../../../src/sandbox/discord/server.ts";
import type { Application, Channel } from "../../../src/sandbox/discord/world.ts";
import type { Place } from "./place.ts";
import { answerLines } from "./lines.ts";

const ADMINISTRATOR = 1n << 3n;
/** Longest wait for the last answers. */
const LATEST_MS = 5_000;
/** Events sent in a row before others get a turn. */
const IN_A_ROW = 100;

const discord = await startDiscord();
const { world, gateway, interactions, rateLimits } = discord;
gateway.identifyEveryMs = 0;
const guild = addGuild(world, { name: "Bliss" });
const member = addPerson(world, guild, { username: "ann", globalName: "Ann" });
const bots = BOTS.map(({ title }) => {
  const app = addApplication(world, { name: title, privilegedIntents: INTENTS.messageContent });
  addBot(world, guild, { app, permissions: ADMINISTRATOR });
  return { app, channel: addChannel(world, guild, { name: title }) };
});
/** Where nobody answers. */
const chat = addChannel(world, guild, { name: "chat" });
const template = await messageTemplate();

/** When what is not answered yet was sent, by channel or interaction, oldest first. */
const sentAt = new Map<string, number[]>();
let delays: number[] = [];
// The first thing that happens to a request whose route is known.
const take = rateLimits.take.bind(rateLimits);
rateLimits.take = (request) => {
  const { params, route } = request;
  const id = params["interaction_id"] ?? params["channel_id"] ?? "";
  const sent = route.startsWith("POST ") ? sentAt.get(id)?.shift() : undefined;
  if (sent !== undefined) delays.push(performance.now() - sent);
  return take(request);
};

const place: Place = {
  apiUrl: discord.apiUrl,
  guildId: guild.id,
  bots: bots.map(({ app, channel }) => ({ token: app.token, channelId: channel.id })),
};
await answerLines(place, {
  async messages({ count }: { count: number }): Promise<void> {
    for (let sent = 0; sent < count; sent++) {
      if (sent % IN_A_ROW === 0) await delay(0);
      tellMessage(chat);
    }
  },
  delays: measureDelays,
  check: () => discord.check(),
});

/** What a bot is told of a message, as this Discord writes it. */
async function messageTemplate(): Promise<object> {
  const told = Promise.withResolvers<object>();
  const stop = world.listen((event) => {
    const data = event.name === "MESSAGE_CREATE" && event.dataFor(bots[0]!.app, ~0);
    if (data) told.resolve(data);
  });
  const ann = new Person({ interactions, guild, member });
  await ann.says(chat, "Has anybody seen my rex? It was at the green obelisk this morning");
  stop();
  return await told.promise;
}

/** Somebody writes; the message is told, but not kept. */
function tellMessage(channel: Channel): void {
  const message = { ...template, id: world.nextId(), channel_id: channel.id };
  world.tell({
    name: "MESSAGE_CREATE",
    intents: INTENTS.guildMessages,
    dataFor: () => message,
  });
}

/** All bots get an event at a time, again and again; the milliseconds from event to answer. */
async function measureDelays(
  { kind, perSecond, seconds }: { kind: "message" | "command"; perSecond: number; seconds: number },
): Promise<number[]> {
  delays = [];
  sentAt.clear();
  const start = performance.now(), rounds = perSecond * seconds;
  for (let round = 0; round < rounds; round++) {
    await delay(Math.max(0, start + round * 1000 / perSecond - performance.now()));
    for (const { app, channel } of bots) {
      const now = performance.now();
      if (kind === "command") sentAt.set(startCommand(app, channel), [now]);
      else {
        sentAt.set(channel.id, [...sentAt.get(channel.id) ?? [], now]);
        tellMessage(channel);
      }
    }
  }
  const count = rounds * bots.length;
  const end = performance.now() + LATEST_MS;
  while (delays.length < count && performance.now() < end) await delay(10);
  if (delays.length === count) return delays;
  throw new Error(`Only ${delays.length} of ${count} were answered`);
}

/** Somebody runs `/ping`. Returns the id of the interaction. */
function startCommand(app: Application, channel: Channel): string {
  const data = { id: app.id, name: "ping", type: 1 };
  const action: Action = { type: 2, app, channel, user: member.user, locale: "en-US", data };
  return interactions.start(action).id;
}
