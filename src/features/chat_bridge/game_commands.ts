/**
 * What players can ask for by typing it into the game's chat, such as `!online`. Features bring the
 * commands and what they answer; here they are recognised, limited and carried out. Sends nothing
 * by itself.
 * @module
 */

import type { PlayerChat } from "../../ark/chat.ts";
import { toDiscordText } from "../../ark/discord_text.ts";
import { toServerChat } from "../../ark/server_chat.ts";
import { cut } from "../../discord/text.ts";
import { type Clock, unlessAborted } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import type { GameServer, Roster } from "../feature.ts";
import { IN_GAME } from "./texts.ts";

/** The commands that there are; lines with them are never relayed, whether or not they have an owner. */
const NAMES = ["link", "report", "discord", "online"] as const;

/** Somebody typed a command. */
export interface GameCall {
  readonly server: GameServer;
  /** Name of the account; may be empty, not unique, may hold anything. */
  readonly player: string;
  /** Name of the survivor. */
  readonly character: string;
  /** What was typed behind the command's name, without the space around it; never logged. */
  readonly args: string;
}

/** A command, as the feature that owns it brings it. */
export interface GameCommand {
  /** Without the `!`. */
  readonly name: typeof NAMES[number];
  /**
   * What everybody on that server is told: one line, at most 200 signs, more is cut. It has 5 s.
   * Undefined: nothing.
   */
  readonly run: (call: GameCall) => Promise<string | undefined>;
}

/** Recognises commands in what players say. */
export interface GameCommands {
  /** Whether the line is a command, which must not be relayed. Carries it out beside that. */
  take(server: GameServer, line: PlayerChat): boolean;
  /** Gives up what is under way. */
  stop(): Promise<void>;
}

/** What {@linkcode openGameCommands} needs. */
export interface GameCommandsOptions {
  readonly commands: readonly GameCommand[];
  /** Sends a ServerChat: `command` is all of it. */
  readonly answer: (server: GameServer, command: string) => Promise<unknown>;
  /** Whether the server shows signs that are not ASCII as `?`. */
  readonly usesAscii: (server: GameServer) => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** The wide `！` is what Chinese keyboards write; a server that knows only ASCII makes `?` of it. */
const COMMAND = new RegExp(`^\\s*[!！?](${NAMES.join("|")})(?![\\p{L}\\p{N}])(.*)$`, "isu");

/** Whether a text is such a command: what follows it may be a secret. */
export function isGameCommand(text: string): boolean {
  return COMMAND.test(text);
}

/** So many commands of one player are carried out within that time; further ones are swallowed. */
const MOST_CALLS = 3;
const WITHIN_MS = 30_000;
/** Players whose last calls are remembered; beyond that those are forgotten who called first. */
const MOST_PLAYERS = 1_000;
const RUN_MS = 5_000;
/** In UTF-16 units: as much as one ServerChat holds. */
const LONGEST_ANSWER = 200;
/** Who answers, as the game shows it. */
const ANSWERER = "BlissBot";

/** The commands of these features. */
export function openGameCommands(options: GameCommandsOptions): GameCommands {
  const { commands, clock } = options;
  const calls = new Map<string, number[]>();
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();

  function mayCall(key: string): boolean {
    const recent = (calls.get(key) ?? []).filter((at) => at > clock.now() - WITHIN_MS);
    calls.delete(key); // to put it last
    calls.set(key, recent);
    if (calls.size > MOST_PLAYERS) calls.delete(calls.keys().next().value!);
    if (recent.length >= MOST_CALLS) return false;
    recent.push(clock.now());
    return true;
  }

  return {
    take(server, { player, character, text }) {
      const [, name, args] = COMMAND.exec(text) ?? [];
      if (name === undefined) return false;
      const command = commands.find((command) => command.name === name.toLowerCase());
      if (command && !stopping.signal.aborted && mayCall(JSON.stringify([server.id, player]))) {
        const call = { server, player, character, args: args!.trim() };
        const work = carryOut(command, call, { ...options, signal: stopping.signal })
          .finally(() => running.delete(work));
        running.add(work);
      }
      return true;
    },
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

/** Never rejects. */
async function carryOut(
  command: GameCommand,
  call: GameCall,
  { answer, usesAscii, clock, log, signal }: GameCommandsOptions & {
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  try {
    const late = clock.sleep(RUN_MS, either).then(() => {
      throw new Error(`it took longer than ${RUN_MS / 1000} s`);
    });
    const work = Promise.try(() => command.run(call));
    const text = await unlessAborted(Promise.race([work, late]), signal);
    const ascii = usesAscii(call.server);
    const [answered] = asServerChat(cut(text ?? "", LONGEST_ANSWER), ascii);
    if (answered) await unlessAborted(answer(call.server, answered), signal);
  } catch (error) {
    if (!signal.aborted) log.warn(`!${command.name} failed on ${call.server.name}`, { error });
  } finally {
    ended.abort();
  }
}

/** The slashes of `toDiscordText` keep `*` and `_` in players' names from being taken for markup. */
function asServerChat(text: string, ascii: boolean): readonly string[] {
  return toServerChat(ANSWERER, toDiscordText(text), { ascii }).commands;
}

/**
 * `!online`: how many play on each server, and who, such as "Online: Island 2 (Ana, Ben), Ragnarok 0,
 * Extinction not reachable". Names are left out when there is no room for all of them.
 */
export function onlineCommand(
  servers: readonly GameServer[],
  roster: Pick<Roster, "online">,
): GameCommand {
  const list = (withNames: boolean) =>
    `${IN_GAME.online}: ` + servers.map(({ id, name }) => {
      const players = roster.online(id);
      if (!players) return `${name} ${IN_GAME.notReachable}`;
      const names = players.map((player) => player.name.trim()).filter((name) => name !== "");
      return `${name} ${players.length}` +
        (withNames && names.length > 0 ? ` (${names.join(", ")})` : "");
    }).join(", ");
  return {
    name: "online",
    run: () => {
      const full = list(true);
      return Promise.resolve(full.length <= LONGEST_ANSWER ? full : list(false));
    },
  };
}
