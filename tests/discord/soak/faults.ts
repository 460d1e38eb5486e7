/**
 * What strikes the bots in the soak test: every fault of the local Discord, at random.
 * @module
 */

import { delay } from "es-toolkit";
import type { Trouble } from "../../../src/sandbox/discord/faults.ts";
import type { Scope } from "../../../src/sandbox/discord/rate_limits.ts";
import type { LocalDiscord } from "../../../src/sandbox/discord/server.ts";
import type { Application } from "../../../src/sandbox/discord/world.ts";
import type { Random } from "../../../src/sandbox/world/random.ts";

/** Where and by which chance it strikes. */
export interface Scene {
  readonly discord: LocalDiscord;
  readonly apps: readonly Application[];
  readonly random: Random;
}

/** Strikes once, and has ended when it resolves. */
type Strike = (scene: Scene) => Promise<void> | void;

/** All close codes that are not for ever, and a cut. */
const CLOSE_CODES = [1000, 1001, 1006, 4000, 4001, 4002, 4003, 4005, 4007, 4008, 4009];

/** Frames that Discord should never send; some spoil what a client remembers of its session. */
const FRAMES = [
  "",
  "no JSON",
  "null",
  "[]",
  '{"op":"x"}',
  '{"op":0,"t":"READY","s":null,"d":{}}',
  '{"op":0,"t":"MESSAGE_CREATE","s":null,"d":{}}',
  '{"op":0,"t":"GUILD_DELETE","s":null,"d":null}',
  '{"op":0,"t":"INTERACTION_CREATE","s":null,"d":{"id":"x","type":2,"token":"x","user":{}}}',
  '{"op":0,"t":"TYPING_START","s":987654321,"d":{}}',
  '{"op":10,"s":null,"d":null}',
  '{"op":10,"s":null,"d":{"heartbeat_interval":0}}',
  `{"op":0,"t":"${"X".repeat(100_000)}","s":null,"d":${"[".repeat(1000)}`,
];

const CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback";
const ROUTES = [
  CALLBACK,
  CALLBACK,
  "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original",
  "POST /webhooks/{webhook_id}/{webhook_token}",
  "GET /gateway/bot",
  "GET /applications/{application_id}/guilds/{guild_id}/commands",
];
const TROUBLES: readonly Trouble[] = [
  { kind: "html" },
  { kind: "html", status: 502 },
  { kind: "status", status: 500 },
  { kind: "status", status: 503 },
  { kind: "stall" },
  { kind: "reset" },
  { kind: "latency", ms: 1000 },
];
const SCOPES: readonly Scope[] = ["user", "shared", "global", "cloudflare"];

/** How long a refused client is told to wait: it answers nothing until then. */
export const LONGEST_RETRY_AFTER_MS = 1000;

/** A heartbeat without an answer is noticed at the next one, which may be two intervals away. */
const NOTICED_WITHIN_MS = 10_000;

const upTo3s = ({ random }: Scene) => delay(random.between(1000, 3000));

/** Faults of the whole network or gateway, one at a time. */
export const NETWORK_STRIKES: Readonly<Record<string, Strike>> = {
  async outage(scene) {
    const end = scene.discord.faults.outage();
    await upTo3s(scene);
    await end();
  },
  async stall(scene) {
    const end = scene.discord.faults.stall();
    await upTo3s(scene);
    await end();
  },
  async latency(scene) {
    const end = scene.discord.faults.latency(scene.random.between(50, 500));
    await upTo3s(scene);
    await end();
  },
  async flapping(scene) {
    const { discord, apps, random } = scene;
    const end = discord.faults.flapping(random.pick(["open", "hello"]));
    for (const app of apps) discord.gateway.close(app, 1006);
    await upTo3s(scene);
    await end();
  },
};

/** Faults of one bot; several bots may have some at the same time. */
export const BOT_STRIKES: Readonly<Record<string, Strike>> = {
  reconnect({ discord, apps, random }) {
    discord.gateway.requestReconnect(random.pick(apps));
  },
  "invalid session"({ discord, apps, random }) {
    discord.gateway.invalidate(random.pick(apps), random.chance(0.5));
  },
  close({ discord, apps, random }) {
    discord.gateway.close(random.pick(apps), random.pick(CLOSE_CODES));
  },
  frames({ discord, apps, random }) {
    const app = random.pick(apps);
    for (let count = 1 + random.int(3); count > 0; count--) {
      discord.gateway.sendRaw(app, random.pick(FRAMES));
    }
  },
  async "no heartbeat is answered"({ discord: { gateway }, apps, random }) {
    const app = random.pick(apps);
    gateway.dropAcks(app, true);
    try {
      await gateway.until(app, "gone", NOTICED_WITHIN_MS);
    } finally {
      gateway.dropAcks(app, false);
    }
  },
  requests({ discord, apps, random }) {
    const route = random.pick(ROUTES);
    // Nobody's token is in the first answer to an interaction.
    const whose = route === CALLBACK ? {} : { app: random.pick(apps) };
    const target = { route, ...whose, times: 1 + random.int(3), isCarriedOut: random.chance(0.5) };
    discord.faults.next(target, random.pick(TROUBLES));
  },
  "too many requests"({ discord, apps, random }) {
    const scope = random.pick(SCOPES);
    const whose = random.chance(0.5) ? {} : { app: random.pick(apps) };
    const retryAfterMs = random.int(LONGEST_RETRY_AFTER_MS);
    discord.rateLimits.refuseNext(scope, { ...whose, times: 1 + random.int(3), retryAfterMs });
  },
};
