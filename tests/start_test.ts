/**
 * `deno task start` as a self-hoster runs it.
 */

import { existsSync } from "node:fs";
import { equal, match, ok } from "node:assert/strict";
import { interrupt, start, startToEnd } from "./process.ts";
import { testPostgres } from "./store/databases.ts";
import { testRedis } from "./store/redis_server.ts";
import { withTempFolder } from "./temp_folder.ts";

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
      await Deno.writeTextFile(`${cwd}/my.toml`, "[http]\nport = 0\n");
      await using daemon = await start(["--config", "my.toml"], {
        cwd,
        env: { DATABASE_URL: url },
      });
      const health = await fetch(`${daemon.url}/healthz`).then((response) => response.json());
      equal(health.status, "ok");
      equal(health.items[0].text, "PostgreSQL");
      const { code, out, err } = await daemon.end("SIGTERM");
      equal(code, 0, err);
      match(out, /^Ready: http/);
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
      await Deno.writeTextFile(`${cwd}/config.toml`, "[http]\nport = 0\n");
      await using daemon = await start([], { cwd, env: { REDIS_URL: url } });
      equal(await redisState(daemon.url), "ok");
      equal((await daemon.end("SIGTERM")).code, 0);
    });
  },
);

Deno.test("a Redis that is not there is shown as down, never stops the start, and leaks no password", async () => {
  await withTempFolder(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/config.toml`, "[http]\nport = 0\n");
    const env = { REDIS_URL: "redis://:hunter2secret@127.0.0.1:1/0" };
    await using daemon = await start([], { cwd, env });
    const health = await fetch(`${daemon.url}/healthz`);
    equal(health.status, 503);
    await health.body?.cancel();
    equal(await redisState(daemon.url), "down");
    const { code, out, err } = await daemon.end("SIGTERM");
    equal(code, 0);
    match(err, /Redis does not answer/);
    equal((out + err).includes("hunter2secret"), false);
  });
});

async function redisState(url: string): Promise<string> {
  const { items } = await fetch(`${url}/healthz`).then((response) => response.json());
  return items.find(({ name }: { name: string }) => name === "Redis").state;
}
