/**
 * A bot on the local Discord, run as the supervisor runs it, with what it told kept for the test.
 */

import { connectBot, type ConnectedBot } from "../../src/discord/bot.ts";
import type { BotOptions } from "../../src/discord/bot.ts";
import type { Interaction } from "../../src/discord/interaction.ts";
import { InvalidRequests } from "../../src/discord/limits.ts";
import { INTENTS } from "../../src/discord/rights.ts";
import type { IncomingMessage } from "../../src/discord/surface.ts";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { type Log, openLog } from "../../src/runtime/log.ts";
import { addApplication, addBot, addChannel, addGuild } from "../../src/sandbox/discord/build.ts";
import type { LocalDiscord } from "../../src/sandbox/discord/server.ts";
import type { Application, Channel, Guild } from "../../src/sandbox/discord/world.ts";
import { localDiscord } from "../local_discord.ts";

const MESSAGE_CONTENT = INTENTS.messageContent;

/** Pauses and deadlines are ten times shorter than they say. */
export const briskClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => systemClock.sleep(ms / 10, signal),
  after: (ms, run) => systemClock.after(ms / 10, run),
};

/** A local Discord with one guild and one channel. */
export interface Stage extends AsyncDisposable {
  readonly discord: LocalDiscord;
  readonly guild: Guild;
  readonly channel: Channel;
  /** A new application, member of the guild. */
  app(name?: string): Application;
  /** Somebody writes; parts of the event as Discord sends it may be given. */
  writes(text: string, parts?: Readonly<Record<string, unknown>>): void;
}

/** Starts a local Discord. */
export async function openStage(): Promise<Stage> {
  const discord = await localDiscord();
  // Tests begin more sessions than Discord allows in five seconds.
  discord.gateway.identifyEveryMs = 0;
  const guild = addGuild(discord.world, { name: "Bliss" });
  const channel = addChannel(discord.world, guild, { name: "general" });
  return {
    discord,
    guild,
    channel,
    app(name = "Master") {
      const app = addApplication(discord.world, { name, privilegedIntents: MESSAGE_CONTENT });
      addBot(discord.world, guild, { app, permissions: 1n << 3n });
      return app;
    },
    writes(text, parts = {}) {
      const id = discord.world.nextId();
      const author = { id, username: "ann", global_name: null, discriminator: "0", avatar: null };
      const message = { id, type: 0, channel_id: channel.id, guild_id: guild.id, author };
      discord.world.tell({
        name: "MESSAGE_CREATE",
        intents: INTENTS.guildMessages,
        dataFor: () => ({ ...message, content: text, attachments: [], ...parts }),
      });
    },
    [Symbol.asyncDispose]: () => discord[Symbol.asyncDispose](),
  };
}

/** A bot that was made, with what it gave kept for the test. */
export interface MadeBot {
  readonly bot: ConnectedBot;
  readonly log: Log;
  readonly logged: string[];
  readonly messages: IncomingMessage[];
  readonly interactions: Interaction[];
  /** Resolves when `isSo`, looked at whenever the bot logged or told something or got an event. */
  until(isSo: () => boolean): Promise<void>;
  /** Looks again whether what is waited for is so. */
  changed(): void;
}

/** A bot that runs; disposing of it stops it. */
export interface RunningBot extends MadeBot, AsyncDisposable {
  /** What it told, oldest first: "ready", or "reconnecting: …". */
  readonly told: string[];
  /** Resolves when the run has ended, with what it threw. */
  readonly ended: Promise<unknown>;
  /** Resolves when it is ready for the n-th time. */
  untilReady(times?: number): Promise<void>;
  /** Asks it to stop and resolves when it has, with what it threw. */
  stop(): Promise<unknown>;
}

/** Makes a bot that does not run yet. */
export function makeBot(
  { discord, guild }: Stage,
  app: Application,
  options: Partial<BotOptions> = {},
): MadeBot {
  const logged: string[] = [];
  const messages: IncomingMessage[] = [];
  const interactions: Interaction[] = [];
  const changes = new EventTarget();
  const changed = () => void changes.dispatchEvent(new Event("change"));
  const keep = <T>(list: T[]) => (item: T) => {
    list.push(item);
    changed();
    return Promise.resolve();
  };
  const { clock = briskClock, token = app.token } = options;
  const log = openLog("bot", {
    write: keep(logged),
    now: () => new Date(),
    secrets: [token],
    level: "debug",
  });
  const bot = connectBot({
    name: app.user.username,
    token,
    tokenVariable: "DISCORD_TOKEN_MASTER",
    apiUrl: discord.apiUrl,
    guildId: guild.id,
    intents: INTENTS.guilds | INTENTS.guildMessages | INTENTS.messageContent,
    look: { botName: "Bliss Bot V2", iconUrl: undefined, color: 0x2f80ed },
    commands: [],
    log,
    clock,
    invalidRequests: new InvalidRequests({ clock }),
    onInteraction: keep(interactions),
    onMessage: keep(messages),
    ...options,
  });
  const until = (isSo: () => boolean) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => isSo() && resolve();
    const tooLate = () => reject(new Error(`It never came to that.\n${logged.join("")}`));
    const timer = setTimeout(tooLate, 10_000);
    changes.addEventListener("change", look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      changes.removeEventListener("change", look);
    });
  };
  return { bot, log, logged, messages, interactions, until, changed };
}

/** Runs a bot as the supervisor does, once. */
export function runBot(...[stage, app, options]: Parameters<typeof makeBot>): RunningBot {
  const made = makeBot(stage, app, options);
  const told: string[] = [];
  const tell = (text: string) => {
    told.push(text);
    made.changed();
  };
  const stopping = new AbortController();
  const ended = Promise.try(() =>
    made.bot.run({
      signal: stopping.signal,
      ready: () => tell("ready"),
      reconnecting: (reason) => tell(`reconnecting: ${reason}`),
    })
  ).then(() => undefined, (error: unknown) => error);
  const stop = () => {
    stopping.abort();
    return ended;
  };
  return {
    ...made,
    told,
    ended,
    untilReady: (times = 1) =>
      made.until(() => told.filter((it) => it === "ready").length >= times),
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
