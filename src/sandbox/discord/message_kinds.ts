/**
 * What a message may hold beside text, embeds, components and files: a poll, stickers, or a copy of
 * another message. Votes, and stickers over REST, are left out.
 * @module
 */

import {
  type APIMessageSnapshot,
  type APIPoll,
  type APIStickerItem,
  PollLayoutType,
  StickerFormatType,
} from "discord-api-types/v10";
import { type Form, invalidForm } from "./form.ts";
import { canSee } from "./permissions.ts";
import { isoOf, type Message, type World } from "./world.ts";

const HOUR_MS = 3_600_000;

/** The poll that a form asks for. @throws {ApiError} 50035 */
export function pollOf(world: World, form: Form): APIPoll | undefined {
  const poll = form.form("poll");
  if (!poll) return undefined;
  const hours = poll.whole("duration", { min: 1, max: 768 }) ?? 24;
  const answers = poll.forms("answers", 10) ?? [];
  return {
    question: { text: textOf(poll.form("question"), 300) },
    answers: answers.map((answer, index) => ({
      answer_id: index + 1,
      poll_media: { text: textOf(answer.form("poll_media"), 55) },
    })),
    expiry: isoOf(world.now() + hours * HOUR_MS),
    allow_multiselect: poll.yesNo("allow_multiselect") ?? false,
    layout_type: PollLayoutType.Default,
    results: { is_finalized: false, answer_counts: [] },
  };
}

function textOf(media: Form | undefined, max: number): string {
  return media?.text("text", { min: 1, max }) ?? "";
}

/** Standard stickers of these names, of which a guild needs none of its own. */
export function stickersOf(world: World, names: readonly string[]): APIStickerItem[] {
  return names.map((name) => ({ id: world.nextId(), name, format_type: StickerFormatType.PNG }));
}

/**
 * The message that a form passes on, which may be of another channel; undefined when it passes on
 * none.
 * @throws {ApiError} 50035 when its sender does not see it.
 */
export function forwardedMessage(
  world: World,
  form: Form,
  senderId: string,
): Message | undefined {
  const reference = form.form("message_reference");
  if (reference?.whole("type") !== 1) return undefined;
  const place = world.channels.get(reference.id("channel_id") ?? "");
  const message = place?.messages.get(reference.id("message_id") ?? "");
  if (place && message && message.onlyFor === undefined && canSee(world, senderId, place)) {
    return message;
  }
  throw invalidForm("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message");
}

/** The copy of a message, without its author, as it stands in the message that passes it on. */
export function snapshotOf({ data }: Message): APIMessageSnapshot {
  const { type, content, mentions, mention_roles, attachments, embeds, timestamp } = data;
  const { edited_timestamp, flags = 0, components = [], sticker_items } = data;
  return {
    message: {
      type,
      content,
      mentions,
      mention_roles,
      attachments,
      embeds,
      timestamp,
      edited_timestamp,
      flags: flags as NonNullable<typeof data.flags>,
      components,
      ...(sticker_items && { sticker_items }),
    },
  };
}
