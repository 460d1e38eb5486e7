/**
 * Tells the gateway what happened: which intents an event needs, and which bots may learn of it.
 * @module
 */

import { type APIOverwrite, GatewayIntentBits as Intent } from "discord-api-types/v10";
import { canSee } from "./permissions.ts";
import { activeThreads, channelOf, lastPin, memberOf, messageOf, readsContent } from "./shapes.ts";
import type { Application, Channel, Guild, Member, Message, World } from "./world.ts";

/** An event inside a guild. */
export interface GuildEvent {
  readonly name: string;
  readonly intents: number;
  /** Only bots that see this channel learn of it. */
  readonly channel?: Channel;
  /** What one bot learns; undefined: nothing. */
  readonly dataFor: (app: Application, intents: number) => unknown;
}

/** Tells the bots in a guild. */
export function tellGuild(world: World, guild: Guild, event: GuildEvent): void {
  const { name, intents, channel, dataFor } = event;
  world.tell({
    name,
    intents,
    dataFor(app, granted) {
      if (!guild.members.has(app.id)) return undefined;
      if (channel && !canSee(world, app.id, channel)) return undefined;
      return dataFor(app, granted);
    },
  });
}

/** Tells of a channel or thread; bots learn of hidden channels too, but not of hidden threads. */
export function tellChannel(world: World, channel: Channel, what: "CREATE" | "UPDATE"): void {
  if (!channel.guild) return;
  tellGuild(world, channel.guild, {
    name: `${channel.thread ? "THREAD" : "CHANNEL"}_${what}`,
    intents: Intent.Guilds,
    ...(channel.thread && { channel }),
    dataFor: (app) => channelOf(channel, app.id),
  });
}

/**
 * Gives a channel new overwrites and tells of it. Bots that did not see it before and do now are
 * told of its open threads too.
 */
export function setOverwrites(world: World, channel: Channel, overwrites: APIOverwrite[]): void {
  const seeing = () =>
    new Set([...world.applications.keys()].filter((id) => canSee(world, id, channel)));
  const before = seeing();
  channel.overwrites = overwrites;
  tellChannel(world, channel, "UPDATE");
  const gained = seeing().difference(before);
  if (gained.size === 0) return;
  tellGuild(world, channel.guild!, {
    name: "THREAD_LIST_SYNC",
    intents: Intent.Guilds,
    dataFor: (app) => gained.has(app.id) ? threadList(world, channel, app) : undefined,
  });
}

function threadList(world: World, channel: Channel, app: Application) {
  const threads = activeThreads(world, channel.guild!, app.id)
    .filter((thread) => thread.parentId === channel.id);
  return {
    guild_id: channel.guild!.id,
    channel_ids: [channel.id],
    threads: threads.map((thread) => channelOf(thread, app.id)),
    members: threads.flatMap((thread) => thread.thread!.members.get(app.id) ?? []),
  };
}

/** Tells of a message to those who see its channel, with its content for those who may read it. */
export function tellMessage(
  world: World,
  message: Message,
  event: { readonly name: "MESSAGE_CREATE" | "MESSAGE_UPDATE"; readonly channel: Channel },
): void {
  const { name, channel } = event;
  world.tell({
    name,
    intents: channel.guild ? Intent.GuildMessages : Intent.DirectMessages,
    dataFor(app, intents) {
      if (!learnsOf(world, app, { channel, message })) return undefined;
      const data = messageOf(world, message, app, readsContent(intents));
      const members = channel.guild?.members;
      const member = members?.get(message.data.author.id);
      return {
        ...data,
        mentions: data.mentions.map((user) => {
          const mentioned = members?.get(user.id);
          return { ...user, ...(mentioned && { member: withoutUser(mentioned) }) };
        }),
        ...(channel.guild && { guild_id: channel.guild.id }),
        ...(member && { member: withoutUser(member) }),
      };
    },
  });
}

/** An event in a channel. */
interface ChannelEvent {
  readonly name: string;
  /** Intents in a guild, and in a direct conversation. */
  readonly intents: readonly [number, number];
  /** Without the channel and its guild, which are added. */
  readonly data: Record<string, unknown>;
}

/** Tells that something was done to a message, such as deleting it or a reaction. */
export function tellAboutMessage(
  world: World,
  message: Message,
  { channel, ...event }: ChannelEvent & { readonly channel: Channel },
): void {
  tellIn(world, channel, {
    ...event,
    learns: (app) => learnsOf(world, app, { channel, message }),
  });
}

function tellIn(
  world: World,
  channel: Channel,
  { name, intents, data, learns = (app) => canSee(world, app.id, channel) }: ChannelEvent & {
    readonly learns?: (app: Application) => boolean;
  },
): void {
  const place = { channel_id: channel.id, ...(channel.guild && { guild_id: channel.guild.id }) };
  world.tell({
    name,
    intents: intents[channel.guild ? 0 : 1],
    dataFor: (app) => learns(app) ? { ...data, ...place } : undefined,
  });
}

/** What is ephemeral reaches the application that sent it, and nobody else's. */
function learnsOf(world: World, app: Application, { channel, message }: {
  readonly channel: Channel;
  readonly message: Message;
}): boolean {
  if (message.onlyFor !== undefined) return message.data.application_id === app.id;
  return canSee(world, app.id, channel);
}

/** A member as messages carry it: its user stands beside it. */
function withoutUser(member: Member): Omit<ReturnType<typeof memberOf>, "user"> {
  const { user: _, ...rest } = memberOf(member);
  return rest;
}

/** Tells that the pins of a channel changed. */
export function tellPins(world: World, channel: Channel): void {
  tellIn(world, channel, {
    name: "CHANNEL_PINS_UPDATE",
    intents: [Intent.Guilds, Intent.DirectMessages],
    data: { last_pin_timestamp: lastPin(channel) },
  });
}

/** Tells who writes. */
export function tellTyping(world: World, channel: Channel, userId: string): void {
  const member = channel.guild?.members.get(userId);
  tellIn(world, channel, {
    name: "TYPING_START",
    intents: [Intent.GuildMessageTyping, Intent.DirectMessageTyping],
    data: {
      user_id: userId,
      timestamp: Math.floor(world.now() / 1000),
      ...(member && { member: memberOf(member) }),
    },
  });
}

/** Tells of a changed member; a bot learns of itself even without the intent. */
export function tellMember(world: World, guild: Guild, member: Member): void {
  tellGuild(world, guild, {
    name: "GUILD_MEMBER_UPDATE",
    intents: 0,
    dataFor: (app, intents) =>
      (intents & Intent.GuildMembers) !== 0 || app.id === member.user.id
        ? { ...memberOf(member), guild_id: guild.id }
        : undefined,
  });
}
