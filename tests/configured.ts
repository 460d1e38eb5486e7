/**
 * A folder with the configuration of a bot community on a local Discord, for tests that run the
 * program as a process of its own.
 * @module
 */

import { BOTS } from "../src/bots.ts";
import type { BotName } from "../src/config.ts";
import type { Community } from "./discord_community.ts";

/** What differs from a complete configuration. */
export interface ConfigurationWishes {
  /** Tokens in place of the real ones; `undefined` leaves the variable out. */
  readonly tokens?: Readonly<Partial<Record<BotName, string | undefined>>>;
  /** Default: that of the community; `undefined` leaves it out. */
  readonly guildId?: string | undefined;
  readonly apiUrl?: string;
  /** Default: a new one in the folder. */
  readonly dataDir?: string;
  /** Added to config.toml. */
  readonly toml?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Writes config.toml into a folder. @returns what a process is started with. */
export async function configure(
  cwd: string,
  { discord, guild, roles, apps }: Community,
  wishes: ConfigurationWishes = {},
): Promise<{ cwd: string; env: Record<string, string> }> {
  const { apiUrl = discord.apiUrl, dataDir = "data", toml = "", env = {}, tokens = {} } = wishes;
  const guildId = "guildId" in wishes ? wishes.guildId : guild.id;
  const lines = [
    `data_dir = '${dataDir}'`,
    `[discord]\napi_url = "${apiUrl}"`,
    ...(guildId === undefined ? [] : [`guild_id = "${guildId}"`]),
    "[roles]",
    ...Object.entries(roles).map(([name, { id }]) => `${name} = ["${id}"]`),
    "[http]\nport = 0",
    toml,
  ];
  await Deno.writeTextFile(`${cwd}/config.toml`, `${lines.join("\n")}\n`);
  const all = BOTS.flatMap(({ name, tokenVariable }) => {
    const token = name in tokens ? tokens[name] : apps[name].token;
    return token === undefined ? [] : [[tokenVariable, token]];
  });
  return { cwd, env: { ...Object.fromEntries(all), ...env } };
}

/** A token of the right form that Discord does not know. */
export function strangeToken(id: string): string {
  return `${btoa(id).replace(/=+$/, "")}.AAAAAA.${"x".repeat(38)}`;
}
