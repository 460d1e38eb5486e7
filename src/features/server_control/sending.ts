/**
 * One command for several game servers, each on its own, with a record of every act. Does not
 * decide who may send what.
 * @module
 */

import type { Language } from "../../discord/surface.ts";
import { type Clock, settlesWithin } from "../../runtime/clock.ts";
import type { Audit } from "../../store/audit.ts";
import type { GameServer } from "../feature.ts";
import { withoutPassword } from "./command_rules.ts";
import { execute, type Execution } from "./execute.ts";

/** Somebody's order to send a command. */
export interface Order {
  readonly servers: readonly GameServer[];
  readonly command: string;
  /** Name of the Discord command that it came by, for the record. */
  readonly what: "rcon" | "say" | "schedule";
  readonly by: { readonly id: string; readonly displayName: string };
  readonly language: Language;
}

/** What came of it on one server. */
export interface Result {
  readonly server: GameServer;
  /** Undefined: the server is still at work, and nobody could wait any longer. */
  readonly execution: Execution | undefined;
}

/** How long somebody waits. */
export interface Patience {
  /** For one server's turn, milliseconds; what has not been sent by then is not sent. */
  readonly turnMs?: number;
  /** For everything, milliseconds; what has no answer by then is shown as still at work. */
  readonly answerMs: number;
}

/** Sends orders. Results stand in the order of the servers; one that is dead holds up no other. */
export interface Sending {
  /** Resolves when every server has answered or failed. */
  sendToAll(order: Order): Promise<readonly Result[]>;
  /**
   * Resolves before the person who waits for an answer is told that there is none.
   *
   * @param patience Default: as long as Discord allows, as a save of the world takes its time.
   */
  sendForPerson(order: Order, patience?: Patience): Promise<readonly Result[]>;
  /** Records an order that was refused by the rules. */
  recordRefusal(order: Order, reason: string): Promise<void>;
}

/** What sending needs. */
export interface SendingNeeds {
  readonly audit: Audit;
  readonly clock: Clock;
  /** Is told of each command that a server took: the bridge hears its echo. */
  readonly sent: (serverId: string, command: string) => void;
}

/** The router gives a handler 60 s; a save of the world alone may take as long. */
const PATIENCE: Patience = { answerMs: 50_000 };

/** Opens nothing but the way through `audit` and `sent`. */
export function openSending({ audit, clock, sent }: SendingNeeds): Sending {
  async function send(server: GameServer, order: Order, turnMs?: number): Promise<Result> {
    const { command, language } = order;
    const waitMs = turnMs === undefined ? {} : { waitMs: turnMs };
    const execution = await execute(server, command, { language, ...waitMs });
    if (execution.answer !== undefined) sent(server.id, order.command);
    await audit.record({
      ...actOf(server, order),
      outcome: outcomeOf(execution),
      reason: execution.failure?.reason,
    });
    return { server, execution };
  }

  async function sendPatiently(
    server: GameServer,
    order: Order,
    { turnMs, answerMs }: Patience,
  ): Promise<Result> {
    const work = send(server, order, turnMs);
    const isInTime = await settlesWithin(answerMs, { work, clock });
    return isInTime ? await work : { server, execution: undefined };
  }

  return {
    sendToAll: (order) => Promise.all(order.servers.map((server) => send(server, order))),
    sendForPerson: (order, patience = PATIENCE) =>
      Promise.all(order.servers.map((server) => sendPatiently(server, order, patience))),
    async recordRefusal(order, reason) {
      await Promise.all(
        order.servers.map((server) =>
          audit.record({ ...actOf(server, order), outcome: "refused", reason })
        ),
      );
    },
  };
}

/** How an execution ended. */
export function outcomeOf({ failure }: Execution): "done" | "failed" | "unknown" {
  return failure === undefined ? "done" : failure.outcome === "unknown" ? "unknown" : "failed";
}

function actOf(server: GameServer, { what, command, by }: Order) {
  return {
    actorId: by.id,
    actorName: by.displayName,
    what,
    target: withoutPassword(command),
    serverId: server.id,
  } as const;
}
