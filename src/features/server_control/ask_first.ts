/**
 * The question before a command that cannot be undone, and what came of it in its place.
 * @module
 */

import type { Answer, Caller, Embed } from "../../discord/surface.ts";
import type { Roster } from "../feature.ts";
import { checkOrder } from "./checked_order.ts";
import type { Questions } from "./questions.ts";
import type { Order, Sending } from "./sending.ts";
import { questionEmbed } from "./view.ts";

/** What it takes to ask. */
export interface AskingNeeds {
  readonly roster: Pick<Roster, "online">;
  readonly questions: Questions;
  readonly sending: Sending;
}

/** Asks the caller whether to go on with an order. */
export function askFirst(
  order: Order,
  { caller, roster, questions, sending, when, go }: AskingNeeds & {
    readonly caller: Caller;
    /** When it is to be sent, as Discord shows it; undefined: at once. */
    readonly when?: string;
    /** What "Go" does; the embed takes the question's place. */
    readonly go: () => Promise<Embed>;
  },
): Answer {
  const embed = questionEmbed({
    ...order,
    when,
    online: (serverId) => roster.online(serverId),
    until: questions.openUntil,
  });
  const buttons = questions.ask(caller, async ({ caller: { tier } }) => {
    await checkOrder(order, { tier, sending }); // roles may have changed
    return { kind: "update", message: { embeds: [await go()], rows: [] } };
  });
  return { kind: "reply", message: { embeds: [embed], rows: [buttons] } };
}
