/**
 * What becomes of a ban, or its end, right after it was ordered: one line per server, and a word
 * about those that are caught up on later.
 * @module
 */

import type { OutgoingMessage } from "../../discord/surface.ts";
import { StoreError } from "../../store/errors.ts";
import type { BanState, BanStore } from "./ban_store.ts";
import type { Deed, ModerationNeeds } from "./needs.ts";
import { TEXTS } from "./texts.ts";
import { stateLine } from "./view.ts";

/** The message under these first lines. Servers that are not done yet go into the audit as waiting. */
export async function statesMessage(
  { head, deed, needs: { servers, store, audit } }: {
    readonly head: readonly string[];
    readonly deed: Deed;
    readonly needs: ModerationNeeds & { readonly store: BanStore };
  },
): Promise<OutgoingMessage> {
  const { caller, what, target, reason } = deed;
  const { language } = caller;
  const states = await statesOf(target, store);
  const waiting = servers.filter(({ id }) => !states.get(id)?.isApplied);
  await Promise.all(waiting.map(({ id: serverId }) =>
    audit.record({
      actorId: caller.id,
      actorName: caller.displayName,
      what,
      target,
      serverId,
      outcome: "waiting",
      reason,
    })
  ));
  const lines = [
    ...head,
    ...servers.map((server) => stateLine(server, { state: states.get(server.id), language })),
    ...(waiting.length > 0 ? ["", TEXTS.pendingNote[language]] : []),
  ];
  return { embeds: [{ description: lines.join("\n"), color: "success" }] };
}

/** By server. None when the store went away just now: the keeper goes on when it is back. */
async function statesOf(accountId: string, store: BanStore): Promise<Map<string, BanState>> {
  try {
    const states = await store.states(accountId);
    return new Map(states.map((state) => [state.serverId, state]));
  } catch (error) {
    if (error instanceof StoreError) return new Map();
    throw error;
  }
}
