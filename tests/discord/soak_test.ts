/**
 * Six bots over a minute of storms: every fault there is, at random, while people go on using them.
 * SOAK_SECONDS makes it longer, SOAK_SEED makes it another one. The same seed begins with the same
 * faults; what they meet, and soon their order, depends on the moment.
 */

import { deepEqual, equal, ok } from "node:assert/strict";
import { delay, median, sumBy } from "es-toolkit";
import { BOTS } from "../../src/bots.ts";
import type { Person } from "../../src/sandbox/discord/people.ts";
import { Random } from "../../src/sandbox/world/random.ts";
import { type Community, community } from "../discord_community.ts";
import { withTempFolder } from "../temp_folder.ts";
import { BOT_STRIKES, LONGEST_RETRY_AFTER_MS, NETWORK_STRIKES, type Scene } from "./soak/faults.ts";
import type { Report } from "./soak/fleet.ts";
import { type Deed, deedsOf, runsAway, tries } from "./soak/people.ts";
import { type FleetProcess, startFleetProcess } from "./soak/process.ts";

const SECONDS = Number(Deno.env.get("SOAK_SECONDS") ?? 60);
const SEED = Number(Deno.env.get("SOAK_SEED") ?? 20260314);

const HEARTBEAT_MS = 2000;
const STORM_MS = 5000;
/** Who are busy at the same time in a storm. */
const PEOPLE = 16;
/** How often everything is done after each storm: what leaks must add up to something. */
const CALM_TIMES = 10;
/** Attempts to connect are up to 4.4 s apart by the bots' clock, and some need two or three. */
const HEALTHY_WITHIN_MS = 30_000;
/** With fewer there are no quarters to compare. */
const FEWEST_ROUNDS = 4;
/** About 1 KB per use of a bot in a minute; without a leak it is 0.1 to 0.4 MB. */
const MOST_GROWTH_BYTES = 1e6;

interface Soak {
  readonly it: Community;
  readonly fleet: FleetProcess;
  readonly deeds: readonly Deed[];
  readonly hasty: Person;
  /** One generator each, so that people's pace does not change which faults come. */
  readonly ofFaults: Random;
  readonly ofPeople: Random;
  readonly strikes: readonly [ofNetwork: Bag, ofBots: Bag];
  /** What struck, the last one last. */
  readonly struck: string[];
  tried: number;
  answered: number;
  slowestRecoveryMs: number;
}

/** Gives each kind of strike once before any comes again. */
class Bag {
  #left: string[] = [];

  constructor(readonly strikes: typeof BOT_STRIKES) {}

  take(random: Random): string {
    if (this.#left.length === 0) this.#left = Object.keys(this.strikes);
    return this.#left.splice(random.int(this.#left.length), 1)[0]!;
  }
}

Deno.test("six bots outlive a minute of every fault: ready, answering, memory flat, nothing unhandled", async () => {
  console.log(`soak: ${SECONDS} s, seed ${SEED}`);
  await withTempFolder(async (folder) => {
    await using it = await community();
    it.discord.gateway.heartbeatMs = HEARTBEAT_MS;
    await using fleet = await startFleetProcess(it, folder);
    const soak: Soak = {
      it,
      fleet,
      deeds: deedsOf(it),
      hasty: it.person("hasty"),
      ofFaults: new Random(SEED, 1),
      ofPeople: new Random(SEED, 2),
      strikes: [new Bag(NETWORK_STRIKES), new Bag(BOT_STRIKES)],
      struck: [],
      tried: 0,
      answered: 0,
      slowestRecoveryMs: 0,
    };
    try {
      await outlives(soak);
    } catch (error) {
      const text = `Seed ${SEED}, after ${soak.struck.slice(-30).join(", ")}:\n${
        fleet.log.join("\n")
      }`;
      throw new Error(text, { cause: error });
    }
  });
});

async function outlives(soak: Soak): Promise<void> {
  const { it, fleet } = soak;
  const endsAt = Date.now() + SECONDS * 1000;
  await untilHealthy(soak);
  const used: number[] = [];
  while (Date.now() < endsAt || used.length < FEWEST_ROUNDS) {
    await storm(soak);
    await calm(soak);
    const { bots, usedBytes, unhandled } = await fleet.look();
    used.push(usedBytes);
    deepEqual(unhandled, []);
    // None of these faults is a reason to start a bot anew.
    deepEqual(
      bots.map(({ restarts, lastError }) => [restarts, lastError]),
      bots.map(() => [0, undefined]),
    );
    it.general.messages.clear();
  }
  it.discord.check();
  tell(soak, used);
  ok(growth(used) < MOST_GROWTH_BYTES, `memory grows: ${used}`);
  const kinds = Object.keys({ ...NETWORK_STRIKES, ...BOT_STRIKES });
  deepEqual([...new Set(soak.struck)].sort(), kinds.sort());
  ok(soak.answered > soak.tried / 10, "hardly anybody was answered in a storm");
  ok(sumOf(it, "resumes") >= BOTS.length, "hardly any session was resumed");
  equal(await fleet.stop(), 0);
}

/** Faults and people, until the storm is over and both have finished what they were doing. */
async function storm(soak: Soak): Promise<void> {
  const { it, ofFaults: random, ofPeople, deeds } = soak;
  const scene: Scene = { discord: it.discord, apps: Object.values(it.apps), random };
  const endsAt = Date.now() + STORM_MS;
  const strikes = async (bag: Bag) => {
    while (Date.now() < endsAt) {
      const kind = bag.take(random);
      soak.struck.push(kind);
      await bag.strikes[kind]!(scene);
      await delay(random.between(50, 500));
    }
  };
  const people = async () => {
    while (Date.now() < endsAt) {
      if (ofPeople.chance(0.1)) runsAway(it, soak.hasty);
      soak.tried++;
      if (await tries(ofPeople.pick(deeds))) soak.answered++;
    }
  };
  const chatter = async () => {
    for (; Date.now() < endsAt; await delay(5)) await soak.hasty.says(it.general, "Anybody there?");
  };
  const [ofNetwork, ofBots] = soak.strikes;
  await Promise.all([
    strikes(ofNetwork),
    strikes(ofBots),
    strikes(ofBots),
    chatter(),
    ...Array.from({ length: PEOPLE }, people),
  ]);
  it.discord.faults.stop();
  it.discord.rateLimits.refuseNoMore();
}

/** After a storm everything works again: every deed leads to what it should. */
async function calm(soak: Soak): Promise<void> {
  await untilHealthy(soak);
  for (let times = 0; times < CALM_TIMES; times++) {
    await Promise.all(soak.deeds.map((deed) => deed()));
  }
}

/** Until all bots are connected, know it, and stay so while the last fault may still show. */
async function untilHealthy(soak: Soak): Promise<void> {
  const { it, fleet } = soak;
  const { gateway } = it.discord;
  const isHealthy = ({ bots }: Report) =>
    bots.every(({ state, isInGuild }) => state === "ready" && isInGuild) &&
    Object.values(it.apps).every((app) => gateway.sessions(app).some((one) => one.isConnected));
  const startedAt = Date.now();
  for (let healthyLooks = 0; healthyLooks < 2;) {
    const now = await fleet.look();
    healthyLooks = isHealthy(now) ? healthyLooks + 1 : 0;
    const tookMs = Date.now() - startedAt;
    if (healthyLooks === 0) soak.slowestRecoveryMs = Math.max(soak.slowestRecoveryMs, tookMs);
    if (tookMs > HEALTHY_WITHIN_MS) throw new Error(`Not healthy: ${JSON.stringify(now.bots)}`);
    await delay(healthyLooks > 0 ? LONGEST_RETRY_AFTER_MS + 200 : 200);
  }
}

/** How much more is in use in the last quarter than in the second, in bytes. */
function growth(used: readonly number[]): number {
  const { length } = used;
  const second = used.slice(Math.floor(length / 4), Math.floor(length / 2));
  return median(used.slice(-second.length)) - median(second);
}

function tell(soak: Soak, used: readonly number[]): void {
  const { it, struck, tried, answered, slowestRecoveryMs } = soak;
  console.log(
    `soak: ${used.length} storms of ${struck.length} strikes, slowest recovery ` +
      `${slowestRecoveryMs} ms, ${answered} of ${tried} deeds answered in storms, ` +
      `${sumOf(it, "identifies")} sessions begun, ${sumOf(it, "resumes")} resumed, ` +
      `memory ${used.map((bytes) => (bytes / 1e6).toFixed(1)).join(", ")} MB`,
  );
}

/** Of all bots. */
function sumOf({ discord: { gateway }, apps }: Community, what: "identifies" | "resumes"): number {
  return sumBy(Object.values(apps), (app) => gateway[what](app));
}
