/**
 * Game servers, a community and the restart feature with a database, in a time that the test moves.
 * @module
 */

import { setTimeout as delay } from "node:timers/promises";
import type { Presence } from "../../../src/features/feature.ts";
import {
  openServerRestart,
  restartOverRcon,
  type RestartServer,
} from "../../../src/features/server_restart/mod.ts";
import { type Person, shown, textOf } from "../../../src/sandbox/discord/people.ts";
import type { Message } from "../../../src/sandbox/discord/world.ts";
import { storedAudit } from "../../../src/store/audit.ts";
import { openStore } from "../../../src/store/open.ts";
import type { Database } from "../../../src/store/sql.ts";
import { HandClock } from "../../hand_clock.ts";
import { featureStage, type Given, type Stage, startBot } from "../feature_stage.ts";

export interface RestartStage extends AsyncDisposable {
  readonly stage: Stage;
  readonly clock: HandClock;
  readonly db: Database;
  /** What staff were told. */
  readonly alerts: readonly string[];
  /** Server id and command of each line that was said in a game. */
  readonly sent: readonly [string, string][];
  /** Who is online is known of the servers in it, by id. */
  readonly online: Map<string, readonly Presence[]>;
  dueAt(serverId: string): Date | undefined;
  /** Time goes by, with room for what needs sockets, until it is so. */
  until(isSo: () => boolean, what: () => string): Promise<void>;
  /** Time goes by until the server of that name got the command. */
  got(name: string, command: string): Promise<void>;
  /** Time goes by until the message says so. */
  says(message: Message, pattern: RegExp): Promise<void>;
  /** Runs `/server` and presses Go; resolves with the card. */
  restarts(person: Person, options: Record<string, string | number>): Promise<Message>;
  /** The program ends, as far as it can while it is being ended, and begins anew. */
  restartBot(whileAway?: () => Promise<void>): Promise<void>;
}

export interface RestartWishes {
  readonly databaseUrl: string;
  readonly servers: readonly string[];
  readonly restartServer?: RestartServer;
}

export async function restartStage(wishes: RestartWishes): Promise<RestartStage> {
  const { databaseUrl, servers, restartServer = restartOverRcon } = wishes;
  const clock = new HandClock();
  const db = await openStore({ databaseUrl, dataDir: "" });
  const alerts: string[] = [];
  const sent: [string, string][] = [];
  const online = new Map<string, readonly Presence[]>();
  const jitter = () => 0; // a minute of the test is a second or two
  let feature: ReturnType<typeof openServerRestart> | undefined;
  const make = (given: Given) => {
    feature = openServerRestart({
      ...given,
      roster: { online: (serverId) => online.get(serverId) },
      audit: storedAudit({ db, clock, log: given.log }),
      alert: (text) => void alerts.push(text),
      sent: (...line) => void sent.push(line),
      restartServer,
      db,
    });
    return [feature];
  };
  const stage = await featureStage({ servers, clock, jitter, make });
  let stopBot = () => stage.stopBot();
  const until: RestartStage["until"] = async (isSo, what) => {
    for (let turn = 0; !isSo(); turn++) {
      if (turn > 1_200) {
        throw new Error(`Time went by in vain: ${what()}`);
      }
      await clock.advance(500);
      await delay(10);
    }
  };
  return {
    stage,
    clock,
    db,
    alerts,
    sent,
    online,
    until,
    got: (name, command) =>
      until(
        () => commandsOf(stage, name).includes(command),
        () => `${name} got ${commandsOf(stage, name)}, not ${command}`,
      ),
    dueAt: (serverId) => feature!.dueAt(serverId),
    says: (message, pattern) =>
      until(() => pattern.test(textOf(message)), () => `${pattern} in ${textOf(message)}`),
    async restarts(person, options) {
      const card = shown(await person.runs("/server", { action: "restart", ...options }));
      return shown(await person.presses(card, person.locale === "de" ? "Los" : "Go"));
    },
    async restartBot(whileAway = () => Promise.resolve()) {
      await stopBot();
      await whileAway();
      const arks = servers.map((name) => stage.ark(name));
      const bot = await startBot(stage.world, { make, clock, jitter, arks });
      stopBot = () => bot.stopBot();
    },
    async [Symbol.asyncDispose]() {
      await stopBot();
      await stage[Symbol.asyncDispose]();
      await db.close();
    },
  };
}

/** Commands that a server got, in order, without mere looks at it. */
export function commandsOf(stage: Stage, name: string): string[] {
  return stage.ark(name).received.map(({ command }) => command)
    .filter((command) => command !== "ListPlayers");
}

/** People who are on a server, for the roster. */
export function presences(count: number): Presence[] {
  return Array.from({ length: count }, (_, i) => ({
    id: String(i).padStart(32, "0"),
    name: `Player ${i}`,
    since: new Date(0),
  }));
}
