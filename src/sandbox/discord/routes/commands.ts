/**
 * Application commands: what a bot registers, globally or in one guild. Knows their set and their
 * ids; the form of a single one is checked against the contract, and who may run it is decided by
 * the people (`people.ts`), as on Discord by the client.
 * @module
 */

import type { APIApplicationCommand } from "discord-api-types/v10";
import { ApiError, type RestRequest, type RouteHandler, type Routes } from "../api.ts";
import { invalidForm } from "../form.ts";
import type { Application, World } from "../world.ts";

/** Most commands of one scope, by type: chat input, user, message. */
const MOST_BY_TYPE: Readonly<Record<number, number>> = { 1: 100, 2: 15, 3: 15 };

/** What a request says about one command; its form was checked before. */
type Definition = Partial<Omit<APIApplicationCommand, "id" | "application_id" | "version">>;

/** Where commands are registered. */
interface Scope {
  readonly app: Application;
  /** Undefined: global. */
  readonly guildId: string | undefined;
}

/** Routes of global and guild commands. */
export function commandRoutes(world: World): Routes {
  const guild = "/applications/{application_id}/guilds/{guild_id}/commands";
  return {
    ...scopeRoutes(world, "/applications/{application_id}/commands"),
    ...scopeRoutes(world, guild),
    [`GET ${guild}/permissions`]: (request) => {
      scopeOf(world, request);
      return { status: 200, body: [] };
    },
    [`GET ${guild}/{command_id}/permissions`]: (request) => {
      commandOf(scopeOf(world, request), request);
      throw new ApiError(404, 10066, "Unknown application command permissions");
    },
  };
}

function scopeRoutes(world: World, path: string): Record<string, RouteHandler> {
  return {
    [`GET ${path}`]: (request) => {
      const withLocalizations = request.query.get("with_localizations") === "true";
      const list = listOf(scopeOf(world, request));
      return { status: 200, body: withLocalizations ? list : list.map(withoutLocalizations) };
    },
    [`PUT ${path}`]: (request) => replaceAll(world, request),
    [`POST ${path}`]: (request) => upsert(world, request),
    [`GET ${path}/{command_id}`]: (request) => ({
      status: 200,
      body: commandOf(scopeOf(world, request), request),
    }),
    [`PATCH ${path}/{command_id}`]: (request) => change(world, request),
    [`DELETE ${path}/{command_id}`]: (request) => {
      const scope = scopeOf(world, request);
      const command = commandOf(scope, request);
      save(scope, listOf(scope).filter((other) => other !== command));
      return { status: 204 };
    },
  };
}

/** Refuses other bots' commands, and guilds that the bot is not in. */
function scopeOf(world: World, { app, params }: RestRequest): Scope {
  if (app === undefined || app.id !== params["application_id"]) {
    throw new ApiError(
      403,
      20012,
      "You are not authorized to perform this action on this application",
    );
  }
  const guildId = params["guild_id"];
  if (guildId !== undefined && !world.guilds.get(guildId)?.members.has(app.id)) {
    throw new ApiError(403, 50001, "Missing Access");
  }
  return { app, guildId };
}

function listOf({ app, guildId }: Scope): readonly APIApplicationCommand[] {
  return app.commands.get(guildId ?? "") ?? [];
}

function save({ app, guildId }: Scope, commands: readonly APIApplicationCommand[]): void {
  for (const [type, most] of Object.entries(MOST_BY_TYPE)) {
    if (commands.filter((command) => command.type === Number(type)).length > most) {
      throw new ApiError(400, 30032, `Maximum number of application commands reached (${most})`);
    }
  }
  app.commands.set(guildId ?? "", [...commands]);
}

function commandOf(scope: Scope, { params }: RestRequest): APIApplicationCommand {
  const command = listOf(scope).find(({ id }) => id === params["command_id"]);
  if (command === undefined) throw new ApiError(404, 10063, "Unknown application command");
  return command;
}

/** A command with the same name and type is the same one: it keeps its id. */
function sameAs(definition: Definition): (command: APIApplicationCommand) => boolean {
  return ({ name, type }) => name === definition.name && type === (definition.type ?? 1);
}

function replaceAll(world: World, request: RestRequest) {
  const scope = scopeOf(world, request);
  if (!Array.isArray(request.body)) {
    throw invalidForm("", "LIST_TYPE_CONVERT", "Only list-like objects may be used");
  }
  const before = listOf(scope);
  const commands = request.body.map((body: unknown) => {
    const definition = definitionOf(body);
    return made(world, scope, { definition, old: before.find(sameAs(definition)) });
  });
  save(scope, commands);
  return { status: 200, body: commands };
}

function upsert(world: World, request: RestRequest) {
  const scope = scopeOf(world, request);
  const definition = definitionOf(request.body);
  const before = listOf(scope);
  const old = before.find(sameAs(definition));
  const command = made(world, scope, { definition, old });
  save(scope, [...before.filter((other) => other !== old), command]);
  return { status: old === undefined ? 201 : 200, body: command };
}

function change(world: World, request: RestRequest) {
  const scope = scopeOf(world, request);
  const old = commandOf(scope, request);
  const definition = definitionOf({ ...old, ...Object(request.body), type: old.type });
  const command = made(world, scope, { definition, old });
  const others = listOf(scope).filter((other) => other !== old);
  if (others.some(sameAs(command))) {
    const code = "APPLICATION_COMMANDS_DUPLICATE_NAME";
    throw invalidForm("name", code, "Application command names must be unique");
  }
  save(scope, [...others, command]);
  return { status: 200, body: command };
}

function definitionOf(body: unknown): Definition {
  const definition = Object(body) as Definition;
  if (typeof definition.name !== "string") {
    throw invalidForm("name", "BASE_TYPE_REQUIRED", "This field is required");
  }
  return definition;
}

/** The command as Discord keeps it: the version moves on whenever something changed. */
function made(
  world: World,
  { app, guildId }: Scope,
  { definition, old }: { definition: Definition; old: APIApplicationCommand | undefined },
): APIApplicationCommand {
  const permissions = definition.default_member_permissions;
  const command: APIApplicationCommand = {
    id: old?.id ?? world.nextId(),
    application_id: app.id,
    version: old?.version ?? world.nextId(),
    default_member_permissions: permissions == null ? null : String(permissions),
    type: definition.type ?? 1,
    name: definition.name!,
    name_localizations: definition.name_localizations ?? null,
    description: definition.description ?? "",
    description_localizations: definition.description_localizations ?? null,
    nsfw: definition.nsfw ?? false,
    integration_types: definition.integration_types ?? [0],
    contexts: definition.contexts ?? null,
    ...(guildId === undefined
      ? { dm_permission: definition.dm_permission ?? true }
      : { guild_id: guildId }),
    ...(definition.options?.length ? { options: definition.options } : {}),
  };
  if (old === undefined || JSON.stringify(command) === JSON.stringify(old)) return command;
  return { ...command, version: world.nextId() };
}

/** What a list shows unless it was asked for localizations. */
function withoutLocalizations(command: APIApplicationCommand): APIApplicationCommand {
  return JSON.parse(
    JSON.stringify(command, (key, value) => key.endsWith("_localizations") ? undefined : value),
  );
}
