/**
 * `/bridge`: staff see how the chat bridge is doing, pause it, and mute people. What that does to
 * the bridge is not done here.
 * @module
 */

import {
  type Answer,
  type Call,
  type Command,
  type Option,
  Refusal,
  type Text,
} from "../../discord/surface.ts";
import { toDiscordText } from "../../ark/discord_text.ts";
import { cut } from "../../discord/text.ts";
import { fill, fillEach } from "../../discord/texts.ts";
import { relative } from "../../discord/times.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Audit } from "../../store/audit.ts";
import { StoreError } from "../../store/errors.ts";
import type { GameServer, Roster } from "../feature.ts";
import { parseLength } from "../length.ts";
import { foldedName, readableName } from "../names.ts";
import { findServers, serverOption } from "../server_options.ts";
import { type BridgeStatus, statusPage, whoIs } from "./bridge_status.ts";
import { LONGEST_MUTE_MS, type Mute, type Mutes } from "./mutes.ts";
import { TEXTS } from "./texts.ts";

/** What `/bridge` needs. */
export interface BridgeNeeds {
  readonly servers: readonly GameServer[];
  /** For suggestions of players' names. */
  readonly roster: Pick<Roster, "known">;
  statusOf(serverId: string): BridgeStatus;
  /** Holds at once. @returns whether it also holds after a restart: not while the store is away. */
  setPaused(serverIds: readonly string[], isPaused: boolean): Promise<boolean>;
  readonly mutes: Pick<Mutes, "add" | "remove" | "list">;
  readonly audit: Audit;
  readonly clock: Clock;
}

type Action = "status" | "pause" | "resume" | "mute" | "unmute";

const ACTIONS: Readonly<Record<Action, (call: Call, needs: BridgeNeeds) => Promise<Answer>>> = {
  status: showStatus,
  pause: (call, needs) => setPaused(call, { needs, isPaused: true }),
  resume: (call, needs) => setPaused(call, { needs, isPaused: false }),
  mute,
  unmute,
};

const DEFAULT_MUTE = "1h";
/** What Discord shows at most, and the longest it takes. */
const MOST_SUGGESTIONS = 25;
const LONGEST_SUGGESTION = 100;
/** Of what somebody typed, when it is said back. */
const LONGEST_TYPED = 80;

/** The command, which the Server Management bot carries. */
export function bridgeCommand(needs: BridgeNeeds): Command {
  return {
    name: TEXTS.command,
    description: TEXTS.about,
    who: "moderator",
    isPrivate: true,
    options: [
      {
        name: TEXTS.action,
        description: TEXTS.actionAbout,
        kind: "text",
        isRequired: true,
        choices: (Object.keys(ACTIONS) as Action[])
          .map((action) => ({ name: TEXTS[action], value: action })),
      },
      serverOption(needs.servers, { orAll: true }),
      playerOption(needs),
      { name: TEXTS.member, description: TEXTS.memberAbout, kind: "member" },
      { name: TEXTS.length, description: TEXTS.lengthAbout, kind: "text" },
    ],
    run: (call) => ACTIONS[call.options["action"] as Action](call, needs),
  };
}

/** The chat shows names and no ids, so names are what can be muted, seen before or not. */
function playerOption({ roster, mutes }: BridgeNeeds): Option {
  return {
    name: TEXTS.player,
    description: TEXTS.playerAbout,
    kind: "text",
    suggest: (typed, { options }) => {
      const wanted = foldedName(typed);
      const people = options["action"] === "unmute"
        ? mutes.list().filter(({ kind }) => kind === "player")
        : roster.known();
      const names = new Set(people.map(({ name }) => readableName(name)));
      const fitting = [...names].filter((name) =>
        foldedName(name).includes(wanted) && name !== "" && name.length <= LONGEST_SUGGESTION
      );
      return Promise.resolve(fitting.slice(0, MOST_SUGGESTIONS));
    },
  };
}

function showStatus({ options, caller }: Call, needs: BridgeNeeds): Promise<Answer> {
  const bridges = findServers(needs.servers, options["server"])
    .map((server) => ({ server, status: needs.statusOf(server.id) }));
  const mutes = needs.mutes.list();
  return Promise.resolve({
    kind: "pages",
    pages: [statusPage(bridges, { mutes, language: caller.language })],
  });
}

async function setPaused(
  call: Call,
  { needs, isPaused }: { readonly needs: BridgeNeeds; readonly isPaused: boolean },
): Promise<Answer> {
  const servers = findServers(needs.servers, call.options["server"]);
  const isStored = await needs.setPaused(servers.map(({ id }) => id), isPaused);
  for (const { id } of servers) {
    await record(call, { needs, what: isPaused ? "bridge pause" : "bridge resume", serverId: id });
  }
  const names = servers.map(({ name }) => `**${toDiscordText(name)}**`).join(", ");
  const [stored, unstored] = isPaused
    ? [TEXTS.didPause, TEXTS.didPauseUnstored]
    : [TEXTS.didResume, TEXTS.didResumeUnstored];
  return done(call, isStored ? stored : unstored, { servers: names });
}

async function mute(call: Call, needs: BridgeNeeds): Promise<Answer> {
  const whom = whomOf(call);
  const until = new Date(needs.clock.now() + lengthOf(call));
  await orRefuse(needs.mutes.add({ ...whom, until, byId: call.caller.id }));
  await record(call, { needs, what: "bridge mute", target: whom.name });
  return done(call, TEXTS.didMute, { who: whoIs(whom), time: relative(until) });
}

async function unmute(call: Call, needs: BridgeNeeds): Promise<Answer> {
  const whom = whomOf(call);
  const who = whoIs(whom);
  if (!await orRefuse(needs.mutes.remove(whom.kind, whom.key))) {
    throw new Refusal("WRONG_INPUT", fillEach(TEXTS.wasNotMuted, { who }));
  }
  await record(call, { needs, what: "bridge unmute", target: whom.name });
  return done(call, TEXTS.didUnmute, { who });
}

/** @throws {Refusal} WRONG_INPUT */
function whomOf({ options }: Call): Pick<Mute, "kind" | "key" | "name"> {
  const player = readableName(String(options["player"] ?? ""));
  const member = options["member"];
  if ((player === "") === (member === undefined)) throw new Refusal("WRONG_INPUT", TEXTS.whom);
  return member === undefined
    ? { kind: "player", key: player, name: player }
    : { kind: "member", key: String(member), name: String(member) };
}

/** Milliseconds. @throws {Refusal} WRONG_INPUT */
function lengthOf({ options }: Call): number {
  const typed = String(options["length"] ?? DEFAULT_MUTE);
  const ms = parseLength(typed);
  if (ms !== undefined && ms <= LONGEST_MUTE_MS) return ms;
  const said = toDiscordText(cut(typed, LONGEST_TYPED));
  throw new Refusal("WRONG_INPUT", fillEach(TEXTS.wrongLength, { typed: said }));
}

/** @throws {Refusal} when the store was away, so that nothing changed; what it refuses, as it is. */
async function orRefuse<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind === "failed") throw error;
    throw new Refusal("INTERNAL", TEXTS.notStored);
  }
}

async function record(
  { caller }: Call,
  { needs, what, target = "", serverId }: {
    readonly needs: BridgeNeeds;
    readonly what: string;
    readonly target?: string;
    readonly serverId?: string;
  },
): Promise<void> {
  await needs.audit.record({
    actorId: caller.id,
    actorName: caller.displayName,
    what,
    target,
    serverId,
    outcome: "done",
    reason: undefined,
  });
}

function done({ caller }: Call, text: Text, values: Readonly<Record<string, string>>): Answer {
  const description = fill(text, caller.language, values);
  return { kind: "reply", message: { embeds: [{ description, color: "success" }] } };
}
