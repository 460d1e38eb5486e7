/**
 * `/server`: restarts game servers, announced to the players, with a card that shows how it goes and
 * can abort it. The server's host starts the process again; starting and stopping for good needs the
 * host's API and is not offered.
 * @module
 */

import { toDiscordText } from "../../ark/discord_text.ts";
import {
  type Answer,
  type Call,
  type Card,
  type Command,
  type Id,
  type Press,
  Refusal,
  type Surface,
} from "../../discord/surface.ts";
import { fill, fillEach, REFUSALS } from "../../discord/texts.ts";
import { relative } from "../../discord/times.ts";
import { type Clock, unlessAborted } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import type { Audit } from "../../store/audit.ts";
import type { Database } from "../../store/sql.ts";
import type { Feature, GameServer, Roster } from "../feature.ts";
import { demandStore } from "../demand_store.ts";
import { readableName } from "../names.ts";
import { findServers, serverOption } from "../server_options.ts";
import type { RestartServer } from "./course.ts";
import type { Plan } from "./plan.ts";
import { storedPlans } from "./plan_store.ts";
import { Plans } from "./plans.ts";
import { TEXTS } from "./texts.ts";
import { CARD, planMessage, type Question, questionMessage } from "./view.ts";

export type { RestartServer } from "./course.ts";

/** What restarts need. */
export interface ServerRestartOptions {
  readonly servers: readonly GameServer[];
  readonly roster: Pick<Roster, "online">;
  readonly audit: Audit;
  /** Tells staff; never throws. */
  readonly alert: (text: string) => void;
  /** Is told what was said in the game's chat, which the game echoes; never throws. */
  readonly sent: (serverId: string, command: string) => void;
  readonly restartServer: RestartServer;
  readonly surface: Surface;
  /** The served guild: links to messages name it. */
  readonly guildId: Id;
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}

/** Makes the game end by its own command; whoever hosts the server starts it again. */
export const restartOverRcon: RestartServer = async ({ console }) => {
  await console.send("DoExit", { waitMs: EXIT_WAIT_MS });
};

/** Short: it is tried again, and can be aborted in between. */
const EXIT_WAIT_MS = 5_000;
const DEFAULT_DELAY = 15;
const LONGEST_DELAY = 60;
const LONGEST_REASON = 200;
const QUESTION_MS = 600_000;
const MOST_QUESTIONS = 100;
const REFRESH_SECONDS = 5;

/** Restarts of game servers. `dueAt` is when a server stops, or has stopped and is not back yet. */
export function openServerRestart(
  options: ServerRestartOptions,
): Feature & { dueAt(serverId: string): Date | undefined } {
  const plans = new Plans({ ...options, store: storedPlans(options.db) });
  const questions = new Map<string, Question>();
  return {
    commands: [serverCommand(options, { plans, questions })],
    cards: [restartCard(options, { plans, questions })],
    jobs: [{
      name: "restarts",
      every: { seconds: REFRESH_SECONDS },
      limitMs: 60_000,
      run: async (signal) => {
        await unlessAborted(plans.resume(), signal);
        await unlessAborted(plans.refresh(), signal);
      },
    }],
    dueAt: (serverId) => plans.planOf(serverId)?.dueAt,
    stop: () => plans.stop(),
  };
}

/** What the command and the card share. */
interface State {
  readonly plans: Plans;
  /** Waiting for Go, the oldest first; a restart of the program forgets them. */
  readonly questions: Map<string, Question>;
}

function serverCommand(options: ServerRestartOptions, state: State): Command {
  return {
    name: TEXTS.command,
    description: TEXTS.about,
    who: "admin",
    isPrivate: false,
    options: [
      {
        name: TEXTS.action,
        description: TEXTS.actionAbout,
        kind: "text",
        isRequired: true,
        choices: [{ name: TEXTS.restart, value: "restart" }],
      },
      serverOption(options.servers, { isRequired: true, orAll: true }),
      { name: TEXTS.delay, description: TEXTS.delayAbout, kind: "whole number" },
      { name: TEXTS.reason, description: TEXTS.reasonAbout, kind: "text" },
    ],
    run: (call) => ask(call, options, state),
  };
}

async function ask(
  { options: typed, caller: { language } }: Call,
  { servers, roster, clock, guildId, log }: ServerRestartOptions,
  { plans, questions }: State,
): Promise<Answer> {
  const serverIds = findServers(servers, typed["server"]).map(({ id }) => id);
  const question: Question = {
    id: crypto.randomUUID().slice(0, 8),
    serverIds,
    delayMinutes: delayOf(typed["delay"]),
    reason: reasonOf(typed["reason"]),
    endsAt: new Date(clock.now() + QUESTION_MS),
  };
  await demandStore(plans.resume(), log);
  refuseIfPlanned(serverIds, plans, guildId);
  questions.set(question.id, question);
  const [oldest] = questions.keys();
  if (questions.size > MOST_QUESTIONS) questions.delete(oldest!);
  const message = questionMessage(question, {
    nameOf: plans.nameOf,
    online: (serverId) => roster.online(serverId)?.length,
    language,
  });
  return { kind: "reply", message };
}

/** @throws {Refusal} */
function delayOf(typed: unknown = DEFAULT_DELAY): number {
  const delay = Number(typed);
  if (delay >= 0 && delay <= LONGEST_DELAY) return delay;
  throw new Refusal("WRONG_INPUT", fillEach(TEXTS.wrongDelay, { typed: String(delay) }));
}

/** @throws {Refusal} */
function reasonOf(typed: unknown = ""): string {
  const reason = readableName(String(typed));
  const { length } = [...reason];
  if (length <= LONGEST_REASON) return reason;
  throw new Refusal("WRONG_INPUT", fillEach(TEXTS.longReason, { length: String(length) }));
}

/** @throws {Refusal} when a restart of one of the servers is announced or under way. */
function refuseIfPlanned(serverIds: readonly string[], plans: Plans, guildId: Id): void {
  for (const serverId of serverIds) {
    const plan = plans.planOf(serverId);
    if (!plan) continue;
    throw new Refusal(
      "COOLDOWN",
      fillEach(TEXTS.already, {
        server: `**${toDiscordText(plans.nameOf(serverId))}**`,
        name: toDiscordText(plan.byName),
        due: relative(plan.dueAt),
        link: `https://discord.com/channels/${guildId}/${plan.channelId}/${plan.messageId}`,
      }),
    );
  }
}

function restartCard(options: ServerRestartOptions, state: State): Card {
  return {
    name: CARD,
    who: "admin",
    press: async (press) => {
      const [action, id = ""] = press.args;
      const { plans, questions } = state;
      await demandStore(plans.resume(), options.log);
      const plan = plans.find(id);
      if (action === "go" && !plan) return await begin(id, press, { options, state });
      if (action === "cancel" && !plan && questions.delete(id)) return cancelled(press);
      if (!plan) throw new Refusal("EXPIRED_CARD", REFUSALS.expired);
      if (action === "abort" || action === "abort-some") await abort(plan, press, plans);
      return cardOf(plan, { options, state }); // Go was pressed twice, or too late
    },
  };
}

async function begin(
  id: string,
  { caller, channelId, messageId }: Press,
  context: { readonly options: ServerRestartOptions; readonly state: State },
): Promise<Answer> {
  const { options: { clock, guildId, log }, state: { plans, questions } } = context;
  const question = questions.get(id);
  const now = clock.now();
  if (!question || now > question.endsAt.getTime() || messageId === undefined) {
    throw new Refusal("EXPIRED_CARD", REFUSALS.expired);
  }
  const { serverIds, reason, delayMinutes } = question;
  refuseIfPlanned(serverIds, plans, guildId);
  const plan: Plan = {
    id,
    reason,
    byId: caller.id,
    byName: caller.displayName,
    dueAt: new Date(now + delayMinutes * 60_000),
    language: caller.language,
    channelId,
    messageId,
    servers: serverIds.map((serverId) => ({ serverId, state: "announced" })),
  };
  await demandStore(plans.begin(plan), log);
  questions.delete(id);
  return cardOf(plan, context);
}

function cancelled({ caller: { displayName, language } }: Press): Answer {
  const description = fill(TEXTS.cancelled, language, { name: toDiscordText(displayName) });
  return { kind: "update", message: { embeds: [{ description }], rows: [] } };
}

/** @throws {Refusal} when none of the servers can be spared any more. */
async function abort(
  plan: Plan,
  { args: [action], values, caller }: Press,
  plans: Plans,
): Promise<void> {
  const meant = action === "abort"
    ? plan.servers
    : plan.servers.filter((_, index) => values.includes(String(index)));
  if (await plans.abort(plan, meant, caller) > 0) return;
  throw new Refusal("EXPIRED_CARD", TEXTS.tooLate);
}

function cardOf(
  plan: Plan,
  { options: { clock }, state: { plans } }: {
    readonly options: ServerRestartOptions;
    readonly state: State;
  },
): Answer {
  const message = planMessage(plan, { nameOf: plans.nameOf, now: clock.now() });
  return { kind: "update", message };
}
