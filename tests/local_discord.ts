/**
 * A local Discord for one test. Whatever broke Discord's rules on the way fails that test. Where it
 * failed already, both reasons are printed: `await using` alone would hide both behind an error that
 * says only that one was suppressed.
 * @module
 */

import { existsSync } from "node:fs";
import { once } from "es-toolkit";
import {
  type DiscordOptions,
  type LocalDiscord,
  startDiscord,
} from "../src/sandbox/discord/server.ts";
import { sharedPath } from "./shared.ts";

const broken: string[] = [];

Deno.test.afterEach(() => {
  const all = broken.splice(0);
  if (all.length > 0) throw new Error(all.join("\n"));
});

/**
 * Path of Discord's API description, where it is.
 *
 * @throws Error when it is missing where it must not be: in CI.
 */
export function openApiPath(): string | undefined {
  const path = sharedPath("discord/discord-openapi.json");
  if (existsSync(path)) return path;
  if (Deno.env.get("CI") !== "true") return undefined;
  throw new Error(`Cannot check Discord's contract: ${path} is absent`);
}

/** Every test would say the same. */
const noteOnce = once((text: string) => console.warn(text));

/** Starts a local Discord which checks requests against Discord's own description, where it is. */
export async function localDiscord(options: DiscordOptions = {}): Promise<LocalDiscord> {
  const discord = await startDiscord({ openApi: openApiPath(), note: noteOnce, ...options });
  async function end(): Promise<void> {
    try {
      await discord.stop();
    } catch (error) {
      console.error(error); // Deno prints nothing of `afterEach` when the test itself failed
      broken.push(String(error));
    }
  }
  return { ...discord, [Symbol.asyncDispose]: end };
}
