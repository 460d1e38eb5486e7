/**
 * A small guild on a local Discord, with one bot that speaks REST by hand: what tests of the routes
 * start from. Every answer is checked against Discord's own description where that is at hand.
 * @module
 */

import { deepEqual } from "node:assert/strict";
import {
  addApplication,
  addBot,
  addChannel,
  addGuild,
  addPerson,
} from "../../../src/sandbox/discord/build.ts";
import type { LocalDiscord } from "../../../src/sandbox/discord/server.ts";
import type { Application, Channel, Guild, Member } from "../../../src/sandbox/discord/world.ts";
import { localDiscord } from "../../local_discord.ts";
import { type Answered, RestClient } from "./rest_client.ts";

/** One started scene. */
export interface Scene extends AsyncDisposable {
  readonly discord: LocalDiscord;
  readonly guild: Guild;
  readonly channel: Channel;
  readonly app: Application;
  readonly ann: Member;
  /** Calls a route as the scene's bot, or as another one. */
  call(line: string, body?: unknown, as?: Application): Promise<Answered>;
  /** The same, and the answer's status and code must be these: `"403 50013"`, `"204"`. */
  expect(wanted: string, line: string, body?: unknown): Promise<Answered>;
  /** Events that a bot would get with these intents from here on, as `[name, data]`. */
  hears(intents?: number, as?: Application): Heard;
}

/** Events, oldest first. */
// deno-lint-ignore no-explicit-any -- events have every shape
export type Heard = [name: string, data: any][];

/** Every intent there is. */
export const ALL_INTENTS = 0x3ffffff;

/** Starts a guild "Bliss" with #general, Ann, and a bot with these rights. */
export async function scene({ permissions, privilegedIntents = 0, now = Date.now }: {
  readonly permissions: bigint;
  readonly privilegedIntents?: number;
  readonly now?: () => number;
}): Promise<Scene> {
  const discord = await localDiscord({ now });
  const { world } = discord;
  const guild = addGuild(world, { name: "Bliss" });
  const channel = addChannel(world, guild, { name: "general" });
  const app = addApplication(world, { name: "Bot", privilegedIntents });
  addBot(world, guild, { app, permissions });
  const ann = addPerson(world, guild, { username: "ann" });

  function call(line: string, body?: unknown, as = app): Promise<Answered> {
    const sending = body instanceof FormData ? { body } : { json: body };
    return new RestClient(discord.apiUrl, as).ask(line, sending);
  }
  async function expect(wanted: string, line: string, body?: unknown): Promise<Answered> {
    const answer = await call(line, body);
    const code = answer.status >= 400 ? ` ${answer.body?.code}` : "";
    const got = `${answer.status}${code}`;
    deepEqual(got, wanted, `${line} answered ${got}: ${JSON.stringify(answer.body)}`);
    return answer;
  }
  function hears(intents = ALL_INTENTS, as = app): Heard {
    const heard: Heard = [];
    world.listen((event) => {
      if (event.intents !== 0 && (event.intents & intents) === 0) return;
      const data = event.dataFor(as, intents);
      if (data !== undefined) heard.push([event.name, JSON.parse(JSON.stringify(data))]);
    });
    return heard;
  }
  return {
    discord,
    guild,
    channel,
    app,
    ann,
    call,
    expect,
    hears,
    [Symbol.asyncDispose]: () => discord[Symbol.asyncDispose](),
  };
}
