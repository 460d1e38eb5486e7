/**
 * What a person orders, before anything is sent: the option for a command, and the refusal of what
 * cannot or must not be sent.
 * @module
 */

import { type Option, Refusal, type Tier } from "../../discord/surface.ts";
import { fillEach } from "../../discord/texts.ts";
import { problemOf } from "../../rcon/command_text.ts";
import { judge, namesFor } from "./command_rules.ts";
import type { Order, Sending } from "./sending.ts";
import { TEXTS } from "./texts.ts";

/** The option for a console command; suggests the names of those that the caller may send. */
export function commandOption({ isRequired }: { readonly isRequired: boolean }): Option {
  return {
    name: TEXTS.command,
    description: TEXTS.commandAbout,
    kind: "text",
    isRequired,
    suggest: (typed, { caller }) => {
      const wanted = typed.trim().toLowerCase();
      const names = namesFor(caller.tier);
      return Promise.resolve(names.filter((name) => name.toLowerCase().startsWith(wanted)));
    },
  };
}

/**
 * Whether somebody of that tier may have the order carried out at once, or is to be asked first.
 * @throws {Refusal} WRONG_INPUT for what is no command, NOT_ALLOWED for one that is forbidden; the
 * latter is recorded.
 */
export async function checkOrder(
  order: Order,
  { tier, sending }: { readonly tier: Tier; readonly sending: Sending },
): Promise<"allowed" | "ask"> {
  refuseWrongText(order.command);
  const verdict = judge(order.command, tier);
  if (verdict.kind !== "forbidden") return verdict.kind;
  await sending.recordRefusal(order, verdict.why.en);
  throw new Refusal("NOT_ALLOWED", verdict.why);
}

function refuseWrongText(command: string): void {
  const reason = problemOf(command);
  if (reason) throw new Refusal("WRONG_INPUT", fillEach(TEXTS.noCommand, { reason }));
}
