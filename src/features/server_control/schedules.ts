/**
 * `/schedule`: adds, lists, removes and runs console commands that are sent by the clock.
 * @module
 */

import { toDiscordText } from "../../ark/discord_text.ts";
import {
  type Answer,
  type Call,
  type Caller,
  type Command,
  type Embed,
  type Language,
  Refusal,
} from "../../discord/surface.ts";
import { fill, fillEach } from "../../discord/texts.ts";
import { relative } from "../../discord/times.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import type { Audit } from "../../store/audit.ts";
import { demandStore } from "../demand_store.ts";
import type { GameServer } from "../feature.ts";
import { findServers, serverOption } from "../server_options.ts";
import { askFirst, type AskingNeeds } from "./ask_first.ts";
import { checkOrder, commandOption } from "./checked_order.ts";
import { plainCommand, withoutPassword } from "./command_rules.ts";
import type { ScheduleRuns } from "./schedule_runs.ts";
import {
  MOST_SCHEDULES,
  type NewSchedule,
  type Schedule,
  type ScheduleStore,
} from "./schedule_store.ts";
import type { Order } from "./sending.ts";
import { TEXTS } from "./texts.ts";
import { resultEmbed, schedulePages, scheduleText, timesText } from "./view.ts";
import { parseWhen } from "./when.ts";

/** What `/schedule` needs. */
export interface ScheduleNeeds extends AskingNeeds {
  readonly servers: readonly GameServer[];
  readonly store: ScheduleStore;
  readonly runs: ScheduleRuns;
  readonly audit: Audit;
  /** When a server restarts, if that was announced. */
  readonly restartAt: (serverId: string) => Date | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly timezone: string;
}

/** So near to a restart a command may meet a server that is going down. */
const NEAR_RESTART_MS = 5 * 60_000;

/** The command. */
export function scheduleCommand(needs: ScheduleNeeds): Command {
  const actions = { add, list, remove, run } as const;
  return {
    name: TEXTS.schedule,
    description: TEXTS.scheduleAbout,
    who: "admin",
    isPrivate: true,
    options: [
      {
        name: TEXTS.action,
        description: TEXTS.actionAbout,
        kind: "text",
        isRequired: true,
        choices: (["add", "list", "remove", "run"] as const).map((value) => ({
          name: TEXTS[value],
          value,
        })),
      },
      serverOption(needs.servers, { orAll: true }),
      { name: TEXTS.when, description: TEXTS.whenAbout, kind: "text" },
      commandOption({ isRequired: false }),
      { name: TEXTS.id, description: TEXTS.idAbout, kind: "whole number" },
    ],
    run: (call) => actions[call.options["action"] as keyof typeof actions](call, needs),
  };
}

async function add({ caller, options }: Call, needs: ScheduleNeeds): Promise<Answer> {
  const { server, when, command: typed } = options;
  if (server === undefined || when === undefined || typed === undefined) {
    throw new Refusal("WRONG_INPUT", TEXTS.addNeeds);
  }
  const { language } = caller;
  const order = {
    servers: findServers(needs.servers, server),
    command: plainCommand(String(typed)),
    what: "schedule",
    by: caller,
    language,
  } as const;
  const verdict = await checkOrder(order, { tier: caller.tier, sending: needs.sending });
  /** Made anew after a question: a length counts from "Go", and a restart may have been announced. */
  const schedule = () => newSchedule(order, String(when), needs);
  const shown = schedule();
  if (verdict === "allowed") return replied(await keep(shown, caller, needs));
  const go = () => keep(schedule(), caller, needs);
  return askFirst(order, { ...needs, caller, when: timesText(shown, language), go });
}

/** @throws {Refusal} WRONG_INPUT when its time is none, or is too near to a restart. */
function newSchedule(
  { servers, command, by }: Order,
  when: string,
  needs: ScheduleNeeds,
): NewSchedule {
  const now = new Date(needs.clock.now());
  const { next, cron } = parseWhen(when, { now, timezone: needs.timezone });
  refuseClash(servers, next, needs);
  return {
    serverId: servers.length === 1 ? servers[0]!.id : undefined, // "all" of one is that one
    command,
    cron,
    byId: by.id,
    byName: by.displayName,
    nextRun: next,
  };
}

async function keep(
  schedule: NewSchedule,
  caller: Caller,
  { servers, store, audit, log }: ScheduleNeeds,
): Promise<Embed> {
  const { language } = caller;
  const id = await demandStore(store.add(schedule), log);
  if (id === undefined) {
    throw new Refusal("WRONG_INPUT", fillEach(TEXTS.tooMany, { most: String(MOST_SCHEDULES) }));
  }
  await record(audit, { caller, what: "schedule add", schedule });
  const added = {
    ...schedule,
    id,
    lastRun: undefined,
    lastOutcome: undefined,
    lastError: undefined,
  };
  return changed(fill(TEXTS.added, language, { id }), added, { servers, language });
}

/** Only of its next run: restarts are announced an hour ahead at most. */
function refuseClash(
  servers: readonly GameServer[],
  next: Date,
  { restartAt }: ScheduleNeeds,
): void {
  for (const { id, name } of servers) {
    const at = restartAt(id);
    if (!at || Math.abs(at.getTime() - next.getTime()) > NEAR_RESTART_MS) continue;
    const values = { server: toDiscordText(name), time: relative(at) };
    throw new Refusal("WRONG_INPUT", fillEach(TEXTS.clash, values));
  }
}

async function list({ caller: { language } }: Call, needs: ScheduleNeeds): Promise<Answer> {
  const { servers, store, log } = needs;
  const schedules = await demandStore(store.list(), log);
  return { kind: "pages", pages: schedulePages(schedules, { servers, language }) };
}

async function remove({ caller, options }: Call, needs: ScheduleNeeds): Promise<Answer> {
  const { servers, store, audit, log } = needs;
  const { language } = caller;
  const id = idOf(options);
  const removed = await demandStore(store.remove(id), log);
  if (!removed) throw noSuch(id);
  await record(audit, { caller, what: "schedule remove", schedule: removed });
  return replied(changed(fill(TEXTS.removed, language, { id }), removed, { servers, language }));
}

async function run({ caller, options }: Call, needs: ScheduleNeeds): Promise<Answer> {
  const { store, runs, sending, log } = needs;
  const id = idOf(options);
  const schedule = await demandStore(store.find(id), log);
  if (!schedule) throw noSuch(id);
  const order = runs.orderOf(schedule, caller);
  if (order.servers.length === 0) throw new Refusal("UNKNOWN_SERVER", TEXTS.serverGone);
  const go = async () =>
    resultEmbed(await demandStore(runs.runNow(schedule, order), log), caller.language);
  if (await checkOrder(order, { tier: caller.tier, sending }) === "ask") {
    return askFirst(order, { ...needs, caller, go });
  }
  return replied(await go());
}

function idOf(options: Call["options"]): number {
  const { id } = options;
  if (typeof id !== "number") throw new Refusal("WRONG_INPUT", TEXTS.idNeeded);
  return id;
}

function noSuch(id: number): Refusal {
  return new Refusal("WRONG_INPUT", fillEach(TEXTS.noSuchSchedule, { id: String(id) }));
}

function changed(
  title: string,
  schedule: Schedule,
  about: { readonly servers: readonly GameServer[]; readonly language: Language },
): Embed {
  return { title, color: "success", description: scheduleText(schedule, about) };
}

function replied(embed: Embed): Answer {
  return { kind: "reply", message: { embeds: [embed] } };
}

/** When a schedule comes is part of what was done. */
async function record(
  audit: Audit,
  { caller, what, schedule: { command, cron, nextRun, serverId } }: {
    readonly caller: Caller;
    readonly what: "schedule add" | "schedule remove";
    readonly schedule: Pick<Schedule, "command" | "cron" | "nextRun" | "serverId">;
  },
): Promise<void> {
  await audit.record({
    actorId: caller.id,
    actorName: caller.displayName,
    what,
    target: [cron ?? nextRun?.toISOString(), withoutPassword(command)].filter(Boolean).join(" "),
    serverId,
    outcome: "done",
    reason: undefined,
  });
}
