/**
 * Writing into channels: the half of the {@linkcode Surface} that sends. Making the channels is
 * `places.ts`.
 * @module
 */

import type { Look } from "./embed.ts";
import type { RawMessage } from "./incoming.ts";
import { toDiscordEdit, toDiscordMessage } from "./message.ts";
import type { Rest } from "./rest.ts";
import type { Id, Surface } from "./surface.ts";

/** Discord takes a nonce of at most 25 characters. */
const NONCE_LENGTH = 25;

/** Messages that are read at once, the most that Discord gives, and how often. */
const PAGE = 100;
const MOST_PAGES = 10;

/** Ways to write into channels, and to read what was written. */
export function openChannelMessages(
  { rest, look, botId }: { readonly rest: Rest; readonly look: Look; readonly botId: Id },
): Pick<Surface, "post" | "edit" | "react" | "unreact" | "ownMessagesAfter"> {
  return {
    async post(channelId, message, { nonce = randomNonce(), answers } = {}) {
      const { body, files } = toDiscordMessage(message, look);
      const sent = await rest.call("POST", `/channels/${channelId}/messages`, {
        body: {
          ...body,
          nonce,
          enforce_nonce: true,
          // Whoever has deleted the other message meanwhile loses no answer.
          ...(answers !== undefined && {
            message_reference: { message_id: answers, fail_if_not_exists: false },
          }),
        },
        files,
        isIdempotent: true,
      });
      return { id: (sent as { id: string }).id };
    },

    async edit(channelId, messageId, message) {
      const { body, files } = toDiscordEdit(message, look);
      await rest.call("PATCH", `/channels/${channelId}/messages/${messageId}`, {
        body,
        files,
        isIdempotent: true,
      });
    },

    async react(channelId, messageId, emoji) {
      await rest.call("PUT", ownReaction(channelId, messageId, emoji));
    },

    async unreact(channelId, messageId, emoji) {
      await rest.call("DELETE", ownReaction(channelId, messageId, emoji));
    },

    async ownMessagesAfter(channelId, messageId) {
      const found: RawMessage[] = [];
      for (let page = 0, after = messageId; page < MOST_PAGES; page++) {
        const path = `/channels/${channelId}/messages?limit=${PAGE}&after=${after}`;
        const messages = await rest.call("GET", path) as RawMessage[]; // the newest of a page first
        found.push(...messages.toReversed());
        if (messages.length < PAGE) break;
        after = messages[0]!.id;
      }
      return found.filter(({ author }) => author.id === botId)
        .map(({ id, content = "" }) => ({ id, text: content }));
    },
  };
}

function randomNonce(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, NONCE_LENGTH);
}

/** `<:name:id>` and `<a:name:id>` stand in paths as `name:id`. */
function ownReaction(channelId: Id, messageId: Id, emoji: string): string {
  const name = encodeURIComponent(emoji.replace(/^<a?:(.+)>$/, "$1"));
  return `/channels/${channelId}/messages/${messageId}/reactions/${name}/@me`;
}
