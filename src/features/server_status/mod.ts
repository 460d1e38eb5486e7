/**
 * How the game servers are and who plays on them: `/servers`, `/players` and the live status board.
 * Asks no server; that is the roster's.
 * @module
 */

import type { KeptPlaces } from "../../discord/kept_places.ts";
import type { Answer, Call, Caller, Card, Command, Surface } from "../../discord/surface.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import type { Database } from "../../store/sql.ts";
import type { Feature, GameServer } from "../feature.ts";
import { findServers, serverOption } from "../server_options.ts";
import { openBoard } from "./board.ts";
import { passwordAlerts } from "./password_alerts.ts";
import type { ServerRoster } from "./roster.ts";
import { TEXTS } from "./texts.ts";
import {
  PLAYERS_CARD,
  playersPages,
  serverPages,
  serversMessage,
  type ServerView,
} from "./view.ts";

/** What {@linkcode openServerStatus} needs. */
export interface ServerStatusOptions {
  readonly servers: readonly GameServer[];
  /** Its job must run elsewhere. */
  readonly roster: ServerRoster;
  readonly places: Pick<KeptPlaces, "inChannel">;
  readonly surface: Surface;
  /** When a server restarts, as announced; in the past until it is back. */
  readonly restartAt: (serverId: string) => Date | undefined;
  /** Tells staff; never throws. */
  readonly alert: (text: string) => void;
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}

/** `/servers`, `/players` and the board. */
export function openServerStatus(options: ServerStatusOptions): Feature {
  const { servers, roster, restartAt, alert, clock } = options;
  roster.knowRestarts(restartAt);
  const viewOf = ({ id, name, map }: GameServer): ServerView => {
    const at = restartAt(id);
    return {
      name,
      map,
      state: roster.state(id),
      restart: at && { at, isUnderWay: at.getTime() <= clock.now() },
    };
  };
  const board = openBoard({ ...options, servers: () => servers.map(viewOf) });

  function playersAnswer({ language, tier }: Caller, typed?: Call["options"][string]): Answer {
    const found = findServers(servers, typed).map(viewOf);
    // Ids are for staff: whoever has one can find the account on its platform.
    const how = { language, showsIds: tier !== "anyone" };
    const [only] = found;
    const isOne = typed !== undefined && found.length === 1;
    const pages = isOne ? serverPages(only!, how) : playersPages(found, how);
    return { kind: "pages", pages, isPrivate: true };
  }

  const serversCommand: Command = {
    name: TEXTS.serversCommand,
    description: TEXTS.serversAbout,
    who: "anyone",
    isPrivate: false,
    run({ caller: { language } }) {
      const all = findServers(servers, undefined).map(viewOf);
      return Promise.resolve({ kind: "reply", message: serversMessage(all, language) });
    },
  };
  const playersCommand: Command = {
    name: TEXTS.playersCommand,
    description: TEXTS.playersAbout,
    who: "anyone",
    isPrivate: true,
    options: [serverOption(servers, { orAll: true })],
    run: ({ caller, options: { server } }) => Promise.resolve(playersAnswer(caller, server)),
  };
  const playersCard: Card = {
    name: PLAYERS_CARD,
    who: "anyone",
    press: ({ caller }) => Promise.resolve(playersAnswer(caller)),
  };
  return {
    commands: [serversCommand, playersCommand],
    cards: [playersCard],
    jobs: [board.job, passwordAlerts({ servers, roster, alert })],
    stop: () => board.stop(),
  };
}
