/**
 * Lines that are posted together: in order, few messages, none lost while Discord is away.
 */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { DiscordRestError } from "../../src/discord/errors.ts";
import { openLineFeed } from "../../src/discord/line_feed.ts";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { openLog } from "../../src/runtime/log.ts";
import { HandClock } from "../hand_clock.ts";

/** A feed whose posts end when the test says so. */
function setUp(clock: Clock = systemClock) {
  const logged: string[] = [];
  const log = openLog("feed", {
    write: (line) => logged.push(line),
    now: () => new Date(),
    secrets: [],
    level: "debug",
  });
  const posts: { text: string; done(error?: Error): Promise<void> }[] = [];
  const feed = openLineFeed({
    post: (text) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const done = async (error?: Error) => {
        if (error) reject(error);
        else resolve();
        await promise.catch(() => {});
        await turn();
      };
      posts.push({ text, done });
      return promise;
    },
    clock,
    log,
  });
  return { feed, posts, logged, texts: () => posts.map(({ text }) => text) };
}

/** Lets everything go on that only waits for promises. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

Deno.test("lines of one moment are one text, and those that come while it is posted the next", async () => {
  const { feed, posts, texts } = setUp();
  feed.add("one");
  feed.add("two");
  feed.add("  \n ");
  await turn();
  deepEqual(texts(), ["one\ntwo"]);
  feed.add("three");
  feed.add("four");
  await turn();
  equal(posts.length, 1, "one post at a time");
  await posts[0]!.done();
  deepEqual(texts(), ["one\ntwo", "three\nfour"]);
  await posts[1]!.done();
  feed.add("five");
  await turn();
  deepEqual(texts().slice(2), ["five"]);
  await posts[2]!.done();
  await feed.stop();
});

Deno.test("a text has at most 2,000 units; a longer line is cut, a line is never split", async () => {
  const { feed, posts, texts } = setUp();
  const lines = ["a".repeat(1_000), "b".repeat(999), "c", "d".repeat(2_001), "e"];
  for (const line of lines) feed.add(line);
  await turn();
  for (let n = 0; n < 4; n++) await posts[n]!.done();
  deepEqual(texts(), [
    `${lines[0]}\n${lines[1]}`,
    "c",
    `${"d".repeat(1_997)}...`,
    "e",
  ]);
  await feed.stop();
});

Deno.test("whatever the lines: all of them come, in order, in texts that Discord takes", async () => {
  const line = fc.string({ minLength: 1, maxLength: 900, unit: "grapheme" })
    .map((text) => text.replace(/\n/g, " ")).filter((text) => text.trim() !== "");
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 60 }), async (lines) => {
      const texts: string[] = [];
      const { promise: all, resolve } = Promise.withResolvers<void>();
      const feed = openLineFeed({
        post: async (text) => {
          await turn();
          texts.push(text);
          if (texts.join("\n").split("\n").length >= lines.length) resolve();
        },
        clock: systemClock,
        log: openLog("feed", { write: () => {}, now: () => new Date(), secrets: [] }),
      });
      for (const line of lines) feed.add(line);
      if (lines.length > 0) await all;
      deepEqual(texts.join("\n"), lines.join("\n").toWellFormed());
      ok(texts.every((text) => text.length <= 2_000));
      await feed.stop();
    }),
    { numRuns: 50 },
  );
});

Deno.test("a text that was not taken is posted again after a pause, before what came later", async () => {
  const clock = new HandClock();
  const { feed, posts, texts, logged } = setUp(clock);
  feed.add("one");
  await turn();
  feed.add("two");
  await posts[0]!.done(new Error("Discord is away"));
  equal(posts.length, 1);
  equal(clock.sleepers, 1);
  match(logged[0]!, /Cannot post lines.*Discord is away/);
  await clock.advance(2_000);
  deepEqual(texts(), ["one", "one"]);
  await posts[1]!.done();
  deepEqual(texts(), ["one", "one", "two"]);
  await posts[2]!.done();
  await feed.stop();
  equal(clock.sleepers, 0);
});

Deno.test("a long outage is told once, and its end lets the next one be told", async () => {
  const clock = new HandClock();
  const { feed, posts, logged } = setUp(clock);
  feed.add("one");
  await turn();
  for (let n = 0; n < 5; n++) {
    await posts.at(-1)!.done(new Error("away"));
    await clock.advance(60_000);
  }
  await posts.at(-1)!.done();
  const warnings = () => logged.filter((line) => line.includes('"warn"')).length;
  equal(warnings(), 1);
  feed.add("two");
  await turn();
  await posts.at(-1)!.done(new Error("away again"));
  equal(warnings(), 2);
  await clock.advance(2_000);
  await posts.at(-1)!.done();
  await feed.stop();
});

Deno.test("a line that Discord refuses is left out and holds up nobody", async () => {
  const { feed, posts, texts, logged } = setUp();
  const refusal = new DiscordRestError({
    method: "POST",
    path: "/channels/1/messages",
    status: 400,
    body: '{"code": 200000, "message": "blocked"}',
  });
  for (const line of ["one", "bad\nword", "two"]) feed.add(line);
  await turn();
  await posts[0]!.done(refusal);
  feed.add("three");
  feed.add("four");
  await posts[1]!.done();
  await posts[2]!.done(refusal);
  await posts[3]!.done();
  deepEqual(texts(), ["one\nbad\nword\ntwo", "one", "bad\nword", "two", "three\nfour"]);
  match(logged.join(""), /Left out a line that Discord refuses/);
  ok(!logged.join("").includes("word"), "the log tells what it was");
  await posts[4]!.done();
  await feed.stop();
});

Deno.test("beyond 500 waiting lines the oldest are left out, which is said", async () => {
  const clock = new HandClock();
  const { feed, posts, texts, logged } = setUp(clock);
  feed.add("first");
  await turn();
  for (let n = 1; n <= 503; n++) feed.add(`line ${n}`);
  for (let n = 0; n < 10 && n < posts.length; n++) await posts[n]!.done();
  const lines = texts().join("\n").split("\n");
  deepEqual(lines.slice(0, 3), ["first", "… (−3)", "line 4"]);
  deepEqual([lines.length, lines.at(-1)], [502, "line 503"]);
  match(logged.join(""), /Left out 3 lines/);
  await feed.stop();
});

Deno.test("stop() ends the pause for a last try, and what cannot be posted then is given up", async () => {
  const clock = new HandClock();
  const { feed, posts, texts } = setUp(clock);
  feed.add("one");
  await turn();
  await posts[0]!.done(new Error("away"));
  const stopped = feed.stop();
  await turn();
  deepEqual(texts(), ["one", "one"]);
  feed.add("too late");
  await posts[1]!.done(new Error("still away"));
  await stopped;
  equal(clock.sleepers, 0);
  equal(posts.length, 2);
});

Deno.test("stop() waits for a post that hangs for a second and no longer", async () => {
  const clock = new HandClock();
  const { feed, posts } = setUp(clock);
  feed.add("one");
  await turn();
  feed.add("two");
  let isOver = false;
  const stopped = feed.stop().then(() => isOver = true);
  await clock.advance(999);
  equal(isOver, false);
  await clock.advance(1);
  await stopped;
  await posts[0]!.done();
  equal(posts.length, 1, "nothing is begun after the end");
});

Deno.test("stop() of a feed without lines ends at once", async () => {
  await setUp(new HandClock()).feed.stop();
});
