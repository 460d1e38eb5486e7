/**
 * The way from Discord into the game without the rest of the bridge: a community with a channel for
 * each game server, whose messages go into that server's inbox.
 */

import type { IncomingMessage, Surface } from "../../../src/discord/surface.ts";
import type { GameServer } from "../../../src/features/feature.ts";
import { type Inbox, openInbox } from "../../../src/features/chat_bridge/inbox.ts";
import {
  storedWaiting,
  type WaitingMessage,
} from "../../../src/features/chat_bridge/waiting_store.ts";
import { openConsole } from "../../../src/rcon/console.ts";
import { type Clock, systemClock } from "../../../src/runtime/clock.ts";
import type { Log } from "../../../src/runtime/log.ts";
import { addChannel } from "../../../src/sandbox/discord/build.ts";
import type { Person } from "../../../src/sandbox/discord/people.ts";
import type { Message } from "../../../src/sandbox/discord/world.ts";
import type { ArkManner, LocalArk } from "../../../src/sandbox/ark/server.ts";
import type { Database } from "../../../src/store/sql.ts";
import { featureStage, type Stage } from "../feature_stage.ts";

/** What a test wants. */
export interface Wishes {
  readonly db: Database;
  /** Their channels have the same names in lower case. Default: Island. */
  readonly servers?: readonly string[];
  readonly manner?: Partial<ArkManner>;
  /** Of inboxes and their consoles. */
  readonly clock?: Clock;
}

/** Inboxes that work; disposing of them stops everything. */
export interface RunningInboxes extends AsyncDisposable {
  readonly stage: Stage;
  readonly ben: Person;
  /** The game server of that name. */
  ark(name?: string): LocalArk;
  inbox(name?: string): Inbox;
  /** Those of all servers. */
  inboxes(): readonly Inbox[];
  /** Ends the inbox, as the program does, and puts a new one in its place. */
  restart(changes?: Changes): Promise<void>;
  /** The same, but the old one is left where it is, as after `kill -9`. */
  replace(changes?: Changes): Promise<void>;
  /** Commands that the game accepted. */
  readonly accepted: readonly string[];
  /** Names of servers into which nothing is to be carried. */
  readonly paused: Set<string>;
  /** Ids of members of whom nothing is to be carried. */
  readonly muted: Set<string>;
  /** Lines for staff. */
  readonly debug: readonly string[];
  /** What the game server has received, without repetitions of questions. */
  received(name?: string): string[];
  /** What is stored for a server. */
  stored(name?: string): Promise<WaitingMessage[]>;
  /** Resolves when these signs, and no others, stand on the message. */
  signs(message: Message, signs: string, withinMs?: number): Promise<void>;
  /** The note that answers the message, as soon as it is there. */
  note(message: Message): Promise<Message>;
}

/** What is other in a new inbox for Island. */
export interface Changes {
  readonly clock?: Clock;
  readonly console?: GameServer["console"];
}

/** Starts everything. */
export async function runningInboxes(
  { db, servers = ["Island"], manner = {}, clock = systemClock }: Wishes,
): Promise<RunningInboxes> {
  const inboxes = new Map<string, Inbox>();
  const channels = new Map<string, string>();
  const accepted: string[] = [], debug: string[] = [];
  const paused = new Set<string>(), muted = new Set<string>();
  let given: { surface: Surface; log: Log } | undefined;
  const onMessage = (message: IncomingMessage) => {
    const name = channels.get(message.channelId);
    if (name !== undefined && !message.author.isBot) inboxes.get(name)?.take(message);
    return Promise.resolve();
  };
  const onMessageDelete = ({ id }: { readonly id: string }) => {
    for (const inbox of inboxes.values()) inbox.drop(id);
    return Promise.resolve();
  };
  const stage = await featureStage({
    servers,
    manner,
    make: ({ surface, log }) => {
      given = { surface, log };
      return [{ commands: [], onMessage, onMessageDelete }];
    },
  });
  const { surface, log } = given!;
  const { world } = stage;
  const store = storedWaiting(db);

  const consoles = servers.map((name) => {
    const { host, port, password } = stage.ark(name);
    const server = { name, host, port, password };
    return openConsole({ server, clock, log: log.child(name), random: () => 0 });
  });

  function open(name: string, changes: Changes = {}): Inbox {
    return openInbox({
      server: {
        id: name.toLowerCase(),
        name,
        map: undefined,
        console: changes.console ?? consoles[servers.indexOf(name)]!,
      },
      surface,
      store,
      accepted: (command) => void accepted.push(command),
      debug: (line) => void debug.push(line),
      usesAscii: () => false,
      isPaused: () => paused.has(name),
      isMuted: (id) => muted.has(id),
      clock: changes.clock ?? clock,
      log,
    });
  }

  for (const name of servers) {
    const channel = addChannel(world.discord.world, world.guild, { name: name.toLowerCase() });
    channels.set(channel.id, name);
    inboxes.set(name, open(name));
  }
  const ben = world.person("ben", { nick: "Ben" });

  async function replace(changes?: Changes): Promise<void> {
    const inbox = open("Island", changes);
    inboxes.set("Island", inbox);
    await inbox.resume();
  }

  return {
    stage,
    ben,
    accepted,
    debug,
    paused,
    muted,
    replace,
    ark: (name = "Island") => stage.ark(name),
    inbox: (name = "Island") => inboxes.get(name)!,
    inboxes: () => [...inboxes.values()],
    async restart(changes) {
      await inboxes.get("Island")!.stop();
      await replace(changes);
    },
    received: (name = "Island") =>
      stage.ark(name).received.map(({ command }) => command)
        .filter((command) => command !== "ListPlayers"),
    stored: (name = "Island") => store.list(name.toLowerCase()),
    async signs(message, signs, withinMs) {
      const seen = () => [...message.reactions.keys()].join("");
      try {
        await ben.seesSoon(
          message.data.channel_id,
          (it) => it === message && seen() === signs,
          withinMs,
        );
      } catch (error) {
        throw new Error(`Instead of ${signs} there is: ${seen() || "nothing"}`, { cause: error });
      }
    },
    note: (message) =>
      ben.seesSoon(
        message.data.channel_id,
        (it) => it.data.message_reference?.message_id === message.data.id,
      ),
    async [Symbol.asyncDispose]() {
      await Promise.all([...inboxes.values()].map((inbox) => inbox.stop()));
      await Promise.all(consoles.map((console) => console.close()));
      await stage[Symbol.asyncDispose]();
    },
  };
}
