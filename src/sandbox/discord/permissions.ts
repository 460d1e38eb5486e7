/**
 * Who may do what where: Discord's own algorithm over roles and overwrites. Knows no routes and
 * no messages; time-outs and stage channels are left out.
 *
 * Source of the rules: Discord's documentation, topic "Permissions".
 * @module
 */

import { ChannelType, OverwriteType, PermissionFlagsBits as Bit } from "discord-api-types/v10";
import { ApiError } from "./api.ts";
import type { Channel, Guild, World } from "./world.ts";

/** Discord's permission bits by name. */
export { Bit };

/** Every permission there is. */
export const EVERYTHING: bigint = Object.values(Bit).reduce((all, bit) => all | bit, 0n);

/** What may be done in a direct conversation. */
const IN_DIRECTS = Bit.ViewChannel | Bit.SendMessages | Bit.EmbedLinks | Bit.AttachFiles |
  Bit.ReadMessageHistory | Bit.AddReactions | Bit.UseExternalEmojis;

/** What a message may hold; worth nothing to those who may not write. */
const WHEN_WRITING = Bit.MentionEveryone | Bit.AttachFiles | Bit.EmbedLinks |
  Bit.SendTTSMessages | Bit.SendVoiceMessages | Bit.SendPolls;

/** What a locked thread leaves to those who do not manage threads. */
const WHEN_LOCKED = Bit.ViewChannel | Bit.ReadMessageHistory | Bit.AddReactions |
  Bit.UseExternalEmojis;

/** What a member may do in the guild as a whole; 0 for others. */
export function guildPermissions(guild: Guild, userId: string): bigint {
  const member = guild.members.get(userId);
  if (!member) return 0n;
  if (guild.ownerId === userId) return EVERYTHING;
  const bits = [guild.id, ...member.roles]
    .reduce((sum, id) => sum | BigInt(guild.roles.get(id)?.permissions ?? 0), 0n);
  return (bits & Bit.Administrator) !== 0n ? EVERYTHING : bits;
}

/** What a user may do in a channel, thread or direct conversation; 0 where it cannot be seen. */
export function channelPermissions(world: World, userId: string, channel: Channel): bigint {
  if (!channel.guild) {
    return channel.recipients.some((user) => user.id === userId) ? IN_DIRECTS : 0n;
  }
  const parent = channel.thread ? world.channels.get(channel.parentId ?? "") : channel;
  if (!parent) return 0n;
  const bits = withOverwrites(guildPermissions(channel.guild, userId), userId, parent);
  return channel.thread ? inThread(bits, userId, channel) : withoutImplied(bits, Bit.SendMessages);
}

/** Overwrites, in Discord's order: @everyone, then all roles of the member together, then itself. */
function withOverwrites(base: bigint, userId: string, channel: Channel): bigint {
  if (base === EVERYTHING || base === 0n) return base;
  const guild = channel.guild!;
  const roles = guild.members.get(userId)?.roles ?? [];
  let bits = base;
  const layers = [
    channel.overwrites.filter((it) => it.id === guild.id),
    channel.overwrites.filter((it) => it.type === OverwriteType.Role && roles.includes(it.id)),
    channel.overwrites.filter((it) => it.type === OverwriteType.Member && it.id === userId),
  ];
  for (const layer of layers) {
    for (const { deny } of layer) bits &= ~BigInt(deny);
    for (const { allow } of layer) bits |= BigInt(allow);
  }
  return bits;
}

/** A thread has the rights of its channel, with SEND_MESSAGES_IN_THREADS as the right to write. */
function inThread(bits: bigint, userId: string, channel: Channel): bigint {
  const { members, metadata } = channel.thread!;
  const isManaged = (bits & Bit.ManageThreads) !== 0n;
  if (channel.type === ChannelType.PrivateThread && !members.has(userId) && !isManaged) return 0n;
  const left = metadata.locked && !isManaged ? bits & WHEN_LOCKED : bits;
  return withoutImplied(left, Bit.SendMessagesInThreads);
}

/** The right to write in a channel or thread. */
export function writingIn(channel: Channel): bigint {
  return channel.thread ? Bit.SendMessagesInThreads : Bit.SendMessages;
}

function withoutImplied(bits: bigint, writing: bigint): bigint {
  if ((bits & Bit.ViewChannel) === 0n) return 0n;
  return (bits & writing) === 0n ? bits & ~WHEN_WRITING : bits;
}

/** Whether a user sees a channel at all. */
export function canSee(world: World, userId: string, channel: Channel): boolean {
  return channelPermissions(world, userId, channel) !== 0n;
}

/** Whether a user has all of `bits` in a channel. */
export function can(world: World, userId: string, { in: channel, bits }: {
  readonly in: Channel;
  readonly bits: bigint;
}): boolean {
  return (channelPermissions(world, userId, channel) & bits) === bits;
}

/**
 * Refuses a user without all of `bits` in a channel.
 * @throws {ApiError} 50001 when the channel is hidden from it, else 50013.
 */
export function demand(world: World, userId: string, { in: channel, bits }: {
  readonly in: Channel;
  readonly bits: bigint;
}): void {
  const held = channelPermissions(world, userId, channel);
  if ((held & Bit.ViewChannel) === 0n) throw missingAccess();
  if ((held & bits) !== bits) throw missingPermissions();
}

/** Refuses a member without all of `bits` in the guild. @throws {ApiError} 50013 */
export function demandInGuild(guild: Guild, userId: string, bits: bigint): void {
  if ((guildPermissions(guild, userId) & bits) !== bits) throw missingPermissions();
}

/** Whether the member's highest role stands above a role; the owner stands above all. */
export function standsAbove(guild: Guild, userId: string, roleId: string): boolean {
  if (guild.ownerId === userId) return true;
  return rankOf(guild, roleId) < highestRank(guild, userId);
}

/** Whether a member stands above another one; nobody stands above the owner. */
export function outranks(guild: Guild, userId: string, otherId: string): boolean {
  if (guild.ownerId === otherId) return false;
  return guild.ownerId === userId || highestRank(guild, userId) > highestRank(guild, otherId);
}

function highestRank(guild: Guild, userId: string): number {
  const roles = guild.members.get(userId)?.roles ?? [];
  return Math.max(rankOf(guild, guild.id), ...roles.map((id) => rankOf(guild, id)));
}

/** Place of a role from below; of two with the same position the older one is higher. */
function rankOf(guild: Guild, roleId: string): number {
  const order = [...guild.roles.values()].sort((a, b) =>
    a.position - b.position || (BigInt(a.id) < BigInt(b.id) ? 1 : -1)
  );
  return order.findIndex((role) => role.id === roleId);
}

/** The refusal of what may not even be seen. */
export function missingAccess(): ApiError {
  return new ApiError(403, 50001, "Missing Access");
}

/** The refusal of what may be seen but not done. */
export function missingPermissions(): ApiError {
  return new ApiError(403, 50013, "Missing Permissions");
}
