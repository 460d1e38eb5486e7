/**
 * Talking from Discord into the game: what arrives, in which order, and what the member sees of it
 * while a server restarts, falls silent, loses answers, or the program itself ends.
 */

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { deleteMessage } from "../../../src/sandbox/discord/messages.ts";
import {
  storedWaiting,
  type WaitingMessage,
} from "../../../src/features/chat_bridge/waiting_store.ts";
import type { Message } from "../../../src/sandbox/discord/world.ts";
import { StoreError } from "../../../src/store/errors.ts";
import { openStore } from "../../../src/store/open.ts";
import type { Database } from "../../../src/store/sql.ts";
import { HandClock } from "../../hand_clock.ts";
import { testPostgres } from "../../store/databases.ts";
import { type RunningInboxes, runningInboxes } from "./running_inboxes.ts";

const BLINK = { refusedMs: 300, silentMs: 0, loadingMs: 0 };
const TEN_MINUTES_MS = 600_000;

/** Ids of Discord tell when a message was written, so the clock must not be years away from it. */
function handClock(): HandClock {
  return new HandClock(Date.now());
}

const SAID = /^ServerChat /;

testPostgres("From Discord into the game", async (url, t) => {
  const db: Database = await openStore({ databaseUrl: url, dataDir: "" });
  const rename = (from: string, to: string) =>
    db.run(5_000, (sql) => sql.unsafe(`alter table ${from} rename to ${to}`));
  const step = (name: string, body: () => Promise<void>) =>
    t.step(name, async () => {
      await db.run(5_000, (sql) => sql`truncate chat_waiting`);
      await body();
    });

  await step("a message from the phone is said in the game, and gets its ✅", async () => {
    await using it = await runningInboxes({ db });
    const ana = it.ark().player("Ana");
    ana.join();
    const message = await it.ben.says("island", "raptor at the door 😂 **help**");
    await it.signs(message, "✅", 2_000);
    equal(ana.seen.at(-1), "SERVER: [Ben]: raptor at the door help");
    deepEqual(it.accepted, ["ServerChat [Ben]: raptor at the door help"]);
    match(it.debug.join(), /^✅ \*\*Island\*\* · Ben · \d+ ms · raptor at the door help$/);
    deepEqual(it.ben.sees("island"), [message]);
    deepEqual(await it.stored(), []);
    equal(it.inbox().status().waiting, 0);
  });

  await step(
    "long texts, pictures, answers and strange names are readable in the game",
    async () => {
      await using it = await runningInboxes({ db });
      const words = Array.from({ length: 300 }, (_, i) => `w${i}`).join(" ").slice(0, 900);
      const long = await it.ben.says("island", words);
      const note = await it.note(long);
      equal(note.data.content, "-# only the first three lines of it fit into the game");
      deepEqual(note.pings, { everyone: false, users: [], roles: [] });
      const file = { name: "a.png", type: "image/png", bytes: new Uint8Array([1]) };
      await it.ben.says("island", "", { files: [file] });
      await it.ben.says("island", "yes", { replyTo: long });
      const { world } = it.stage;
      const zoe = world.person("zoe", { nick: "Z\u0351\u0311\u0364o\u0334\u0321e\u0301" });
      await zoe.says("island", "hi");
      const egg = world.person("egg", { nick: "🥚😂" });
      await it.signs(await egg.says("island", "hi"), "✅");
      await it.signs(long, "✅");
      const [first, second, third, ...others] = it.received();
      const heard = [first, second, third].map((one) =>
        one!.replace(/^ServerChat \[Ben\]: (\.\.\. )?/, "")
      );
      ok(words.startsWith(heard.join(" ").replace(/\.\.\.$/, "")), heard.join(" "));
      deepEqual(others, [
        "ServerChat [Ben] sent a picture",
        "ServerChat [Ben]: (to Ben) yes",
        "ServerChat [Zoe]: hi",
        `ServerChat [Member-${egg.id.slice(-4)}]: hi`,
      ]);
    },
  );

  await step("a message of nothing but emoji gets ❌ and the reason", async () => {
    await using it = await runningInboxes({ db });
    const message = await it.ben.says("island", "😂🦖");
    await it.signs(message, "❌");
    const { content } = (await it.note(message)).data;
    equal(content, "-# ❌ not delivered: it has nothing that the game can show");
    deepEqual(it.received(), []);
    match(it.debug.join(), /^❌ \*\*Island\*\* · Ben · \d+ ms · not delivered: it has nothing/);
  });

  await step(
    "while a server restarts messages wait with 🕒, then arrive once and in order",
    async () => {
      await using it = await runningInboxes({ db });
      await it.signs(await it.ben.says("island", "before"), "✅");
      await it.ark().exit();
      const texts = ["one", `two ${"x".repeat(300)}`, "three"];
      const messages = [];
      for (const text of texts) messages.push(await it.ben.says("island", text));
      for (const message of messages) await it.signs(message, "🕒");
      equal(it.inbox().status().waiting, 3);
      await it.stage.logs(/Cannot reach|Cannot log in/);
      const ready = it.ark().start(BLINK);
      messages.push(await it.ben.says("island", "four"));
      for (const message of messages) await it.signs(message, "✅", 15_000);
      await ready;
      const heard = it.received().map((one) => one.replace(/^ServerChat \[Ben\]: /, ""));
      const starts = heard.map((text) => text.replace(/ *x+$/, ""));
      deepEqual(starts, ["before", "one", "two", "...", "three", "four"]);
      await it.inbox().stop();
      deepEqual(await it.stored(), []);
      equal(it.debug.filter((line) => line.startsWith("✅")).length, 5);
    },
  );

  await step(
    "a server that stays away ten minutes gets nothing later, and Ben knows why",
    async () => {
      const clock = handClock();
      await using it = await runningInboxes({ db, clock });
      await it.ark().exit();
      const message = await it.ben.says("island", "anybody there?");
      await it.signs(message, "🕒");
      await until(async () => (await it.stored()).length === 1);
      await clock.advance(TEN_MINUTES_MS - 30_000);
      deepEqual([...message.reactions.keys()], ["🕒"]);
      await untilEnded(it, clock);
      await it.signs(message, "❌");
      const { content } = (await it.note(message)).data;
      equal(
        content,
        "-# ❌ not delivered: Island: it cannot be reached: it is off, starting, or its RCON port " +
          "is another one",
      );
      await it.ark().start();
      const next = await it.ben.says("island", "and now?");
      await untilEnded(it, clock);
      await it.signs(next, "✅");
      deepEqual(it.received().filter((one) => SAID.test(one)), ["ServerChat [Ben]: and now?"]);
      await it.inbox().stop();
      deepEqual(await it.stored(), []);
    },
  );

  await step("a message gets through all phases of a server's start, and once", async () => {
    const clock = handClock();
    await using it = await runningInboxes({ db, clock });
    await it.ark().exit();
    const message = await it.ben.says("island", "hello?");
    await it.signs(message, "🕒");
    const ready = it.ark().start({ refusedMs: 150, silentMs: 150, loadingMs: 150 });
    await untilEnded(it, clock);
    await it.signs(message, "✅");
    await ready;
    deepEqual(it.received(), ["ServerChat [Ben]: hello?"]);
  });

  await step(
    "an answer that is lost after the game took it gives ⚠️, and nothing is said twice",
    async () => {
      await using it = await runningInboxes({ db });
      it.ark().faults.next({ on: SAID, isCarriedOut: true }, { kind: "reset" });
      const long = await it.ben.says("island", `lost ${"x".repeat(300)}`);
      const next = await it.ben.says("island", "next");
      await it.signs(long, "⚠️");
      const { content } = (await it.note(long)).data;
      match(content, /^-# ⚠️ Island did not confirm it, and nobody can know whether it arrived/);
      await it.signs(next, "✅", 10_000);
      const heard = it.received();
      equal(heard.length, 2, heard.join("\n"));
      match(heard[0]!, /^ServerChat \[Ben\]: lost/);
      equal(heard[1], "ServerChat [Ben]: next");
      deepEqual(it.debug.map((line) => line.slice(0, 2).trim()), ["⚠️", "✅"]);
    },
  );

  await step("whatever goes wrong, nothing is said twice or in another order", async () => {
    const clock = handClock();
    await using it = await runningInboxes({ db, clock });
    const { faults } = it.ark();
    faults.next({ on: /line \d*[37]$/, times: 99, isCarriedOut: true }, { kind: "reset" });
    faults.next({ on: /line \d*5$/, times: 99, isCarriedOut: false }, { kind: "close" });
    const messages: Message[] = [];
    for (let i = 10; i < 60; i++) {
      messages.push(await it.ben.says("island", `line ${i}`));
      if (i === 30) await it.ark().crash();
    }
    await it.stage.logs(/Cannot reach|Cannot log in/);
    await it.ark().start();
    await untilEnded(it, clock);
    await it.signs(messages.at(-1)!, "✅");
    const said = it.ark().received.filter(({ ran }) => ran[0]?.startsWith("ServerChat"))
      .map(({ command }) => Number(command.slice(-2)));
    deepEqual(said, [...new Set(said)].sort((a, b) => a - b));
    for (const [at, message] of messages.entries()) {
      const line = at + 10;
      const signs = [...message.reactions.keys()].join();
      ok(signs === "✅" || signs === "⚠️", `${line} has ${signs}`);
      if (signs === "✅") ok(said.includes(line) && !/[357]$/.test(`${line}`), `${line} has ✅`);
    }
    ok(said.length > 40);
  });

  await step("a silent server and one that is away hold up nobody on another", async () => {
    const clock = handClock();
    const servers = ["Island", "Ragnarok", "Extinction"];
    await using it = await runningInboxes({ db, clock, servers });
    it.ark("Island").faults.next({ on: SAID, isCarriedOut: false }, { kind: "silence" });
    await it.ark("Ragnarok").network("black hole");
    const silent = await it.ben.says("island", "hello?");
    const swallowed = await it.ben.says("ragnarok", "hello?");
    await it.signs(await it.ben.says("extinction", "hello!"), "✅", 2_000);
    await clock.advance(10_000); // no answer may take longer
    await it.signs(silent, "⚠️");
    await it.signs(swallowed, "🕒");
    await it.ark("Ragnarok").network("open");
    await untilEnded(it, clock);
    await it.signs(swallowed, "✅");
  });

  await step("of very many messages at once the first hundred arrive, in order", async () => {
    await using it = await runningInboxes({ db });
    await it.signs(await it.ben.says("island", "first"), "✅");
    const unfreeze = it.ark().freeze();
    const messages = [];
    for (let i = 0; i < 103; i++) messages.push(await it.ben.says("island", `line ${i}`));
    const last = messages.at(-1)!;
    await it.signs(last, "❌");
    const { content } = (await it.note(last)).data;
    equal(content, "-# ❌ not delivered: too many are waiting for Island");
    unfreeze();
    await it.signs(messages[99]!, "✅", 20_000);
    const expected = Array.from({ length: 100 }, (_, i) => `ServerChat [Ben]: line ${i}`);
    deepEqual(it.received().slice(1), expected);
  });

  await step(
    "a program that is killed while a message waits delivers it after its start",
    async () => {
      await using it = await runningInboxes({ db });
      await it.restart({ clock: handClock() }); // whose time does not move: it will not try again
      await it.ark().exit();
      const one = await it.ben.says("island", "one");
      await it.signs(one, "🕒");
      const two = await it.ben.says("island", `two ${"x".repeat(800)}`);
      await it.signs(two, "🕒");
      await until(async () => (await it.stored()).length === 2);
      await it.ark().start();
      await it.replace();
      await it.signs(one, "✅", 10_000);
      await it.signs(two, "✅");
      equal(
        (await it.note(two)).data.content,
        "-# only the first three lines of it fit into the game",
      );
      equal(it.received().length, 4);
      await it.inbox().stop();
      deepEqual(await it.stored(), []);
    },
  );

  await step("a program that is killed while it sends never sends that again", async () => {
    await using it = await runningInboxes({ db });
    await it.ark().exit();
    const [one, two] = [await it.ben.says("island", "one"), await it.ben.says("island", "two")];
    await it.signs(two, "🕒");
    await it.ark().start();
    await it.inbox().stop();
    const sending = Promise.withResolvers<void>();
    await it.replace({ console: consoleThatNeverReturns(sending.resolve) });
    await sending.promise;
    await it.replace();
    await it.signs(one, "⚠️");
    match((await it.note(one)).data.content, /^-# ⚠️ Island did not confirm it/);
    await it.signs(two, "✅", 10_000);
    deepEqual(it.received(), ["ServerChat [Ben]: two"]);
  });

  await step(
    "what waited longer than ten minutes over a pause of the program is not said",
    async () => {
      await using it = await runningInboxes({ db });
      await it.ark().exit();
      const message = await it.ben.says("island", "old");
      await it.signs(message, "🕒");
      await it.inbox().stop();
      await it.ark().start();
      await it.replace({ clock: new HandClock(Date.now() + TEN_MINUTES_MS) });
      await it.signs(message, "❌");
      const { content } = (await it.note(message)).data;
      equal(content, "-# ❌ not delivered: Island: it was away too long");
      deepEqual(it.received(), []);
    },
  );

  await step("a message of which the beginning was said goes on from there", async () => {
    await using it = await runningInboxes({ db });
    const [fresh, old] = [await it.ben.says("general", "x"), await it.ben.says("general", "x")];
    const half = (id: string, ageMs: number): WaitingMessage => ({
      id,
      serverId: "island",
      channelId: it.stage.world.general.id,
      authorId: it.ben.id,
      author: "Ben",
      commands: ["ServerChat [Ben]: one", "ServerChat [Ben]: ... two"],
      isCut: false,
      sent: 1,
      isSending: false,
      writtenAt: new Date(Date.now() - ageMs),
    });
    await storedWaiting(db).save([half(fresh.data.id, 0), half(old.data.id, TEN_MINUTES_MS)]);
    await it.restart();
    await it.signs(fresh, "✅");
    await it.signs(old, "❌");
    const { content } = (await it.note(old)).data;
    equal(content, "-# ❌ only its beginning was delivered: Island: it was away too long");
    deepEqual(it.received(), ["ServerChat [Ben]: ... two"]);
  });

  await step("stopping takes less than a second, and loses nothing that was not sent", async () => {
    await using it = await runningInboxes({ db });
    await it.signs(await it.ben.says("island", "before"), "✅");
    const unfreeze = it.ark().freeze();
    const underWay = await it.ben.says("island", "under way");
    const behind = await it.ben.says("island", "behind it");
    await until(() => Promise.resolve(it.inbox().status().waiting === 2));
    const began = performance.now();
    await it.inbox().stop();
    const took = performance.now() - began;
    ok(took < 1_000, `it took ${took} ms`);
    deepEqual((await it.stored()).map(({ isSending }) => isSending), [true, false]);
    unfreeze();
    await it.replace();
    await it.signs(underWay, "⚠️");
    await it.signs(behind, "✅");
    const times = (text: string) => it.received().filter((one) => one.endsWith(text)).length;
    deepEqual([times("under way"), times("behind it")], [1, 1]);
  });

  await step(
    "while the store is away messages wait all the same, and none comes twice",
    async () => {
      const clock = handClock();
      await using it = await runningInboxes({ db, clock });
      await it.ark().exit();
      const one = await it.ben.says("island", "one");
      await it.signs(one, "🕒");
      await until(async () => (await it.stored()).length === 1);
      await rename("chat_waiting", "chat_gone");
      const two = await it.ben.says("island", "two");
      await it.ark().start();
      await untilEnded(it, clock);
      await it.signs(one, "✅");
      await it.signs(two, "✅");
      await rename("chat_gone", "chat_waiting");
      const warned = it.stage.logged.filter((line) => line.includes("it waits in memory"));
      equal(warned.length, 1);
      await until(async () => {
        await clock.advance(10_000);
        return (await it.stored()).length === 0;
      });
      await it.restart();
      deepEqual(it.received(), ["ServerChat [Ben]: one", "ServerChat [Ben]: two"]);
    },
  );

  await step("what waited before a start is taken up as soon as the store answers", async () => {
    await using it = await runningInboxes({ db });
    await it.ark().exit();
    const message = await it.ben.says("island", "hello?");
    await it.signs(message, "🕒");
    await it.inbox().stop();
    await it.ark().start();
    await rename("chat_waiting", "chat_gone");
    await rejects(it.replace(), StoreError);
    await rename("chat_gone", "chat_waiting");
    await it.inbox().resume();
    await it.signs(message, "✅", 10_000);
    deepEqual(it.received(), ["ServerChat [Ben]: hello?"]);
  });

  await step(
    "nothing gets into the game while the bridge is paused, also not what waits",
    async () => {
      const clock = handClock();
      await using it = await runningInboxes({ db, clock });
      await it.ark().exit();
      const waiting = await it.ben.says("island", "one");
      await it.signs(waiting, "🕒");
      it.paused.add("Island");
      const meanwhile = await it.ben.says("island", "two");
      await it.ark().start();
      await untilEnded(it, clock);
      await it.signs(waiting, "❌");
      await it.signs(meanwhile, "❌");
      const { content } = (await it.note(meanwhile)).data;
      equal(content, "-# ❌ not delivered: the bridge is paused");
      it.paused.delete("Island");
      await it.signs(await it.ben.says("island", "three"), "✅");
      deepEqual(it.received(), ["ServerChat [Ben]: three"]);
      equal(it.debug.filter((line) => line.includes("the bridge is paused")).length, 2);
    },
  );

  await step("a message that was deleted meanwhile troubles nobody", async () => {
    await using it = await runningInboxes({ db });
    await it.signs(await it.ben.says("island", "before"), "✅");
    const unfreeze = it.ark().freeze();
    const gone = await it.ben.says("island", "gone");
    const next = await it.ben.says("island", "next");
    await until(() => Promise.resolve(it.inbox().status().waiting === 2));
    deleteMessage(it.stage.world.discord.world, gone);
    unfreeze();
    await it.signs(next, "✅");
  });

  await step("a message that is deleted while it waits is not said later", async () => {
    await using it = await runningInboxes({ db });
    await it.ark().exit();
    const texts = ["first", "second", "third"];
    const messages = [];
    for (const text of texts) messages.push(await it.ben.says("island", text));
    for (const message of messages) await it.signs(message, "🕒");
    await until(async () => (await it.stored()).length === 3);
    for (const message of messages.slice(0, 2)) {
      deleteMessage(it.stage.world.discord.world, message);
    }
    await until(() => Promise.resolve(it.inbox().status().waiting === 1));
    await until(async () => (await it.stored()).length === 1);
    await it.ark().start();
    await it.signs(messages[2]!, "✅", 10_000);
    deepEqual(it.received(), ["ServerChat [Ben]: third"]);
    deepEqual(it.ben.sees("island"), [messages[2]]);
    const told = it.debug.filter((line) => line.includes("it was deleted"));
    equal(told.length, 2);
  });

  await step("what a member wrote who is muted meanwhile is not said either", async () => {
    await using it = await runningInboxes({ db });
    await it.ark().exit();
    const message = await it.ben.says("island", "rude words");
    await it.signs(message, "🕒");
    await it.inbox().stop();
    it.muted.add(it.ben.id);
    await it.ark().start();
    await it.replace();
    await it.signs(message, "🔇", 10_000);
    deepEqual(it.received(), []);
    await it.inbox().stop();
    deepEqual(await it.stored(), []);
  });

  await step("a refused password is told, and no address of the server", async () => {
    const clock = handClock();
    await using it = await runningInboxes({ db, clock });
    it.ark().password = "changed";
    await it.ark().restart();
    const message = await it.ben.says("island", "hello?");
    await it.signs(message, "🕒");
    await untilEnded(it, clock, 60_000);
    await it.signs(message, "❌");
    const { content } = (await it.note(message)).data;
    match(content, /^-# ❌ not delivered: Island: it refuses the RCON password; /);
    ok(!it.debug.join().includes("127.0.0.1"));
  });

  await step("no text and no name becomes another command", async () => {
    await using it = await runningInboxes({ db, manner: { chainsCommands: true } });
    const nicks = ['x" | DoExit', "x]: // |DoExit", "\u202etixEoD | \u202c"];
    const people = [it.ben, ...nicks.map((nick, i) => it.stage.world.person(`eve${i}`, { nick }))];
    const texts = [
      "hi | DoExit",
      "hi || DestroyWildDinos",
      "hi\nDoExit",
      "hi\r\nDoExit\u2028DoExit\u2029DoExit",
      "hi // there",
      'say "hi" | DoExit',
      '"\nDoExit',
      "\u202e| DoExit\u202c",
      "a\0| DoExit",
      "｜ DoExit ／／",
      "https://x | DoExit",
      "`|` ```\n| DoExit\n```",
      "\\| DoExit",
      "/|/ DoExit",
    ];
    let last;
    for (const person of people) {
      for (const text of texts) last = await person.says("island", text);
    }
    await it.signs(last!, "✅", 15_000);
    equal(it.ark().received.length, people.length * texts.length);
    for (const { command, ran } of it.ark().received) {
      match(command, SAID);
      deepEqual(ran, [command]);
    }
    ok(it.ark().isRunning);
  });

  await db.close();
});

/** Moves time until nothing waits for any server. */
async function untilEnded(
  { inboxes }: RunningInboxes,
  clock: HandClock,
  stepMs = 1_000,
): Promise<void> {
  await until(async () => {
    await clock.advance(stepMs);
    return inboxes().every((inbox) => inbox.status().waiting === 0);
  });
}

/** Looks again and again, with everything else going on in between, for at most ten seconds. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!await isSo()) {
    ok(performance.now() < end, "it never came to that");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** As of a program that is killed in the middle of a command. */
function consoleThatNeverReturns(called: () => void) {
  return {
    send: () => {
      called();
      return new Promise<string>(() => {});
    },
    status: () => {
      throw new Error("not asked");
    },
    close: () => Promise.resolve(),
  };
}
