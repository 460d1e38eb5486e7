/**
 * `deno task start` as a self-hoster runs it.
 */

import { existsSync } from "node:fs";
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { BOTS } from "../src/bots.ts";
import { permissionBits } from "../src/discord/rights.ts";
import { type LocalArk, startArk } from "../src/sandbox/ark/server.ts";
import { addBot, removeMember } from "../src/sandbox/discord/build.ts";
import { shown, textOf } from "../src/sandbox/discord/people.ts";
import { configure, strangeToken } from "./configured.ts";
import { community } from "./discord_community.ts";
import { type Daemon, type Ended, interrupt, start, startToEnd } from "./process.ts";
import { testPostgres } from "./store/databases.ts";
import { testRedis } from "./store/redis_server.ts";
import { withTempFolder } from "./temp_folder.ts";

/** Data of earlier tests, so that most of them need not make a store, which takes seconds. */
const dataDir = await Deno.makeTempDir({ prefix: "blissbot-test-" });
Deno.test.afterAll(() => Deno.remove(dataDir, { recursive: true }));

const PLAIN = `data_dir = '${dataDir}'\n[http]\nport = 0\n`;

Deno.test("start without any configuration serves its health page and stops cleanly [embedded]", async () => {
  await withTempFolder(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/config.toml`, "[http]\nport = 0\n");
    {
      await using daemon = await start([], { cwd });
      match(daemon.url, /^http:\/\/127\.0\.0\.1:\d+$/);
      const page = await fetch(daemon.url);
      match(page.headers.get("content-type")!, /^text\/html/);
      const text = await page.text();
      for (
        const part of ["BlissBot is fine", "Store", "Ticket bot", "DISCORD_TOKEN_TICKET is not set"]
      ) {
        ok(text.includes(part), part);
      }
      const second = await startToEnd([], { cwd });
      equal(second.code, 4); // the store is in use
      match(second.err, /another BlissBot process is using it/);
      const { code, err } = await daemon.end("SIGINT");
      equal(code, 0, err);
      for (const bot of ["AP", "GP", "SERVERS", "ASSISTANT", "MASTER", "TICKET"]) {
        ok(err.includes(`DISCORD_TOKEN_${bot} is not set`), err);
      }
    }
    { // killed without a chance to clean up, the next start takes over by itself
      await using killed = await start([], { cwd });
      await killed.end("SIGKILL");
      await using daemon = await start([], { cwd });
      equal((await daemon.end("SIGTERM")).code, 0);
    }
  });
});

Deno.test("a full disk behind its output keeps nobody from the bots, nor from a clean stop", async () => {
  await using world = await community();
  await withTempFolder(async (cwd) => {
    const options = await configure(cwd, world, { dataDir });
    const until = /"blissbot\/master".*Registered/;
    await using daemon = await start([], { ...options, until, outTo: "/dev/full" });
    await daemon.logs(/"level":"warn","part":"blissbot","message":"Cannot show the table"/);
    const ann = world.person("ann", { roles: ["admin"] });
    match(textOf(shown(await ann.runs("/fleet"))), /\*\*Master\*\* · ready/);
    const { code, err } = await daemon.end("SIGTERM");
    equal(code, 0, err);
    doesNotMatch(err, /"level":"error"/);
  });
});

Deno.test("start stops cleanly while it is still opening the store", async () => {
  await withTempFolder(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/config.toml`, "[http]\nport = 0\n");
    const { code, out, err } = await interrupt("start", [], {
      cwd,
      signal: "SIGTERM",
      when: () => existsSync(`${cwd}/data`),
    });
    equal(code, 0, err);
    equal(out, ""); // it was never ready
  });
});

testPostgres(
  "start uses PostgreSQL where DATABASE_URL is set, and stops cleanly on SIGTERM",
  async (url) => {
    await withTempFolder(async (cwd) => {
      await Deno.writeTextFile(`${cwd}/my.toml`, '[http]\nport = 0\n[log]\nlevel = "debug"\n');
      const withPassword = new URL(url);
      withPassword.password ||= "hunter2secret"; // ignored where the server trusts this address
      await using daemon = await start(["--config", "my.toml"], {
        cwd,
        env: { DATABASE_URL: withPassword.href },
      });
      const health = await fetch(`${daemon.url}/healthz`).then((response) => response.json());
      equal(health.status, "ok");
      equal(health.items[0].text, "PostgreSQL");
      const { code, out, err } = await daemon.end("SIGTERM");
      equal(code, 0, err);
      match(out, /^Ready: http/m);
      equal((out + err).includes(withPassword.password), false);
      equal([...Deno.readDirSync(cwd)].length, 1); // no embedded store was made
    });
  },
);

Deno.test("start ends with 2 for mistakes in the configuration and for a taken port", async () => {
  await withTempFolder(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/config.toml`, "[http]\nport = 123456\n");
    const wrong = await startToEnd([], { cwd });
    equal(wrong.code, 2);
    match(wrong.err, /http\.port/);
    match((await startToEnd(["--confg", "x"], { cwd })).err, /--confg/);
    const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await Deno.writeTextFile(`${cwd}/config.toml`, `[http]\nport = ${taken.addr.port}\n`);
    const busy = await startToEnd([], { cwd });
    taken.close();
    equal(busy.code, 2);
    match(busy.err, /Cannot serve the health page .* it is in use/);
  });
});

Deno.test("start ends with 4 when the store cannot be opened, without its password", async () => {
  await withTempFolder(async (cwd) => {
    const env = { DATABASE_URL: "postgres://bliss:hunter2secret@127.0.0.1:1/bliss" };
    const { code, err } = await startToEnd([], { cwd, env });
    equal(code, 4);
    match(err, /127\.0\.0\.1:1/);
    equal(err.includes("hunter2secret"), false);
  });
});

testRedis(
  "start connects to Redis where REDIS_URL is set, and shows that it answers",
  async (url) => {
    await withTempFolder(async (cwd) => {
      await Deno.writeTextFile(`${cwd}/config.toml`, PLAIN);
      await using daemon = await start([], { cwd, env: { REDIS_URL: url } });
      equal(await redisState(daemon.url), "ok");
      equal((await daemon.end("SIGTERM")).code, 0);
    });
  },
);

Deno.test("a Redis that is not there is shown as down, never stops the start, and leaks no password", async () => {
  await withTempFolder(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/config.toml`, `${PLAIN}[log]\nlevel = "debug"\n`);
    const env = { REDIS_URL: "redis://:hunter2secret@127.0.0.1:1/0" };
    await using daemon = await start([], { cwd, env });
    const health = await fetch(`${daemon.url}/healthz`);
    equal(health.status, 503);
    await health.body?.cancel();
    equal(await redisState(daemon.url), "down");
    const { code, out, err } = await daemon.end("SIGTERM");
    equal(code, 0);
    match(err, /Redis is down: does not answer/);
    equal((out + err).includes("hunter2secret"), false);
  });
});

async function redisState(url: string): Promise<string> {
  const { items } = await fetch(`${url}/healthz`).then((response) => response.json());
  return items.find(({ name }: { name: string }) => name === "Redis").state;
}

Deno.test("start shows six bots with invite links, keeps them over an outage, and ends on SIGTERM", async () => {
  await using world = await community();
  world.discord.gateway.identifyEveryMs = 0;
  await withTempFolder(async (cwd) => {
    const toml = `[log]\nlevel = "debug"\n[[servers]]\nid = "island"\nname = "The Island"\n` +
      `map = "TheIsland_WP"\nrcon_password = "\${RCON}"\n`;
    const secrets = { RCON: "dodo-secret", NITRADO_TOKEN: "nitrado-secret" };
    const options = await configure(cwd, world, { dataDir, toml, env: secrets });
    await using daemon = await start([], options);
    for (const { title, name, permissions } of BOTS) {
      const [line, link] = linesAbout(daemon.out, title);
      equal(line, `✓ ${title} ready`);
      const url = new URL(link!.replace("→ ", ""));
      equal(url.searchParams.get("client_id"), world.apps[name].id);
      equal(url.searchParams.get("permissions"), String(permissionBits(permissions)));
      equal(url.searchParams.get("guild_id"), world.guild.id);
    }
    deepEqual(linesAbout(daemon.out, "island"), [
      "○ island The Island (TheIsland_WP): no console without host, rcon_port and rcon_password",
    ]);
    equal((await health(daemon)).code, 200);

    await daemon.logs(allSix(/Registered/));
    const endOutage = world.discord.faults.outage();
    await daemon.logs(allSix(/reconnecting/));
    const meanwhile = await health(daemon);
    equal(meanwhile.code, 503);
    deepEqual(meanwhile.down, BOTS.map(({ title }) => `${title} bot`));
    await endOutage();
    await daemon.logs(allSix(/"Ready"/, 2));
    equal((await health(daemon)).code, 200);
    const logins = world.discord.requests.filter(({ route }) => route === "/gateway/bot");
    equal(logins.length, 6); // they resumed: none began a new session
    const ann = world.person("ann", { roles: ["admin"] });
    doesNotMatch(textOf(shown(await ann.runs("/fleet"))), /Restarts/);
    const [, token] = world.discord.requests.map(({ path }) =>
      /^\/interactions\/\d+\/(.+)\//.exec(path)
    )
      .find((found) => found !== null)!;

    const ended = await daemon.end("SIGTERM");
    equal(ended.code, 0, ended.err);
    match(ended.err, /"level":"debug"/);
    keepsSecrets(ended, { ...options.env, token: token! });
  });
});

Deno.test("start asks every server's console, and a server that is away is named until it is back", async () => {
  await using island = await startArk({ password: "dodo-secret" });
  await using ragnarok = await startArk({ password: "dodo-secret" });
  await withTempFolder(async (cwd) => {
    const server = (id: string, { host, port }: LocalArk, password: string) =>
      `[[servers]]\nid = "${id}"\nname = "The ${id}"\nhost = "${host}"\nrcon_port = ${port}\n` +
      `rcon_password = "${password}"\n`;
    const toml = server("island", island, "dodo-secret") +
      server("wrong", ragnarok, "raptor-secret");
    await Deno.writeTextFile(`${cwd}/config.toml`, PLAIN + toml);
    await using daemon = await start([], { cwd });
    deepEqual(linesAbout(daemon.out, "island"), ["✓ island The island: console answers"]);
    match(
      linesAbout(daemon.out, "wrong").join(" "),
      /^✗ wrong The wrong → .*correct the RCON password/,
    );
    deepEqual((await health(daemon)).down, ["The wrong"]);
    deepEqual(island.received.map(({ command }) => command), ["ListPlayers"]);
    const ended = await daemon.end("SIGTERM");
    equal(ended.code, 0, ended.err);
    keepsSecrets(ended, { right: "dodo-secret", wrong: "raptor-secret" });
  });
});

Deno.test("what is wrong with one bot is said, and touches no other; SIGINT ends also a reconnect", async () => {
  await using world = await community();
  const { apps, guild, discord } = world;
  discord.world.applications.set(apps.servers.id, { ...apps.servers, privilegedIntents: 0 });
  removeMember(discord.world, guild, apps.assistant.id);
  await withTempFolder(async (cwd) => {
    const options = await configure(cwd, world, {
      dataDir,
      tokens: { ap: strangeToken(apps.ap.id), gp: undefined, ticket: "hunter2 is no token" },
    });
    await using daemon = await start([], options);
    const { out } = daemon;
    match(
      linesAbout(out, "Activity Points")[0]!,
      /^✗ .* disabled: .* into DISCORD_TOKEN_AP and start /,
    );
    deepEqual(linesAbout(out, "Gift Points"), [
      "○ Gift Points not configured: DISCORD_TOKEN_GP is not set",
    ]);
    match(
      linesAbout(out, "Server Management")[0]!,
      /^✗ .* disabled: .* switch on "Message Content Intent" on the page Bot/,
    );
    const [missing, link] = linesAbout(out, "Assistant");
    match(missing!, /^✗ Assistant not in your server yet: open its invite link$/);
    match(link!, new RegExp(`client_id=${apps.assistant.id}&`));
    equal(linesAbout(out, "Master")[0], "✓ Master ready");
    match(linesAbout(out, "Ticket")[0]!, /^✗ .* disabled: DISCORD_TOKEN_TICKET is no token /);
    const { code, down } = await health(daemon);
    equal(code, 503);
    deepEqual(down, [
      "Activity Points bot",
      "Server Management bot",
      "Assistant bot",
      "Ticket bot",
    ]);
    const ann = world.person("ann", { roles: ["admin"] });
    const card = textOf(shown(await ann.runs("/health")));
    match(card, /^🔴 \*\*Assistant bot\*\*[^\n]*\n> is not in the server: https:/m);
    match(card, /^🟢 \*\*Store\*\*/m);

    // Invited meanwhile, it is there without a restart.
    addBot(discord.world, guild, { app: apps.assistant, permissions: 0n });
    await daemon.logs(/"blissbot\/assistant".*Registered/);
    equal((await health(daemon)).down.includes("Assistant bot"), false);

    const endOutage = discord.faults.outage();
    await daemon.logs(/"blissbot\/master".*reconnecting/);
    const ended = await daemon.end("SIGINT");
    await endOutage();
    equal(ended.code, 0, ended.err);
    keepsSecrets(ended, options.env);
  });
});

Deno.test("the program goes on when Discord refuses every bot, and prints no secret then either", async () => {
  await using world = await community();
  await withTempFolder(async (cwd) => {
    const tokens = Object.fromEntries(
      BOTS.map(({ name }) => [name, strangeToken(world.apps[name].id)]),
    );
    const toml = `[log]\nlevel = "debug"\n`;
    const options = await configure(cwd, world, { dataDir, tokens, toml });
    await using daemon = await start([], options);
    const { code, down } = await health(daemon);
    equal(code, 503);
    equal(down.length, 6);
    equal((await fetch(daemon.url).then((page) => page.text())).includes("in trouble"), true);
    const ended = await daemon.end("SIGTERM");
    equal(ended.code, 0, ended.err);
    keepsSecrets(ended, options.env);
  });
});

Deno.test("start ends at once while its bots wait for a Discord that accepts and says nothing", async () => {
  await using world = await community();
  await withTempFolder(async (cwd) => {
    const end = world.discord.faults.stall();
    const options = await configure(cwd, world, { dataDir, toml: `[log]\nlevel = "info"\n` });
    await using daemon = await start([], { ...options, until: /"blissbot\/ticket".*Starting/ });
    const begun = performance.now();
    const { code, out, err } = await daemon.end("SIGTERM");
    const ms = performance.now() - begun;
    await end();
    equal(code, 0, err);
    ok(ms < 5_000, `took ${ms} ms`);
    equal(out, "");
    doesNotMatch(err, /"level":"debug"/);
  });
});

Deno.test("start without guild_id says so of each bot, and level error silences the rest", async () => {
  await using world = await community({ bots: ["master"] });
  await withTempFolder(async (cwd) => {
    const tokens = Object.fromEntries(BOTS.map(({ name }) => [name, undefined]));
    const options = await configure(cwd, world, {
      dataDir,
      guildId: undefined,
      tokens: { ...tokens, master: world.apps.master.token },
      toml: `[log]\nlevel = "error"\n`,
    });
    await using daemon = await start([], options);
    deepEqual(linesAbout(daemon.out, "Master"), [
      "○ Master not configured: [discord] guild_id is not set",
    ]);
    equal((await health(daemon)).code, 200);
    const { code, err } = await daemon.end("SIGTERM");
    equal(code, 0);
    equal(err, "");
    equal(world.discord.requests.length, 0);
  });
});

Deno.test("a client that never ends its request holds up nothing; a second signal ends at once", async () => {
  await withTempFolder(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/config.toml`, PLAIN);
    for (const isImpatient of [false, true]) {
      await using daemon = await start([], { cwd });
      using _client = await slowClient(daemon.url);
      const begun = performance.now();
      const ending = daemon.end("SIGINT");
      if (isImpatient) {
        await daemon.logs(/Stopping on SIGINT/);
        void daemon.end("SIGTERM");
      }
      const { code, err } = await ending;
      const ms = performance.now() - begun;
      equal(code, isImpatient ? 1 : 0, err);
      ok(ms < (isImpatient ? 1_500 : 5_000), `took ${ms} ms`);
    }
  });
});

/** Begins a request that promises more than it sends. */
async function slowClient(url: string): Promise<Deno.Conn> {
  const { hostname, port } = new URL(url);
  const client = await Deno.connect({ hostname, port: Number(port) });
  const head = "POST / HTTP/1.1\r\nHost: bliss\r\nContent-Length: 10\r\n\r\nhalf";
  await client.write(new TextEncoder().encode(head));
  await client.read(new Uint8Array(1)); // it has been answered, so it is known there
  return client;
}

/** The line of the table about something, without padding, and what stands below it. */
function linesAbout(table: string, name: string): string[] {
  const lines = table.split("\n");
  const at = lines.findIndex((line) => line.slice(4).startsWith(name));
  ok(at >= 0, `nothing about ${name} in:\n${table}`);
  const below = lines[at + 1]!.trim();
  return [lines[at]!.trim().replace(/ {2,}/g, " "), ...(below.startsWith("→") ? [below] : [])];
}

/** Status of /healthz, and the names of what is down. */
async function health({ url }: Daemon): Promise<{ code: number; down: string[] }> {
  const response = await fetch(`${url}/healthz`);
  const { items } = await response.json() as { items: { name: string; state: string }[] };
  const down = items.filter(({ state }) => state === "down").map(({ name }) => name);
  return { code: response.status, down };
}

/** Matches a log in which each of the six bots has so many such lines. */
function allSix(line: RegExp, times = 1): RegExp {
  const each = BOTS.map(({ name }) =>
    `(?=${`[^]*"blissbot/${name}","message":[^\n]*${line.source}`.repeat(times)})`
  );
  return new RegExp(`^${each.join("")}`);
}

function keepsSecrets({ out, err }: Ended, secrets: Record<string, string>): void {
  for (const secret of Object.values(secrets)) ok(!(out + err).includes(secret), secret);
}
