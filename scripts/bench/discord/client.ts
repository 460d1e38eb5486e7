/**
 * One client of `scripts/bench/discord.ts`: `client.ts KIND COUNT PLACE` connects that many bots of
 * a kind, and tells what they cost. Each loads nothing but its own library.
 * @module
 */

import { answerLines } from "./lines.ts";
import type { Place } from "./place.ts";

/** Connects bots that call `onMessage` for each message and answer `/ping` and their channel. */
export type Connect = (place: Place, onMessage: () => void) => Promise<void>;

/** Where the kinds of clients are. Idle ones are the program's own six bots. */
const KINDS: Readonly<Record<string, () => Promise<{ readonly connect: Connect }>>> = {
  "BlissBot, idle": () => import("./blissbot_idle.ts"),
  "BlissBot": () => import("./blissbot.ts"),
  "Discordeno": () => import("./discordeno.ts"),
  "discord.js": () => import("./discord_js.ts"),
};

if (import.meta.main) {
  const [kind = "", count, place = ""] = Deno.args;
  let [left, begun] = [0, 0];
  let reached = Promise.withResolvers<void>();
  const whole: Place = JSON.parse(place);
  const { connect } = await KINDS[kind]!();
  await connect({ ...whole, bots: whole.bots.slice(0, Number(count)) }, () => {
    if (--left === 0) reached.resolve();
  });
  await answerLines({}, {
    /** Counts from here. */
    async begin({ messages }: { messages: number }): Promise<void> {
      reached = Promise.withResolvers();
      [left, begun] = [messages, await usedMs()];
    },
    /** Milliseconds of processor time since `begin`, when all messages are there. */
    async cpuMs(): Promise<number> {
      await reached.promise;
      return await usedMs() - begun;
    },
    rss: () => Deno.memoryUsage().rss,
  });
}

/** Processor time of all threads of this process, milliseconds. */
async function usedMs(): Promise<number> {
  const { cpuUsage } = await import("node:process"); // costs memory where it is not wanted
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}
