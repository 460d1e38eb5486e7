import { deepEqual, equal } from "node:assert/strict";
import { openRedis } from "../../src/store/redis.ts";
import { testRedis } from "./redis_server.ts";

testRedis("openRedis() says when the link comes up", async (url) => {
  const up = Promise.withResolvers<string>();
  const link = openRedis(url, (state) => up.resolve(state));
  try {
    equal(await up.promise, "up");
    equal(await link.answers(2_000), true);
  } finally {
    await link.close();
  }
});

Deno.test("openRedis() to a server that accepts and says nothing answers false in time", async () => {
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of server) accepted.push(connection);
  })();
  const link = openRedis(`redis://127.0.0.1:${server.addr.port}/0`);
  try {
    equal(await link.answers(300), false);
  } finally {
    await link.close();
    server.close();
    await accepting;
    for (const connection of accepted) connection.close();
  }
});

Deno.test("openRedis() tells once that nobody is there, however often it tries", async () => {
  const told: string[] = [];
  const down = Promise.withResolvers<void>();
  const link = openRedis("redis://:secret@127.0.0.1:1/0", (state, reason) => {
    told.push(state);
    equal(reason.includes("secret"), false);
    down.resolve();
  });
  try {
    await down.promise;
    equal(await link.answers(500), false);
    equal(await link.answers(500), false);
    deepEqual(told, ["down"]);
  } finally {
    await link.close();
  }
});
