/**
 * Writing into channels: the half of the {@linkcode Surface} that sends. Making the channels is
 * `places.ts`.
 * @module
 */

import type { Look } from "./embed.ts";
import { toDiscordEdit, toDiscordMessage } from "./message.ts";
import type { Rest } from "./rest.ts";
import type { Surface } from "./surface.ts";

/** Discord takes a nonce of at most 25 characters. */
const NONCE_LENGTH = 25;

/** Ways to write into channels. */
export function openChannelMessages(
  rest: Rest,
  look: Look,
): Pick<Surface, "post" | "edit" | "react"> {
  return {
    async post(channelId, message) {
      const { body, files } = toDiscordMessage(message, look);
      // With a nonce Discord answers a repeated message with the first one: asking again after a
      // lost answer cannot double it.
      const nonce = crypto.randomUUID().replaceAll("-", "").slice(0, NONCE_LENGTH);
      const sent = await rest.call("POST", `/channels/${channelId}/messages`, {
        body: { ...body, nonce, enforce_nonce: true },
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
      // `<:name:id>` and `<a:name:id>` stand in paths as `name:id`.
      const name = encodeURIComponent(emoji.replace(/^<a?:(.+)>$/, "$1"));
      await rest.call("PUT", `/channels/${channelId}/messages/${messageId}/reactions/${name}/@me`);
    },
  };
}
