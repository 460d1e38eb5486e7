/**
 * `deno run -A scripts/bench/discord.ts [ROUNDS]`: memory, processor time and delay of our bots,
 * beside bare Discordeno and bare discord.js on the same local Discord, in turns. Every client and
 * every Discord is a fresh process, so each counts alone.
 * @module
 */

import { delay } from "es-toolkit";
import { Child } from "./discord/child.ts";
import type { Place } from "./discord/place.ts";

/** Until garbage and connections of the start are gone. */
const IDLE_MS = 5_000;
const WARM_MESSAGES = 5_000, MESSAGES = 10_000;
/** Events per bot and second: a bot may make 50 requests a second, answers to commands aside. */
const COMMANDS_PER_SECOND = 40, MESSAGES_PER_SECOND = 20;
const WARM_SECONDS = 3, SECONDS = 10;

/** What a round measures, by row of the report. */
type Round = Record<string, number>;

const OURS = { memory: "six idle bots, MB", cpu: "10,000 messages, CPU ms" };

/** Name, our row, the row that it is divided by, aim. */
const RATIOS: readonly (readonly [string, string, string, string])[] = [
  ["memory to one discord.js", OURS.memory, "one idle bot, discord.js, MB", "at most 0.8"],
  ["memory to six Discordeno", OURS.memory, "six idle bots, Discordeno, MB", ""],
  ["CPU to Discordeno", OURS.cpu, "10,000 messages, Discordeno, CPU ms", "at most 1.25"],
  ["CPU to discord.js", OURS.cpu, "10,000 messages, discord.js, CPU ms", "below 0.7"],
  ...["command", "message"].flatMap((event) =>
    ["p50", "p95"].map((part) =>
      [
        `${event} → answer to Discordeno, ${part}`,
        `${event} → answer, ${part} ms`,
        `${event} → answer, Discordeno, ${part} ms`,
        part === "p95" ? "at most 3" : "",
      ] as const
    )
  ),
];

const rounds = Number(Deno.args[0] ?? 5);
const all: Round[] = [];
for (let round = 1; round <= rounds; round++) {
  all.push({ ...await memory(), ...await processorTime(), ...await delays() });
  console.error(`Round ${round} of ${rounds}: ${JSON.stringify(all.at(-1))}`);
}
report(all);

async function memory(): Promise<Round> {
  const idle = (kind: string, count: number) =>
    withClient({ kind, count }, async (client) => {
      await delay(IDLE_MS);
      return await client.ask<number>("rss") / 2 ** 20;
    });
  return {
    [OURS.memory]: await idle("BlissBot, idle", 6),
    "six idle bots, Discordeno, MB": await idle("Discordeno", 6),
    "one idle bot, discord.js, MB": await idle("discord.js", 1),
  };
}

async function processorTime(): Promise<Round> {
  const receive = (kind: string) =>
    withClient({ kind, count: 1 }, async (client, server) => {
      let cpuMs = 0;
      for (const messages of [WARM_MESSAGES, MESSAGES]) {
        await client.ask("begin", { messages });
        await server.ask("messages", { count: messages });
        cpuMs = await client.ask<number>("cpuMs");
      }
      return cpuMs;
    });
  return {
    [OURS.cpu]: await receive("BlissBot"),
    "10,000 messages, Discordeno, CPU ms": await receive("Discordeno"),
    "10,000 messages, discord.js, CPU ms": await receive("discord.js"),
  };
}

async function delays(): Promise<Round> {
  const answer = (kind: string, event: "command" | "message", perSecond: number) =>
    withClient({ kind, count: 6 }, async (_client, server) => {
      const measure = (seconds: number) =>
        server.ask<number[]>("delays", { kind: event, perSecond, seconds });
      await measure(WARM_SECONDS);
      const sorted = (await measure(SECONDS)).sort((a, b) => a - b);
      return [0.5, 0.95].map((part) => sorted[Math.floor(sorted.length * part)]!);
    });
  const found: Round = {};
  for (
    const [event, perSecond] of [
      ["command", COMMANDS_PER_SECOND],
      ["message", MESSAGES_PER_SECOND],
    ] as const
  ) {
    for (const kind of ["BlissBot", "Discordeno"]) {
      const [p50, p95] = await answer(kind, event, perSecond);
      const name = kind === "BlissBot" ? `${event} → answer` : `${event} → answer, ${kind}`;
      found[`${name}, p50 ms`] = p50!;
      found[`${name}, p95 ms`] = p95!;
    }
  }
  return found;
}

/** Runs `work` with a new Discord and a new client, which then end. */
async function withClient<T>(
  { kind, count }: { readonly kind: string; readonly count: number },
  work: (client: Child<unknown>, server: Child<Place>) => Promise<T>,
): Promise<T> {
  await using server = new Child<Place>("server.ts");
  const place = JSON.stringify(await server.ready);
  await using client = new Child("client.ts", kind, String(count), place);
  await client.ready;
  const result = await work(client, server);
  await server.ask("check");
  return result;
}

function report(all: readonly Round[]): void {
  const of = (name: string) => all.map((round) => round[name]!);
  console.log(`| what | median of ${all.length} |\n| --- | --: |`);
  for (const name of Object.keys(all[0]!)) console.log(`| ${name} | ${text(median(of(name)))} |`);
  console.log(`\n| ratio, round by round | median of ${all.length} | aim |\n| --- | --: | --- |`);
  for (const [name, ours, theirs, aim] of RATIOS) {
    const ratio = median(all.map((round) => round[ours]! / round[theirs]!));
    console.log(`| ${name} | ${ratio.toFixed(2)} | ${aim} |`);
  }
}

function text(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0);
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
