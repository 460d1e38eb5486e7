/** Chat lines reach Discord once and in order, whatever is away or crashes meanwhile. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { storedLines } from "../../../src/features/chat_bridge/line_store.ts";
import { MOST_IN_MEMORY } from "../../../src/features/chat_bridge/outbox.ts";
import { StoreError } from "../../../src/store/errors.ts";
import { HandClock } from "../../hand_clock.ts";
import { testPostgres } from "../../store/databases.ts";
import { fastClock, gameLines, numbered, openTheatre } from "./running_outboxes.ts";

const ROUTE = "POST /channels/{channel_id}/messages";

/** As a process that was killed: it never gets any further. */
const never = () => new Promise<never>(() => {});

testPostgres("chat lines on their way to Discord", async (url, t) => {
  await using theatre = await openTheatre(url);
  const { world, store, logged } = theatre;
  const lines = storedLines(store.db);
  const step = (name: string, run: () => Promise<void>) => t.step(name, run);
  const stillWaiting = async (serverId: string) => (await lines.waiting(serverId, 1)).count;

  await step("they arrive in order, and what is hidden does not", async () => {
    const scene = theatre.scene("plain");
    const outbox = scene.open();
    await outbox.add(gameLines("a", "", "hi"));
    await outbox.add(gameLines("hi"));
    await outbox.add([]);
    await outbox.add(gameLines("b"));
    await scene.sees("b");
    deepEqual(scene.lines(), ["a", "hi", "hi", "b"]);
    await outbox.stop();
    equal(await stillWaiting("plain"), 0);
    const { waiting, isStoreAway, lastPosted, lastError, delayMs } = outbox.status();
    deepEqual([waiting, isStoreAway, lastError], [0, false, undefined]);
    ok(lastPosted instanceof Date && delayMs! >= 0);
  });

  await step("a line that AutoMod blocks is left out, and holds up nobody", async () => {
    const scene = theatre.scene("automod");
    world.guild.blockedWords.add("raptorbane");
    const outbox = scene.open();
    await outbox.add(gameLines("before", "you raptorbane", "after"));
    await outbox.add(gameLines("later"));
    await scene.sees("later");
    deepEqual(scene.lines(), ["before", "-# (a line that Discord refuses)", "after", "later"]);
    ok(logged.some((line) => /A chat line is left out/.test(line)));
    ok(!logged.some((line) => line.includes("raptorbane")), "the log tells what it was");
    world.guild.blockedWords.clear();
    await outbox.stop();
    equal(await stillWaiting("automod"), 0);
  });

  await step(
    "10,000 lines fold into few messages, also those that do not fit in memory",
    async () => {
      const scene = theatre.scene("flood");
      const go = Promise.withResolvers<void>();
      const outbox = scene.open({
        post: (...message) => go.promise.then(() => scene.post(...message)),
      });
      const all = numbered("**Ana**: line", 10_000);
      for (let from = 0; from < all.length; from += 400) {
        await outbox.add(gameLines(...all.slice(from, from + 400)));
      }
      ok(outbox.hasRoom);
      equal(outbox.status().waiting, 10_000);
      go.resolve();
      await scene.sees(all.at(-1)!, 30_000);
      deepEqual(scene.lines().filter((line) => !line.startsWith("-# 🕒")), all);
      ok(scene.texts().length < 140, `${scene.texts().length} messages`);
      await outbox.stop();
      equal(await stillWaiting("flood"), 0);
    },
  );

  await step("killed before a message was posted: it is posted after the start", async () => {
    const scene = theatre.scene("before");
    const old = scene.open({ post: never });
    await old.add(gameLines("a"));
    await old.add(gameLines("b", "c"));
    scene.open();
    await scene.sees("c");
    deepEqual(scene.texts(), ["a", "b\nc"]);
  });

  await step("killed after a message was posted: it is not posted again", async () => {
    const scene = theatre.scene("after");
    const reached = Promise.withResolvers<void>();
    const old = scene.open({
      async post(...message) {
        await scene.post(...message);
        reached.resolve();
        return await never();
      },
    });
    await old.add(gameLines("a"));
    await reached.promise;
    await old.add(gameLines("a"));
    theatre.letDiscordForget();
    const next = scene.open();
    await next.add(gameLines("b"));
    await scene.sees("b");
    deepEqual(scene.lines(), ["a", "a", "b"]);
  });

  await step("the same with the store away at the next start", async () => {
    const scene = theatre.scene("after, away");
    const reached = Promise.withResolvers<void>();
    const old = scene.open({
      async post(...message) {
        await scene.post(...message);
        reached.resolve();
        return await never();
      },
    });
    await old.add(gameLines("a"));
    await reached.promise;
    theatre.letDiscordForget();
    store.cut();
    const looked = Promise.withResolvers<void>();
    const next = scene.open({
      postedAfter: (after) => scene.postedAfter(after).finally(looked.resolve),
    });
    await next.add(gameLines("b"));
    await scene.sees("b");
    store.mend();
    await looked.promise;
    await next.add(gameLines("c"));
    await scene.sees("c");
    deepEqual(scene.lines(), ["a", "b", "c"]);
  });

  await step("killed while it looked for a message: the next run looks again", async () => {
    const scene = theatre.scene("looking");
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const old = scene.open({
      async post(...message) {
        await scene.post(...message);
        first.resolve();
        return await never();
      },
    });
    await old.add(gameLines("a"));
    await first.promise;
    scene.open({
      postedAfter: () => {
        second.resolve();
        return never();
      },
    });
    await second.promise;
    const last = scene.open();
    await last.add(gameLines("b"));
    await scene.sees("b");
    deepEqual(scene.lines(), ["a", "b"]);
  });

  await step("a message that Discord took without telling is there once", async () => {
    const scene = theatre.scene("lost answers");
    const outbox = scene.open();
    const fault = world.discord.faults.next({ route: ROUTE, isCarriedOut: true, times: 4 }, {
      kind: "reset",
    });
    await outbox.add(gameLines("a"));
    await fault.struck;
    await outbox.add(gameLines("b"));
    await scene.sees("b");
    deepEqual(scene.lines(), ["a", "b"]);
  });

  await step("while Discord is down lines wait, and are then told to be late", async () => {
    const scene = theatre.scene("outage");
    const clock = new HandClock();
    const began = clock.now();
    const tried = Promise.withResolvers<void>();
    let isDown = true;
    const outbox = scene.open({
      clock,
      random: () => 0.5,
      post(...message) {
        if (!isDown) return scene.post(...message);
        tried.resolve();
        throw new Error("Discord is down");
      },
    });
    await outbox.add(gameLines("a"));
    await tried.promise;
    await outbox.add(gameLines("b", "c"));
    await clock.advance(0);
    equal(outbox.status().lastError!.text, "Discord is down");
    equal(outbox.status().waiting, 3);
    match(logged.at(-1)!, /Chat lines wait: Discord is down/);
    isDown = false;
    await clock.advance(121_000);
    await scene.sees("c");
    deepEqual(scene.texts(), ["a", `-# 🕒 <t:${Math.floor(began / 1000)}:t>\nb\nc`]);
    equal(outbox.status().delayMs, 121_000);
    ok(logged.some((line) => line.includes("posted again")));
  });

  await step("a late message that was posted before a crash is found again", async () => {
    const scene = theatre.scene("late crash");
    let aheadMs = 0;
    const clock = { ...fastClock, now: () => fastClock.now() + aheadMs };
    const stuck = scene.open({ clock, post: never });
    await stuck.add(gameLines("a"));
    await stuck.add(gameLines("b"));
    aheadMs = 121_000;
    const reached = Promise.withResolvers<void>();
    let posts = 0;
    scene.open({
      clock,
      async post(...message) {
        const posted = await scene.post(...message);
        if (++posts < 2) return posted;
        reached.resolve();
        return await never();
      },
    });
    await reached.promise;
    theatre.letDiscordForget();
    aheadMs = 600_000;
    await scene.open({ clock }).add(gameLines("c"));
    await scene.sees("c");
    equal(scene.texts().length, 3);
    match(scene.texts()[1]!, /^-# 🕒 <t:\d+:t>\nb$/);
    deepEqual(scene.lines().filter((line) => !line.startsWith("-#")), ["a", "b", "c"]);
  });

  await step("while the store is away lines go on from memory, and are stored later", async () => {
    const scene = theatre.scene("store away");
    const outbox = scene.open();
    await outbox.add(gameLines("a"));
    await scene.sees("a");
    store.cut();
    await outbox.add(gameLines("b"));
    await outbox.add([{ content: "c", said: "Ana (Ana): c" }]);
    await scene.sees("c");
    equal(outbox.status().isStoreAway, true);
    ok(outbox.hasRoom);
    store.mend();
    await outbox.add(gameLines("d"));
    await scene.sees("d");
    await outbox.stop();
    equal(outbox.status().isStoreAway, false);
    equal(await stillWaiting("store away"), 0);
    deepEqual((await lines.history("store away")).said, ["Ana (Ana): c"]);
    const again = scene.open();
    await again.add(gameLines("e"));
    await scene.sees("e");
    deepEqual(scene.lines(), ["a", "b", "c", "d", "e"]);
  });

  await step("a message whose mark could not be stored is not posted again", async () => {
    const scene = theatre.scene("mark");
    const outbox = scene.open({
      async post(...message) {
        const posted = await scene.post(...message);
        store.cut();
        return posted;
      },
    });
    await outbox.add(gameLines("a"));
    await scene.sees("a");
    store.mend();
    theatre.letDiscordForget();
    const again = scene.open();
    await again.add(gameLines("b"));
    await scene.sees("b");
    deepEqual(scene.lines(), ["a", "b"]);
    store.mend();
  });

  await step(
    "without store and Discord 1,000 lines are kept, and the game keeps the rest",
    async () => {
      const scene = theatre.scene("nothing works");
      const go = Promise.withResolvers<void>();
      store.cut();
      const outbox = scene.open({
        post: (...message) => go.promise.then(() => scene.post(...message)),
      });
      const all = numbered("line", MOST_IN_MEMORY);
      for (const line of all.slice(1)) await outbox.add(gameLines(line));
      ok(outbox.hasRoom);
      await outbox.add(gameLines("line 1"));
      equal(outbox.hasRoom, false);
      go.resolve();
      await scene.sees("line 1");
      ok(outbox.hasRoom);
      store.mend();
      await outbox.stop();
      deepEqual(scene.lines(), [...all.slice(1), "line 1"]);
      equal(await stillWaiting("nothing works"), 0);
      equal(
        (await lines.last("nothing works")).messageId,
        [...scene.channel.messages.keys()].at(-1),
      );
    },
  );

  await step("a clock that was set back hides no line behind an old one", async () => {
    const scene = theatre.scene("clock");
    const ahead = new HandClock(Date.UTC(2100, 0, 1));
    const first = scene.open({ clock: ahead });
    await first.add(gameLines("a"));
    await scene.sees("a");
    await first.stop();
    store.cut();
    const second = scene.open();
    await second.add(gameLines("b"));
    await scene.sees("b");
    store.mend();
    await second.add(gameLines("c"));
    await scene.sees("c");
    await second.stop();
    equal(await stillWaiting("clock"), 0);
    const third = scene.open();
    await third.add(gameLines("d"));
    await scene.sees("d");
    deepEqual(scene.lines(), ["a", "b", "c", "d"]);
  });

  await step("connections to the store that die all the time change nothing", async () => {
    const scene = theatre.scene("storm");
    const outbox = scene.open();
    const all = numbered("line", 200);
    const kill = setInterval(() => {
      store.cut();
      store.mend();
    }, 5);
    for (const line of all) {
      await outbox.add(gameLines(line));
      if (line.endsWith("0")) await scene.sees(line);
    }
    await scene.sees(all.at(-1)!);
    clearInterval(kill);
    deepEqual(scene.lines(), all);
    await outbox.stop();
    equal(await stillWaiting("storm"), 0);
  });

  await step("one lost connection to the store is made good at once", async () => {
    const scene = theatre.scene("one lost");
    let losses = 1;
    const outbox = scene.open({
      store: {
        ...lines,
        save(...what) {
          if (losses-- <= 0) return lines.save(...what);
          const code = "CONNECTION_CLOSED";
          return Promise.reject(new StoreError("unreachable", "the connection was lost", { code }));
        },
      },
    });
    await outbox.add(gameLines("a"));
    await scene.sees("a");
    deepEqual([outbox.status().isStoreAway, outbox.status().lastError], [false, undefined]);
    ok(losses < 0);
  });

  await step("once the store is back, what was posted meanwhile is marked within 2 s", async () => {
    const scene = theatre.scene("back");
    const clock = new HandClock();
    const outbox = scene.open({ clock });
    await outbox.add(gameLines("a"));
    await scene.sees("a");
    store.cut();
    for (const text of ["b", "c"]) {
      await outbox.add([{ content: text, said: `Ana (Ana): ${text}` }]);
    }
    await scene.sees("c");
    ok(outbox.status().isStoreAway);
    store.mend();
    for (let tries = 0; (await lines.history("back")).said.length < 2; tries++) {
      ok(tries < 20, "it is not stored");
      await clock.advance(100);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    equal(await stillWaiting("back"), 0);
    theatre.letDiscordForget();
    await scene.open().add(gameLines("d")); // the first one was killed
    await scene.sees("d");
    deepEqual(scene.lines(), ["a", "b", "c", "d"]);
  });

  await step("stop() ends soon, and what was not posted is posted after the start", async () => {
    const scene = theatre.scene("stop");
    const outbox = scene.open({ post: never });
    await outbox.add(gameLines("a"));
    await outbox.stop();
    store.cut();
    const second = scene.open({ post: never });
    await second.add(gameLines("b"));
    store.mend();
    await second.stop();
    const third = scene.open();
    await scene.sees("b");
    deepEqual(scene.lines(), ["a", "b"]);
    await third.stop();
  });
});
