/**
 * A bot that a test plays by hand: interactions come from a bare WebSocket, answers go out by
 * fetch.
 * @module
 */

import type { LocalDiscord } from "../../../src/sandbox/discord/server.ts";
import type { Application } from "../../../src/sandbox/discord/world.ts";
import { GatewayClient } from "./gateway_client.ts";

/** Guilds, guild messages, direct messages: all that needs no switch in the portal. */
const INTENTS = 1 << 0 | 1 << 9 | 1 << 12;

/** What REST answered. */
export interface Reply {
  readonly status: number;
  // deno-lint-ignore no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

/** An interaction as it came. */
// deno-lint-ignore no-explicit-any -- tests look into interactions of every shape
export type Interaction = any;

/** One bot, logged in. */
export class ScriptedBot implements AsyncDisposable {
  private constructor(
    readonly discord: LocalDiscord,
    readonly app: Application,
    readonly client: GatewayClient,
  ) {}

  static async login(discord: LocalDiscord, app: Application): Promise<ScriptedBot> {
    const { client } = await GatewayClient.login(discord, app, INTENTS);
    return new ScriptedBot(discord, app, client);
  }

  /** A request with the bot's token. A form is sent as multipart. */
  async rest(method: string, path: string, body?: unknown): Promise<Reply> {
    const isForm = body instanceof FormData;
    const response = await fetch(`${this.discord.apiUrl}/v10${path}`, {
      method,
      headers: {
        authorization: `Bot ${this.app.token}`,
        ...(isForm || body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  }

  /** Registers the commands of the guild. */
  async offers(guildId: string, commands: readonly object[]): Promise<void> {
    const path = `/applications/${this.app.id}/guilds/${guildId}/commands`;
    const { status, body } = await this.rest("PUT", path, commands);
    if (status !== 200) throw new Error(`Cannot register: ${JSON.stringify(body)}`);
  }

  /** The next interaction. */
  async interaction(): Promise<Interaction> {
    return (await this.client.event("INTERACTION_CREATE")).d;
  }

  /** Sends the first answer. */
  answer({ id, token }: Interaction, type: number, data?: object, query = ""): Promise<Reply> {
    const body = { type, ...(data && { data }) };
    return this.rest("POST", `/interactions/${id}/${token}/callback${query}`, body);
  }

  /** Sends another message. */
  followUp({ token }: Interaction, body: object): Promise<Reply> {
    return this.rest("POST", `/webhooks/${this.app.id}/${token}`, body);
  }

  /** Gets, changes or deletes an answer. */
  message(
    { token }: Interaction,
    method: "GET" | "PATCH" | "DELETE",
    { id = "@original", body }: { readonly id?: string; readonly body?: object } = {},
  ): Promise<Reply> {
    return this.rest(method, `/webhooks/${this.app.id}/${token}/messages/${id}`, body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.leave();
  }
}
