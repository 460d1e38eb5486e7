/**
 * Writes, changes and deletes messages, whoever does it: bots over REST, interactions, people. The
 * right to do so is asked for with {@linkcode demandWriting}, or was given by an interaction.
 * @module
 */

import {
  type APIMessage,
  type APIMessageInteractionMetadata,
  type APIUser,
  GatewayIntentBits as Intent,
  MessageFlags,
  MessageReferenceType,
  MessageType,
} from "discord-api-types/v10";
import { demandOpen, emptyMessage } from "./access.ts";
import { ApiError, type SentFile } from "./api.ts";
import { tellAboutMessage, tellMessage } from "./events.ts";
import { Form, invalidForm } from "./form.ts";
import { mentionsOf, notifiedBy } from "./mentions.ts";
import { forwardedMessage, pollOf, snapshotOf, stickersOf } from "./message_kinds.ts";
import { componentsOf, embedsOf, textIn, uploadsOf } from "./message_parts.ts";
import { Bit, can, canSee, demand, writingIn } from "./permissions.ts";
import { shownFiles } from "./shapes.ts";
import { archiveWhenIdle, joinThread, pointerTo, setArchived } from "./thread_life.ts";
import { type Channel, type Message, timeOfId, type World } from "./world.ts";

/** How a message comes about, beside what it says. */
export interface MessageOptions {
  readonly files?: readonly SentFile[];
  /** Names of standard stickers. */
  readonly stickers?: readonly string[];
  /** Of an answer to an interaction: whose answer it is. */
  readonly applicationId?: string | undefined;
  readonly webhookId?: string | undefined;
  readonly interaction?: APIMessageInteractionMetadata | undefined;
  /** Only this user sees it. The flag EPHEMERAL is added. */
  readonly onlyFor?: string | undefined;
  /** Added to those sent; with LOADING the message may be empty. */
  readonly flags?: number;
  readonly type?: MessageType;
}

/** Flags that a sender may set itself. */
const OWN_FLAGS = MessageFlags.SuppressEmbeds | MessageFlags.SuppressNotifications |
  MessageFlags.IsComponentsV2;

/** How long a nonce is remembered, in milliseconds. */
const NONCE_MS = 5 * 60_000;

/** A message may be deleted in bulk for two weeks. */
const BULK_AGE_MS = 14 * 24 * 60 * 60_000;

/**
 * Refuses a user who may not write this where it wants to. The payload is looked at last.
 * @throws {ApiError} 50001, 50007, 50083 and 160005 (locked thread), 50013, 160002 (reply without
 * reading), 20016 (slow mode)
 */
export function demandWriting(world: World, userId: string, message: {
  readonly channel: Channel;
  readonly payload: unknown;
  readonly hasFiles?: boolean;
}): void {
  const { channel } = message;
  archiveWhenIdle(world, channel);
  if (!channel.guild) demandDirect(world, userId, channel);
  demandUnlocked(world, userId, channel);
  demand(world, userId, { in: channel, bits: writingIn(channel) });
  const form = new Form(message.payload);
  demand(world, userId, {
    in: channel,
    bits: (form.forms("embeds")?.length ? Bit.EmbedLinks : 0n) |
      (message.hasFiles ? Bit.AttachFiles : 0n) |
      (form.yesNo("tts") ? Bit.SendTTSMessages : 0n) |
      (form.form("poll") ? Bit.SendPolls : 0n),
  });
  if (form.form("message_reference")) {
    if (!can(world, userId, { in: channel, bits: Bit.ReadMessageHistory })) {
      throw new ApiError(403, 160002, "Cannot reply without permission to read message history");
    }
  }
  demandPatience(world, userId, channel);
}

/** In a locked thread only those write who manage threads. @throws {ApiError} 50001, 50083, 160005 */
export function demandUnlocked(world: World, userId: string, channel: Channel): void {
  demand(world, userId, { in: channel, bits: 0n });
  if (!channel.thread?.metadata.locked) return;
  if (can(world, userId, { in: channel, bits: Bit.ManageThreads })) return;
  demandOpen(channel);
  throw new ApiError(403, 160005, "Thread is locked");
}

/** Slow mode holds bots too, since 2026, unless they have BYPASS_SLOWMODE. @throws {ApiError} 20016 */
function demandPatience(world: World, userId: string, channel: Channel): void {
  const last = channel.lastWrites.get(userId) ?? -Infinity;
  const waitMs = last + channel.rateLimitPerUser * 1000 - world.now();
  if (waitMs <= 0 || can(world, userId, { in: channel, bits: Bit.BypassSlowmode })) return;
  const text = "This action cannot be performed due to slowmode rate limit.";
  throw new ApiError(429, 20016, text, { retry_after: waitMs / 1000, global: false });
}

/** A user who shares no guild with the bot, or closed its messages, cannot be written to. */
function demandDirect(world: World, userId: string, channel: Channel): void {
  const other = channel.recipients.find((user) => user.id !== userId);
  const share = [...world.guilds.values()].some((guild) =>
    guild.members.has(userId) && guild.members.has(other?.id ?? "")
  );
  if (
    !other || !share || other.bot && world.applications.has(userId) ||
    world.closedDirects.has(other.id)
  ) {
    throw new ApiError(403, 50007, "Cannot send messages to this user");
  }
}

/**
 * Writes a message and tells of it. Opens an archived thread, and lets its author and those it
 * pings into the thread.
 * @param payload As Discord's "create message" takes it.
 * @throws {ApiError} 50035, 50006 (empty)
 */
export function createMessage(
  world: World,
  channel: Channel,
  author: APIUser,
  payload: unknown,
  options: MessageOptions = {},
): Message {
  const form = new Form(payload);
  const repeated = sentBefore(world, form, { channel, author });
  if (repeated) return repeated;
  const message = draft(world, form, { ...options, channel, author });
  store(world, message, channel);
  if (message.data.nonce !== undefined) channel.nonces.set(nonceKey(message.data), message);
  // Answers to interactions take no right to write, and do not count for slow mode either.
  if (options.applicationId === undefined) channel.lastWrites.set(author.id, world.now());
  return message;
}

/** Writes one of Discord's own notices, such as "pinned a message". */
export function createNotice(world: World, channel: Channel, notice: {
  readonly author: APIUser;
  readonly type: MessageType;
  readonly content?: string;
  readonly reference: APIMessage["message_reference"];
}): Message {
  const { author, type, content = "", reference } = notice;
  const data = { ...blank(world, { channel, author }), type, content };
  if (reference) data.message_reference = reference;
  const message = stored(data);
  store(world, message, channel);
  return message;
}

function store(world: World, message: Message, channel: Channel): void {
  const { data } = message;
  if (message.onlyFor === undefined && channel.thread) {
    setArchived(world, channel, false);
    channel.thread.sent++;
    const isNotice = data.type === MessageType.ThreadStarterMessage;
    const users = isNotice ? [] : [data.author.id, ...message.pings.users];
    for (const id of users.filter((id) => mayJoin(world, id, channel))) {
      joinThread(world, channel, id);
    }
  }
  channel.messages.set(data.id, message);
  if (message.onlyFor === undefined) channel.lastMessageId = data.id;
  tellMessage(world, message, { name: "MESSAGE_CREATE", channel });
}

function mayJoin(world: World, userId: string, thread: Channel): boolean {
  const parent = world.channels.get(thread.parentId ?? "");
  return parent !== undefined && canSee(world, userId, parent);
}

/** With `enforce_nonce` a message that was sent a moment ago is not sent again. */
function sentBefore(world: World, form: Form, { channel, author }: {
  readonly channel: Channel;
  readonly author: APIUser;
}): Message | undefined {
  if (form.yesNo("enforce_nonce") !== true) return undefined;
  const nonce = nonceOf(form);
  const known = nonce === undefined ? undefined : channel.nonces.get(nonceKey({ author, nonce }));
  return known && world.now() - timeOfId(known.data.id) < NONCE_MS ? known : undefined;
}

function nonceKey({ author, nonce }: Pick<APIMessage, "author" | "nonce">): string {
  return `${author.id}/${nonce}`;
}

function nonceOf(form: Form): string | number | undefined {
  return typeof form.fields["nonce"] === "number"
    ? form.whole("nonce")
    : form.text("nonce", { max: 25 });
}

interface Draft extends MessageOptions {
  readonly channel: Channel;
  readonly author: APIUser;
}

function draft(world: World, form: Form, options: Draft): Message {
  const { channel, author, onlyFor, files = [], stickers = [] } = options;
  const forwarded = forwardedMessage(world, form, author.id);
  const repliedTo = forwarded ? undefined : repliedMessage(world, form, channel);
  const uploads = uploadsOf(world, form, { channelId: channel.id, files, old: [] });
  const data = blank(world, { channel, author });
  data.type = options.type ?? (repliedTo ? MessageType.Reply : MessageType.Default);
  data.flags = flagsOf(form, options);
  data.content = form.text("content", { max: 4000 })?.trim() ?? "";
  data.embeds = embedsOf(form, uploads) ?? [];
  data.components = componentsOf(form, uploads) ?? [];
  data.attachments = shownFiles(uploads, data);
  data.tts = form.yesNo("tts") ?? false;
  const poll = pollOf(world, form);
  if (poll) data.poll = poll;
  if (stickers.length > 0) data.sticker_items = stickersOf(world, stickers);
  if (forwarded) showForwarded(world, data, forwarded);
  const mentions = mentionsOf(world, {
    channel,
    authorId: author.id,
    text: `${data.content}\n${textIn(data.components)}`,
    allowed: form.form("allowed_mentions"),
    repliedTo,
    onlyFor,
  });
  showMentions(data, mentions);
  const nonce = nonceOf(form);
  if (nonce !== undefined) data.nonce = nonce;
  if (repliedTo) data.message_reference = pointerTo(channel, repliedTo.data.id);
  if (options.applicationId !== undefined) data.application_id = options.applicationId;
  if (options.webhookId !== undefined) data.webhook_id = options.webhookId;
  if (options.interaction) data.interaction_metadata = options.interaction;
  if (!(data.flags & MessageFlags.Loading)) demandContent({ data, uploads });
  return { ...stored(data, onlyFor), uploads, pings: mentions.pings };
}

function flagsOf(form: Form, options: MessageOptions): MessageFlags {
  const sent = (form.whole("flags") ?? 0) & OWN_FLAGS;
  const ephemeral = options.onlyFor === undefined ? 0 : MessageFlags.Ephemeral;
  return sent | (options.flags ?? 0) | ephemeral;
}

/** The message a reply answers; undefined when it is gone and that was declared to be fine. */
function repliedMessage(world: World, form: Form, channel: Channel): Message | undefined {
  const reference = form.form("message_reference");
  if (!reference) return undefined;
  const place = world.channels.get(reference.id("channel_id") ?? channel.id);
  const message = channel.messages.get(reference.id("message_id") ?? "");
  if (place === channel && message && message.onlyFor === undefined) return message;
  if (reference.yesNo("fail_if_not_exists") === false) return undefined;
  throw invalidForm("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message");
}

function showForwarded(world: World, data: APIMessage, forwarded: Message): void {
  const origin = world.channels.get(forwarded.data.channel_id)!;
  data.message_reference = {
    ...pointerTo(origin, forwarded.data.id),
    type: MessageReferenceType.Forward,
  };
  data.message_snapshots = [snapshotOf(forwarded)];
  data.flags = (data.flags ?? 0) | MessageFlags.HasSnapshot;
}

function showMentions(data: APIMessage, mentions: ReturnType<typeof mentionsOf>): void {
  data.mentions = [...mentions.users];
  data.mention_roles = [...mentions.roles];
  data.mention_everyone = mentions.everyone;
}

/** @throws {ApiError} 50006 when nothing would be shown. */
function demandContent({ data, uploads }: {
  readonly data: APIMessage;
  readonly uploads: Message["uploads"];
}): void {
  const isEmpty = data.content === "" && data.embeds.length === 0 && uploads.length === 0 &&
    !data.components?.length && !data.sticker_items && !data.poll && !data.message_snapshots;
  if (isEmpty) throw emptyMessage();
}

function blank(world: World, { channel, author }: {
  readonly channel: Channel;
  readonly author: APIUser;
}): APIMessage {
  return {
    id: world.nextId(),
    channel_id: channel.id,
    author,
    type: MessageType.Default,
    content: "",
    timestamp: world.nowIso(),
    edited_timestamp: null,
    tts: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    attachments: [],
    embeds: [],
    components: [],
    pinned: false,
    flags: 0 as MessageFlags,
  };
}

function stored(data: APIMessage, onlyFor?: string): Message {
  const pings = { everyone: false, users: [], roles: [] };
  return { data, uploads: [], pings, onlyFor, reactions: new Map() };
}

/**
 * Changes a message and tells of it. What is not sent stays; a "thinking…" message is filled.
 * @throws {ApiError} 50035, 50006, 50083 in an archived thread
 */
export function editMessage(
  world: World,
  message: Message,
  payload: unknown,
  { files = [] }: { readonly files?: readonly SentFile[] } = {},
): void {
  const { data } = message;
  const channel = placeOf(world, message);
  if (message.onlyFor === undefined) demandOpen(channel);
  const form = new Form(payload);
  const uploads = uploadsOf(world, form, { channelId: channel.id, files, old: message.uploads });
  const next: APIMessage = {
    ...data,
    content: form.has("content") ? form.text("content", { max: 4000 })?.trim() ?? "" : data.content,
    embeds: embedsOf(form, uploads) ?? data.embeds,
    components: componentsOf(form, uploads) ?? data.components ?? [],
    flags: editedFlags(form, data.flags ?? 0),
    edited_timestamp: data.flags && data.flags & MessageFlags.Loading ? null : world.nowIso(),
  };
  next.attachments = shownFiles(uploads, next);
  demandContent({ data: next, uploads });
  demandOneVersion(next);
  showMentions(
    next,
    mentionsOf(world, {
      channel,
      authorId: data.author.id,
      text: `${next.content}\n${textIn(next.components)}`,
      allowed: form.form("allowed_mentions"),
      onlyFor: message.onlyFor,
    }),
  );
  Object.assign(data, next);
  message.uploads = uploads;
  tellMessage(world, message, { name: "MESSAGE_UPDATE", channel });
}

/** Components of the second version take the place of text and embeds. */
function demandOneVersion({ flags, content, embeds }: APIMessage): void {
  if (((flags ?? 0) & MessageFlags.IsComponentsV2) === 0 || content === "" && embeds.length === 0) {
    return;
  }
  const code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2";
  throw invalidForm(content === "" ? "embeds" : "content", code, "Not with IS_COMPONENTS_V2");
}

/** The channel of a message, which may have been deleted meanwhile. @throws {ApiError} 10003 */
function placeOf(world: World, message: Message): Channel {
  const channel = world.channels.get(message.data.channel_id);
  if (!channel) throw new ApiError(404, 10003, "Unknown Channel");
  return channel;
}

/** An edit may hide embeds and turn to components v2, which it cannot take back. */
function editedFlags(form: Form, old: number): MessageFlags {
  const kept = old & ~MessageFlags.Loading;
  const sent = form.whole("flags");
  if (sent === undefined) return kept;
  return (kept & ~MessageFlags.SuppressEmbeds) |
    (sent & (MessageFlags.SuppressEmbeds | MessageFlags.IsComponentsV2));
}

/** Deletes a message and tells of it. */
export function deleteMessage(world: World, message: Message): void {
  const channel = placeOf(world, message);
  if (!forget(channel, message)) return;
  tellAboutMessage(world, message, {
    name: "MESSAGE_DELETE",
    channel,
    intents: [Intent.GuildMessages, Intent.DirectMessages],
    data: { id: message.data.id },
  });
}

/**
 * Deletes many messages of a guild channel at once; ids that do not exist are passed over.
 * @throws {ApiError} 50034 when one is two weeks old: then none is deleted.
 */
export function deleteMessages(world: World, channel: Channel, ids: readonly string[]): void {
  if (ids.some((id) => world.now() - timeOfId(id) >= BULK_AGE_MS)) {
    throw new ApiError(400, 50034, "A message provided was too old to bulk delete.");
  }
  const gone = ids.flatMap((id) => channel.messages.get(id) ?? []);
  for (const message of gone) forget(channel, message);
  if (!gone[0]) return;
  tellAboutMessage(world, gone[0], {
    name: "MESSAGE_DELETE_BULK",
    channel,
    intents: [Intent.GuildMessages, Intent.GuildMessages],
    data: { ids: gone.map(({ data }) => data.id) },
  });
}

/** False when it was gone already. */
function forget({ messages, pins, nonces }: Channel, { data }: Message): boolean {
  pins.delete(data.id);
  nonces.delete(nonceKey(data));
  return messages.delete(data.id);
}

/** Whether a message notifies a user. */
export function isPinged(world: World, message: Message, userId: string): boolean {
  const channel = world.channels.get(message.data.channel_id);
  return channel !== undefined && notifiedBy(world, channel, message).has(userId);
}
