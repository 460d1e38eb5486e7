/**
 * A community on a local Discord, ready for tests of the bots: one guild with staff roles, the six
 * applications with exactly the rights that they ask for, a channel, and people. Ends with the
 * contract check: whatever broke Discord's rules on the way fails the test.
 */

import type { APIRole } from "discord-api-types/v10";
import { BOTS } from "../src/bots.ts";
import type { BotName } from "../src/config.ts";
import { permissionBits } from "../src/discord/rights.ts";
import {
  addApplication,
  addBot,
  addChannel,
  addGuild,
  addPerson,
  addRole,
} from "../src/sandbox/discord/build.ts";
import { Person } from "../src/sandbox/discord/people.ts";
import { Bit } from "../src/sandbox/discord/permissions.ts";
import type { LocalDiscord } from "../src/sandbox/discord/server.ts";
import type { Application, Channel, Guild } from "../src/sandbox/discord/world.ts";
import { localDiscord } from "./local_discord.ts";

/** Roles of the guild, lowest first. */
const ROLES = ["support", "moderator", "admin", "owner"] as const;
export type RoleName = typeof ROLES[number];

/** What the roles may do on Discord, which hides commands of admins from others. */
const RIGHTS = { support: 0n, moderator: 0n, admin: Bit.ManageGuild, owner: Bit.Administrator };

/** Switches of the portal, on for the bots that ask for them: members, presences, content. */
const PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15);

/** What a test gets. */
export interface Community extends AsyncDisposable {
  readonly discord: LocalDiscord;
  readonly guild: Guild;
  readonly general: Channel;
  readonly roles: Readonly<Record<RoleName, APIRole>>;
  readonly apps: Readonly<Record<BotName, Application>>;
  /** A new member. */
  person(name: string, options?: PersonWishes): Person;
}

export interface PersonWishes {
  readonly roles?: readonly RoleName[];
  /** Language of the client, such as `de`; default `en-US`. */
  readonly locale?: string;
  readonly nick?: string;
  readonly globalName?: string;
}

/** Starts a local Discord with a community on it; `bots` limits which applications are there. */
export async function community(
  { bots = BOTS.map(({ name }) => name), now }: {
    readonly bots?: readonly BotName[];
    readonly now?: () => number;
  } = {},
): Promise<Community> {
  const discord = await localDiscord(now && { now });
  const { world, interactions } = discord;
  const guild = addGuild(world, { name: "Bliss" });
  const roles = Object.fromEntries(ROLES.map((name) => [
    name,
    addRole(world, guild, { name, permissions: RIGHTS[name] }),
  ])) as Record<RoleName, APIRole>;
  const apps = Object.fromEntries(
    BOTS.filter(({ name }) => bots.includes(name)).map((bot) => {
      const privilegedIntents = bot.intents & PRIVILEGED;
      const app = addApplication(world, { name: bot.title, privilegedIntents });
      addBot(world, guild, { app, permissions: permissionBits(bot.permissions) });
      return [bot.name, app];
    }),
  ) as Record<BotName, Application>;
  const general = addChannel(world, guild, { name: "general" });
  return {
    discord,
    guild,
    general,
    roles,
    apps,
    person(username, { roles: wanted = [], locale = "en-US", ...names } = {}) {
      const ids = wanted.map((name) => roles[name].id);
      const member = addPerson(world, guild, { username, ...names, roles: ids });
      return new Person({ interactions, guild, member, locale });
    },
    [Symbol.asyncDispose]: () => discord[Symbol.asyncDispose](),
  };
}
