/**
 * Builds a world for tests and the demo, and tells the gateway of every step: what people do in the
 * portal and in the client rather than through a bot.
 * @module
 */

import { Buffer } from "node:buffer";
import {
  type APIOverwrite,
  type APIRole,
  ChannelType,
  GatewayIntentBits as Intent,
  type RoleFlags,
} from "discord-api-types/v10";
import { tellChannel, tellGuild } from "./events.ts";
import { Bit } from "./permissions.ts";
import { channelsIn, guildCreate, memberOf, userOf } from "./shapes.ts";
import {
  type Application,
  type Channel,
  emptyChannel,
  type Guild,
  type Member,
  type World,
} from "./world.ts";

/** What @everyone may do in a new guild, as Discord presets it. */
const EVERYONE_MAY = Bit.ViewChannel | Bit.CreateInstantInvite | Bit.ChangeNickname |
  Bit.SendMessages | Bit.SendMessagesInThreads | Bit.CreatePublicThreads |
  Bit.CreatePrivateThreads | Bit.EmbedLinks | Bit.AttachFiles | Bit.AddReactions |
  Bit.UseExternalEmojis | Bit.UseExternalStickers | Bit.ReadMessageHistory |
  Bit.UseApplicationCommands | Bit.Connect | Bit.Speak | Bit.Stream | Bit.UseVAD | Bit.SendPolls;

/** Registers an application with its bot user and a token of its own. */
export function addApplication(world: World, { name, privilegedIntents = 0 }: {
  readonly name: string;
  readonly privilegedIntents?: number;
}): Application {
  const id = world.nextId();
  const user = { ...newUser(id, name), bot: true, global_name: null };
  world.users.set(id, user);
  const app: Application = {
    id,
    user,
    token: newToken(id),
    privilegedIntents,
    commands: new Map(),
  };
  world.applications.set(id, app);
  return app;
}

/** A token that nobody had before: the id, and 33 random bytes. */
export function newToken(id: string): string {
  const random = (bytes: number) =>
    Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("base64url");
  return `${Buffer.from(id).toString("base64url")}.${random(4)}.${random(29)}`;
}

/** Founds a guild. Its owner is the given user, or a new one. */
export function addGuild(world: World, { name, ownerId }: {
  readonly name: string;
  readonly ownerId?: string;
}): Guild {
  const id = world.nextId();
  const owner = world.users.get(ownerId ?? "") ?? newUser(world.nextId(), `${name} owner`);
  world.users.set(owner.id, owner);
  const guild: Guild = {
    id,
    name,
    ownerId: owner.id,
    roles: new Map(),
    members: new Map(),
    emojis: new Map(),
    blockedWords: new Set(),
  };
  guild.roles.set(id, { ...newRole(id, "@everyone"), permissions: String(EVERYONE_MAY) });
  world.guilds.set(id, guild);
  join(world, guild, { user: owner, nick: null, roles: [] });
  return guild;
}

/** Makes a role above all others. */
export function addRole(world: World, guild: Guild, options: {
  readonly name: string;
  readonly permissions?: bigint;
  readonly color?: number;
  readonly mentionable?: boolean;
}): APIRole {
  const { name, permissions = 0n, color = 0, mentionable = false } = options;
  const role: APIRole = {
    ...newRole(world.nextId(), name),
    position: guild.roles.size,
    permissions: String(permissions),
    color,
    colors: { primary_color: color, secondary_color: null, tertiary_color: null },
    mentionable,
  };
  return putRole(world, guild, role);
}

/** Invites a bot with these permissions; it gets a managed role of its own, as on Discord. */
export function addBot(world: World, guild: Guild, { app, permissions }: {
  readonly app: Application;
  readonly permissions: bigint;
}): Member {
  const role = putRole(world, guild, {
    ...newRole(world.nextId(), app.user.username),
    position: guild.roles.size,
    permissions: String(permissions),
    managed: true,
    tags: { bot_id: app.id },
  });
  const member = join(world, guild, { user: app.user, nick: null, roles: [role.id] });
  world.tell({
    name: "GUILD_CREATE",
    intents: Intent.Guilds,
    dataFor: (viewer) => viewer.id === app.id ? guildCreate(world, guild, app) : undefined,
  });
  return member;
}

/** Brings in a person: a new one, or by `userId` one who is in another guild already. */
export function addPerson(world: World, guild: Guild, options: {
  readonly username: string;
  readonly globalName?: string | null;
  readonly nick?: string | null;
  /** Ids. */
  readonly roles?: readonly string[];
  readonly userId?: string;
}): Member {
  const { username, globalName = null, nick = null, roles = [], userId } = options;
  const known = userId === undefined ? undefined : world.users.get(userId);
  const user = known ?? { ...newUser(world.nextId(), username), global_name: globalName };
  world.users.set(user.id, user);
  return join(world, guild, { user, nick, roles: [...roles] });
}

/** Takes a member, person or bot, out of a guild: it left, or was thrown out. */
export function removeMember(world: World, guild: Guild, userId: string): void {
  const member = guild.members.get(userId);
  if (!member) return;
  guild.members.delete(userId);
  tellGuild(world, guild, {
    name: "GUILD_MEMBER_REMOVE",
    intents: Intent.GuildMembers,
    dataFor: () => ({ guild_id: guild.id, user: userOf(member.user) }),
  });
  world.tell({
    name: "GUILD_DELETE",
    intents: Intent.Guilds,
    dataFor: (app) => app.id === userId ? { id: guild.id } : undefined,
  });
}

/** Makes a channel; a text channel unless `type` says otherwise. */
export function addChannel(world: World, guild: Guild, options: {
  readonly name: string;
  readonly type?: ChannelType;
  readonly parent?: Channel | undefined;
  /** Default: those of the category. */
  readonly overwrites?: readonly APIOverwrite[] | undefined;
  readonly topic?: string | null | undefined;
  readonly position?: number | undefined;
  readonly rateLimitPerUser?: number | undefined;
}): Channel {
  const { name, type = ChannelType.GuildText, parent } = options;
  const overwrites = options.overwrites ?? parent?.overwrites ?? [];
  const channel = emptyChannel({
    id: world.nextId(),
    type,
    guild,
    name: channelName(name, type),
    topic: options.topic ?? null,
    position: options.position ?? channelsIn(world, guild).length,
    parentId: parent?.id ?? null,
    overwrites: overwrites.map((overwrite) => ({ ...overwrite })),
    rateLimitPerUser: options.rateLimitPerUser ?? 0,
  });
  world.channels.set(channel.id, channel);
  tellChannel(world, channel, "CREATE");
  return channel;
}

/** The conversation between a bot and a user, made when they have none. */
export function openDirect(world: World, botId: string, userId: string): Channel | undefined {
  const known = [...world.channels.values()].find((channel) =>
    !channel.guild && [botId, userId].every((id) => channel.recipients.some((it) => it.id === id))
  );
  const [bot, user] = [world.users.get(botId), world.users.get(userId)];
  if (known || !bot || !user || botId === userId) return known;
  const channel = emptyChannel({
    id: world.nextId(),
    type: ChannelType.DM,
    guild: undefined,
    recipients: [bot, user],
  });
  world.channels.set(channel.id, channel);
  return channel;
}

/** An overwrite for a role (or @everyone by the guild's id). */
export function forRole(id: string, rights: { allow?: bigint; deny?: bigint }): APIOverwrite {
  return { id, type: 0, allow: String(rights.allow ?? 0n), deny: String(rights.deny ?? 0n) };
}

/** An overwrite for one member. */
export function forMember(id: string, rights: { allow?: bigint; deny?: bigint }): APIOverwrite {
  return { ...forRole(id, rights), type: 1 };
}

/**
 * A name as Discord stores it. Categories and voice channels keep theirs; text channels are
 * lower-cased, lose ASCII punctuation, and get `-` for spaces.
 */
export function channelName(name: string, type: ChannelType): string {
  if (type !== ChannelType.GuildText && type !== ChannelType.GuildAnnouncement) return name;
  const kept = name.toLowerCase().replace(/[!-,./:-@[-^`{-~]/g, "").trim().replace(/[\s-]+/g, "-");
  return kept === "" ? "-" : kept;
}

function putRole(world: World, guild: Guild, role: APIRole): APIRole {
  guild.roles.set(role.id, role);
  tellGuild(world, guild, {
    name: "GUILD_ROLE_CREATE",
    intents: Intent.Guilds,
    dataFor: () => ({ guild_id: guild.id, role: { ...role } }),
  });
  return role;
}

function join(world: World, guild: Guild, who: Omit<Member, "joinedAt">): Member {
  const member: Member = { ...who, joinedAt: world.nowIso() };
  guild.members.set(member.user.id, member);
  tellGuild(world, guild, {
    name: "GUILD_MEMBER_ADD",
    intents: Intent.GuildMembers,
    dataFor: () => ({ ...memberOf(member), guild_id: guild.id }),
  });
  return member;
}

function newUser(id: string, username: string) {
  return { id, username, discriminator: "0", global_name: null as string | null, avatar: null };
}

function newRole(id: string, name: string): APIRole {
  return {
    id,
    name,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    icon: null,
    unicode_emoji: null,
    position: 0,
    permissions: "0",
    managed: false,
    mentionable: false,
    flags: 0 as RoleFlags,
  };
}
