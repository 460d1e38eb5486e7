/**
 * The routes of users, of the bot itself and of its application, and the opening of direct
 * conversations.
 * @module
 */

import type { APIUser } from "discord-api-types/v10";
import { appOf, param, queryId, queryNumber } from "../access.ts";
import { ApiError, type RestAnswer, type RestRequest, type Routes } from "../api.ts";
import { openDirect } from "../build.ts";
import { Form } from "../form.ts";
import { guildPermissions } from "../permissions.ts";
import { applicationOf, channelOf, guildsOf, userOf } from "../shapes.ts";
import type { World } from "../world.ts";

/** Handlers of the routes of users, the bot itself and direct conversations. */
export function userRoutes(world: World): Routes {
  const application = (request: RestRequest) => ({
    status: 200,
    body: applicationOf(world, appOf(request)),
  });
  return {
    "GET /users/@me": (request) => ({ status: 200, body: self(appOf(request).user) }),
    "GET /users/@me/guilds": (request) => guilds(world, request),
    "POST /users/@me/channels": (request) => openChannel(world, request),
    "GET /users/{user_id}": (request) => user(world, request),
    "GET /applications/@me": application,
    "GET /oauth2/applications/@me": application,
  };
}

function self(bot: APIUser) {
  return { ...userOf(bot), mfa_enabled: true, locale: "en-US", email: null, verified: true };
}

function user(world: World, request: RestRequest): RestAnswer {
  const found = world.users.get(param(request, "user_id"));
  if (!found) throw new ApiError(404, 10013, "Unknown User");
  return { status: 200, body: userOf(found) };
}

function guilds(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const limit = queryNumber(request.query, "limit", { min: 1, max: 200, fallback: 200 });
  const [after, before] = [queryId(request.query, "after"), queryId(request.query, "before")];
  const withCounts = request.query.get("with_counts") === "true";
  const page = guildsOf(world, app)
    .filter(({ id }) => after === undefined || BigInt(id) > after)
    .filter(({ id }) => before === undefined || BigInt(id) < before)
    .slice(0, limit);
  const body = page.map((guild) => ({
    id: guild.id,
    name: guild.name,
    icon: null,
    banner: null,
    owner: guild.ownerId === app.id,
    permissions: String(guildPermissions(guild, app.id)),
    features: [],
    ...(withCounts && {
      approximate_member_count: guild.members.size,
      approximate_presence_count: guild.members.size,
    }),
  }));
  return { status: 200, body };
}

/** Opening always works, also when nothing can be sent afterwards. */
function openChannel(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const form = new Form(request.body);
  const id = form.id("recipient_id");
  if (id === undefined) {
    throw form.refuse("recipient_id", "BASE_TYPE_REQUIRED", "This field is required");
  }
  if (id === app.id) throw new ApiError(400, 50007, "Cannot send messages to this user");
  const channel = openDirect(world, app.id, id);
  if (!channel) throw new ApiError(404, 10013, "Unknown User");
  return { status: 200, body: channelOf(channel, app.id) };
}
