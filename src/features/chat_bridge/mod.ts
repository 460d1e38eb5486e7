/**
 * The chat of the game servers and their threads on Discord, joined in both directions. No line is
 * lost or doubled: what came from a game is stored before it is posted, and what goes into one is
 * sent at most once.
 * @module
 */

import type { PlayerChat } from "../../ark/chat.ts";
import { plainWords } from "../../ark/discord_markup.ts";
import type { KeptPlaces } from "../../discord/kept_places.ts";
import type { DeletedMessage, IncomingMessage, Surface } from "../../discord/surface.ts";
import { type Clock, unlessAborted } from "../../runtime/clock.ts";
import type { HealthCheck } from "../../runtime/health.ts";
import type { Job } from "../../runtime/jobs.ts";
import type { Log } from "../../runtime/log.ts";
import type { Audit } from "../../store/audit.ts";
import type { Database } from "../../store/sql.ts";
import type { Feature, GameServer, Roster } from "../feature.ts";
import { bridgeCommand } from "./bridge_command.ts";
import { openCrossChat } from "./cross_chat.ts";
import {
  type GameCommand,
  isGameCommand,
  onlineCommand,
  openGameCommands,
} from "./game_commands.ts";
import { storedLines } from "./line_store.ts";
import { openMutes } from "./mutes.ts";
import { Receipts } from "./receipts.ts";
import { ServerBridge } from "./server_bridge.ts";
import { openSettings } from "./settings.ts";
import { NOTICES } from "./texts.ts";
import { storedWaiting } from "./waiting_store.ts";

/** What the bridge needs. */
export interface ChatBridgeNeeds {
  readonly servers: readonly GameServer[];
  readonly places: KeptPlaces;
  readonly surface: Surface;
  readonly roster: Roster;
  readonly audit: Audit;
  /** A line for the channel that tells what became of each message. */
  readonly debug: (line: string) => void;
  /** A line for staff. */
  readonly alert: (text: string) => void;
  readonly pollSeconds: number;
  /** Whether players also read what is said on the other servers. */
  readonly crossChat: boolean;
  /** What players can ask for in the game besides `!online`. */
  readonly gameCommands?: readonly GameCommand[];
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}

/** The bridge, as others see it. */
export interface ChatBridge extends Feature {
  /** To be told of the commands that others sent: a ServerChat comes back in the server's chat. */
  sent(serverId: string, command: string): void;
}

/** How often what could not be made or read is tried again. */
const OPEN_EVERY_SECONDS = 5;
/** How soon a thread comes back that somebody has deleted or closed. */
const KEEP_THREADS_EVERY_SECONDS = 60;
/** Who waits for an answer in the game does not read it much later. */
const ANSWER_WAIT_MS = 5_000;
/** A look at the chat: connecting, log-in, its turn and the answer together. */
const PULL_LIMIT_MS = 60_000;
/** So long a posted line is kept, for those who ask what was said. */
const KEPT_MS = 7 * 24 * 60 * 60_000;

/** Nothing is asked of servers or Discord before the jobs run. */
export function openChatBridge(needs: ChatBridgeNeeds): ChatBridge {
  const { servers, surface, roster, clock, log, db, alert } = needs;
  const settings = openSettings({ db, log });
  const mutes = openMutes({ db, clock });
  const lines = storedLines(db);
  const usesAscii = ({ id }: GameServer) => bridges.get(id)!.usesAscii;
  const sent = (serverId: string, command: string) => {
    if (/^serverchat /i.test(command)) bridges.get(serverId)?.sent(command);
  };
  const crossChat = openCrossChat({
    servers,
    sent: ({ id }, command) => sent(id, command),
    usesAscii,
    isPaused: ({ id }) => settings.of(id).isPaused,
    clock,
  });
  const gameCommands = openGameCommands({
    commands: [onlineCommand(servers, roster), ...needs.gameCommands ?? []],
    async answer(server, command) {
      await server.console.send(command, { waitMs: ANSWER_WAIT_MS });
      sent(server.id, command);
    },
    usesAscii,
    clock,
    log,
  });

  function hear(server: GameServer, line: PlayerChat, when: { isLate: boolean }): boolean {
    if (gameCommands.take(server, line)) return false;
    if (mutes.isMuted("player", line.player)) return false;
    if (needs.crossChat && !when.isLate) crossChat.share(server, line);
    return true;
  }

  const parts = {
    ...needs,
    settings,
    lines,
    waiting: storedWaiting(db),
    hear,
    isMuted: (memberId: string) => mutes.isMuted("member", memberId),
    pollMs: needs.pollSeconds * 1000,
  };
  const bridges = new Map(servers.map((server) => [server.id, new ServerBridge(server, parts)]));

  /** Before that nobody knows who is muted and what is paused; a store that is away fails it soon. */
  const firstLoad = Promise.withResolvers<void>();

  async function onMessage(message: IncomingMessage): Promise<void> {
    if (message.author.isBot) return;
    await firstLoad.promise;
    const serverId = await needs.places.threadKey(message.channelId);
    if (serverId === undefined) return;
    if (parts.isMuted(message.author.id)) {
      return await surface.react(message.channelId, message.id, "🔇");
    }
    const bridge = bridges.get(serverId);
    if (!bridge) return refuse(message, "this server is no longer among those of BlissBot");
    if (isGameCommand(plainWords(message.text, () => undefined))) {
      return refuse(message, "such commands are typed in the game's own chat");
    }
    bridge.take(message);
  }

  const receipts = new Receipts({ surface, log });
  function refuse(message: IncomingMessage, why: string): void {
    receipts.ended(message, { sign: "❌", note: `not delivered: ${why}`, hasWaited: false });
  }

  async function onMessageDelete({ id, channelId }: DeletedMessage): Promise<void> {
    await firstLoad.promise; // as the message itself
    bridges.get(await needs.places.threadKey(channelId) ?? "")?.drop(id);
  }

  let isLoaded = false;
  async function open(): Promise<void> {
    if (!isLoaded) {
      await Promise.all([settings.load(), mutes.load()]).finally(firstLoad.resolve);
    }
    isLoaded = true;
    await ofEach((bridge) => bridge.open());
  }

  /** The work of one bridge holds up no other. */
  async function ofEach(work: (bridge: ServerBridge) => Promise<void>): Promise<void> {
    const done = await Promise.allSettled(Array.from(bridges.values(), work));
    const failed = done.find(({ status }) => status === "rejected");
    if (failed) throw (failed as PromiseRejectedResult).reason;
  }

  const isStoreAway = storeWatch([...bridges.values()], alert);
  return {
    sent,
    onMessage,
    onMessageDelete,
    commands: [bridgeCommand({
      ...needs,
      mutes,
      statusOf: (serverId) => bridges.get(serverId)!.status(),
      async setPaused(serverIds, isPaused) {
        const stored = await Promise.all(serverIds.map((id) => settings.change(id, { isPaused })));
        return !stored.includes(false);
      },
    })],
    jobs: [
      {
        name: "chat bridge",
        every: { seconds: OPEN_EVERY_SECONDS },
        limitMs: PULL_LIMIT_MS,
        run: open,
      },
      {
        name: "chat threads",
        every: { seconds: KEEP_THREADS_EVERY_SECONDS },
        limitMs: PULL_LIMIT_MS,
        run: () => ofEach((bridge) => bridge.keepThread()),
      },
      {
        name: "old chat lines",
        every: { cron: "23 * * * *" },
        limitMs: PULL_LIMIT_MS,
        run: () => lines.prune(new Date(clock.now() - KEPT_MS)),
      },
      ...Array.from(bridges.values(), (bridge, index): Job => ({
        name: `chat ${index + 1}`,
        every: { seconds: needs.pollSeconds },
        limitMs: PULL_LIMIT_MS,
        run: async (signal) => {
          await unlessAborted(firstLoad.promise, signal);
          await bridge.pull(signal);
        },
      })),
    ],
    health: [bridgeCheck(isStoreAway)],
    async stop() {
      receipts.stop();
      await Promise.all([
        crossChat.stop(),
        gameCommands.stop(),
        ...Array.from(bridges.values(), (bridge) => bridge.stop()),
      ]);
    },
  };
}

/** Whether lines are kept in memory only; staff are told when that begins and ends. */
function storeWatch(
  bridges: readonly ServerBridge[],
  alert: (text: string) => void,
): () => boolean {
  let wasAway = false;
  return () => {
    const isAway = bridges.some((bridge) => bridge.status().isStoreAway);
    if (isAway !== wasAway) alert((isAway ? NOTICES.storeAway : NOTICES.storeBack).en);
    wasAway = isAway;
    return isAway;
  };
}

function bridgeCheck(isStoreAway: () => boolean): HealthCheck {
  return {
    name: "Chat bridge",
    check: () =>
      Promise.resolve(
        isStoreAway()
          ? {
            state: "down",
            text: "the store is away: lines are kept in memory until it is back",
            german: "die Datenbank antwortet nicht: Zeilen bleiben so lange im Speicher",
          }
          : { state: "ok", text: "carries chat", german: "überträgt den Chat" },
      ),
  };
}
