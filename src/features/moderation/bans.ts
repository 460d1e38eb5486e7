/**
 * `/bans`: who is banned and where not yet, as pages or as a file; and all bans sent to a server
 * once more, since a server that was set up anew has forgotten them and nothing tells.
 * @module
 */

import type { Answer, Call, Command, Language } from "../../discord/surface.ts";
import { fill } from "../../discord/texts.ts";
import { demandStore } from "../demand_store.ts";
import { findServers, serverOption } from "../server_options.ts";
import type { BanNeeds } from "./ban.ts";
import type { ListedBan } from "./ban_store.ts";

import { TEXTS } from "./texts.ts";
import { banPages, banTable, shown } from "./view.ts";

/** The command. */
export function bansCommand(needs: BanNeeds): Command {
  return {
    name: TEXTS.bans,
    description: TEXTS.bansAbout,
    who: "moderator",
    isPrivate: true,
    options: [
      { name: TEXTS.search, description: TEXTS.searchAbout, kind: "text" },
      { name: TEXTS.file, description: TEXTS.fileAbout, kind: "yes or no" },
      { ...serverOption(needs.servers), name: TEXTS.resync, description: TEXTS.resyncAbout },
    ],
    run: (call) => call.options["resync"] === undefined ? list(call, needs) : resync(call, needs),
  };
}

async function list({ caller: { language }, options }: Call, needs: BanNeeds): Promise<Answer> {
  const { servers, store, log } = needs;
  const search = String(options["search"] ?? "").trim();
  const all = await demandStore(store.list(servers.map(({ id }) => id)), log);
  const bans = all.filter((ban) => fits(ban, search));
  if (bans.length === 0) return nothing(search, language);
  if (!options["file"]) {
    return { kind: "pages", pages: banPages(bans, { servers, language }) };
  }
  const bytes = banTable(bans, { servers, language });
  return {
    kind: "reply",
    message: { files: [{ name: `${TEXTS.bans[language]}.csv`, type: "text/csv", bytes }] },
  };
}

function fits({ accountId, name, reason }: ListedBan, search: string): boolean {
  const wanted = search.normalize("NFC").toLowerCase();
  return [accountId, name, reason].some((text) =>
    text.normalize("NFC").toLowerCase().includes(wanted)
  );
}

function nothing(search: string, language: Language): Answer {
  const description = search === ""
    ? TEXTS.nobody[language]
    : fill(TEXTS.nothingFound, language, { search: shown(search) });
  return { kind: "reply", message: { embeds: [{ description }] } };
}

/** Unbanned accounts are left alone: somebody may have banned them in the game on purpose. */
async function resync({ caller, options }: Call, needs: BanNeeds): Promise<Answer> {
  const { servers, store, keeper, audit, log } = needs;
  const chosen = findServers(servers, options["resync"]);
  const counts = await demandStore(Promise.all(chosen.map(({ id }) => store.resync(id))), log);
  await Promise.all(chosen.map(({ id: serverId }, i) =>
    audit.record({
      actorId: caller.id,
      actorName: caller.displayName,
      what: "resync bans",
      target: `${counts[i]} bans`,
      serverId,
      outcome: "done",
      reason: undefined,
    })
  ));
  await keeper.apply();
  const lines = chosen.map(({ name }, i) =>
    fill(TEXTS.resynced, caller.language, { server: `**${shown(name)}**`, count: counts[i]! })
  );
  return { kind: "reply", message: { embeds: [{ description: lines.join("\n") }] } };
}
