/**
 * The routes of reactions.
 * @module
 */

import { GatewayIntentBits as Intent } from "discord-api-types/v10";
import {
  appOf,
  demandOpen,
  findMessage,
  findTextChannel,
  param,
  queryId,
  queryNumber,
  READING,
} from "../access.ts";
import { ApiError, type RestAnswer, type RestRequest, type Routes } from "../api.ts";
import { tellAboutMessage } from "../events.ts";
import { Bit, demand } from "../permissions.ts";
import { memberOf, reactionEmoji, userOf } from "../shapes.ts";
import type { Channel, Message, World } from "../world.ts";

const DONE: RestAnswer = { status: 204 };
const MAX_DISTINCT = 20;
const INTENTS = [Intent.GuildMessageReactions, Intent.DirectMessageReactions] as const;

/** Handlers of the routes of reactions. */
export function reactionRoutes(world: World): Routes {
  const all = "/channels/{channel_id}/messages/{message_id}/reactions";
  const one = `${all}/{emoji_name}`;
  return {
    [`PUT ${one}/@me`]: (request) => add(world, request),
    [`DELETE ${one}/@me`]: (request) => remove(world, request, appOf(request).id),
    [`DELETE ${one}/{user_id}`]: (request) => remove(world, request, param(request, "user_id")),
    [`GET ${one}`]: (request) => list(world, request),
    [`DELETE ${one}`]: (request) => clearOne(world, request),
    [`DELETE ${all}`]: (request) => clearAll(world, request),
  };
}

/** A reaction's place: its message, and the emoji as the world keeps it. */
interface Spot {
  readonly channel: Channel;
  readonly message: Message;
  readonly emoji: string;
}

function spotOf(world: World, request: RestRequest, bits = READING): Spot {
  const channel = findTextChannel(world, request, bits);
  const message = findMessage(channel, request);
  demandOpen(channel);
  return { channel, message, emoji: emojiOf(world, param(request, "emoji_name")) };
}

/** One emoji of Unicode, or `name:id` of one that a guild has. @throws {ApiError} 10014 */
function emojiOf(world: World, sent: string): string {
  const custom = /^(?:a:)?(\w{2,32}):(\d{1,20})$/.exec(sent);
  const isKnown = custom
    ? [...world.guilds.values()].some((guild) => guild.emojis.has(custom[2]!))
    : /^\p{RGI_Emoji}$/v.test(sent) || /^\p{Emoji}\uFE0F?$/u.test(sent) && !/^[\d#*]/.test(sent);
  if (!isKnown) throw new ApiError(400, 10014, "Unknown Emoji");
  return custom ? `${custom[1]}:${custom[2]}` : sent;
}

function add(world: World, request: RestRequest): RestAnswer {
  const spot = spotOf(world, request);
  addReaction(world, appOf(request).id, spot);
  return DONE;
}

/**
 * Reacts as a user. Joining an emoji that stands there takes no ADD_REACTIONS.
 * @throws {ApiError} 50013, 30010 (20 distinct ones)
 */
export function addReaction(world: World, userId: string, { channel, message, emoji }: Spot): void {
  const users = message.reactions.get(emoji);
  if (!users) {
    demand(world, userId, { in: channel, bits: Bit.AddReactions });
    if (message.reactions.size >= MAX_DISTINCT) {
      throw new ApiError(400, 30010, `Maximum number of reactions reached (${MAX_DISTINCT})`);
    }
  }
  if (users?.has(userId)) return;
  message.reactions.set(emoji, new Set([...users ?? [], userId]));
  const member = channel.guild?.members.get(userId);
  tellAboutMessage(world, message, {
    name: "MESSAGE_REACTION_ADD",
    channel,
    intents: INTENTS,
    data: {
      ...reactionData(userId, message, emoji),
      message_author_id: message.data.author.id,
      ...(member && { member: memberOf(member) }),
    },
  });
}

function reactionData(userId: string, message: Message, emoji: string) {
  return {
    user_id: userId,
    message_id: message.data.id,
    emoji: reactionEmoji(emoji),
    burst: false,
    type: 0,
  };
}

function remove(world: World, request: RestRequest, userId: string): RestAnswer {
  const spot = spotOf(world, request);
  const { channel, message, emoji } = spot;
  if (userId !== appOf(request).id) {
    demand(world, appOf(request).id, { in: channel, bits: Bit.ManageMessages });
  }
  const users = message.reactions.get(emoji);
  if (!users?.delete(userId)) throw new ApiError(404, 10014, "Unknown Emoji");
  if (users.size === 0) message.reactions.delete(emoji);
  tellAboutMessage(world, message, {
    name: "MESSAGE_REACTION_REMOVE",
    channel,
    intents: INTENTS,
    data: reactionData(userId, message, emoji),
  });
  return DONE;
}

function list(world: World, request: RestRequest): RestAnswer {
  const { message, emoji } = spotOf(world, request);
  const limit = queryNumber(request.query, "limit", { min: 1, max: 100, fallback: 25 });
  const after = queryId(request.query, "after") ?? 0n;
  const ids = [...message.reactions.get(emoji) ?? []].filter((id) => BigInt(id) > after)
    .sort((a, b) => BigInt(a) < BigInt(b) ? -1 : 1).slice(0, limit);
  return { status: 200, body: ids.flatMap((id) => world.users.get(id) ?? []).map(userOf) };
}

function clearOne(world: World, request: RestRequest): RestAnswer {
  const { channel, message, emoji } = spotOf(world, request, READING | Bit.ManageMessages);
  if (!message.reactions.delete(emoji)) throw new ApiError(404, 10014, "Unknown Emoji");
  tellAboutMessage(world, message, {
    name: "MESSAGE_REACTION_REMOVE_EMOJI",
    channel,
    intents: INTENTS,
    data: { message_id: message.data.id, emoji: reactionEmoji(emoji) },
  });
  return DONE;
}

function clearAll(world: World, request: RestRequest): RestAnswer {
  const channel = findTextChannel(world, request, READING | Bit.ManageMessages);
  const message = findMessage(channel, request);
  demandOpen(channel);
  message.reactions.clear();
  tellAboutMessage(world, message, {
    name: "MESSAGE_REACTION_REMOVE_ALL",
    channel,
    intents: INTENTS,
    data: { message_id: message.data.id },
  });
  return DONE;
}
