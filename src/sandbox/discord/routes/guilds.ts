/**
 * The routes of guilds, roles and members: read, renamed, given and taken roles.
 * @module
 */

import { GatewayIntentBits as Intent } from "discord-api-types/v10";
import { appOf, findGuild, findMember, param, queryId, queryNumber } from "../access.ts";
import { ApiError, type RestAnswer, type RestRequest, type Routes } from "../api.ts";
import { tellMember } from "../events.ts";
import { Form } from "../form.ts";
import {
  Bit,
  demandInGuild,
  guildPermissions,
  missingAccess,
  missingPermissions,
  outranks,
  standsAbove,
} from "../permissions.ts";
import { guildOf, memberOf, rolesOf } from "../shapes.ts";
import type { Guild, Member, World } from "../world.ts";

const DONE: RestAnswer = { status: 204 };

/** Handlers of the routes of guilds, roles and members. */
export function guildRoutes(world: World): Routes {
  const at = "/guilds/{guild_id}";
  return {
    [`GET ${at}`]: (request) => guild(world, request),
    [`GET ${at}/roles`]: (request) => ({ status: 200, body: rolesOf(findGuild(world, request)) }),
    [`GET ${at}/roles/{role_id}`]: (request) => role(world, request),
    [`GET ${at}/members`]: (request) => members(world, request),
    [`GET ${at}/members/search`]: (request) => search(world, request),
    [`GET ${at}/members/{user_id}`]: (request) => member(world, request),
    [`PATCH ${at}/members/@me`]: (request) => renameSelf(world, request),
    [`PATCH ${at}/members/{user_id}`]: (request) => change(world, request),
    [`PUT ${at}/members/{user_id}/roles/{role_id}`]: (request) => giveRole(world, request),
    [`DELETE ${at}/members/{user_id}/roles/{role_id}`]: (request) => takeRole(world, request),
  };
}

function guild(world: World, request: RestRequest): RestAnswer {
  const found = findGuild(world, request);
  const counts = request.query.get("with_counts") === "true" && {
    approximate_member_count: found.members.size,
    approximate_presence_count: found.members.size,
  };
  return { status: 200, body: { ...guildOf(found), ...counts } };
}

function role(world: World, request: RestRequest): RestAnswer {
  const found = findGuild(world, request).roles.get(param(request, "role_id"));
  if (!found) throw unknownRole();
  return { status: 200, body: found };
}

/** Takes the privileged intent, switched on in the portal. */
function members(world: World, request: RestRequest): RestAnswer {
  const found = findGuild(world, request);
  if ((appOf(request).privilegedIntents & Intent.GuildMembers) === 0) throw missingAccess();
  const limit = queryNumber(request.query, "limit", { min: 1, max: 1000, fallback: 1 });
  const after = queryId(request.query, "after") ?? 0n;
  const page = [...found.members.values()]
    .filter((it) => BigInt(it.user.id) > after)
    .sort((a, b) => BigInt(a.user.id) < BigInt(b.user.id) ? -1 : 1)
    .slice(0, limit);
  return { status: 200, body: page.map(memberOf) };
}

/** By the start of user name or nickname. */
function search(world: World, request: RestRequest): RestAnswer {
  const found = findGuild(world, request);
  const start = request.query.get("query")?.toLowerCase() ?? "";
  const limit = queryNumber(request.query, "limit", { min: 1, max: 1000, fallback: 1 });
  const page = [...found.members.values()].filter(({ nick, user }) =>
    [nick, user.username, user.global_name].some((it) => it?.toLowerCase().startsWith(start))
  ).slice(0, limit);
  return { status: 200, body: page.map(memberOf) };
}

function member(world: World, request: RestRequest): RestAnswer {
  return { status: 200, body: memberOf(findMember(findGuild(world, request), request)) };
}

function renameSelf(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const found = findGuild(world, request);
  const self = found.members.get(app.id)!;
  const form = new Form(request.body ?? {});
  if (form.has("nick")) {
    demandInGuild(found, app.id, Bit.ChangeNickname);
    setNick(self, form);
    tellMember(world, found, self);
  }
  return { status: 200, body: memberOf(self) };
}

function setNick(target: Member, form: Form): void {
  target.nick = form.text("nick", { max: 32 }) || null;
}

function change(world: World, request: RestRequest): RestAnswer {
  const app = appOf(request);
  const found = findGuild(world, request);
  const target = findMember(found, request);
  const form = new Form(request.body ?? {});
  if (form.has("nick")) {
    const isSelf = target.user.id === app.id;
    demandInGuild(found, app.id, isSelf ? Bit.ChangeNickname : Bit.ManageNicknames);
    if (!isSelf && !outranks(found, app.id, target.user.id)) throw missingPermissions();
  }
  const roles = form.ids("roles");
  if (roles) {
    const changed = [
      ...roles.filter((id) => !target.roles.includes(id)),
      ...target.roles.filter((id) => !roles.includes(id)),
    ];
    for (const id of changed) demandAssignable(found, app.id, id);
  }
  if (form.has("nick")) setNick(target, form);
  if (roles) target.roles = [...new Set(roles)];
  tellMember(world, found, target);
  return { status: 200, body: memberOf(target) };
}

function giveRole(world: World, request: RestRequest): RestAnswer {
  const [found, target, id] = assignment(world, request);
  if (target.roles.includes(id)) return DONE;
  target.roles = [...target.roles, id];
  tellMember(world, found, target);
  return DONE;
}

function takeRole(world: World, request: RestRequest): RestAnswer {
  const [found, target, id] = assignment(world, request);
  if (!target.roles.includes(id)) return DONE;
  target.roles = target.roles.filter((it) => it !== id);
  tellMember(world, found, target);
  return DONE;
}

function assignment(world: World, request: RestRequest): [Guild, Member, string] {
  const found = findGuild(world, request);
  const target = findMember(found, request);
  const id = param(request, "role_id");
  demandAssignable(found, appOf(request).id, id);
  return [found, target, id];
}

/** Roles below the bot's own highest one; those of bots and @everyone are nobody's to give. */
function demandAssignable(found: Guild, appId: string, roleId: string): void {
  const wanted = found.roles.get(roleId);
  if (!wanted) throw unknownRole();
  if ((guildPermissions(found, appId) & Bit.ManageRoles) === 0n) throw missingPermissions();
  if (wanted.managed || roleId === found.id) throw new ApiError(400, 50028, "Invalid role");
  if (!standsAbove(found, appId, roleId)) throw missingPermissions();
}

function unknownRole(): ApiError {
  return new ApiError(404, 10011, "Unknown Role");
}
