/** The REST side of the local Discord: tokens, routes, bodies, contract, files, stopping. */

import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import { addApplication } from "../../../src/sandbox/discord/build.ts";
import { startDiscord } from "../../../src/sandbox/discord/server.ts";
import { sharedPath, sharedTest } from "../../shared.ts";
import { RestClient, startedWithBot } from "./rest_client.ts";

const OPEN_API = "discord/discord-openapi.json";
const HELP = { name: "help", description: "Helps" };

Deno.test("a client learns the gateway's address and how often it may identify", async () => {
  const { discord, app, client } = await startedWithBot();
  await using _ = discord;
  const { status, body } = await client.ask("GET /gateway/bot");
  equal(status, 200);
  equal(body.url, discord.gateway.url);
  equal(body.shards, 1);
  const { reset_after, ...limit } = body.session_start_limit;
  deepEqual(limit, { total: 1000, remaining: 1000, max_concurrency: 1 });
  equal(reset_after > 23 * 3600_000, true);
  discord.gateway.startLimit(app).maxConcurrency = 16;
  const again = await client.ask("GET /gateway/bot");
  equal(again.body.session_start_limit.max_concurrency, 16);
  const open = await client.ask("GET /gateway", { headers: { authorization: "" } });
  deepEqual(open.body, { url: discord.gateway.url });
});

Deno.test("a missing or wrong token is refused with 401", async () => {
  const { discord, app, client } = await startedWithBot();
  await using _ = discord;
  for (
    const authorization of ["", "Bot x.y.z", app.token, `Bearer ${app.token}`, "Bot undefined"]
  ) {
    const { status, body } = await client.ask("GET /gateway/bot", { headers: { authorization } });
    equal(status, 401);
    deepEqual(body, { message: "401: Unauthorized", code: 0 });
  }
});

Deno.test("unknown paths and methods are refused", async () => {
  const { discord, client } = await startedWithBot();
  await using _ = discord;
  const unknown = await client.ask("GET /nowhere");
  deepEqual([unknown.status, unknown.body], [404, { message: "404: Not Found", code: 0 }]);
  const method = await client.ask("DELETE /gateway");
  deepEqual([method.status, method.body], [405, { message: "405: Method Not Allowed", code: 0 }]);
});

Deno.test("the API stands below /api/v10, /v10 and /api", async () => {
  const { discord } = await startedWithBot();
  await using _ = discord;
  const { origin } = new URL(discord.apiUrl);
  for (const prefix of ["/api/v10", "/v10", "/api", ""]) {
    const response = await fetch(`${origin}${prefix}/gateway`);
    equal(response.status, 200, prefix);
    await response.body?.cancel();
  }
});

Deno.test("bodies that cannot be read are refused, and nothing is carried out", async () => {
  const { discord, app, guild, client } = await startedWithBot();
  await using _ = discord;
  const route = `POST /applications/${app.id}/guilds/${guild.id}/commands`;
  const json = { "content-type": "application/json" };
  const broken = await client.ask(route, { body: "{", headers: json });
  deepEqual([broken.status, broken.body.code], [400, 50109]);
  const text = await client.ask(route, { body: JSON.stringify(HELP) });
  deepEqual([text.status, text.body.code], [400, 50035]);
  const form = { "content-type": "multipart/form-data" };
  const torn = await client.ask(route, { body: "--x\r\nno", headers: form });
  deepEqual([torn.status, torn.body.code], [400, 50035]);
  equal(app.commands.get(guild.id), undefined);
});

Deno.test("a file that is too large is refused with 413", async () => {
  const { discord, client } = await startedWithBot();
  await using _ = discord;
  const body = new FormData();
  body.append("payload_json", JSON.stringify({ type: 4, data: { content: "big" } }));
  body.append("files[0]", new Blob([new Uint8Array(10 * 1024 * 1024 + 1)]), "big.bin");
  const answer = await client.ask("POST /interactions/1/token/callback", { body });
  deepEqual([answer.status, answer.body.code], [413, 40005]);
});

Deno.test("a client that leaves while it is sending is nobody's fault", async () => {
  const { discord, app, guild, client } = await startedWithBot();
  await using _ = discord;
  const { port, hostname } = new URL(discord.apiUrl);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const head = [
    `POST /api/v10/applications/${app.id}/guilds/${guild.id}/commands HTTP/1.1`,
    "host: local",
    `authorization: Bot ${app.token}`,
    "content-type: application/json",
    "content-length: 100",
  ];
  await connection.write(new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n{"name"`));
  equal((await client.ask("GET /gateway")).status, 200); // what was sent before has arrived by now
  connection.close();
});

Deno.test("a reason for the audit log that is not encoded well does no harm", async () => {
  const { discord, client } = await startedWithBot();
  await using _ = discord;
  const { status } = await client.ask("GET /gateway/bot", {
    headers: { "x-audit-log-reason": "100%" },
  });
  equal(status, 200);
});

Deno.test("every exchange is recorded", async () => {
  const { discord, app, guild, client } = await startedWithBot();
  await using _ = discord;
  const path = `/applications/${app.id}/guilds/${guild.id}/commands`;
  await client.ask(`POST ${path}`, { json: HELP });
  await client.ask("GET /nowhere");
  const [posted, lost] = discord.requests;
  deepEqual({ ...posted, at: 0 }, {
    method: "POST",
    route: "/applications/{application_id}/guilds/{guild_id}/commands",
    path,
    status: 201,
    body: HELP,
    appId: app.id,
    at: 0,
  });
  deepEqual([lost?.route, lost?.status], [undefined, 404]);
});

Deno.test("a request that breaks the contract is refused, not carried out, and fails the test", async () => {
  const { discord, app, guild, client } = await startedWithBot();
  const path = `/applications/${app.id}/guilds/${guild.id}/commands`;
  const { status, body } = await client.ask(`POST ${path}`, { json: { ...HELP, name: "Not So" } });
  equal(status, 400);
  equal(body.code, 50035);
  deepEqual((await client.ask(`GET ${path}`)).body, []);
  throws(() => discord.check(), /contract was broken:\nPOST \/applications.*name/);
  await rejects(discord.stop(), /contract was broken/);
});

Deno.test("violations that were provoked can be taken", async () => {
  const { discord, app, client } = await startedWithBot();
  const path = `/applications/${app.id}/commands`;
  await client.ask(`POST ${path}`, { json: { ...HELP, name: "Not So" } });
  equal(discord.takeViolations().length, 1);
  deepEqual(discord.violations, []);
  await discord.stop();
});

Deno.test("rights are looked at before content", async () => {
  const { discord, app, client } = await startedWithBot();
  await using _ = discord;
  const path = `/applications/${app.id}/guilds/1/commands`;
  const { status } = await client.ask(`POST ${path}`, { json: { ...HELP, name: "Not So" } });
  equal(status, 403);
  equal(discord.takeViolations().length, 1);
});

Deno.test("an error of the local Discord itself answers 500 and fails the test", async () => {
  const { discord, world, app, guild } = await startedWithBot();
  Object.defineProperty(guild, "members", {
    get() {
      throw new Error("boom");
    },
  });
  const client = new RestClient(discord.apiUrl, app);
  const { status } = await client.ask(
    `GET /applications/${app.id}/guilds/${[...world.guilds.keys()][0]}/commands`,
  );
  equal(status, 500);
  match(
    discord.takeViolations()[0]!,
    /^GET \/applications.* the local Discord failed: Error: boom/,
  );
  await discord.stop();
});

sharedTest("with the document, requests are checked against it as well", async () => {
  const { discord, app, client } = await startedWithBot({ openApi: sharedPath(OPEN_API) });
  await using _ = discord;
  equal((await client.ask("GET /gateway/bot")).status, 200);
  const path = `/applications/${app.id}/commands`;
  equal((await client.ask(`POST ${path}`, { json: HELP })).status, 201);
  deepEqual(discord.violations, []);
  equal((await client.ask(`POST ${path}`, { json: { ...HELP, camelCase: 1 } })).status, 400);
  match(discord.takeViolations()[0]!, /camelCase/);
});

sharedTest(
  "an answer of the local Discord that breaks the contract fails the test too",
  async () => {
    const { discord, guild, client } = await startedWithBot({ openApi: sharedPath(OPEN_API) });
    await using _ = discord;
    Object.assign(guild, { name: 5 });
    equal((await client.ask(`GET /guilds/${guild.id}`)).status, 200);
    match(discord.takeViolations()[0]!, /^Our answer: GET \/guilds\/\{guild_id\}: name must be/);
  },
);

Deno.test("without the document, the local Discord says once that it checks less", async () => {
  const notes: string[] = [];
  const discord = await startDiscord({ note: (text) => notes.push(text) });
  await discord.stop();
  equal(notes.length, 1);
  match(notes[0]!, /OpenAPI document was not given/);
});

Deno.test("uploaded files are served from their address", async () => {
  const { discord, world } = await startedWithBot();
  await using _ = discord;
  world.files.set("/attachments/1/2/böse Karte.png", new Uint8Array([1, 2, 3]));
  const response = await fetch(`${world.filesUrl}/attachments/1/2/böse Karte.png`);
  deepEqual([...await response.bytes()], [1, 2, 3]);
  const missing = await fetch(`${world.filesUrl}/attachments/1/2/other.png`);
  equal(missing.status, 404);
  await missing.body?.cancel();
});

Deno.test("the world's clock can be moved", async () => {
  let now = Date.UTC(2026, 0, 1);
  const discord = await startDiscord({ now: () => now });
  await using _ = discord;
  const first = BigInt(addApplication(discord.world, { name: "A" }).id);
  now += 1000;
  const second = BigInt(addApplication(discord.world, { name: "B" }).id);
  equal((second >> 22n) - (first >> 22n), 1000n);
});

Deno.test("two local Discords live side by side; stopping one twice is harmless", async () => {
  await using first = await startDiscord();
  const second = await startDiscord();
  await Promise.all([second.stop(), second.stop()]);
  const response = await fetch(`${first.apiUrl}/v10/gateway`);
  equal(response.status, 200);
  await response.body?.cancel();
});
