/**
 * Finds what a route names, for the application that asks, and refuses with Discord's codes. Rules
 * beyond "is it there, may it be seen" lie with the routes.
 * @module
 */

import { ChannelType } from "discord-api-types/v10";
import { ApiError, type RestRequest } from "./api.ts";
import { invalidForm } from "./form.ts";
import { Bit, demand, missingAccess } from "./permissions.ts";
import { archiveWhenIdle } from "./thread_life.ts";
import type { Application, Channel, Guild, Member, Message, World } from "./world.ts";

/** A part of the path. */
export function param(request: RestRequest, name: string): string {
  return request.params[name] ?? "";
}

/** Who asks. @throws {ApiError} 401 without a token. */
export function appOf(request: RestRequest): Application {
  if (!request.app) throw new ApiError(401, 0, "401: Unauthorized");
  return request.app;
}

/** The guild of the path, which the application must be in. @throws {ApiError} 10004, 50001 */
export function findGuild(world: World, request: RestRequest): Guild {
  const guild = world.guilds.get(param(request, "guild_id"));
  if (!guild) throw new ApiError(404, 10004, "Unknown Guild");
  if (!guild.members.has(appOf(request).id)) throw missingAccess();
  return guild;
}

/** The channel of the path, which the application must see. @throws {ApiError} 10003, 50001 */
export function findChannel(world: World, request: RestRequest, bits = 0n): Channel {
  const channel = world.channels.get(param(request, "channel_id"));
  if (!channel) throw new ApiError(404, 10003, "Unknown Channel");
  archiveWhenIdle(world, channel);
  demand(world, appOf(request).id, { in: channel, bits });
  return channel;
}

/** A channel that holds messages. @throws {ApiError} 10003, 50001, 50013, 50008 */
export function findTextChannel(world: World, request: RestRequest, bits = 0n): Channel {
  const channel = findChannel(world, request, bits);
  if (channel.type === ChannelType.GuildCategory || channel.type === ChannelType.GuildForum) {
    throw new ApiError(400, 50008, "Cannot send messages in a non-text channel");
  }
  return channel;
}

/** The message of the path. What is ephemeral does not exist for this route. @throws {ApiError} 10008 */
export function findMessage(channel: Channel, request: RestRequest): Message {
  const message = channel.messages.get(param(request, "message_id"));
  if (!message || message.onlyFor !== undefined) throw unknownMessage();
  return message;
}

/** A member of the guild; `@me` is who asks. @throws {ApiError} 10007 */
export function findMember(guild: Guild, request: RestRequest): Member {
  const id = param(request, "user_id");
  const member = guild.members.get(id === "@me" ? appOf(request).id : id);
  if (!member) throw new ApiError(404, 10007, "Unknown Member");
  return member;
}

/** The refusal of a message that is not there. */
export function unknownMessage(): ApiError {
  return new ApiError(404, 10008, "Unknown Message");
}

/** The refusal of a message in which there is nothing. */
export function emptyMessage(): ApiError {
  return new ApiError(400, 50006, "Cannot send an empty message");
}

/** Refuses what an archived thread does not take. @throws {ApiError} 50083 */
export function demandOpen(channel: Channel): void {
  if (channel.thread?.metadata.archived) throw new ApiError(400, 50083, "Thread is archived");
}

/** Reading old messages takes a right of its own. */
export const READING = Bit.ViewChannel | Bit.ReadMessageHistory;

/** A whole number of the query. @throws {ApiError} 50035 */
export function queryNumber(query: URLSearchParams, name: string, { min, max, fallback }: {
  readonly min: number;
  readonly max: number;
  readonly fallback: number;
}): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw invalidForm(name, "NUMBER_TYPE_RANGE", `int value should be between ${min} and ${max}`);
}

/** A snowflake of the query, as a number that compares. @throws {ApiError} 50035 */
export function queryId(query: URLSearchParams, name: string): bigint | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^\d{1,20}$/.test(text)) return BigInt(text);
  throw invalidForm(name, "NUMBER_TYPE_COERCE", `Value "${text}" is not snowflake`);
}
