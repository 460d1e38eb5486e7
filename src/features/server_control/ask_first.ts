/**
 * The question before a command that cannot be undone, and the results in its place.
 * @module
 */

import type { Answer, Caller } from "../../discord/surface.ts";
import type { Roster } from "../feature.ts";
import { checkOrder } from "./checked_order.ts";
import type { Questions } from "./questions.ts";
import type { Order, Result, Sending } from "./sending.ts";
import { questionEmbed, resultEmbed } from "./view.ts";

/** What it takes to ask. */
export interface AskingNeeds {
  readonly roster: Pick<Roster, "online">;
  readonly questions: Questions;
  readonly sending: Sending;
}

/** Asks the caller whether to go on with an order; after "Go" does `send`. */
export function askFirst(
  order: Order,
  { caller, roster, questions, sending, send }: AskingNeeds & {
    readonly caller: Caller;
    readonly send: () => Promise<readonly Result[]>;
  },
): Answer {
  const { language } = order;
  const embed = questionEmbed({
    ...order,
    online: (serverId) => roster.online(serverId),
    until: questions.openUntil,
  });
  const buttons = questions.ask(caller, async ({ caller: { tier } }) => {
    await checkOrder(order, { tier, sending }); // roles may have changed
    const embeds = [resultEmbed(await send(), language)];
    return { kind: "update", message: { embeds, rows: [] } };
  });
  return { kind: "reply", message: { embeds: [embed], rows: [buttons] } };
}
