/**
 * A local Discord: gateway and REST API (v10) on one loopback port, faithful enough for any client,
 * with faults on demand. Joins the parts; each is in a file of its own.
 * @module
 */

import type { Routes } from "./api.ts";
import { openContract } from "./contract.ts";
import { Faults } from "./faults.ts";
import { Front } from "./front.ts";
import { Gateway } from "./gateway.ts";
import { Interactions } from "./interactions.ts";
import { RateLimits } from "./rate_limits.ts";
import { type Exchange, Rest } from "./rest.ts";
import { channelRoutes } from "./routes/channels.ts";
import { commandRoutes } from "./routes/commands.ts";
import { guildRoutes } from "./routes/guilds.ts";
import { interactionRoutes } from "./routes/interactions.ts";
import { messageRoutes } from "./routes/messages.ts";
import { reactionRoutes } from "./routes/reactions.ts";
import { threadRoutes } from "./routes/threads.ts";
import { userRoutes } from "./routes/users.ts";
import { World } from "./world.ts";

export type { Exchange } from "./rest.ts";

/** How {@linkcode startDiscord} is set up. */
export interface DiscordOptions {
  /**
   * Path of Discord's OpenAPI document. Without it requests are checked by the hand-written rules
   * alone, and `note` is told so.
   */
  readonly openApi?: string | undefined;
  /** Clock of the world in milliseconds since 1970. Heartbeats and rate limits run in real time. */
  readonly now?: () => number;
  readonly note?: (text: string) => void;
}

/** A running local Discord. */
export interface LocalDiscord extends AsyncDisposable {
  readonly world: World;
  /** What a client is given instead of `https://discord.com/api`. */
  readonly apiUrl: string;
  readonly gateway: Gateway;
  readonly faults: Faults;
  readonly rateLimits: RateLimits;
  readonly interactions: Interactions;
  /** Every REST exchange, oldest first; the last 10,000. */
  readonly requests: readonly Exchange[];
  /** Where requests or our own answers broke Discord's contract; the first 100. */
  readonly violations: readonly string[];
  /** @throws Error when anything broke the contract. */
  check(): void;
  /** The violations so far, which then count no more: for tests that provoke them. */
  takeViolations(): string[];
  /**
   * Ends all connections and the server.
   * @throws Error when anything broke the contract.
   */
  stop(): Promise<void>;
}

type Info = Deno.ServeHandlerInfo<Deno.NetAddr>;

/** Starts a local Discord with an empty world. */
export async function startDiscord(options: DiscordOptions = {}): Promise<LocalDiscord> {
  const { openApi, now = Date.now, note = () => {} } = options;
  const contract = await openContract(openApi);
  if (!contract.isComplete) {
    note("Discord's OpenAPI document was not given: only the hand-written rules are checked");
  }
  const world = new World(now);
  const interactions = new Interactions(world);
  const rateLimits = new RateLimits();
  const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    answer,
  );
  const front = new Front(server.addr.port);
  const address = `127.0.0.1:${front.port}`;
  world.filesUrl = `http://${address}`;
  const gateway = new Gateway(world, {
    url: `ws://${address}`,
    failed: (error) => rest.failed("Gateway", error),
  });
  const faults = new Faults(front, gateway);
  const routes = routesOf({ world, gateway, interactions });
  const rest: Rest = new Rest({ world, routes, contract, rateLimits, faults });

  async function answer(request: Request, info: Info): Promise<Response> {
    const link = front.linkOf(info.remoteAddr.port);
    if (link === undefined) return new Response(null, { status: 503 }); // it was cut meanwhile
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return await rest.answer(request, link);
    }
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    gateway.accept(socket, { link, query: new URL(request.url).searchParams });
    return response;
  }
  async function end(): Promise<void> {
    gateway.stop();
    faults.stop();
    interactions.stop();
    rest.stop();
    await front.stop();
    await server.shutdown();
  }
  const apiUrl = `http://${address}/api`;
  const running = { world, apiUrl, gateway, faults, rateLimits, interactions };
  return { ...running, ...judged(rest, end) };
}

/** The record of the REST API, the judgement on it, and stopping, which ends with it. */
function judged({ requests, violations }: Rest, end: () => Promise<void>) {
  function check(): void {
    if (violations.length === 0) return;
    throw new Error(`Discord's contract was broken:\n${violations.join("\n")}`);
  }
  let ending: Promise<void> | undefined;
  const stop = () => ending ??= end().then(check);
  const takeViolations = () => violations.splice(0);
  return { requests, violations, check, takeViolations, stop, [Symbol.asyncDispose]: stop };
}

function routesOf({ world, gateway, interactions }: {
  readonly world: World;
  readonly gateway: Gateway;
  readonly interactions: Interactions;
}): Routes {
  return {
    "GET /gateway": () => ({ status: 200, body: { url: gateway.url } }),
    "GET /gateway/bot": ({ app }) => ({ status: 200, body: gateway.info(app!) }),
    ...channelRoutes(world),
    ...messageRoutes(world),
    ...threadRoutes(world),
    ...reactionRoutes(world),
    ...guildRoutes(world),
    ...userRoutes(world),
    ...commandRoutes(world),
    ...interactionRoutes(interactions),
  };
}
