/** Rate limits: headers, 429 of every scope, the count of invalid requests. */

import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { delay } from "es-toolkit";
import { addApplication } from "../../../src/sandbox/discord/build.ts";
import { RestClient, startedWithBot } from "./rest_client.ts";

const ME = "GET /gateway/bot";
const LONG = 60_000;

Deno.test("every answer carries the headers of its bucket", async () => {
  const { discord, client } = await startedWithBot();
  await using _ = discord;
  discord.rateLimits.set(ME, { limit: 5, perMs: LONG });
  const { headers } = await client.ask(ME);
  const number = (name: string) => Number(headers.get(`x-ratelimit-${name}`));
  deepEqual([number("limit"), number("remaining")], [5, 4]);
  ok(number("reset-after") > 50 && number("reset-after") <= 60);
  ok(Math.abs(number("reset") - (Date.now() + LONG) / 1000) < 5);
  equal(headers.get("x-ratelimit-scope"), null);
  const [again, other] = [await client.ask(ME), await client.ask("GET /gateway")];
  const bucket = headers.get("x-ratelimit-bucket");
  equal(again.headers.get("x-ratelimit-bucket"), bucket);
  notEqual(other.headers.get("x-ratelimit-bucket"), bucket);
  equal(again.headers.get("x-ratelimit-remaining"), "3");
});

Deno.test("a full bucket answers 429 with scope user, and empties after its time", async () => {
  const { discord, client } = await startedWithBot();
  await using _ = discord;
  discord.rateLimits.set(ME, { limit: 1, perMs: 500 });
  equal((await client.ask(ME)).status, 200);
  const { status, headers, body } = await client.ask(ME);
  equal(status, 429);
  equal(headers.get("x-ratelimit-scope"), "user");
  equal(headers.get("x-ratelimit-remaining"), "0");
  equal(headers.get("retry-after"), "1");
  deepEqual(Object.keys(body), ["message", "retry_after", "global"]);
  equal(body.global, false);
  ok(body.retry_after > 0 && body.retry_after <= 0.5);
  equal(discord.rateLimits.invalidRequests, 1);
  await delay(body.retry_after * 1000 + 1); // as clients do; limits run on real time
  equal((await client.ask(ME)).status, 200);
});

Deno.test("buckets are apart: by bot, and by channel", async () => {
  const { discord, world, client } = await startedWithBot();
  await using _ = discord;
  const other = new RestClient(discord.apiUrl, addApplication(world, { name: "Other" }));
  discord.rateLimits.set(ME, { limit: 1, perMs: LONG });
  const statuses = [await client.ask(ME), await other.ask(ME), await client.ask(ME)];
  deepEqual(statuses.map(({ status }) => status), [200, 200, 429]);
  const route = "GET /applications/{application_id}/guilds/{guild_id}/commands";
  discord.rateLimits.set(route, { limit: 1, perMs: LONG });
  const of = (guild: number) =>
    client.ask(`GET /applications/${client.app.id}/guilds/${guild}/commands`);
  deepEqual((await of(1)).headers.get("x-ratelimit-remaining"), "0");
  deepEqual((await of(2)).headers.get("x-ratelimit-remaining"), "0");
});

Deno.test("a bot is held to 50 requests in a second over all routes", async () => {
  const { discord, world, client } = await startedWithBot();
  await using _ = discord;
  discord.rateLimits.set(ME, { limit: 1000, perMs: LONG });
  const answers = await Promise.all(Array.from({ length: 51 }, () => client.ask(ME)));
  const refused = answers.filter(({ status }) => status === 429);
  equal(refused.length, 1);
  equal(refused[0]!.headers.get("x-ratelimit-global"), "true");
  equal(refused[0]!.headers.get("x-ratelimit-scope"), "global");
  equal(refused[0]!.body.global, true);
  const other = new RestClient(discord.apiUrl, addApplication(world, { name: "Other" }));
  equal((await other.ask(ME)).status, 200, "another bot is held by its own requests only");
  discord.rateLimits.isGlobalOn = false;
  equal((await client.ask(ME)).status, 200);
});

Deno.test("refusals on demand: each scope as Discord sends it", async () => {
  const { discord, client } = await startedWithBot();
  await using _ = discord;
  const { rateLimits } = discord;
  async function refused(scope: "user" | "shared" | "global" | "cloudflare") {
    rateLimits.refuseNext(scope, { retryAfterMs: 2500 });
    const { status, headers, body } = await client.ask(ME);
    equal(status, 429);
    equal(headers.get("retry-after"), "3");
    return { body, scope: headers.get("x-ratelimit-scope"), headers };
  }
  const user = await refused("user");
  equal(user.scope, "user");
  equal(user.headers.get("x-ratelimit-reset-after"), "2.500");
  equal(user.headers.get("x-ratelimit-remaining"), "0");
  ok(user.headers.get("x-ratelimit-bucket"));
  equal(rateLimits.invalidRequests, 1);
  const shared = await refused("shared");
  equal(shared.scope, "shared");
  equal(shared.body.retry_after, 2.5);
  equal(rateLimits.invalidRequests, 1, "a shared limit is nobody's fault");
  equal((await refused("global")).headers.get("x-ratelimit-global"), "true");
  const cloudflare = await refused("cloudflare");
  equal(cloudflare.body, "error code: 1015");
  deepEqual([...cloudflare.headers.keys()].filter((name) => name.startsWith("x-")), []);
  equal(rateLimits.invalidRequests, 3);
  equal((await client.ask(ME)).status, 200);
});

Deno.test("refusals on demand hit their route and bot, so many times", async () => {
  const { discord, world, client } = await startedWithBot();
  await using _ = discord;
  const other = new RestClient(discord.apiUrl, addApplication(world, { name: "Other" }));
  discord.rateLimits.refuseNext("user", { route: ME, app: client.app, times: 2 });
  equal((await client.ask("GET /gateway")).status, 200);
  equal((await other.ask(ME)).status, 200);
  const statuses = [await client.ask(ME), await client.ask(ME), await client.ask(ME)];
  deepEqual(statuses.map(({ status }) => status), [429, 429, 200]);
});

Deno.test("answers to interactions have no limits, and no headers of limits", async () => {
  const { discord, client } = await startedWithBot();
  await using _ = discord;
  const route = "POST /interactions/{interaction_id}/{interaction_token}/callback";
  discord.rateLimits.set(route, { limit: 0, perMs: LONG });
  const { status, headers } = await client.ask("POST /interactions/1/token/callback", {
    json: { type: 5 },
  });
  equal(status, 404);
  equal(headers.get("x-ratelimit-limit"), null);
});

Deno.test("wrong tokens count as invalid requests", async () => {
  const { discord, client } = await startedWithBot();
  await using _ = discord;
  await client.ask(ME, { headers: { authorization: "Bot nonsense" } });
  equal(discord.rateLimits.invalidRequests, 1);
});
