/**
 * The routes of threads: started, joined, listed. Changing and deleting one goes through its
 * channel's routes.
 * @module
 */

import {
  type APIThreadMember,
  ChannelType,
  MessageType,
  type ThreadAutoArchiveDuration,
} from "discord-api-types/v10";
import {
  appOf,
  demandOpen,
  findChannel,
  findGuild,
  findMessage,
  findTextChannel,
  param,
  queryId,
  queryNumber,
  READING,
} from "../access.ts";
import { ApiError, type RestAnswer, type RestRequest, type Routes } from "../api.ts";
import { tellMessage } from "../events.ts";
import { Form } from "../form.ts";
import { createNotice } from "../messages.ts";
import { Bit, can, demand, missingPermissions } from "../permissions.ts";
import { activeThreads, channelOf, memberOf } from "../shapes.ts";
import {
  archiveIdleThreads,
  archiveOf,
  joinThread,
  leaveThread,
  makeThread,
  pointerTo,
} from "../thread_life.ts";
import type { Application, Channel, World } from "../world.ts";

const DONE: RestAnswer = { status: 204 };
const MAX_ACTIVE = 1000;

/** Handlers of the routes of threads and their members. */
export function threadRoutes(world: World): Routes {
  const at = "/channels/{channel_id}";
  const member = `${at}/thread-members/{user_id}`;
  return {
    [`POST ${at}/threads`]: (request) => start(world, request),
    [`POST ${at}/messages/{message_id}/threads`]: (request) => startFrom(world, request),
    [`GET ${at}/threads/archived/public`]: (request) => archived(world, request, "public"),
    [`GET ${at}/threads/archived/private`]: (request) => archived(world, request, "private"),
    [`GET ${at}/users/@me/threads/archived/private`]: (request) => archivedJoined(world, request),
    "GET /guilds/{guild_id}/threads/active": (request) => active(world, request),
    [`GET ${at}/thread-members`]: (request) => members(world, request),
    [`PUT ${at}/thread-members/@me`]: (request) => joinSelf(world, request),
    [`DELETE ${at}/thread-members/@me`]: (request) => leaveSelf(world, request),
    [`GET ${member}`]: (request) => oneMember(world, request),
    [`PUT ${member}`]: (request) => add(world, request),
    [`DELETE ${member}`]: (request) => remove(world, request),
  };
}

/** What both ways to start a thread take. */
function startOptions(form: Form) {
  const name = form.text("name", { min: 1, max: 100 });
  if (name === undefined || name.trim() === "") {
    throw form.refuse("name", "BASE_TYPE_REQUIRED", "This field is required");
  }
  return {
    name,
    autoArchive: archiveOf(form) ?? (1440 as ThreadAutoArchiveDuration),
    rateLimitPerUser: form.whole("rate_limit_per_user", { min: 0, max: 21600 }),
  };
}

/** A channel in which threads can be started. */
function parentOf(world: World, request: RestRequest): Channel {
  const channel = findTextChannel(world, request);
  const isText = channel.type === ChannelType.GuildText ||
    channel.type === ChannelType.GuildAnnouncement;
  if (!isText || !channel.guild) {
    throw new ApiError(400, 50024, "Cannot execute action on this channel type");
  }
  archiveIdleThreads(world);
  const open = [...world.channels.values()].filter((it) =>
    it.guild === channel.guild && it.thread && !it.thread.metadata.archived
  );
  if (open.length >= MAX_ACTIVE) {
    throw new ApiError(400, 160006, "Maximum number of active threads reached");
  }
  return channel;
}

/** Without a `type` it becomes a private thread: so it is in version 10. */
function start(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const parent = parentOf(world, request);
  const form = new Form(request.body);
  const isPublic = form.whole("type", { min: 11, max: 12 }) === ChannelType.PublicThread;
  const bits = isPublic ? Bit.CreatePublicThreads : Bit.CreatePrivateThreads;
  demand(world, app.id, { in: parent, bits });
  const thread = makeThread(world, parent, {
    ...startOptions(form),
    type: isPublic ? ChannelType.PublicThread : ChannelType.PrivateThread,
    ownerId: app.id,
    invitable: form.yesNo("invitable"),
  });
  if (isPublic) {
    createNotice(world, parent, {
      author: app.user,
      type: MessageType.ThreadCreated,
      content: thread.name,
      reference: pointerTo(thread),
    });
  }
  return { status: 201, body: channelOf(thread, app.id) };
}

function startFrom(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const parent = parentOf(world, request);
  demand(world, app.id, { in: parent, bits: Bit.CreatePublicThreads | READING });
  const message = findMessage(parent, request);
  if (world.channels.has(message.data.id)) {
    throw new ApiError(400, 160004, "A thread has already been created for this message");
  }
  const thread = makeThread(world, parent, {
    ...startOptions(new Form(request.body)),
    type: ChannelType.PublicThread,
    ownerId: app.id,
    messageId: message.data.id,
  });
  message.data.flags = (message.data.flags ?? 0) | 1 << 5; // HAS_THREAD
  tellMessage(world, message, { name: "MESSAGE_UPDATE", channel: parent });
  createNotice(world, thread, {
    author: message.data.author,
    type: MessageType.ThreadStarterMessage,
    reference: pointerTo(parent, message.data.id),
  });
  return { status: 201, body: channelOf(thread, app.id) };
}

/** Threads with the viewer's own membership beside them, as every listing shows them. */
function listed(threads: readonly Channel[], app: Application, hasMore = false): RestAnswer {
  const body = {
    threads: threads.map((thread) => channelOf(thread, app.id)),
    members: threads.flatMap((thread) => thread.thread!.members.get(app.id) ?? []),
    has_more: hasMore,
  };
  return { status: 200, body };
}

function active(world: World, request: RestRequest): RestAnswer {
  const guild = findGuild(world, request);
  archiveIdleThreads(world);
  return listed(activeThreads(world, guild, appOf(request).id), appOf(request));
}

/** Archived threads of a channel of one kind, latest first. */
function archivedIn(world: World, channel: Channel, type: ChannelType): Channel[] {
  archiveIdleThreads(world);
  return [...world.channels.values()].filter((it) =>
    it.parentId === channel.id && it.type === type && it.thread?.metadata.archived
  ).sort((a, b) => archivedAt(b) - archivedAt(a));
}

function archivedAt(channel: Channel): number {
  return Date.parse(channel.thread!.metadata.archive_timestamp);
}

function archived(world: World, request: RestRequest, kind: "public" | "private"): RestAnswer {
  const isPrivate = kind === "private";
  const channel = findChannel(world, request, READING | (isPrivate ? Bit.ManageThreads : 0n));
  const type = isPrivate ? ChannelType.PrivateThread : ChannelType.PublicThread;
  const limit = queryNumber(request.query, "limit", { min: 2, max: 100, fallback: 50 });
  const before = Date.parse(request.query.get("before") ?? "9999-01-01");
  const found = archivedIn(world, channel, type).filter((it) => archivedAt(it) < before);
  return listed(found.slice(0, limit), appOf(request), found.length > limit);
}

/** Private threads that the bot is in: by id, and `before` is an id too. */
function archivedJoined(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const channel = findChannel(world, request, READING);
  const limit = queryNumber(request.query, "limit", { min: 2, max: 100, fallback: 50 });
  const before = queryId(request.query, "before");
  const found = archivedIn(world, channel, ChannelType.PrivateThread)
    .filter((it) => it.thread!.members.has(app.id))
    .filter((it) => before === undefined || BigInt(it.id) < before)
    .sort((a, b) => BigInt(a.id) < BigInt(b.id) ? 1 : -1);
  return listed(found.slice(0, limit), app, found.length > limit);
}

function threadOf(world: World, request: RestRequest): Channel {
  const channel = findChannel(world, request);
  if (channel.thread) return channel;
  throw new ApiError(400, 50024, "Cannot execute action on this channel type");
}

/** Listing all members takes the privileged intent. */
function members(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const channel = threadOf(world, request);
  const withMember = request.query.get("with_member") === "true";
  const after = queryId(request.query, "after") ?? 0n;
  const limit = queryNumber(request.query, "limit", { min: 1, max: 100, fallback: 100 });
  if ((app.privilegedIntents & 1 << 1) === 0) throw new ApiError(403, 50001, "Missing Access");
  const found = [...channel.thread!.members.values()];
  const page = withMember
    ? found.filter((it) => BigInt(userOf(it)) > after)
      .sort((a, b) => BigInt(userOf(a)) < BigInt(userOf(b)) ? -1 : 1).slice(0, limit)
    : found;
  return { status: 200, body: page.map((it) => shownMember(channel, it, withMember)) };
}

function userOf(member: APIThreadMember): string {
  return member.user_id ?? "0";
}

function shownMember(channel: Channel, threadMember: APIThreadMember, withMember: boolean) {
  const member = channel.guild!.members.get(userOf(threadMember));
  return {
    ...threadMember,
    ...(withMember && member && { member: memberOf(member) }),
  };
}

function oneMember(world: World, request: RestRequest): RestAnswer {
  const channel = threadOf(world, request);
  const id = param(request, "user_id");
  const member = channel.thread!.members.get(id === "@me" ? appOf(request).id : id);
  if (!member) throw new ApiError(404, 10007, "Unknown Member");
  const withMember = request.query.get("with_member") === "true";
  return { status: 200, body: shownMember(channel, member, withMember) };
}

function joinSelf(world: World, request: RestRequest): RestAnswer {
  const channel = threadOf(world, request);
  demandOpen(channel);
  joinThread(world, channel, appOf(request).id);
  return DONE;
}

function leaveSelf(world: World, request: RestRequest): RestAnswer {
  const channel = threadOf(world, request);
  demandOpen(channel);
  leaveThread(world, channel, appOf(request).id);
  return DONE;
}

function add(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const channel = threadOf(world, request);
  demandOpen(channel);
  demand(world, app.id, { in: channel, bits: Bit.SendMessagesInThreads });
  const { metadata, ownerId } = channel.thread!;
  const isClosed = metadata.invitable === false && ownerId !== app.id;
  if (isClosed && !can(world, app.id, { in: channel, bits: Bit.ManageThreads })) {
    throw missingPermissions();
  }
  const id = param(request, "user_id");
  const parent = world.channels.get(channel.parentId ?? "")!;
  if (!world.users.has(id)) throw new ApiError(404, 10013, "Unknown User");
  if (!channel.guild!.members.has(id) || !can(world, id, { in: parent, bits: Bit.ViewChannel })) {
    throw new ApiError(403, 50001, "Missing Access");
  }
  joinThread(world, channel, id);
  return DONE;
}

function remove(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const channel = threadOf(world, request);
  demandOpen(channel);
  const isOwnPrivate = channel.type === ChannelType.PrivateThread &&
    channel.thread!.ownerId === app.id;
  if (!isOwnPrivate) demand(world, app.id, { in: channel, bits: Bit.ManageThreads });
  const id = param(request, "user_id");
  if (!channel.thread!.members.has(id)) throw new ApiError(404, 10007, "Unknown Member");
  leaveThread(world, channel, id);
  return DONE;
}
