/**
 * Whether a bot is set up on Discord as its duties need it, for the doctor: token, intents, guild,
 * permissions, and the roles of the configuration. Asks only, and without the gateway.
 * @module
 */

import type { Finding } from "../runtime/finding.ts";
import { DiscordRestError } from "./errors.ts";
import type { Rest } from "./rest.ts";
import {
  INTENTS,
  inviteUrl,
  missingPermissions,
  type PermissionName,
  portalSwitches,
} from "./rights.ts";

/** What a bot needs on Discord. */
export interface BotNeeds {
  readonly title: string;
  readonly tokenVariable: string;
  readonly intents: number;
  readonly permissions: readonly PermissionName[];
  readonly guildId: string;
}

/**
 * Flags of an application that say which switches are on, each as approved or, for small bots, as
 * limited. Source: Discord's documentation, "Application Flags".
 */
const INTENT_FLAGS: readonly (readonly [intent: number, flags: number])[] = [
  [INTENTS.guildMembers, 1 << 14 | 1 << 15],
  [INTENTS.messageContent, 1 << 18 | 1 << 19],
];

/** Somebody is looking at the screen meanwhile. */
const SOON = { deadlineMs: 5_000 };

/** Looks at one bot. What depends on a step that failed is left out. */
export async function checkBot(rest: Rest, needs: BotNeeds): Promise<Finding[]> {
  const findings: Finding[] = [];
  const { title, tokenVariable } = needs;
  try {
    const user = await rest.call("GET", "/users/@me", SOON) as { id: string; username: string };
    findings.push({ name: `${title}: token`, state: "ok", text: `Is ${user.username}'s` });
    const app = await rest.call("GET", "/applications/@me", SOON) as { id: string; flags?: number };
    findings.push(checkIntents(app, needs));
    findings.push(...await checkGuild(rest, { ...needs, applicationId: app.id, userId: user.id }));
  } catch (error) {
    if (!(error instanceof DiscordRestError)) throw error;
    findings.push(
      error.isTokenRefused
        ? {
          name: `${title}: token`,
          state: "failed",
          text: "Discord refuses it",
          remedy:
            "Open the application at https://discord.com/developers/applications, page Bot, " +
            `press Reset Token and put the new one into ${tokenVariable}`,
        }
        : failure(`${title}: Discord`, error),
    );
  }
  return findings;
}

function failure(name: string, error: DiscordRestError): Finding {
  const at = error.message.indexOf("; ");
  return {
    name,
    state: "failed",
    text: error.message.slice(0, at),
    remedy: error.code === undefined // nothing that Discord itself would say
      ? "Check the network, discordstatus.com, and api_url in section [discord] of config.toml"
      : error.message.slice(at + 2),
  };
}

function checkIntents(
  { id, flags = 0 }: { id: string; flags?: number },
  { title, intents }: BotNeeds,
): Finding {
  const name = `${title}: intents`;
  const missing = INTENT_FLAGS.reduce(
    (bits, [intent, allowing]) => intents & intent && !(flags & allowing) ? bits | intent : bits,
    0,
  );
  const switches = portalSwitches(missing);
  if (switches.length === 0) return { name, state: "ok", text: "All that it needs are allowed" };
  return {
    name,
    state: "failed",
    text: `Discord will not let it connect without ${switches.join(" and ")}`,
    remedy: `Switch on ${switches.map((name) => `"${name}"`).join(" and ")} below Privileged ` +
      `Gateway Intents at https://discord.com/developers/applications/${id}/bot`,
  };
}

async function checkGuild(
  rest: Rest,
  { title, guildId, permissions, applicationId, userId }: BotNeeds & {
    applicationId: string;
    userId: string;
  },
): Promise<Finding[]> {
  const invite = inviteUrl({ applicationId, permissions, guildId });
  const name = `${title}: server`;
  let guild: { name: string; roles: readonly { id: string; permissions: string }[] };
  try {
    guild = await rest.call("GET", `/guilds/${guildId}`, SOON) as typeof guild;
  } catch (error) {
    if (!(error instanceof DiscordRestError) || ![403, 404].includes(error.status)) throw error;
    return [{
      name,
      state: "failed",
      text: `The bot is not in the server ${guildId}`,
      remedy: `Check [discord] guild_id, then invite the bot: ${invite}`,
    }];
  }
  const member = await rest.call("GET", `/guilds/${guildId}/members/${userId}`, SOON) as {
    roles: readonly string[];
  };
  const held = guild.roles.filter(({ id }) => id === guildId || member.roles.includes(id))
    .reduce((bits, role) => bits | BigInt(role.permissions), 0n);
  const missing = missingPermissions(held, permissions);
  return [
    { name, state: "ok", text: `Is in ${guild.name}` },
    missing.length === 0
      ? { name: `${title}: permissions`, state: "ok", text: "Has all that it needs" }
      : {
        name: `${title}: permissions`,
        state: "failed",
        text: `Lacks ${missing.join(", ")}`,
        remedy: `Open its invite link again, or tick them for its role: ${invite}`,
      },
  ];
}

/** Looks whether the roles of the configuration exist. */
export async function checkRoles(
  rest: Rest,
  { guildId, roles }: { guildId: string; roles: Readonly<Record<string, readonly string[]>> },
): Promise<Finding[]> {
  let found: { id: string; name: string }[];
  try {
    found = await rest.call("GET", `/guilds/${guildId}/roles`, SOON) as typeof found;
  } catch (error) {
    if (!(error instanceof DiscordRestError)) throw error;
    return [failure("Roles", error)];
  }
  const names = new Map(found.map(({ id, name }) => [id, name]));
  return Object.entries(roles).map(([tier, ids]): Finding => {
    const name = `Roles: ${tier}`;
    const unknown = ids.filter((id) => !names.has(id));
    // The id of @everyone is the server's, and Discord lists it among nobody's roles.
    const isEveryone = ids.includes(guildId);
    if (unknown.length > 0 || isEveryone) {
      return {
        name,
        state: "failed",
        text: isEveryone
          ? `${guildId} is @everyone, which makes nobody ${tier}`
          : `The server has no role ${unknown.join(", ")}`,
        remedy: `Correct [roles] ${tier}: right-click the role in Discord, Copy Role ID`,
      };
    }
    return ids.length === 0
      ? { name, state: "off", text: `Nobody: [roles] ${tier} is empty` }
      : { name, state: "ok", text: ids.map((id) => names.get(id)).join(", ") };
  });
}
