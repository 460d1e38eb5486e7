/**
 * `/kick`: throws a player off every server where they are, and remembers nothing but the act.
 * @module
 */

import {
  type Answer,
  type Call,
  type Command,
  type Language,
  Refusal,
} from "../../discord/surface.ts";
import { fill, fillEach } from "../../discord/texts.ts";
import { RconError } from "../../rcon/errors.ts";
import { settlesWithin } from "../../runtime/clock.ts";
import type { GameServer } from "../feature.ts";
import { findPlayer, playerOption } from "../server_options.ts";
import { act } from "./console_acts.ts";
import { readReason } from "./input.ts";
import { demandServers, type ModerationNeeds, recordResults } from "./needs.ts";
import { TEXTS } from "./texts.ts";
import { nameOf, resultLine, seenText, shown, unclearLine } from "./view.ts";

/** A server that takes longer counts as one that does not answer. */
const LOOK_MS = 4_000;

/** The command. */
export function kickCommand(needs: ModerationNeeds): Command {
  return {
    name: TEXTS.kick,
    description: TEXTS.kickAbout,
    who: "moderator",
    isPrivate: true,
    options: [playerOption(needs.roster), {
      name: TEXTS.reason,
      description: TEXTS.reasonAbout,
      kind: "text",
      isRequired: true,
    }],
    run: (call) => kick(call, needs),
  };
}

async function kick({ caller, options }: Call, needs: ModerationNeeds): Promise<Answer> {
  const reason = readReason(options["reason"]);
  demandServers(needs.servers);
  const online = await look(needs);
  const player = findPlayer(needs.roster, options["player"]); // also who came just now
  const there = needs.servers.filter((server) => online.get(server)?.has(player.id));
  const unclear = needs.servers.filter((server) => !online.has(server));
  if (there.length === 0) throw notThere(player, { unclear, needs });
  const results = await Promise.all(there.map((server) => act(server, "KickPlayer", player.id)));
  await recordResults(results, needs, { caller, what: "kick", target: player.id, reason });
  const { language } = caller;
  const isDone = unclear.length === 0 && results.every(({ outcome }) => outcome === "done");
  return resultCard({
    title: fill(isDone ? TEXTS.kicked : TEXTS.notKicked, language, { player: nameOf(player) }),
    lines: [
      ...results.map((result) => resultLine(result, language)),
      ...unclear.map((server) => unclearLine(server, language)),
    ],
    isDone,
  });
}

function resultCard(
  { title, lines, isDone }: { title: string; lines: readonly string[]; isDone: boolean },
): Answer {
  const description = [`**${title}**`, ...lines].join("\n");
  const color = isDone ? "success" : "failure";
  return { kind: "reply", message: { embeds: [{ description, color }] } };
}

/** Ids of those who are online, by server; without servers that do not tell in time. */
async function look(
  { servers, roster, clock }: ModerationNeeds,
): Promise<ReadonlyMap<GameServer, ReadonlySet<string>>> {
  const online = new Map<GameServer, ReadonlySet<string>>();
  const ask = async (server: GameServer) => {
    try {
      const players = await roster.refresh(server.id);
      online.set(server, new Set(players.map(({ id }) => id)));
    } catch (error) {
      if (!(error instanceof RconError)) throw error;
    }
  };
  await settlesWithin(LOOK_MS, { work: Promise.all(servers.map(ask)), clock });
  return new Map(online); // later answers change nothing
}

function notThere(
  player: { readonly id: string; readonly name: string },
  { unclear, needs: { roster, servers } }: { unclear: GameServer[]; needs: ModerationNeeds },
): Refusal {
  const names = unclear.map(({ name }) => shown(name)).join(", ");
  if (unclear.length > 0) {
    return new Refusal(
      "SERVER_DOWN",
      fillEach(TEXTS.noAnswer, { player: nameOf(player), servers: names }),
    );
  }
  const known = roster.known().find(({ id }) => id === player.id);
  const seen = (language: Language) => seenText(known, { servers, language });
  return new Refusal(
    "UNKNOWN_PLAYER",
    fillEach(TEXTS.notOnline, { player: nameOf(player), seen: { en: seen("en"), de: seen("de") } }),
  );
}
