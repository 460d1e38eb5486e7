/**
 * A community with a cluster of game servers and BlissBot as a process of its own, for the journeys
 * that people make through all of it.
 * @module
 */

import { type ArkManner, type LocalArk, startArk } from "../../src/sandbox/ark/server.ts";
import { textOf } from "../../src/sandbox/discord/people.ts";
import type { Channel, Message } from "../../src/sandbox/discord/world.ts";
import { configure } from "../configured.ts";
import { type Community, community } from "../discord_community.ts";
import { type Daemon, start } from "../process.ts";

/** What a journey goes through. */
export interface Cluster extends AsyncDisposable {
  readonly world: Community;
  /** The game server of that name. */
  ark(name: string): LocalArk;
  /** BlissBot as it runs now. */
  readonly daemon: Daemon;
  /** Ends BlissBot in whatever way; `start` begins it anew with the same data. */
  start(): Promise<void>;
  /** Resolves with the thread or channel of that name as soon as it is there. */
  place(name: string, withinMs?: number): Promise<Channel>;
  /** Resolves when it is so; looks after everything that happens on Discord. */
  until(isSo: () => boolean, what: () => string, withinMs?: number): Promise<void>;
}

/** How a cluster is set up. */
export interface ClusterWishes {
  /** Folder for BlissBot's configuration. */
  readonly folder: string;
  readonly databaseUrl: string;
  /** Session names as the configuration has them; ids are the words in front of " - ", in lower case. */
  readonly servers: readonly string[];
  readonly manner?: Partial<ArkManner>;
  /** The servers' logs are on this machine; default: nobody can read them. */
  readonly hasLogs?: boolean;
  /** Added to config.toml. */
  readonly toml?: string;
}

/** Starts everything; the Server Management bot is ready. */
export async function startCluster(wishes: ClusterWishes): Promise<Cluster> {
  const { folder, databaseUrl, servers, manner = {}, hasLogs = false, toml = "" } = wishes;
  const world = await community();
  world.discord.gateway.identifyEveryMs = 0;
  const arks = await Promise.all(
    servers.map((sessionName) =>
      startArk({ sessionName, manner, folder: `${folder}/${shortName(sessionName)}` })
    ),
  );
  const blocks = arks.map(({ sessionName, host, port, password, log }) =>
    `[[servers]]\n${hasLogs ? `log_file = '${log!.path}'\n` : ""}id = "${
      shortName(sessionName).toLowerCase()
    }"\nname = "${sessionName}"\n` +
    `host = "${host}"\nrcon_port = ${port}\nrcon_password = "${password}"`
  );
  const options = await configure(folder, world, {
    toml: [...blocks, '[log]\nlevel = "debug"', toml].join("\n"),
    env: { DATABASE_URL: databaseUrl },
  });
  const until = /"blissbot\/servers".*(?:Registered|as they were)/;
  let daemon = await start([], { ...options, until });
  return {
    world,
    ark: (name) => arks[servers.findIndex((one) => shortName(one) === name)]!,
    get daemon() {
      return daemon;
    },
    async start() {
      daemon = await start([], { ...options, until });
    },
    async place(name, withinMs) {
      const find = () =>
        [...world.discord.world.channels.values()].find((channel) => channel.name === name);
      await untilSo(
        world,
        () => find() !== undefined,
        () => `there is no place "${name}"`,
        withinMs,
      );
      return find()!;
    },
    until: (isSo, what, withinMs) => untilSo(world, isSo, what, withinMs),
    async [Symbol.asyncDispose]() {
      await daemon[Symbol.asyncDispose]();
      await Promise.all(arks.map((ark) => ark.stop()));
      await world[Symbol.asyncDispose]();
    },
  };
}

/** `The Island - (v93.19)` → `The Island`. */
function shortName(sessionName: string): string {
  return sessionName.split(" - ", 1)[0]!;
}

async function untilSo(
  { discord }: Community,
  isSo: () => boolean,
  what: () => string,
  withinMs = 10_000,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = () => isSo() && resolve();
  const timer = setTimeout(() => reject(new Error(`Waited in vain: ${what()}`)), withinMs);
  const stop = discord.world.listen(look);
  look();
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    stop();
  }
}

/** Emoji of the reactions below a message. */
export function reactions(message: Message): string[] {
  return [...message.reactions.keys()];
}

/** Lines of game chat that stand in a place, by the bot, oldest first. */
export function linesIn({ messages }: Channel): string[] {
  return [...messages.values()].filter(({ data }) => data.author.bot === true)
    .flatMap((message) => textOf(message).split("\n"));
}
