/**
 * A bot with commands and cards on a local Discord, and people who use them. The router's time is
 * moved by hand; connection and sockets run in real time.
 */

import { connectBot, type ConnectedBot } from "../../src/discord/bot.ts";
import { toDiscordCommands } from "../../src/discord/commands.ts";
import type { Interaction } from "../../src/discord/interaction.ts";
import { InvalidRequests } from "../../src/discord/limits.ts";
import { type OpenCard, type OpenCards, openCardsInMemory } from "../../src/discord/pages.ts";
import { INTENTS } from "../../src/discord/rights.ts";
import { openRouter, type Router } from "../../src/discord/router.ts";
import type { Card, Command } from "../../src/discord/surface.ts";
import type { Roles } from "../../src/discord/tiers.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { openLog } from "../../src/runtime/log.ts";
import type { Person } from "../../src/sandbox/discord/people.ts";
import { type Community, community, type PersonWishes } from "../discord_community.ts";
import { HandClock } from "../hand_clock.ts";

/** What a test wants of its bot. */
export interface Wishes {
  readonly commands?: readonly Command[];
  readonly cards?: readonly Card[];
  /** Default: those of the guild. */
  readonly roles?: Roles;
  /** Default: the guild where the commands are. */
  readonly guildId?: string;
  /** What is registered, where that differs from what the router knows. */
  readonly registered?: readonly Command[];
  /** What becomes of interactions before the router gets them. */
  readonly before?: (interaction: Interaction) => Interaction | Promise<Interaction>;
  /** Clock of the local Discord. */
  readonly now?: () => number;
}

/** A running bot and its community. */
export interface RoutedBot extends AsyncDisposable {
  readonly world: Community;
  readonly clock: HandClock;
  readonly logged: string[];
  router: Router;
  /** Resolves with the first line of the log that matches, already there or to come. */
  logs(pattern: RegExp): Promise<string>;
  /** Resolves with the open cards that are remembered, as soon as there are so many. */
  remembers(count: number): Promise<OpenCard[]>;
  person(name: string, wishes?: PersonWishes): Person;
  /** Ends the bot as the program does, and starts it anew; nothing is restored by itself. */
  restart(changes?: Pick<Wishes, "commands" | "cards">): Promise<void>;
}

/** Starts a bot whose commands are registered. */
export async function routedBot(wishes: Wishes): Promise<RoutedBot> {
  const { now } = wishes;
  const { openCards, remembers } = watchedCards();
  const world = await community({ bots: ["master"], ...(now && { now }) });
  world.discord.gateway.identifyEveryMs = 0;
  const clock = new HandClock();
  const logged: string[] = [];
  const lines = new EventTarget();
  const write = (line: string) => {
    logged.push(line);
    lines.dispatchEvent(new Event("change"));
  };
  const logs = (pattern: RegExp) =>
    until(lines, () => Promise.resolve(logged.find((line) => pattern.test(line))));
  const run = async (wishes: Wishes) => {
    logged.length = 0;
    const running = start(world, { ...wishes, openCards, clock, write });
    await Promise.race([logs(/Registered|as they were/), running.ended]);
    return running;
  };
  let running = await run(wishes);
  const bot: RoutedBot = {
    world,
    clock,
    logged,
    router: running.router,
    logs,
    remembers,
    person: (name, wishes) => world.person(name, wishes),
    async restart(changes = {}) {
      await running.stop();
      running = await run({ ...wishes, ...changes });
      bot.router = running.router;
    },
    async [Symbol.asyncDispose]() {
      await running.stop();
      await world[Symbol.asyncDispose]();
    },
  };
  return bot;
}

/** Resolves with what `look` finds, as soon as it does; it looks again after each event. */
async function until<T>(events: EventTarget, look: () => Promise<T | undefined>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const check = async () => {
    const found = await look();
    if (found !== undefined) resolve(found);
  };
  const timer = setTimeout(() => reject(new Error("It never came to that")), 5_000);
  events.addEventListener("change", check);
  try {
    await check();
    return await promise;
  } finally {
    clearTimeout(timer);
    events.removeEventListener("change", check);
  }
}

/** Open cards in memory, and a way to wait until there are so many. */
function watchedCards(): Pick<RoutedBot, "remembers"> & { readonly openCards: OpenCards } {
  const cards = openCardsInMemory();
  const changes = new EventTarget();
  const changed = () => void changes.dispatchEvent(new Event("change"));
  return {
    openCards: {
      save: (card) => cards.save(card).then(changed),
      remove: (id) => cards.remove(id).then(changed),
      list: (bot) => cards.list(bot),
    },
    remembers: (count) =>
      until(changes, async () => {
        const all = await cards.list("master");
        return all.length === count ? all : undefined;
      }),
  };
}

interface Parts extends Wishes {
  readonly openCards: OpenCards;
  readonly clock: HandClock;
  readonly write: (line: string) => void;
}

/** Connects a bot; its commands are not registered yet. */
function start(world: Community, parts: Parts) {
  const { commands = [], cards = [], registered = commands, before = (it) => it } = parts;
  const log = openLog("bot", {
    write: parts.write,
    now: () => new Date(),
    secrets: [],
    level: "debug",
  });
  const guildId = world.guild.id;
  const app = world.apps.master;
  const bot: ConnectedBot = connectBot({
    name: "Master",
    token: app.token,
    tokenVariable: "DISCORD_TOKEN_MASTER",
    apiUrl: world.discord.apiUrl,
    guildId,
    intents: INTENTS.guilds,
    look: { botName: "Bliss Bot V2", iconUrl: undefined, color: 0x8e44ad },
    commands: toDiscordCommands(registered),
    log,
    clock: systemClock,
    invalidRequests: new InvalidRequests({ clock: systemClock }),
    onInteraction: async (interaction) => await router.handle(await before(interaction)),
  });
  const { support, moderator, admin, owner } = world.roles;
  const router = openRouter({
    bot: "master",
    guildId: parts.guildId ?? guildId,
    commands,
    cards,
    roles: parts.roles ?? {
      support: [support.id],
      moderator: [moderator.id],
      admin: [admin.id],
      owner: [owner.id],
    },
    past: bot.past,
    openCards: parts.openCards,
    log,
    clock: parts.clock,
  });
  const control = new AbortController();
  const { signal } = control;
  const ended = bot.run({ signal, ready: () => {}, reconnecting: () => {} });
  return {
    router,
    ended,
    async stop() {
      const stopped = router.stop();
      await parts.clock.advance(30_000);
      await stopped;
      control.abort();
      await ended;
    },
  };
}
