/**
 * The Redis server for tests.
 * @module
 */

import { openRedis } from "../../src/store/redis.ts";

const SERVER = Deno.env.get("TEST_REDIS_URL") ?? "redis://127.0.0.1:6379/0";

/**
 * Registers a test that is given the URL of a Redis server. Without one it is ignored, and with
 * CI=true it fails.
 */
export function testRedis(name: string, body: (url: string) => Promise<void>): void {
  if (answers || Deno.env.get("CI") === "true") {
    Deno.test(`${name} [Redis]`, () => body(SERVER));
  } else {
    console.warn(`NOT TESTED on Redis: ${name}: ${SERVER} does not answer`);
    Deno.test({ name: `${name} [Redis: cannot be reached]`, ignore: true, fn() {} });
  }
}

const answers = await probe();

async function probe(): Promise<boolean> {
  const up = Promise.withResolvers<void>();
  const link = openRedis(SERVER, () => up.resolve());
  await up.promise;
  const found = await link.answers(2_000);
  await link.close();
  return found;
}
