/**
 * Carries what players say on one server over to the chat of all others. Only players' words are
 * carried: what comes back of our own lines is the server's, so nothing goes round in a circle.
 * A server that is away misses what was said meanwhile.
 * @module
 */

import type { PlayerChat } from "../../ark/chat.ts";
import { toDiscordText } from "../../ark/discord_text.ts";
import { toServerChat } from "../../ark/server_chat.ts";
import { type Clock, settlesWithin } from "../../runtime/clock.ts";
import type { GameServer } from "../feature.ts";

/** Carries chat between servers. */
export interface CrossChat {
  /** Sends the line to all other servers, to each in order, without waiting for it. */
  share(from: GameServer, line: PlayerChat): void;
  /** Sends nothing more. */
  stop(): Promise<void>;
}

/** What {@linkcode openCrossChat} needs. */
export interface CrossChatOptions {
  readonly servers: readonly GameServer[];
  /** Is told of every ServerChat that a server accepted. */
  readonly sent: (server: GameServer, command: string) => void;
  /** Whether the server shows signs that are not ASCII as `?`. */
  readonly usesAscii: (server: GameServer) => boolean;
  /** Whether nothing is to be carried into that server. */
  readonly isPaused: (server: GameServer) => boolean;
  readonly clock: Clock;
}

/** Lines that may wait for one server; more are dropped. */
const MOST_WAITING = 20;
/** Chat that comes much later than it was said is worth nothing. */
const WAIT_MS = 5_000;
const STOP_MS = 1_000;

/** What one server is still to be sent. */
interface Lane {
  readonly server: GameServer;
  /** Lines from other servers. */
  readonly waiting: {
    readonly from: GameServer;
    readonly line: PlayerChat;
    /** Unix milliseconds. */
    readonly saidAt: number;
  }[];
  isBusy: boolean;
  /** Never rejects. */
  work: Promise<void>;
}

/** Nothing is under way yet. */
export function openCrossChat(options: CrossChatOptions): CrossChat {
  const { servers, sent, usesAscii, isPaused, clock } = options;
  const lanes = servers.map((server): Lane => ({
    server,
    waiting: [],
    isBusy: false,
    work: Promise.resolve(),
  }));
  let isStopped = false;

  /** Never rejects. */
  async function workOff(lane: Lane): Promise<void> {
    const { server, waiting } = lane;
    lane.isBusy = true;
    for (let next = waiting.shift(); next && !isStopped; next = waiting.shift()) {
      if (isPaused(server) || clock.now() - next.saidAt > WAIT_MS) continue;
      try {
        const ascii = usesAscii(server);
        for (const command of crossChatCommands(next.from, next.line, { ascii })) {
          await server.console.send(command, { waitMs: WAIT_MS });
          sent(server, command);
        }
      } catch {
        // The server is away, or did not tell whether it took the line. The rest of it would make
        // no sense, and the console has logged what is wrong.
      }
    }
    lane.isBusy = false; // without a gap: the next line may come in the very next moment
  }

  return {
    share(from, line) {
      if (isStopped) return;
      for (const lane of lanes) {
        if (lane.server.id === from.id || lane.waiting.length >= MOST_WAITING) continue;
        lane.waiting.push({ from, line, saidAt: clock.now() });
        if (!lane.isBusy) lane.work = workOff(lane);
      }
    },
    async stop() {
      isStopped = true;
      await settlesWithin(STOP_MS, { work: Promise.all(lanes.map(({ work }) => work)), clock });
    },
  };
}

/** Of a name in the game's chat. */
const LONGEST_NAME = 32;
/** The server's name is cut only when less than this is left for the player's. */
const SHORTEST_NAME = 8;

/**
 * What a player said, as ServerChat commands for another server: `ServerChat [Ana (Island)]: hi`.
 * At most three; none when nothing readable is left.
 */
export function crossChatCommands(
  from: GameServer,
  { player, character, text }: PlayerChat,
  { ascii = false }: { ascii?: boolean } = {},
): readonly string[] {
  const isReadable = (name: string) => /[\p{L}\p{N}]/u.test(name);
  const name = [player, character].find(isReadable) ?? "?";
  // The slashes of toDiscordText keep `*` and `_` from being taken for Discord's markup.
  return toServerChat(withPlace(name.trim(), from.name), toDiscordText(text), { ascii }).commands;
}

function withPlace(name: string, place: string): string {
  const room = LONGEST_NAME - " ()".length;
  const [nameSigns, placeSigns] = [[...name], [...place]];
  const placeRoom = room - Math.min(nameSigns.length, SHORTEST_NAME);
  const shortPlace = placeSigns.slice(0, placeRoom);
  return `${nameSigns.slice(0, room - shortPlace.length).join("")} (${shortPlace.join("")})`;
}
