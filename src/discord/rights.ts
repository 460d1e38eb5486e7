/**
 * Intents and permissions by name, and what follows from them: the invite link of a bot and the
 * switches of Discord's developer portal. Asks Discord nothing.
 * @module
 */

/** Gateway intents that our bots use. Source: Discord's documentation, "List of Intents". */
export const INTENTS = {
  guilds: 1 << 0,
  guildMembers: 1 << 1,
  guildMessages: 1 << 9,
  messageContent: 1 << 15,
} as const;

/** Permissions that our bots use. Source: Discord's documentation, "Bitwise Permission Flags". */
export const PERMISSIONS = {
  "Manage Channels": 1n << 4n,
  "Add Reactions": 1n << 6n,
  "View Channels": 1n << 10n,
  "Send Messages": 1n << 11n,
  "Manage Messages": 1n << 13n,
  "Embed Links": 1n << 14n,
  "Attach Files": 1n << 15n,
  "Read Message History": 1n << 16n,
  "Manage Roles": 1n << 28n,
  "Manage Threads": 1n << 34n,
  "Create Public Threads": 1n << 35n,
  "Create Private Threads": 1n << 36n,
  "Send Messages in Threads": 1n << 38n,
  "Pin Messages": 1n << 51n,
} as const;

/** A permission by the name that Discord shows. */
export type PermissionName = keyof typeof PERMISSIONS;

/** Holders of this one may do everything, whatever else is missing. */
const ADMINISTRATOR = 1n << 3n;

/** The bits of some permissions together. */
export function permissionBits(names: readonly PermissionName[]): bigint {
  return names.reduce((bits, name) => bits | PERMISSIONS[name], 0n);
}

/** Those of `wanted` that `held` lacks. */
export function missingPermissions(
  held: bigint,
  wanted: readonly PermissionName[],
): PermissionName[] {
  return held & ADMINISTRATOR ? [] : wanted.filter((name) => !(held & PERMISSIONS[name]));
}

/** The privileged intents among `intents`, by the name of their switch in the developer portal. */
export function portalSwitches(intents: number): string[] {
  return [
    intents & INTENTS.guildMembers ? ["Server Members Intent"] : [],
    intents & INTENTS.messageContent ? ["Message Content Intent"] : [],
  ].flat();
}

/**
 * The id of the bot that a token belongs to, which is also that of its application unless the bot is
 * older than 2017; undefined when it is no bot token at all, such as one with "Bot " before it or
 * with a character that came along when it was copied.
 */
export function applicationIdOf(token: string): string | undefined {
  const [, first] = /^([\w=+/-]+)\.[\w=+/-]+\.[\w=+/-]+$/.exec(token) ?? []; // any kind of base64
  if (first === undefined) return undefined;
  try {
    const id = atob(first);
    return /^\d{1,20}$/.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** Page that adds a bot to a guild, with exactly these permissions ticked. */
export function inviteUrl(
  { applicationId, permissions, guildId }: {
    applicationId: string;
    permissions: readonly PermissionName[];
    guildId: string | undefined;
  },
): string {
  const query = new URLSearchParams({
    client_id: applicationId,
    scope: "bot applications.commands",
    permissions: String(permissionBits(permissions)),
    ...(guildId === undefined ? {} : { guild_id: guildId, disable_guild_select: "true" }),
  });
  return `https://discord.com/oauth2/authorize?${query}`;
}
