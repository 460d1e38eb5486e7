/**
 * `/unban`: ends a ban on every server. Also tells the servers when the bot knows of no ban, since
 * one may have been made in the game, or while the store was away.
 * @module
 */

import type { Answer, Call, Command, Option } from "../../discord/surface.ts";
import { fill } from "../../discord/texts.ts";
import { demandStore } from "../demand_store.ts";
import { findPlayer, type KnownPlayers, playerOption } from "../server_options.ts";
import type { BanNeeds } from "./ban.ts";
import type { BanStore, Lift } from "./ban_store.ts";
import { act } from "./console_acts.ts";
import { readReason } from "./input.ts";
import { type Deed, demandServers, recordResults } from "./needs.ts";
import { statesMessage } from "./states.ts";
import { TEXTS } from "./texts.ts";
import { nameOf, resultLine } from "./view.ts";

const JUST_NOW_MS = 60_000;

/** The command. */
export function unbanCommand(needs: BanNeeds): Command {
  return {
    name: TEXTS.unban,
    description: TEXTS.unbanAbout,
    who: "moderator",
    isPrivate: true,
    options: [bannedOption(needs), {
      name: TEXTS.reason,
      description: TEXTS.reasonAbout,
      kind: "text",
      isRequired: true,
    }],
    run: (call) => unban(call, needs),
  };
}

/** Suggests those who are banned. */
function bannedOption(needs: BanNeeds): Option {
  return {
    ...playerOption(needs.roster),
    suggest: async (typed, call) => {
      const banned = await bannedPlayers(needs);
      return await playerOption({ known: () => banned }).suggest!(typed, call);
    },
  };
}

async function bannedPlayers({ store }: BanNeeds): Promise<ReturnType<KnownPlayers["known"]>> {
  return (await store.list([])).map(({ accountId: id, name }) => ({ id, name }));
}

async function unban({ caller, options }: Call, needs: BanNeeds): Promise<Answer> {
  const { store, keeper, servers, roster, clock, log } = needs;
  const reason = readReason(options["reason"]);
  demandServers(servers);
  const banned = await demandStore(bannedPlayers(needs), log);
  const bannedIds = new Set(banned.map(({ id }) => id));
  const others = roster.known().filter(({ id }) => !bannedIds.has(id));
  const player = findPlayer({ known: () => [...banned, ...others] }, options["player"]);
  const deed = { caller, what: "unban", target: player.id, reason } as const;
  const { language } = caller;
  const title = `**${fill(TEXTS.unbanned, language, { player: nameOf(player) })}**`;
  const lift: Lift = {
    accountId: player.id,
    byId: caller.id,
    byName: caller.displayName,
    reason,
    at: new Date(clock.now()),
  };
  const isLifted = await demandStore(store.lift(lift), log) ||
    await demandStore(wasJustLifted(lift, store), log);
  if (!isLifted) return await unbanOnce(player, { deed, needs });
  await keeper.apply();
  const message = await statesMessage({ head: [title], deed, needs });
  return { kind: "reply", message };
}

/** By somebody else who did the same at the same time, or by a second press. */
async function wasJustLifted({ accountId, at }: Lift, store: BanStore): Promise<boolean> {
  const [last] = await store.history(accountId);
  return last?.liftedAt !== undefined && at.getTime() - last.liftedAt.getTime() < JUST_NOW_MS;
}

async function unbanOnce(
  player: { readonly id: string; readonly name: string },
  { deed, needs }: { deed: Deed; needs: BanNeeds },
): Promise<Answer> {
  const { language } = deed.caller;
  const results = await Promise.all(
    needs.servers.map((server) => act(server, "UnbanPlayer", player.id)),
  );
  await recordResults(results, needs, deed);
  const lines = results.map((result) => resultLine(result, language));
  const description = [`**${nameOf(player)[language]}**`, TEXTS.unlisted[language], ...lines].join(
    "\n",
  );
  return { kind: "reply", message: { embeds: [{ description }] } };
}
