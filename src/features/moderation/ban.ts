/**
 * `/ban`: a card with everything that matters, and after *Ban* one line per server. What is to be
 * applied on the servers stands in the store; applying it is the keeper's.
 * @module
 */

import { cardId } from "../../discord/cards.ts";
import {
  type Answer,
  type Call,
  type Caller,
  type Card,
  type Command,
  type Option,
  type Press,
  Refusal,
} from "../../discord/surface.ts";
import { fill, fillEach, REFUSALS } from "../../discord/texts.ts";
import { relative } from "../../discord/times.ts";
import { StoreError } from "../../store/errors.ts";
import { readableName } from "../names.ts";
import { findPlayer, playerOption } from "../server_options.ts";
import type { BanKeeper } from "./ban_keeper.ts";
import type { Ban, BanStore, NewBan } from "./ban_store.ts";
import { banAndKick } from "./console_acts.ts";
import { readLength, readLink, readReason } from "./input.ts";
import { demandServers, type ModerationNeeds, recordResults } from "./needs.ts";
import { statesMessage } from "./states.ts";
import { TEXTS } from "./texts.ts";
import { banQuestion, nameOf, resultLine, shown, untilText } from "./view.ts";

/** What bans need besides. */
export interface BanNeeds extends ModerationNeeds {
  readonly store: BanStore;
  readonly keeper: BanKeeper;
}

/** A ban that waits for *Ban* or *Cancel*. */
interface Proposal {
  readonly callerId: string;
  readonly player: { readonly id: string; readonly name: string };
  readonly reason: string;
  /** Undefined: for ever. */
  readonly lengthMs: number | undefined;
  readonly evidence: string | undefined;
  readonly madeAt: number;
  /** There after the first press; further ones get the same. */
  answer?: Promise<Answer>;
}

const CARD = "ban";
const OPEN_MS = 600_000;
/** Beyond so many the oldest can no longer be decided. */
const MOST_PROPOSALS = 200;

/** The command and the buttons of its card. */
export function openBan(needs: BanNeeds): { readonly command: Command; readonly card: Card } {
  const proposals = new Map<string, Proposal>();
  return {
    command: {
      name: TEXTS.ban,
      description: TEXTS.banAbout,
      who: "moderator",
      isPrivate: true,
      options: [playerOption(needs.roster), ...OPTIONS],
      run: (call) => propose(call, { needs, proposals }),
    },
    card: {
      name: CARD,
      who: "moderator",
      press: (press) => decide(press, { needs, proposals }),
    },
  };
}

const OPTIONS: readonly Option[] = [
  { name: TEXTS.reason, description: TEXTS.reasonAbout, kind: "text", isRequired: true },
  { name: TEXTS.length, description: TEXTS.lengthAbout, kind: "text" },
  { name: TEXTS.evidence, description: TEXTS.evidenceAbout, kind: "text" },
];

/** What both steps work with. */
interface Desk {
  readonly needs: BanNeeds;
  readonly proposals: Map<string, Proposal>;
}

async function propose({ caller, options }: Call, { needs, proposals }: Desk): Promise<Answer> {
  const { servers, roster, clock } = needs;
  const proposal: Proposal = {
    callerId: caller.id,
    reason: readReason(options["reason"]),
    lengthMs: readLength(options["length"]),
    evidence: readLink(options["evidence"]),
    player: findPlayer(roster, options["player"]),
    madeAt: clock.now(),
  };
  demandServers(servers);
  const { player, reason, evidence } = proposal;
  const earlier = await historyOf(player.id, needs);
  const standing = earlier?.find(({ liftedAt }) => !liftedAt);
  if (standing) throw alreadyBanned(standing);
  const id = crypto.randomUUID().slice(0, 8);
  proposals.set(id, proposal);
  const [oldest] = proposals.keys();
  if (oldest !== undefined && proposals.size > MOST_PROPOSALS) proposals.delete(oldest);
  const { language } = caller;
  const embed = banQuestion({
    player,
    reason,
    evidence,
    until: untilOf(proposal, clock.now()),
    online: servers.flatMap((server) => {
      const presence = roster.online(server.id)?.find((one) => one.id === player.id);
      return presence ? [{ server, presence }] : [];
    }),
    known: roster.known().find((one) => one.id === player.id),
    earlier,
    servers,
  }, language);
  const rows = [[
    {
      kind: "button" as const,
      id: cardId(CARD, "go", id),
      label: TEXTS.go[language],
      style: "danger" as const,
    },
    { kind: "button" as const, id: cardId(CARD, "cancel", id), label: TEXTS.cancel[language] },
  ]];
  return { kind: "reply", message: { embeds: [embed], rows } };
}

/** Undefined while the store is away: a ban cannot wait for that. */
async function historyOf(accountId: string, { store, log }: BanNeeds): Promise<Ban[] | undefined> {
  try {
    return await store.history(accountId);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.warn("A ban is proposed without earlier ones: the store is away", { error });
    return undefined;
  }
}

function untilOf({ lengthMs }: Proposal, now: number): Date | undefined {
  return lengthMs === undefined ? undefined : new Date(now + lengthMs);
}

async function decide({ caller, args }: Press, { needs, proposals }: Desk): Promise<Answer> {
  const [action, id = ""] = args;
  const proposal = proposals.get(id);
  if (!proposal || needs.clock.now() - proposal.madeAt > OPEN_MS) {
    throw new Refusal("EXPIRED_CARD", REFUSALS.expired);
  }
  if (proposal.callerId !== caller.id) throw new Refusal("NOT_ALLOWED", TEXTS.notYourCard);
  proposal.answer ??= action === "go" ? ban(proposal, { caller, needs }) : cancel(caller);
  return await proposal.answer;
}

function cancel({ language }: Caller): Promise<Answer> {
  const embeds = [{ description: TEXTS.cancelled[language] }];
  return Promise.resolve({ kind: "update", message: { embeds, rows: [] } });
}

async function ban(
  proposal: Proposal,
  { caller, needs }: { caller: Caller; needs: BanNeeds },
): Promise<Answer> {
  const { store, keeper, servers, clock, log } = needs;
  const { player, reason, evidence } = proposal;
  const deed = { caller, what: "ban", target: player.id, reason } as const;
  const newBan: NewBan = {
    accountId: player.id,
    name: readableName(player.name),
    reason,
    evidence,
    until: untilOf(proposal, clock.now()),
    byId: caller.id,
    byName: caller.displayName,
    at: new Date(clock.now()),
  };
  let standing: Ban | undefined;
  try {
    standing = await store.add(newBan, servers.map(({ id }) => id));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.error("A ban could not be stored; the servers are told once", { error });
    return await banOnce(proposal, { caller, needs });
  }
  if (standing) throw alreadyBanned(standing);
  await keeper.apply();
  const { language } = caller;
  const title = fill(TEXTS.banned, language, { player: nameOf(player) });
  const facts = `${shown(reason)} · ${untilText(newBan.until, language)}`;
  const message = await statesMessage({ head: [`**${title}**`, facts], deed, needs });
  return { kind: "update", message: { ...message, rows: [] } };
}

/** Without the store nothing can be caught up on, but those who are here now can be thrown out. */
async function banOnce(
  { player, reason }: Proposal,
  { caller, needs }: { caller: Caller; needs: BanNeeds },
): Promise<Answer> {
  const { language } = caller;
  const results = await Promise.all(
    needs.servers.map((server) => banAndKick(server, player.id)),
  );
  await recordResults(results, needs, { caller, what: "ban", target: player.id, reason });
  const title = fill(TEXTS.banned, language, { player: nameOf(player) });
  const lines = results.map((result) => resultLine(result, language));
  const description = [`**${title}**`, ...lines, "", TEXTS.notRemembered[language]].join("\n");
  return { kind: "update", message: { embeds: [{ description, color: "failure" }], rows: [] } };
}

function alreadyBanned(ban: Ban): Refusal {
  return new Refusal(
    "WRONG_INPUT",
    fillEach(TEXTS.alreadyBanned, {
      player: nameOf({ id: ban.accountId, name: ban.name }),
      by: ban.byId,
      since: relative(ban.at),
      until: { en: untilText(ban.until, "en"), de: untilText(ban.until, "de") },
      reason: shown(ban.reason),
    }),
  );
}
