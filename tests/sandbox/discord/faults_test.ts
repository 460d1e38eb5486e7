/** Faults on demand, as clients meet them. */

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { addApplication } from "../../../src/sandbox/discord/build.ts";
import { GatewayClient } from "./gateway_client.ts";
import { RestClient, startedWithBot } from "./rest_client.ts";

const ME = "GET /gateway/bot";

Deno.test("outage() cuts and refuses everything, and ends on the same port", async () => {
  const { discord, app, client } = await startedWithBot();
  await using _ = discord;
  const { client: socket } = await GatewayClient.login(discord, app, 1);
  const end = discord.faults.outage();
  await socket.closed;
  equal(discord.gateway.sessions(app)[0]?.isConnected, false);
  await rejects(client.ask(ME), TypeError);
  await new GatewayClient(discord.gateway.url).closed;
  equal(discord.gateway.connections, 1);
  await end();
  equal((await client.ask(ME)).status, 200);
  await (await GatewayClient.open(discord)).leave();
});

Deno.test("outages may follow each other", async () => {
  const { discord, client } = await startedWithBot();
  await using _ = discord;
  for (let round = 0; round < 5; round++) {
    const end = discord.faults.outage();
    await rejects(client.ask(ME), TypeError);
    await end();
    equal((await client.ask(ME)).status, 200);
  }
});

Deno.test("a local Discord can be stopped during an outage", async () => {
  const { discord } = await startedWithBot();
  const end = discord.faults.outage();
  await discord.stop();
  await end();
});

Deno.test("stall() passes nothing on, REST and gateway, and then everything", async () => {
  const { discord, app, client } = await startedWithBot();
  await using _ = discord;
  const { client: socket } = await GatewayClient.login(discord, app, 1);
  await socket.event("GUILD_CREATE");
  const end = discord.faults.stall();
  const signal = AbortSignal.timeout(100);
  socket.send(1, null);
  await rejects(client.ask(ME, { signal }), /timeout/);
  deepEqual(socket.frames, []);
  await end();
  await socket.take(({ op }) => op === 11);
  equal((await client.ask(ME)).status, 200);
  await socket.leave();
});

Deno.test("a local Discord can be stopped while it stalls", async () => {
  const { discord, client } = await startedWithBot();
  discord.faults.stall();
  const asked = rejects(client.ask(ME), TypeError);
  await discord.stop();
  await asked;
});

Deno.test("latency() delays REST and gateway", async () => {
  const { discord, client } = await startedWithBot();
  await using _ = discord;
  const end = discord.faults.latency(50);
  const start = performance.now();
  equal((await client.ask(ME)).status, 200);
  ok(performance.now() - start >= 100, "there and back");
  const socket = await GatewayClient.open(discord);
  ok(performance.now() - start >= 200, "there and back again");
  await end();
  await socket.leave();
});

Deno.test("flapping() accepts connections and ends them, at once or after HELLO", async () => {
  const { discord, app } = await startedWithBot();
  await using _ = discord;
  const end = discord.faults.flapping("open");
  const cut = new GatewayClient(discord.gateway.url);
  await cut.closed;
  deepEqual(cut.frames, []);
  discord.faults.flapping("hello");
  const greeted = await GatewayClient.open(discord);
  equal(await greeted.closed, 4000);
  equal(discord.gateway.connections, 2);
  await end();
  await (await GatewayClient.login(discord, app, 1)).client.leave();
});

Deno.test("next() answers with a page, with status 200 or another", async () => {
  const { discord, client } = await startedWithBot();
  await using _ = discord;
  discord.faults.next({}, { kind: "html" });
  const page = await client.ask(ME);
  equal(page.status, 200);
  equal(page.headers.get("content-type"), "text/html");
  ok(page.body.startsWith("<!DOCTYPE html>"));
  discord.faults.next({}, { kind: "html", status: 502 });
  equal((await client.ask(ME)).status, 502);
  deepEqual(discord.requests.map(({ status }) => status), [200, 502]);
});

Deno.test("next() hits its route and bot, so many times", async () => {
  const { discord, world, client } = await startedWithBot();
  await using _ = discord;
  const other = new RestClient(discord.apiUrl, addApplication(world, { name: "Other" }));
  const fault = discord.faults.next({ route: ME, app: client.app, times: 2 }, {
    kind: "status",
    status: 503,
  });
  equal((await client.ask("GET /gateway")).status, 200);
  equal((await other.ask(ME)).status, 200);
  const answers = [await client.ask(ME), await client.ask(ME), await client.ask(ME)];
  deepEqual(answers.map(({ status }) => status), [503, 503, 200]);
  equal(fault.hits, 2);
});

Deno.test("next() cuts the connection without an answer", async () => {
  const { discord, client } = await startedWithBot();
  await using _ = discord;
  discord.faults.next({}, { kind: "reset" });
  await rejects(client.ask(ME), TypeError);
  equal(discord.requests[0]?.status, undefined);
  equal((await client.ask(ME)).status, 200);
});

Deno.test("next() stalls a request until the fault ends", async () => {
  const { discord, client } = await startedWithBot();
  await using _ = discord;
  const fault = discord.faults.next({}, { kind: "stall" });
  const asked = client.ask(ME);
  await fault.struck;
  equal((await client.ask("GET /gateway")).status, 200, "others go on");
  fault.end();
  equal((await asked).status, 200);
});

Deno.test("a stalled request ends with its client, and with the local Discord", async () => {
  const { discord, client } = await startedWithBot();
  const fault = discord.faults.next({ times: 2 }, { kind: "stall" });
  await rejects(client.ask(ME, { signal: AbortSignal.timeout(50) }), /timeout/);
  const asked = rejects(client.ask(ME), TypeError);
  await fault.struck;
  await discord.stop();
  await asked;
});

Deno.test("next() makes a request wait", async () => {
  const { discord, client } = await startedWithBot();
  await using _ = discord;
  discord.faults.next({}, { kind: "latency", ms: 50 });
  const start = performance.now();
  equal((await client.ask(ME)).status, 200);
  ok(performance.now() - start >= 50);
});

Deno.test("a waiting request ends with the local Discord", async () => {
  const { discord, client } = await startedWithBot();
  const fault = discord.faults.next({}, { kind: "latency", ms: 60_000 });
  const asked = rejects(client.ask(ME), TypeError);
  await fault.struck;
  await discord.stop();
  await asked;
});

Deno.test("next() may carry the request out and lose the answer", async () => {
  const { discord, app, guild, client } = await startedWithBot();
  await using _ = discord;
  const path = `/applications/${app.id}/guilds/${guild.id}/commands`;
  discord.faults.next({ isCarriedOut: true }, { kind: "reset" });
  const json = { name: "help", description: "Helps" };
  await rejects(client.ask(`POST ${path}`, { json }), TypeError);
  const { body } = await client.ask(`GET ${path}`);
  deepEqual(body.map(({ name }: { name: string }) => name), ["help"]);
});
