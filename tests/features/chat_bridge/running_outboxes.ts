/**
 * The way from the game to Discord without the rest of the bridge: a channel for each scene, a store
 * that can be away, and outboxes that can be left where they are, as after `kill -9`.
 */

import { connect, type Socket } from "node:net";
import { createRestManager } from "discordeno";
import { openChannelMessages } from "../../../src/discord/channel_messages.ts";
import { InvalidRequests } from "../../../src/discord/limits.ts";
import { guardRest } from "../../../src/discord/rest_guard.ts";
import type { GameLine } from "../../../src/features/chat_bridge/game_lines.ts";
import { storedLines } from "../../../src/features/chat_bridge/line_store.ts";
import {
  openOutbox,
  type Outbox,
  type OutboxOptions,
} from "../../../src/features/chat_bridge/outbox.ts";
import { type Clock, systemClock } from "../../../src/runtime/clock.ts";
import { openLog } from "../../../src/runtime/log.ts";
import { addChannel } from "../../../src/sandbox/discord/build.ts";
import type { Person } from "../../../src/sandbox/discord/people.ts";
import type { Channel } from "../../../src/sandbox/discord/world.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { type Database, openSql } from "../../../src/store/sql.ts";
import { type Community, community } from "../../discord_community.ts";

/** Pauses and deadlines are twenty times shorter than they say. */
export const fastClock: Clock = {
  now: () => Date.now() * 20 - STARTED * 19,
  sleep: (ms, signal) => systemClock.sleep(ms / 20, signal),
  after: (ms, run) => systemClock.after(ms / 20, run),
};
const STARTED = Date.now();

const FORGETS_MS = 6 * 60_000;

/** A database that can be away. */
export interface CuttableStore extends AsyncDisposable {
  readonly db: Database;
  cut(): void;
  mend(): void;
}

/** Opens a store whose connections are lost and refused while it is cut. */
export async function cuttableStore(url: string): Promise<CuttableStore> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const db = openSql({
    url,
    dial({ host: [host], port: [port] }) {
      if (isCut) throw lost("ECONNREFUSED");
      const socket = connect(port!, host);
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      return Object.assign(socket, { host });
    },
  });
  await migrate(db);
  return {
    db,
    cut() {
      isCut = true;
      for (const socket of sockets) {
        // Without an error nobody who waits for a connection would be told.
        socket.destroy(socket.connecting ? lost("ECONNRESET") : undefined);
      }
    },
    mend: () => void (isCut = false),
    [Symbol.asyncDispose]: () => db.close(),
  };
}

/** As the system reports it. */
function lost(code: string): Error {
  return Object.assign(new Error("The store is cut"), { code });
}

/** A place for one test, with a server of its own. */
export interface Scene {
  readonly serverId: string;
  readonly channel: Channel;
  /** Messages so far, oldest first. */
  texts(): string[];
  /** Lines of all messages so far. */
  lines(): string[];
  /** Resolves when that line stands there. */
  sees(line: string, withinMs?: number): Promise<void>;
  post: OutboxOptions["post"];
  postedAfter: OutboxOptions["postedAfter"];
  /** A new outbox on the same tables; is stopped at the end. */
  open(changes?: Partial<OutboxOptions>): Outbox;
}

/** Everything that scenes share. */
export interface Theatre extends AsyncDisposable {
  readonly world: Community;
  readonly store: CuttableStore;
  readonly ana: Person;
  /** Log lines so far, as JSON. */
  readonly logged: string[];
  /** Time passes on Discord until it knows no nonce any more. */
  letDiscordForget(): void;
  scene(name: string): Scene;
}

/** Starts a local Discord with a bot that can write, and opens the store. */
export async function openTheatre(url: string): Promise<Theatre> {
  const discordTime = { aheadMs: 0 };
  const store = await cuttableStore(url);
  const world = await community({
    bots: ["servers"],
    now: () => Date.now() + discordTime.aheadMs,
  });
  // Limits run in real time, which the bot's clock is ahead of.
  world.discord.rateLimits.usual = { limit: 10_000, perMs: 1_000 };
  world.discord.rateLimits.isGlobalOn = false;
  const logged: string[] = [];
  const log = openLog("chat", {
    write: (line) => void logged.push(line),
    now: () => new Date(),
    secrets: [],
    level: "debug",
  });
  const app = world.apps.servers;
  const discordeno = createRestManager({ token: app.token });
  discordeno.baseUrl = world.discord.apiUrl;
  const clock = fastClock;
  const invalidRequests = new InvalidRequests({ clock });
  const rest = guardRest(discordeno, { bot: app.id, clock, log, invalidRequests });
  const look = { botName: "Bliss", iconUrl: undefined, color: 0 };
  const messages = openChannelMessages({ rest, look, botId: app.id });
  const ana = world.person("ana");
  const endings: (() => Promise<void>)[] = [];

  function scene(name: string): Scene {
    const channel = addChannel(world.discord.world, world.guild, { name });
    const texts = () => [...channel.messages.values()].map(({ data }) => data.content);
    const post: Scene["post"] = (text, { nonce }) => messages.post(channel.id, { text }, { nonce });
    const postedAfter: Scene["postedAfter"] = (after) =>
      messages.ownMessagesAfter(channel.id, after ?? channel.id);
    return {
      serverId: name,
      channel,
      texts,
      lines: () => texts().flatMap((text) => text.split("\n")),
      async sees(line, withinMs) {
        const isIt = (text: string) => text.split("\n").includes(line);
        await ana.seesSoon(channel, ({ data }) => isIt(data.content), withinMs);
      },
      post,
      postedAfter,
      open(changes = {}) {
        const lines = storedLines(store.db);
        const clock = { ...fastClock };
        const given = { serverId: name, store: lines, post, postedAfter, clock, log };
        const outbox = openOutbox({ ...given, ...changes });
        const end = outbox.stop.bind(outbox);
        endings.push(end);
        return Object.assign(outbox, {
          stop() {
            clock.sleep = systemClock.sleep; // what it waits for runs in real time
            return end();
          },
        });
      },
    };
  }

  return {
    world,
    store,
    ana,
    logged,
    letDiscordForget: () => void (discordTime.aheadMs += FORGETS_MS),
    scene,
    async [Symbol.asyncDispose]() {
      await Promise.all(endings.map((end) => end()));
      rest.stop();
      await world[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

/** Lines with these contents, which nobody said. */
export function gameLines(...contents: string[]): GameLine[] {
  return contents.map((content) => ({ content, said: null }));
}

/** `name 1` to `name <count>`. */
export function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${index + 1}`);
}
