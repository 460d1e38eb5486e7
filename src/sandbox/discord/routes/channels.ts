/**
 * The routes of channels and their overwrites: made, changed, deleted, hidden.
 * @module
 */

import {
  type APIOverwrite,
  ChannelType,
  GatewayIntentBits as Intent,
  OverwriteType,
} from "discord-api-types/v10";
import { appOf, findChannel, findGuild, findTextChannel, param } from "../access.ts";
import { ApiError, type RestAnswer, type RestRequest, type Routes } from "../api.ts";
import { addChannel, channelName } from "../build.ts";
import { setOverwrites, tellChannel, tellGuild, tellTyping } from "../events.ts";
import { Form } from "../form.ts";
import {
  Bit,
  can,
  channelPermissions,
  demand,
  demandInGuild,
  EVERYTHING,
  guildPermissions,
  missingPermissions,
  writingIn,
} from "../permissions.ts";
import { channelOf, channelsIn } from "../shapes.ts";
import { patchThread } from "../thread_life.ts";
import type { Application, Channel, Guild, World } from "../world.ts";

const DONE: RestAnswer = { status: 204 };
const MAX_CHANNELS = 500;
const MAX_IN_CATEGORY = 50;
const MAX_OVERWRITES = 100;

/** Kinds that can be made here; forums and stages are not part of the local Discord. */
const KINDS: readonly ChannelType[] = [
  ChannelType.GuildText,
  ChannelType.GuildVoice,
  ChannelType.GuildCategory,
  ChannelType.GuildAnnouncement,
];

/** Handlers of the routes of channels and overwrites. */
export function channelRoutes(world: World): Routes {
  const at = "/channels/{channel_id}";
  return {
    [`GET ${at}`]: (request) => shown(findChannel(world, request), appOf(request)),
    [`PATCH ${at}`]: (request) => change(world, request),
    [`DELETE ${at}`]: (request) => remove(world, request),
    [`POST ${at}/typing`]: (request) => typing(world, request),
    [`PUT ${at}/permissions/{overwrite_id}`]: (request) => putOverwrite(world, request),
    [`DELETE ${at}/permissions/{overwrite_id}`]: (request) => removeOverwrite(world, request),
    "GET /guilds/{guild_id}/channels": (request) => list(world, request),
    "POST /guilds/{guild_id}/channels": (request) => create(world, request),
  };
}

function shown(channel: Channel, app: Application, status = 200): RestAnswer {
  return { status, body: channelOf(channel, app.id) };
}

/** Bots see hidden channels in this list, though they cannot open them. */
function list(world: World, request: RestRequest): RestAnswer {
  const guild = findGuild(world, request);
  const body = channelsIn(world, guild).map((channel) => channelOf(channel, appOf(request).id));
  return { status: 200, body };
}

function typing(world: World, request: RestRequest): RestAnswer {
  const channel = findTextChannel(world, request);
  demand(world, appOf(request).id, { in: channel, bits: writingIn(channel) });
  tellTyping(world, channel, appOf(request).id);
  return DONE;
}

function create(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const guild = findGuild(world, request);
  const form = new Form(request.body);
  const parent = parentOf(world, guild, form);
  if (parent) demand(world, app.id, { in: parent, bits: Bit.ManageChannels });
  else demandInGuild(guild, app.id, Bit.ManageChannels);
  const overwrites = overwritesOf(form);
  if (overwrites) {
    demandInGuild(guild, app.id, Bit.ManageRoles);
    const held = grantable(guildPermissions(guild, app.id));
    for (const overwrite of overwrites) demandHeld(bitsOf(overwrite), held);
  }
  if (channelsIn(world, guild).length >= MAX_CHANNELS) {
    throw new ApiError(400, 30013, `Maximum number of guild channels reached (${MAX_CHANNELS})`);
  }
  const type = typeOf(form) ?? ChannelType.GuildText;
  if (parent && type === ChannelType.GuildCategory) {
    throw form.refuse("parent_id", "CHANNEL_PARENT_INVALID", "A category has no category");
  }
  const channel = addChannel(world, guild, {
    name: nameOf(form) ?? "",
    type,
    parent,
    overwrites,
    topic: form.text("topic", { max: 1024 }),
    position: form.whole("position", { min: 0 }),
    rateLimitPerUser: slowModeOf(form),
  });
  return shown(channel, app, 201);
}

function nameOf(form: Form): string | undefined {
  const name = form.text("name", { min: 1, max: 100 });
  if (name === undefined && !form.has("name")) return undefined;
  if (name === undefined || name.trim() === "") {
    throw form.refuse("name", "BASE_TYPE_REQUIRED", "This field is required");
  }
  return name;
}

function slowModeOf(form: Form): number | undefined {
  return form.whole("rate_limit_per_user", { min: 0, max: 21600 });
}

function typeOf(form: Form): ChannelType | undefined {
  const type = form.whole("type");
  if (type === undefined || KINDS.includes(type)) return type;
  throw form.refuse("type", "BASE_TYPE_CHOICES", `Value must be one of {${KINDS.join(", ")}}`);
}

/** The category asked for, which must have room. */
function parentOf(world: World, guild: Guild, form: Form): Channel | undefined {
  const id = form.id("parent_id");
  if (id === undefined) return undefined;
  const parent = world.channels.get(id);
  if (parent?.guild !== guild || parent.type !== ChannelType.GuildCategory) {
    throw form.refuse("parent_id", "CHANNEL_PARENT_INVALID", "Category does not exist");
  }
  if (channelsIn(world, guild).filter((it) => it.parentId === id).length >= MAX_IN_CATEGORY) {
    const text = `Maximum number of channels in category reached (${MAX_IN_CATEGORY})`;
    throw form.refuse("parent_id", "CHANNEL_PARENT_MAX_CHANNELS", text);
  }
  return parent;
}

function overwritesOf(form: Form): APIOverwrite[] | undefined {
  return form.forms("permission_overwrites", MAX_OVERWRITES)?.map((item) => {
    const id = item.id("id");
    if (id === undefined) throw item.refuse("id", "BASE_TYPE_REQUIRED", "This field is required");
    return overwriteOf(id, item);
  });
}

function overwriteOf(id: string, form: Form): APIOverwrite {
  return {
    id,
    type: form.whole("type", { min: 0, max: 1 }) ?? OverwriteType.Role,
    allow: String(form.bits("allow") ?? 0n),
    deny: String(form.bits("deny") ?? 0n),
  };
}

function bitsOf(overwrite: APIOverwrite | undefined): bigint {
  return overwrite ? BigInt(overwrite.allow) | BigInt(overwrite.deny) : 0n;
}

/** Nobody may allow or deny what it does not hold itself. @throws {ApiError} 50013 */
function demandHeld(bits: bigint, held: bigint): void {
  if ((bits & ~held) !== 0n) throw missingPermissions();
}

function change(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const channel = findChannel(world, request);
  const form = new Form(request.body ?? {});
  if (!channel.guild) throw new ApiError(400, 50003, "Cannot execute action on a DM channel");
  if (channel.thread) {
    patchThread(world, channel, { userId: app.id, form });
    return shown(channel, app);
  }
  demand(world, app.id, { in: channel, bits: Bit.ManageChannels });
  const overwrites = overwritesOf(form);
  if (overwrites) demandOverwriting(world, app, { channel, next: overwrites });
  const parent = parentOf(world, channel.guild, form);
  if (parent) demand(world, app.id, { in: parent, bits: Bit.ManageChannels });
  const name = nameOf(form);
  Object.assign(channel, {
    ...(name !== undefined && { name: channelName(name, channel.type) }),
    ...(form.has("topic") && { topic: form.text("topic", { max: 1024 }) ?? null }),
    ...(form.has("parent_id") && { parentId: parent?.id ?? null }),
    position: form.whole("position", { min: 0 }) ?? channel.position,
    rateLimitPerUser: slowModeOf(form) ?? channel.rateLimitPerUser,
  });
  if (overwrites) setOverwrites(world, channel, overwrites);
  else tellChannel(world, channel, "UPDATE");
  return shown(channel, app);
}

/**
 * What may be given and taken by who holds this. MANAGE_ROLES itself is for administrators.
 * Source: Discord's change of 22 January 2021.
 */
function grantable(held: bigint): bigint {
  return held === EVERYTHING ? held : held & ~Bit.ManageRoles;
}

/**
 * The same in a channel that exists: what is held in the guild or the category. Whom an overwrite of
 * the channel itself allows MANAGE_ROLES may do all.
 */
function grantableIn(world: World, appId: string, channel: Channel): bigint {
  const guild = channel.guild!;
  const ids = [appId, guild.id, ...guild.members.get(appId)?.roles ?? []];
  const mayAll = channel.overwrites.some(({ id, allow }) =>
    ids.includes(id) && (BigInt(allow) & Bit.ManageRoles) !== 0n
  );
  if (mayAll) return EVERYTHING;
  const parent = world.channels.get(channel.parentId ?? "");
  const inCategory = parent ? channelPermissions(world, appId, parent) : 0n;
  return grantable(guildPermissions(guild, appId) | inCategory);
}

/** Only what changes must be held by the one who changes it. */
function demandOverwriting(world: World, app: Application, { channel, next }: {
  readonly channel: Channel;
  readonly next: readonly APIOverwrite[];
}): void {
  demand(world, app.id, { in: channel, bits: Bit.ManageRoles });
  const held = grantableIn(world, app.id, channel);
  const before = new Map(channel.overwrites.map((overwrite) => [overwrite.id, overwrite]));
  for (const overwrite of next) {
    const old = before.get(overwrite.id);
    demandHeld(
      (BigInt(overwrite.allow) ^ BigInt(old?.allow ?? 0)) |
        (BigInt(overwrite.deny) ^ BigInt(old?.deny ?? 0)),
      held,
    );
    before.delete(overwrite.id);
  }
  for (const gone of before.values()) demandHeld(bitsOf(gone), held);
}

function putOverwrite(world: World, request: RestRequest): RestAnswer {
  const channel = overwritable(world, request);
  const id = param(request, "overwrite_id");
  const overwrite = overwriteOf(id, new Form(request.body ?? {}));
  const guild = channel.guild!;
  if (!guild.roles.has(id) && overwrite.type === OverwriteType.Role) {
    throw new ApiError(404, 10009, "Unknown Permission Overwrite");
  }
  const others = channel.overwrites.filter((it) => it.id !== id);
  if (others.length >= MAX_OVERWRITES) {
    throw new ApiError(400, 30060, "Maximum number of channel permission overwrites reached (100)");
  }
  replaceOverwrites(world, request, { channel, next: [...others, overwrite] });
  return DONE;
}

function removeOverwrite(world: World, request: RestRequest): RestAnswer {
  const channel = overwritable(world, request);
  const next = channel.overwrites.filter((it) => it.id !== param(request, "overwrite_id"));
  if (next.length === channel.overwrites.length) {
    throw new ApiError(404, 10009, "Unknown Permission Overwrite");
  }
  replaceOverwrites(world, request, { channel, next });
  return DONE;
}

function overwritable(world: World, request: RestRequest): Channel {
  const channel = findChannel(world, request, Bit.ManageRoles);
  if (!channel.guild) throw new ApiError(400, 50003, "Cannot execute action on a DM channel");
  if (channel.thread) {
    throw new ApiError(400, 50024, "Cannot execute action on this channel type");
  }
  return channel;
}

function replaceOverwrites(world: World, request: RestRequest, { channel, next }: {
  readonly channel: Channel;
  readonly next: APIOverwrite[];
}): void {
  demandOverwriting(world, appOf(request), { channel, next });
  setOverwrites(world, channel, next);
}

function remove(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const channel = findChannel(world, request);
  const answer = shown(channel, app);
  if (!channel.guild) return answer; // closing a direct conversation deletes nothing
  const bits = channel.thread ? Bit.ManageThreads : Bit.ManageChannels;
  if (!can(world, app.id, { in: channel, bits })) throw missingPermissions();
  deleteChannel(world, channel);
  return answer;
}

/** Deletes a channel with its threads, or a category, whose channels then stand alone. */
function deleteChannel(world: World, channel: Channel): void {
  const isThread = channel.thread !== undefined;
  tellGuild(world, channel.guild!, {
    name: isThread ? "THREAD_DELETE" : "CHANNEL_DELETE",
    intents: Intent.Guilds,
    ...(isThread && { channel }),
    dataFor: (app) =>
      isThread
        ? {
          id: channel.id,
          guild_id: channel.guild!.id,
          parent_id: channel.parentId,
          type: channel.type,
        }
        : channelOf(channel, app.id),
  });
  world.channels.delete(channel.id);
  for (const child of world.channels.values()) {
    if (child.parentId !== channel.id) continue;
    if (child.thread) {
      world.channels.delete(child.id);
    } else {
      child.parentId = null;
      tellChannel(world, child, "UPDATE");
    }
  }
}
