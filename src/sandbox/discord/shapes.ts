/**
 * Turns what the world holds into the JSON that Discord shows, for one viewer. Decides what of a
 * message is withheld; whether the viewer may see it at all was decided before.
 * @module
 */

import {
  type APIApplication,
  type APIAttachment,
  type APIChannel,
  type APIGuild,
  type APIGuildMember,
  type APIMessage,
  type APIReaction,
  type APIRole,
  type APIUser,
  ApplicationFlags,
  ChannelType,
  GatewayIntentBits as Intent,
  MessageType,
} from "discord-api-types/v10";
import { canSee } from "./permissions.ts";
import type { Application, Channel, Guild, Member, Message, World } from "./world.ts";

/** No flags: as a number, since the enumerations of flags have no member for it. */
const NONE: number = 0;

/** A user as everybody sees it. */
export function userOf(user: APIUser): APIUser {
  return {
    ...user,
    flags: user.flags ?? NONE,
    public_flags: user.public_flags ?? NONE,
    avatar_decoration_data: user.avatar_decoration_data ?? null,
    primary_guild: user.primary_guild ?? null,
  };
}

/** A member, with its user. */
export function memberOf(member: Member): APIGuildMember {
  return {
    user: userOf(member.user),
    nick: member.nick,
    avatar: null,
    banner: null,
    avatar_decoration_data: null,
    roles: [...member.roles],
    joined_at: member.joinedAt,
    premium_since: null,
    communication_disabled_until: null,
    pending: false,
    deaf: false,
    mute: false,
    flags: NONE,
  };
}

/** What every guild here has in common: nothing beyond what Discord presets. */
const GUILD_DEFAULTS = {
  icon: null,
  description: null,
  home_header: null,
  splash: null,
  discovery_splash: null,
  banner: null,
  application_id: null,
  afk_channel_id: null,
  widget_channel_id: null,
  vanity_url_code: null,
  rules_channel_id: null,
  safety_alerts_channel_id: null,
  public_updates_channel_id: null,
  system_channel_id: null,
  max_presences: null,
  hub_type: null,
  incidents_data: null,
  features: [],
  region: "deprecated",
  afk_timeout: 300,
  system_channel_flags: NONE,
  widget_enabled: false,
  verification_level: 0,
  default_message_notifications: 1,
  mfa_level: 0,
  explicit_content_filter: 0,
  max_members: 500_000,
  max_stage_video_channel_users: 50,
  max_video_channel_users: 25,
  premium_tier: 0,
  premium_subscription_count: 0,
  premium_progress_bar_enabled: false,
  nsfw: false,
  nsfw_level: 0,
  preferred_locale: "en-US" as APIGuild["preferred_locale"],
  stickers: [],
} satisfies Partial<APIGuild> & { home_header: null; nsfw: boolean };

/** A guild without its channels and members. */
export function guildOf(guild: Guild): APIGuild {
  return {
    ...GUILD_DEFAULTS,
    id: guild.id,
    name: guild.name,
    owner_id: guild.ownerId,
    roles: rolesOf(guild),
    emojis: [...guild.emojis.values()],
  };
}

/** All roles, lowest first. */
export function rolesOf(guild: Guild): APIRole[] {
  return [...guild.roles.values()].sort((a, b) => a.position - b.position);
}

/** A channel of any kind, as one user sees it. */
export function channelOf(channel: Channel, viewerId: string): APIChannel {
  const shape = !channel.guild
    ? directOf(channel, viewerId)
    : channel.thread
    ? threadOf(channel, viewerId)
    : guildChannelOf(channel);
  return shape as unknown as APIChannel; // one shape per kind, which the union cannot follow
}

function directOf(channel: Channel, viewerId: string) {
  return {
    id: channel.id,
    type: ChannelType.DM,
    flags: 0,
    last_message_id: channel.lastMessageId,
    last_pin_timestamp: lastPin(channel),
    recipients: channel.recipients.filter((user) => user.id !== viewerId).map(userOf),
  };
}

function guildChannelOf(channel: Channel) {
  const isCategory = channel.type === ChannelType.GuildCategory;
  return {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guild!.id,
    name: channel.name,
    parent_id: channel.parentId,
    position: channel.position,
    permission_overwrites: channel.overwrites.map((overwrite) => ({ ...overwrite })),
    flags: 0,
    nsfw: false,
    ...(!isCategory && {
      topic: channel.topic,
      last_message_id: channel.lastMessageId,
      last_pin_timestamp: lastPin(channel),
      rate_limit_per_user: channel.rateLimitPerUser,
    }),
  };
}

function threadOf(channel: Channel, viewerId: string) {
  const thread = channel.thread!;
  const member = thread.members.get(viewerId);
  return {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guild!.id,
    parent_id: channel.parentId,
    owner_id: thread.ownerId,
    name: channel.name,
    last_message_id: channel.lastMessageId,
    last_pin_timestamp: lastPin(channel),
    rate_limit_per_user: channel.rateLimitPerUser,
    flags: 0,
    message_count: [...channel.messages.values()].filter(isCounted).length,
    total_message_sent: thread.sent,
    member_count: Math.min(thread.members.size, 50), // where Discord stops counting
    thread_metadata: { ...thread.metadata },
    ...(member && { member }),
  };
}

/** A thread does not count the message it was started from. */
function isCounted(message: Message): boolean {
  return message.data.type !== MessageType.ThreadStarterMessage && message.onlyFor === undefined;
}

/** When something was last pinned in a channel. */
export function lastPin(channel: Channel): string | null {
  return [...channel.pins.values()].at(-1) ?? null;
}

/** Whether these intents let an application read what others write. */
export function readsContent(intents: number): boolean {
  return (intents & Intent.MessageContent) !== 0;
}

/**
 * A message as one application sees it. Content, embeds, files, components and polls of others are
 * withheld without the intent, except in direct conversations and where the bot is mentioned.
 * @param reads Whether it has the intent: over REST the portal's switch decides.
 */
export function messageOf(
  world: World,
  message: Message,
  app: Application,
  reads = readsContent(app.privilegedIntents),
): APIMessage {
  const { data } = message;
  const channel = world.channels.get(data.channel_id);
  const isOpen = reads || !channel?.guild || data.author.id === app.id ||
    data.application_id === app.id || data.mentions.some((user) => user.id === app.id);
  const thread = world.channels.get(data.id);
  const reactions = reactionsOf(message, app.id);
  const { poll, ...rest } = data;
  return {
    ...rest,
    ...(poll && isOpen && { poll }),
    author: userOf(data.author),
    mentions: data.mentions.map(userOf),
    ...(!isOpen && { content: "", embeds: [], attachments: [], components: [] }),
    ...(thread?.thread && { thread: channelOf(thread, app.id) }),
    ...(reactions.length > 0 && { reactions }),
    ...referenceOf(world, message, { app, reads }),
  };
}

/** The message that a reply answers; null when it was deleted. */
function referenceOf(world: World, message: Message, viewer: {
  readonly app: Application;
  readonly reads: boolean;
}): { referenced_message?: APIMessage | null } {
  const { type, message_reference: reference } = message.data;
  const isAnswer = type === MessageType.Reply || type === MessageType.ThreadStarterMessage;
  if (!isAnswer || !reference?.message_id) return {};
  const original = world.channels.get(reference.channel_id)?.messages.get(reference.message_id);
  if (!original) return { referenced_message: null };
  const shape = messageOf(world, original, viewer.app, viewer.reads);
  delete shape.referenced_message; // Discord nests one level
  delete shape.reactions;
  return { referenced_message: shape };
}

function reactionsOf(message: Message, viewerId: string): APIReaction[] {
  return [...message.reactions].map(([emoji, users]) => ({
    emoji: reactionEmoji(emoji),
    count: users.size,
    count_details: { burst: 0, normal: users.size },
    burst_colors: [],
    me: users.has(viewerId),
    me_burst: false,
  }));
}

/** `✅` or `name:id` as events and messages show it. */
export function reactionEmoji(emoji: string): { id: string | null; name: string } {
  const [name = emoji, id] = emoji.split(":");
  return id === undefined ? { id: null, name: emoji } : { id, name };
}

/** Files that no embed shows: only these stand in the message's own list. */
export function shownFiles(uploads: readonly APIAttachment[], data: APIMessage): APIAttachment[] {
  const inside = JSON.stringify([data.embeds, data.components]);
  return uploads.filter((file) => !inside.includes(JSON.stringify(file.url)));
}

/** The portal's switches as the application's flags show them; all our bots are unverified. */
export function applicationFlags(app: Application): number {
  const flag = (intent: number, value: number) => app.privilegedIntents & intent ? value : 0;
  return flag(Intent.GuildPresences, ApplicationFlags.GatewayPresenceLimited) |
    flag(Intent.GuildMembers, ApplicationFlags.GatewayGuildMembersLimited) |
    flag(Intent.MessageContent, ApplicationFlags.GatewayMessageContentLimited);
}

/** An application as its own bot sees it. */
export function applicationOf(world: World, app: Application) {
  const shape = {
    id: app.id,
    name: app.user.username,
    icon: null,
    description: "",
    type: null,
    bot: userOf(app.user),
    bot_public: false,
    bot_require_code_grant: false,
    verify_key: "0".repeat(64),
    flags: applicationFlags(app),
    flags_new: String(applicationFlags(app)),
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    owner: userOf(app.user),
    approximate_guild_count: guildsOf(world, app).length,
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    explicit_content_filter: 0,
    team: null,
    eligible_oauth2_scopes: [],
  };
  return shape satisfies Partial<Record<keyof APIApplication, unknown>>;
}

/** The guilds an application's bot is in. */
export function guildsOf(world: World, app: Application): Guild[] {
  return [...world.guilds.values()].filter((guild) => guild.members.has(app.id));
}

/** Channels of a guild in order of creation, without threads. */
export function channelsIn(world: World, guild: Guild): Channel[] {
  return [...world.channels.values()].filter((it) => it.guild === guild && !it.thread);
}

/** Open threads of a guild that a user sees. */
export function activeThreads(world: World, guild: Guild, userId: string): Channel[] {
  return [...world.channels.values()].filter((it) =>
    it.guild === guild && it.thread && !it.thread.metadata.archived && canSee(world, userId, it)
  );
}

/**
 * What GUILD_CREATE tells a bot: everything about the guild, of members only the bot itself (more
 * takes the presence intent), and of threads the open ones that it sees.
 */
export function guildCreate(world: World, guild: Guild, app: Application): unknown {
  const self = guild.members.get(app.id);
  return {
    ...guildOf(guild),
    joined_at: self?.joinedAt,
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    members: self ? [memberOf(self)] : [],
    channels: channelsIn(world, guild).map((channel) => {
      const { guild_id: _, ...shape } = guildChannelOf(channel); // Discord leaves it out here
      return shape;
    }),
    threads: activeThreads(world, guild, app.id).map((channel) => threadOf(channel, app.id)),
    voice_states: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}
