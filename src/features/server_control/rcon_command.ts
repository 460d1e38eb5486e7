/**
 * `/rcon`: any console command that the caller may send, to one server or all.
 * @module
 */

import type { Answer, Caller, Command } from "../../discord/surface.ts";
import { isQuestion } from "../../rcon/command_text.ts";
import type { GameServer } from "../feature.ts";
import { findServers, serverOption } from "../server_options.ts";
import { askFirst, type AskingNeeds } from "./ask_first.ts";
import { checkOrder, commandOption } from "./checked_order.ts";
import { plainCommand } from "./command_rules.ts";
import type { Order, Result } from "./sending.ts";
import { TEXTS } from "./texts.ts";
import { resultEmbed, resultPages } from "./view.ts";

/** What `/rcon` needs. */
export interface RconNeeds extends AskingNeeds {
  readonly servers: readonly GameServer[];
}

/** The command. */
export function rconCommand(needs: RconNeeds): Command {
  const { servers, sending } = needs;
  return {
    name: TEXTS.rcon,
    description: TEXTS.rconAbout,
    who: "moderator",
    isPrivate: true,
    options: [
      serverOption(servers, { isRequired: true, orAll: true }),
      commandOption({ isRequired: true }),
    ],
    run: async ({ caller, options }) => {
      const order = {
        servers: findServers(servers, options["server"]),
        command: plainCommand(String(options["command"])),
        what: "rcon",
        by: caller,
        language: caller.language,
      } as const;
      const verdict = await checkOrder(order, { tier: caller.tier, sending });
      if (verdict === "allowed") return await sent(order, caller, needs);
      const go = async () => resultEmbed(await sending.sendForPerson(order), order.language);
      return askFirst(order, { ...needs, caller, go });
    },
  };
}

async function sent(order: Order, caller: Caller, needs: RconNeeds): Promise<Answer> {
  const results = await needs.sending.sendForPerson(order);
  const pages = resultPages(results, order);
  if (!canAskAgain(results, order)) return { kind: "pages", pages, isPrivate: true };
  const again = needs.questions.offerAgain(caller, ({ caller }) => sent(order, caller, needs));
  const embeds = pages.map(({ title, text }) =>
    ({ title, description: text, color: "failure" }) as const
  );
  return { kind: "reply", message: { embeds, rows: [again] }, isPrivate: true };
}

/** With several servers there are pages, which have no room for a button. */
function canAskAgain(results: readonly Result[], { command }: Order): boolean {
  const [result] = results;
  return results.length === 1 && result?.execution?.failure !== undefined && isQuestion(command);
}
