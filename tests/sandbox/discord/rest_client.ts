/**
 * A client of the REST API that is `fetch` and nothing more.
 * @module
 */

import { addApplication, addBot, addGuild } from "../../../src/sandbox/discord/build.ts";
import type { DiscordOptions } from "../../../src/sandbox/discord/server.ts";
import type { Application } from "../../../src/sandbox/discord/world.ts";
import { localDiscord } from "../../local_discord.ts";

/** What came back. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

/** How {@linkcode RestClient.ask} sends. */
export interface Sending {
  readonly json?: unknown;
  readonly body?: BodyInit;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** One bot's requests. */
export class RestClient {
  constructor(readonly apiUrl: string, readonly app: Application) {}

  /** Sends `GET /users/@me` and the like; JSON comes back parsed, all else as text. */
  async ask(route: string, sending: Sending = {}): Promise<Answered> {
    const [method = "", path = ""] = route.split(" ");
    const { json, body = json === undefined ? null : JSON.stringify(json), signal } = sending;
    const response = await fetch(`${this.apiUrl}/v10${path}`, {
      method,
      body,
      signal: signal ?? null,
      headers: {
        authorization: `Bot ${this.app.token}`,
        ...(json === undefined ? {} : { "content-type": "application/json" }),
        ...sending.headers,
      },
    });
    const { status, headers } = response;
    const text = await response.text();
    const isJson = headers.get("content-type") === "application/json";
    return { status, headers, body: isJson ? JSON.parse(text) : text };
  }
}

/** To see channels, read, write and embed. */
const ORDINARY = 1n << 10n | 1n << 11n | 1n << 14n | 1n << 16n;

/** A local Discord with one bot in one guild. */
export async function startedWithBot(options: DiscordOptions = {}, permissions = ORDINARY) {
  const discord = await localDiscord(options);
  const { world } = discord;
  const app = addApplication(world, { name: "Bliss" });
  const guild = addGuild(world, { name: "Island" });
  addBot(world, guild, { app, permissions });
  return { discord, world, app, guild, client: new RestClient(discord.apiUrl, app) };
}
