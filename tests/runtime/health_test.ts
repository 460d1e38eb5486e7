/**
 * What the health page and the Master bot know about everything the program needs.
 */

import assert from "node:assert/strict";
import { type HealthItem, openHealth } from "../../src/runtime/health.ts";
import { openLog } from "../../src/runtime/log.ts";
import { HandClock } from "../hand_clock.ts";

function watch(check: () => Promise<Omit<HealthItem, "name">>) {
  const clock = new HandClock();
  const lines: string[] = [];
  const log = openLog("health", {
    write: (line) => lines.push(JSON.parse(line).message),
    now: () => new Date(clock.now()),
    secrets: [],
    level: "info",
    format: "json",
  });
  return { clock, lines, health: openHealth([{ name: "Redis", check }], { clock, log }) };
}

Deno.test("openHealth() tells since when something is down, and logs only the changes", async () => {
  let state: HealthItem["state"] = "ok";
  const { clock, lines, health } = watch(() => Promise.resolve({ state, text: `it is ${state}` }));
  const started = clock.now();
  await health.check();
  await clock.advance(15_000);
  state = "down";
  await health.check();
  await clock.advance(15_000);
  const [down] = await health.check();
  assert.equal(down!.since.getTime(), started + 15_000);
  assert.equal(down!.lastError!.at.getTime(), started + 30_000);
  state = "ok";
  const [back] = await health.check();
  assert.equal(back!.since.getTime(), started + 30_000);
  assert.equal(back!.lastError!.text, "it is down"); // what was wrong can still be read
  assert.deepEqual(lines, [
    "Redis is fine: it is ok",
    "Redis is down: it is down",
    "Redis is fine: it is ok",
  ]);
});

Deno.test("openHealth() keeps two things of one name apart", async () => {
  const clock = new HandClock();
  const log = openLog("health", { write() {}, now: () => new Date(), secrets: [] });
  const check = (state: HealthItem["state"]) => () => Promise.resolve({ state, text: state });
  const health = openHealth([
    { name: "The Island", check: check("ok") },
    { name: "The Island", check: check("down") },
  ], { clock, log });
  const started = clock.now();
  await health.check();
  await clock.advance(15_000);
  const again = await health.check();
  assert.deepEqual(again.map(({ since }) => since.getTime()), [started, started]);
  assert.deepEqual(again.map(({ lastError }) => lastError?.text), [undefined, "down"]);
});

Deno.test("openHealth() takes a check that throws as down, and asks once however many want to know", async () => {
  let asked = 0;
  const { health } = watch(() => {
    asked++;
    return Promise.reject(new Error("no answer"));
  });
  const [first, second] = await Promise.all([health.check(), health.check()]);
  assert.equal(first[0]!.state, "down");
  assert.equal(first[0]!.text, "no answer");
  assert.equal(first, second);
  assert.equal(asked, 1);
  await health.check();
  assert.equal(asked, 2);
  const { health: odd } = watch(() => {
    throw new Error("at once");
  });
  assert.equal((await odd.check())[0]!.text, "at once");
});
