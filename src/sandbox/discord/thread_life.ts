/**
 * The life of a thread: made, joined, archived by hand or by time, opened again. Who may do it is
 * decided by the routes.
 * @module
 */

import {
  type APIMessageReference,
  ChannelType,
  GatewayIntentBits as Intent,
  type ThreadAutoArchiveDuration,
} from "discord-api-types/v10";
import { ApiError } from "./api.ts";
import { tellChannel, tellGuild } from "./events.ts";
import type { Form } from "./form.ts";
import { Bit, can, demand, missingPermissions } from "./permissions.ts";
import { channelOf } from "./shapes.ts";
import { type Application, type Channel, emptyChannel, timeOfId, type World } from "./world.ts";

/** What a new thread is made of. */
export interface NewThread {
  readonly name: string;
  readonly type: ChannelType.PublicThread | ChannelType.PrivateThread;
  readonly ownerId: string;
  /** Minutes without a message until it is archived. */
  readonly autoArchive: ThreadAutoArchiveDuration;
  readonly rateLimitPerUser?: number | undefined;
  readonly invitable?: boolean | undefined;
  /** The message it is started from, whose id it then has. */
  readonly messageId?: string | undefined;
}

/** Makes a thread with its owner in it. */
export function makeThread(world: World, parent: Channel, options: NewThread): Channel {
  const now = world.nowIso();
  const id = options.messageId ?? world.nextId();
  const channel = emptyChannel({
    id,
    type: options.type,
    guild: parent.guild,
    name: options.name,
    parentId: parent.id,
    rateLimitPerUser: options.rateLimitPerUser ?? 0,
    thread: {
      ownerId: options.ownerId,
      sent: 0,
      members: new Map([[options.ownerId, newMember(world, id, options.ownerId)]]),
      metadata: {
        archived: false,
        archive_timestamp: now,
        auto_archive_duration: options.autoArchive,
        locked: false,
        create_timestamp: now,
        ...(options.type === ChannelType.PrivateThread && {
          invitable: options.invitable ?? true,
        }),
      },
    },
  });
  world.channels.set(id, channel);
  tellGuild(world, parent.guild!, {
    name: "THREAD_CREATE",
    intents: Intent.Guilds,
    channel,
    dataFor: (app) => ({ ...channelOf(channel, app.id), newly_created: true }),
  });
  return channel;
}

/** Where a message of a thread points to: the thread, or the message it was started from. */
export function pointerTo(channel: Channel, messageId?: string): APIMessageReference {
  return {
    type: 0,
    channel_id: channel.id,
    ...(channel.guild && { guild_id: channel.guild.id }),
    ...(messageId !== undefined && { message_id: messageId }),
  };
}

/** Lets a user into a thread; nothing happens when it is there already. */
export function joinThread(world: World, channel: Channel, userId: string): void {
  const { members } = channel.thread!;
  if (members.has(userId)) return;
  const member = newMember(world, channel.id, userId);
  members.set(userId, member);
  const isPrivate = channel.type === ChannelType.PrivateThread;
  tellGuild(world, channel.guild!, {
    name: "THREAD_CREATE",
    intents: Intent.Guilds,
    dataFor: (app) => isPrivate && app.id === userId ? channelOf(channel, app.id) : undefined,
  });
  tellMembers(world, channel, { added: [member], removed: [] });
}

/** Takes a user out of a thread. */
export function leaveThread(world: World, channel: Channel, userId: string): void {
  if (!channel.thread!.members.delete(userId)) return;
  tellMembers(world, channel, { added: [], removed: [userId] });
}

/** A bot without the member intent learns only of itself. */
function tellMembers(world: World, channel: Channel, change: {
  readonly added: readonly ReturnType<typeof newMember>[];
  readonly removed: readonly string[];
}): void {
  const touched = [...change.added.map((member) => member.user_id), ...change.removed];
  const learns = (app: Application, intents: number) =>
    (intents & Intent.GuildMembers) !== 0 || touched.includes(app.id);
  tellGuild(world, channel.guild!, {
    name: "THREAD_MEMBERS_UPDATE",
    intents: Intent.Guilds | Intent.GuildMembers,
    dataFor: (app, intents) =>
      learns(app, intents)
        ? {
          id: channel.id,
          guild_id: channel.guild!.id,
          member_count: Math.min(channel.thread!.members.size, 50),
          ...(change.added.length > 0 && { added_members: change.added }),
          ...(change.removed.length > 0 && { removed_member_ids: change.removed }),
        }
        : undefined,
  });
}

function newMember(world: World, threadId: string, userId: string) {
  return { id: threadId, user_id: userId, join_timestamp: world.nowIso(), flags: 0 };
}

/** Archives or opens a thread, and tells of it. */
export function setArchived(world: World, channel: Channel, archived: boolean): void {
  const thread = channel.thread!;
  if (thread.metadata.archived === archived) return;
  thread.metadata = { ...thread.metadata, archived, archive_timestamp: world.nowIso() };
  tellChannel(world, channel, "UPDATE");
}

/** Archives a thread in which nothing was written for as long as it says. */
export function archiveWhenIdle(world: World, channel: Channel): void {
  if (!channel.thread || channel.thread.metadata.archived) return;
  const { auto_archive_duration: minutes, archive_timestamp: opened } = channel.thread.metadata;
  const lastMessage = channel.lastMessageId ? timeOfId(channel.lastMessageId) : 0;
  const idleSince = Math.max(Date.parse(opened), lastMessage);
  if (world.now() - idleSince >= minutes * 60_000) setArchived(world, channel, true);
}

/** The same for every thread. The local Discord does so whenever threads are asked for. */
export function archiveIdleThreads(world: World): void {
  for (const channel of world.channels.values()) archiveWhenIdle(world, channel);
}

/** Minutes until a thread archives itself, as Discord offers them. @throws {ApiError} 50035 */
export function archiveOf(form: Form): ThreadAutoArchiveDuration | undefined {
  const minutes = form.whole("auto_archive_duration");
  if (minutes === undefined || [60, 1440, 4320, 10080].includes(minutes)) return minutes;
  const text = "Value must be one of {60, 1440, 4320, 10080}";
  throw form.refuse("auto_archive_duration", "BASE_TYPE_CHOICES", text);
}

/**
 * Changes a thread: name, archived, locked and the rest.
 * @throws {ApiError} 50013, 50083 when it is archived and stays so
 */
export function patchThread(world: World, channel: Channel, { userId, form }: {
  readonly userId: string;
  readonly form: Form;
}): void {
  const { metadata } = channel.thread!;
  const { archived = metadata.archived, locked = metadata.locked, invitable } = {
    archived: form.yesNo("archived"),
    locked: form.yesNo("locked"),
    invitable: form.yesNo("invitable"),
  };
  const name = form.text("name", { min: 1, max: 100 }) ?? channel.name;
  const slowMode = form.whole("rate_limit_per_user", { min: 0, max: 21600 });
  const autoArchive = archiveOf(form) ?? metadata.auto_archive_duration;
  demandPatching(world, channel, { userId, form, opens: metadata.archived && !archived });
  channel.thread!.metadata = {
    ...metadata,
    archived,
    locked,
    auto_archive_duration: autoArchive,
    ...(archived !== metadata.archived && { archive_timestamp: world.nowIso() }),
    ...(invitable !== undefined && channel.type === ChannelType.PrivateThread && { invitable }),
  };
  channel.name = name;
  channel.rateLimitPerUser = slowMode ?? channel.rateLimitPerUser;
  tellChannel(world, channel, "UPDATE");
}

/**
 * Whoever may write there may open a thread that is not locked. All else takes MANAGE_THREADS, or
 * having started the thread. Its starter may also lock it, but then no longer unlock it.
 */
function demandPatching(world: World, channel: Channel, { userId, form, opens }: {
  readonly userId: string;
  readonly form: Form;
  readonly opens: boolean;
}): void {
  const { metadata, ownerId } = channel.thread!;
  const keys = Object.keys(form.fields);
  const touchesMore = keys.some((key) => key !== "archived");
  if (metadata.archived && !opens && touchesMore) {
    throw new ApiError(400, 50083, "Thread is archived");
  }
  if (can(world, userId, { in: channel, bits: Bit.ManageThreads })) return;
  if (opens && keys.length === 1 && !metadata.locked) {
    demand(world, userId, { in: channel, bits: Bit.SendMessagesInThreads });
  } else if (ownerId !== userId || metadata.locked) {
    throw missingPermissions();
  }
}
