/**
 * What all commands of moderation need, and the few steps that they share.
 * @module
 */

import type { Caller } from "../../discord/surface.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import type { Audit } from "../../store/audit.ts";
import { CONSOLE_TROUBLE } from "../console_trouble.ts";
import type { GameServer, Roster } from "../feature.ts";
import { findServers } from "../server_options.ts";
import type { ActResult, Trouble } from "./console_acts.ts";

/** What commands of moderation need. */
export interface ModerationNeeds {
  readonly servers: readonly GameServer[];
  readonly roster: Roster;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Log;
}

/** Who does what to whom, for the audit. */
export interface Deed {
  readonly caller: Caller;
  readonly what: "kick" | "ban" | "unban";
  /** Account id. */
  readonly target: string;
  readonly reason: string;
}

/** Writes what came of a deed on each server into the audit. */
export async function recordResults(
  results: readonly ActResult[],
  { audit }: Pick<ModerationNeeds, "audit">,
  { caller, what, target, reason }: Deed,
): Promise<void> {
  await Promise.all(results.map(({ server, outcome, trouble }) =>
    audit.record({
      actorId: caller.id,
      actorName: caller.displayName,
      what,
      target,
      serverId: server.id,
      outcome,
      reason: trouble ? `${reason}; ${inEnglish(trouble)}` : reason,
    })
  ));
}

function inEnglish(trouble: Trouble): string {
  return "answer" in trouble ? trouble.answer : CONSOLE_TROUBLE[trouble.failure].en;
}

/** @throws {Refusal} when there is no server that anything could be done on */
export function demandServers(servers: readonly GameServer[]): void {
  findServers(servers, undefined);
}
