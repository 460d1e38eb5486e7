/**
 * What all commands of moderation need, and the few steps that they share.
 * @module
 */

import type { Caller } from "../../discord/surface.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import type { Audit } from "../../store/audit.ts";
import type { GameServer, Roster } from "../feature.ts";
import { findServers } from "../server_options.ts";
import type { ActResult } from "./console_acts.ts";

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
  await Promise.all(results.map(({ server, outcome, why }) =>
    audit.record({
      actorId: caller.id,
      actorName: caller.displayName,
      what,
      target,
      serverId: server.id,
      outcome,
      reason: why === undefined ? reason : `${reason}; ${why}`,
    })
  ));
}

/** @throws {Refusal} when there is no server that anything could be done on */
export function demandServers(servers: readonly GameServer[]): void {
  findServers(servers, undefined);
}
