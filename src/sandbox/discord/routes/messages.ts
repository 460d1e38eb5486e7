/**
 * The routes of messages and pins: who may read, write, change and delete them.
 * @module
 */

import { MessageType } from "discord-api-types/v10";
import {
  appOf,
  demandOpen,
  findMessage,
  findTextChannel,
  queryId,
  queryNumber,
  READING,
} from "../access.ts";
import { ApiError, type RestAnswer, type RestRequest, type Routes } from "../api.ts";
import { tellMessage, tellPins } from "../events.ts";
import { Form, invalidForm } from "../form.ts";
import {
  createMessage,
  createNotice,
  deleteMessage,
  deleteMessages,
  demandUnlocked,
  demandWriting,
  editMessage,
} from "../messages.ts";
import { Bit, can, demand } from "../permissions.ts";
import { messageOf } from "../shapes.ts";
import { pointerTo } from "../thread_life.ts";
import type { Channel, Message, World } from "../world.ts";

const DONE: RestAnswer = { status: 204 };

/** Most pins of a channel. */
const MAX_PINS = 250;

/** Handlers of the routes of messages and pins. */
export function messageRoutes(world: World): Routes {
  const at = "/channels/{channel_id}";
  return {
    [`GET ${at}/messages`]: (request) => list(world, request),
    [`POST ${at}/messages`]: (request) => create(world, request),
    [`GET ${at}/messages/{message_id}`]: (request) => read(world, request),
    [`PATCH ${at}/messages/{message_id}`]: (request) => edit(world, request),
    [`DELETE ${at}/messages/{message_id}`]: (request) => remove(world, request),
    [`POST ${at}/messages/bulk-delete`]: (request) => removeMany(world, request),
    [`GET ${at}/pins`]: (request) => oldPins(world, request),
    [`PUT ${at}/pins/{message_id}`]: (request) => pin(world, request),
    [`DELETE ${at}/pins/{message_id}`]: (request) => unpin(world, request),
    [`GET ${at}/messages/pins`]: (request) => pins(world, request),
    [`PUT ${at}/messages/pins/{message_id}`]: (request) => pin(world, request),
    [`DELETE ${at}/messages/pins/{message_id}`]: (request) => unpin(world, request),
  };
}

/** Without the right to read history a bot gets an empty list, not a refusal. */
function list(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const channel = findTextChannel(world, request);
  const limit = queryNumber(request.query, "limit", { min: 1, max: 100, fallback: 50 });
  if (!can(world, app.id, { in: channel, bits: READING })) return { status: 200, body: [] };
  const all = [...channel.messages.values()].filter((it) => it.onlyFor === undefined).reverse();
  const found = part(all, request.query, limit);
  return { status: 200, body: found.map((message) => messageOf(world, message, app)) };
}

/** Cuts from a list, newest first, what `before`, `after` or `around` asks for. */
function part(all: readonly Message[], query: URLSearchParams, limit: number): Message[] {
  const idOf = (message: Message) => BigInt(message.data.id);
  const [before, after] = [queryId(query, "before"), queryId(query, "after")];
  const around = queryId(query, "around");
  if (around !== undefined) {
    const newer = all.filter((it) => idOf(it) > around).slice(
      -Math.ceil((limit - 1) / 2) || all.length,
    );
    const rest = all.filter((it) => idOf(it) <= around);
    return [...newer, ...rest.slice(0, limit - newer.length)];
  }
  if (after !== undefined) return all.filter((it) => idOf(it) > after).slice(-limit);
  return all.filter((it) => before === undefined || idOf(it) < before).slice(0, limit);
}

function create(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const channel = findTextChannel(world, request);
  const { files } = request;
  demandWriting(world, app.id, {
    channel,
    // Read late: it may break the contract, and what the bot may do there is said first.
    get payload() {
      return request.body ?? {};
    },
    hasFiles: files.length > 0,
  });
  demandAllowedWords(channel, request.body);
  const message = createMessage(world, channel, app.user, request.body ?? {}, { files });
  return { status: 200, body: messageOf(world, message, app) };
}

function demandAllowedWords({ guild }: Channel, body: RestRequest["body"]): void {
  const { content = "" } = (body ?? {}) as { content?: unknown };
  const isBlocked = [...guild?.blockedWords ?? []].some((word) => String(content).includes(word));
  if (isBlocked) throw new ApiError(400, 200000, "Message was blocked by automatic moderation");
}

function read(world: World, request: RestRequest): RestAnswer {
  const channel = findTextChannel(world, request, READING);
  const message = findMessage(channel, request);
  return { status: 200, body: messageOf(world, message, appOf(request)) };
}

function edit(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const channel = findTextChannel(world, request);
  const message = findMessage(channel, request);
  if (message.data.author.id !== app.id) {
    throw new ApiError(403, 50005, "Cannot edit a message authored by another user");
  }
  if (isNotice(message)) throw onNotice();
  demandUnlocked(world, app.id, channel);
  editMessage(world, message, request.body ?? {}, { files: request.files });
  return { status: 200, body: messageOf(world, message, app) };
}

function remove(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const channel = findTextChannel(world, request);
  const message = findMessage(channel, request);
  if (message.data.author.id !== app.id) {
    if (!channel.guild) throw new ApiError(403, 50003, "Cannot execute action on a DM channel");
    demand(world, app.id, { in: channel, bits: Bit.ManageMessages });
  }
  if (message.data.type === MessageType.ThreadStarterMessage) throw onNotice();
  deleteMessage(world, message);
  return DONE;
}

function removeMany(world: World, request: RestRequest): RestAnswer {
  const channel = findTextChannel(world, request);
  if (!channel.guild) throw new ApiError(403, 50003, "Cannot execute action on a DM channel");
  demand(world, appOf(request).id, { in: channel, bits: Bit.ManageMessages });
  const ids = [...new Set(new Form(request.body).ids("messages", 100) ?? [])];
  if (ids.length < 2) {
    throw invalidForm("messages", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 100 in length");
  }
  deleteMessages(world, channel, ids);
  return DONE;
}

/** Messages that Discord writes itself cannot be changed. */
function isNotice({ data }: Message): boolean {
  return [
    MessageType.ChannelPinnedMessage,
    MessageType.ThreadCreated,
    MessageType.ThreadStarterMessage,
  ].includes(data.type);
}

function onNotice(): ApiError {
  return new ApiError(403, 50021, "Cannot execute action on a system message");
}

/** Pinned messages, latest pin first. */
function pinned(channel: Channel): Message[] {
  return [...channel.pins.keys()].map((id) => channel.messages.get(id)!).reverse();
}

function oldPins(world: World, request: RestRequest): RestAnswer {
  const channel = findTextChannel(world, request, READING);
  const body = pinned(channel).slice(0, 50)
    .map((message) => messageOf(world, message, appOf(request)));
  return { status: 200, body };
}

function pins(world: World, request: RestRequest): RestAnswer {
  const channel = findTextChannel(world, request, READING);
  const limit = queryNumber(request.query, "limit", { min: 1, max: 50, fallback: 50 });
  const before = Date.parse(request.query.get("before") ?? "9999-01-01");
  const pinnedAt = ({ data }: Message) => channel.pins.get(data.id)!;
  const found = pinned(channel).filter((it) => Date.parse(pinnedAt(it)) < before);
  const items = found.slice(0, limit).map((message) => ({
    pinned_at: pinnedAt(message),
    message: messageOf(world, message, appOf(request)),
  }));
  return { status: 200, body: { items, has_more: found.length > limit } };
}

function pin(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const [channel, message] = pinTarget(world, request);
  if (message.data.pinned) return DONE;
  if (channel.pins.size >= MAX_PINS) {
    throw new ApiError(400, 30003, `Maximum number of pins reached (${MAX_PINS})`);
  }
  setPinned(world, channel, { message, isPinned: true });
  createNotice(world, channel, {
    author: app.user,
    type: MessageType.ChannelPinnedMessage,
    reference: pointerTo(channel, message.data.id),
  });
  return DONE;
}

function unpin(world: World, request: RestRequest): RestAnswer {
  const [channel, message] = pinTarget(world, request);
  if (message.data.pinned) setPinned(world, channel, { message, isPinned: false });
  return DONE;
}

function pinTarget(world: World, request: RestRequest): [Channel, Message] {
  const app = appOf(request);
  const channel = findTextChannel(world, request);
  if (channel.guild) {
    demand(world, app.id, { in: channel, bits: Bit.PinMessages | Bit.ReadMessageHistory });
  }
  demandOpen(channel);
  return [channel, findMessage(channel, request)];
}

function setPinned(world: World, channel: Channel, { message, isPinned }: {
  readonly message: Message;
  readonly isPinned: boolean;
}): void {
  const { data } = message;
  data.pinned = isPinned;
  if (isPinned) channel.pins.set(data.id, world.nowIso());
  else channel.pins.delete(data.id);
  tellMessage(world, message, { name: "MESSAGE_UPDATE", channel });
  tellPins(world, channel);
}
