/** What people see of commands, buttons, menus and forms, also when something goes wrong. */

import { deepEqual, doesNotMatch, equal, match, ok, rejects, throws } from "node:assert/strict";
import type { Answer, Call, Card, Command, Press } from "../../src/discord/surface.ts";
import { cardId } from "../../src/discord/cards.ts";
import { openRouter } from "../../src/discord/router.ts";
import { Refusal } from "../../src/discord/surface.ts";
import { opened, type Outcome, shown, textOf } from "../../src/sandbox/discord/people.ts";
import { openCardsInMemory } from "../../src/discord/pages.ts";
import { openLog } from "../../src/runtime/log.ts";
import { HandClock } from "../hand_clock.ts";
import { routedBot } from "./routed_bot.ts";

const CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback";

function command(change: Partial<Command> = {}): Command {
  return {
    name: { en: "ask", de: "frage" },
    description: { en: "Asks", de: "Fragt" },
    who: "anyone",
    isPrivate: false,
    run: ({ caller }) => reply(`Hello ${caller.displayName}`),
    ...change,
  };
}

function card(change: Partial<Card> = {}): Card {
  return { name: "card", who: "anyone", press: () => reply("pressed"), ...change };
}

function reply(description: string, isPrivate?: boolean): Promise<Answer> {
  const message = { embeds: [{ description }] };
  return Promise.resolve({
    kind: "reply",
    message,
    ...(isPrivate !== undefined && { isPrivate }),
  });
}

/** A command whose answer has a button, a menu and a third button of the given ids. */
function withParts(...ids: [string, string]): Partial<Command> {
  const [go, menu] = ids;
  const choices = [{ label: "Island", value: "island" }, { label: "Ragnarok", value: "rag" }];
  return {
    run: () =>
      Promise.resolve({
        kind: "reply",
        message: {
          text: "Choose",
          rows: [
            [{ kind: "button", id: go, label: "Go" }],
            [{ kind: "select", id: menu, choices, max: 2 }],
          ],
        },
      }),
  };
}

/** What the caller read, and whether they alone did. */
function seen(outcome: Outcome): { text: string; isPrivate: boolean } {
  const message = shown(outcome);
  return { text: textOf(message), isPrivate: message.onlyFor !== undefined };
}

/** A promise to be settled from outside, with how often it was waited for. */
function gate<T = void>() {
  const started = Promise.withResolvers<void>();
  const opening = Promise.withResolvers<T>();
  const pass = () => {
    started.resolve();
    return opening.promise;
  };
  return { started: started.promise, pass, open: opening.resolve, fail: opening.reject };
}

Deno.test("a command answers everyone or the caller alone, as it says", async () => {
  await using bot = await routedBot({
    commands: [
      command(),
      command({ name: { en: "secret", de: "geheim" }, isPrivate: true }),
      command({ name: { en: "both", de: "beides" }, run: () => reply("for you", true) }),
    ],
  });
  const ann = bot.person("ann", { nick: "🔥Ann🔥" });
  deepEqual(seen(await ann.runs("/ask")), { text: "Hello Ann\nBliss Bot V2", isPrivate: false });
  equal(seen(await ann.runs("/secret")).isPrivate, true);
  deepEqual(seen(await ann.runs("/both")), { text: "for you\nBliss Bot V2", isPrivate: true });
});

Deno.test("a handler is told who calls, with which tier, language and options", async () => {
  let call: Call | undefined;
  await using bot = await routedBot({
    commands: [command({
      options: [{
        name: { en: "days", de: "tage" },
        description: { en: "How many", de: "Wie viele" },
        kind: "whole number",
      }],
      run: (it) => {
        call = it;
        return reply("ok");
      },
    })],
  });
  const ben = bot.person("ben", { roles: ["support", "admin"], locale: "de" });
  await ben.runs("/frage", { tage: 3 });
  const { caller, options, channelId, signal } = call!;
  deepEqual({ ...caller, roleIds: caller.roleIds.length }, {
    id: ben.id,
    displayName: "ben",
    roleIds: 2,
    tier: "admin",
    language: "de",
  });
  deepEqual(options, { days: 3 });
  equal(channelId, bot.world.general.id);
  equal(signal.aborted, false);
});

Deno.test("those without the role are refused privately and told who may; higher ones may", async () => {
  let runs = 0;
  await using bot = await routedBot({
    commands: [command({ who: "moderator", run: () => reply(`run ${++runs}`) })],
  });
  const { moderator, admin, owner } = bot.world.roles;
  for (const roles of [[], ["support"]] as const) {
    const { text, isPrivate } = seen(await bot.person(`no${roles}`, { roles }).runs("/ask"));
    match(text, /NOT_ALLOWED · Bliss Bot V2$/);
    ok(text.includes(`moderators: <@&${moderator.id}>, <@&${admin.id}>, <@&${owner.id}>`));
    equal(isPrivate, true);
  }
  equal(runs, 0);
  for (const role of ["moderator", "admin", "owner"] as const) {
    await bot.person(role, { roles: [role] }).runs("/ask");
  }
  equal(runs, 3);
});

Deno.test("where no role is configured, the refusal names the key in config.toml", async () => {
  const roles = { support: [], moderator: [], admin: [], owner: [] };
  await using bot = await routedBot({ commands: [command({ who: "moderator" })], roles });
  const { text } = seen(await bot.person("ann", { locale: "de" }).runs("/frage"));
  match(text, /Moderatoren.*`moderator` unter `\[roles\]` in config\.toml/s);
  match(text, /NOT_ALLOWED/);
});

Deno.test("another guild than the served one is refused: commands, presses and suggestions", async () => {
  const suggest = () => Promise.resolve(["secret"]);
  const option = { name: { en: "x", de: "x" }, description: { en: "x", de: "x" } };
  await using bot = await routedBot({
    guildId: "1",
    commands: [command({ options: [{ ...option, kind: "text", suggest }] })],
  });
  const ann = bot.person("ann");
  const outcome = await ann.runs("/ask");
  match(seen(outcome).text, /another community.*NOT_ALLOWED/s);
  deepEqual(await ann.types("/ask", { x: "a" }, "x"), []);
});

Deno.test("a slow command shows that it works, then its answer, as public as it says", async () => {
  const slow = gate<Answer>();
  await using bot = await routedBot({ commands: [command({ run: slow.pass })] });
  const ann = bot.person("ann");
  const answer = ann.runs("/ask");
  await slow.started;
  await bot.clock.advance(1_500);
  const thinking = await ann.seesSoon("general", () => true);
  slow.open(await reply("at last"));
  const message = shown(await answer);
  equal(message, thinking);
  deepEqual(seen(await answer), { text: "at last\nBliss Bot V2", isPrivate: false });
});

Deno.test("what is slow and then private leaves nothing for others to see, and the reverse", async () => {
  for (const isPrivate of [false, true]) {
    const slow = gate<Answer>();
    await using bot = await routedBot({ commands: [command({ isPrivate, run: slow.pass })] });
    const [ann, ben] = [bot.person("ann"), bot.person("ben")];
    const answer = ann.runs("/ask");
    await slow.started;
    await bot.clock.advance(1_500);
    await ann.seesSoon("general", () => true);
    slow.open(await reply("other than announced", !isPrivate));
    equal(seen(await answer).isPrivate, !isPrivate);
    equal(ann.sees("general").length, 1);
    equal(ben.sees("general").length, isPrivate ? 1 : 0);
  }
});

Deno.test("a slow refusal is seen by the caller alone, in their language", async () => {
  const slow = gate<Answer>();
  await using bot = await routedBot({ commands: [command({ run: slow.pass })] });
  const [ann, ben] = [bot.person("ann", { locale: "de" }), bot.person("ben")];
  const answer = ann.runs("/frage");
  await slow.started;
  await bot.clock.advance(1_500);
  await ben.seesSoon("general", () => true);
  slow.fail(new Refusal("COOLDOWN", { en: "Not yet.", de: "Noch nicht." }));
  deepEqual(seen(await answer), { text: "Noch nicht.\nCOOLDOWN · Bliss Bot V2", isPrivate: true });
  equal(ben.sees("general").length, 0);
});

Deno.test("whatever a handler throws, the caller gets a number that the log has too", async () => {
  const thrown: (() => Promise<Answer>)[] = [
    () => Promise.reject(new Error("the database is on fire")),
    () => {
      throw new TypeError("the database is on fire");
    },
    () => Promise.reject("the database is on fire"),
    () => Promise.resolve({ kind: "pages", pages: [] }),
    () => Promise.resolve({ kind: "reply", message: {} }),
  ];
  for (const run of thrown) {
    await using bot = await routedBot({ commands: [command({ run })] });
    const ann = bot.person("ann");
    const { text, isPrivate } = seen(await ann.runs("/ask"));
    equal(isPrivate, true);
    doesNotMatch(text, /fire/);
    const [, id] = /number ([0-9A-F]{4})\.\nINTERNAL \1 · Bliss Bot V2$/.exec(text) ?? [];
    const line = bot.logged.find((line) => line.includes(`"${id}"`));
    match(line ?? "", /\/ask failed.*(fire|Cannot)/);
    ok(line!.includes(ann.id));
  }
});

Deno.test("a handler that does not end is given up after a minute, and told so by its signal", async () => {
  const never = gate<Answer>();
  let signal: AbortSignal | undefined;
  await using bot = await routedBot({
    commands: [command({
      run: (call) => {
        signal = call.signal;
        return never.pass();
      },
    })],
  });
  const answer = bot.person("ann").runs("/ask");
  await never.started;
  await bot.clock.advance(1_500);
  await bot.person("ben").seesSoon("general", () => true);
  await bot.clock.advance(58_500);
  match(seen(await answer).text, /INTERNAL/);
  equal(signal?.aborted, true);
  ok(bot.logged.some((line) => /Cannot wait longer than 60 s/.test(line)));
});

Deno.test("where every request takes a second, quick and slow commands are still answered in time", async () => {
  const slow = gate<Answer>();
  let skewMs = 0;
  await using bot = await routedBot({
    now: () => Date.now() + skewMs,
    commands: [command(), command({ name: { en: "slow", de: "langsam" }, run: slow.pass })],
  });
  const fault = bot.world.discord.faults.next({ times: 99 }, { kind: "latency", ms: 1_000 });
  const ann = bot.person("ann");
  const answers = [ann.runs("/ask"), ann.runs("/slow")];
  await slow.started;
  skewMs = 1_500;
  await bot.clock.advance(1_500);
  match(seen(await answers[0]!).text, /^Hello/);
  slow.open(await reply("at last"));
  match(seen(await answers[1]!).text, /^at last/);
  fault.end();
});

Deno.test("an unknown command, card, menu or form is answered politely", async () => {
  await using bot = await routedBot({
    registered: [
      command({ name: { en: "old", de: "alt" } }),
      command(),
      command({ name: { en: "form", de: "formular" } }),
    ],
    commands: [
      command(withParts("gone:1", "gone:2")),
      command({
        name: { en: "form", de: "formular" },
        run: () => Promise.resolve({ ...FORM, id: "gone:3" }),
      }),
    ],
  });
  const ann = bot.person("ann", { locale: "de" });
  const message = shown(await ann.runs("/frage"));
  const form = opened(await ann.runs("/formular"));
  const outcomes = [
    await ann.runs("/alt"),
    await ann.presses(message, "Go"),
    await ann.picks(message, ["Island"]),
    await ann.fills(form, { "Why?": "Because" }),
  ];
  for (const outcome of outcomes) {
    const { text, isPrivate } = seen(outcome);
    match(text, /nicht mehr bekannt.*EXPIRED_CARD/s);
    equal(isPrivate, true);
  }
});

Deno.test("buttons and menus reach their card with arguments and picks", async () => {
  const presses: Press[] = [];
  const press = (it: Press) => {
    presses.push(it);
    return reply("pressed");
  };
  await using bot = await routedBot({
    commands: [command(withParts(cardId("card", "a:b", ""), cardId("card")))],
    cards: [card({ press })],
  });
  const ann = bot.person("ann");
  const message = shown(await ann.runs("/ask"));
  equal(seen(await ann.presses(message, "Go")).isPrivate, false);
  await ann.picks(message, ["Ragnarok", "island"]);
  deepEqual(presses.map(({ args }) => args), [["a:b", ""], []]);
  deepEqual(presses.map(({ values }) => [...values].sort()), [[], ["island", "rag"]]);
});

Deno.test("a press can change its message; nothing of the old one is left", async () => {
  const update: Answer = { kind: "update", message: { embeds: [{ title: "Changed" }] } };
  for (const isSlow of [false, true]) {
    const pressed = gate<Answer>();
    await using bot = await routedBot({
      commands: [command(withParts(cardId("card"), cardId("card", "2")))],
      cards: [card({ press: pressed.pass })],
    });
    const ann = bot.person("ann");
    const message = shown(await ann.runs("/ask"));
    const outcome = ann.presses(message, "Go");
    await pressed.started;
    if (isSlow) {
      await bot.clock.advance(1_500);
      equal((await outcome).kind, "acknowledged");
    }
    pressed.open(update);
    await ann.seesSoon("general", ({ data }) => data.embeds[0]?.title === "Changed");
    await outcome;
    deepEqual([message.data.content, message.data.components], ["", []]);
    equal(ann.sees("general").length, 1);
  }
});

Deno.test("cards are for their tier only, whoever got the message", async () => {
  await using bot = await routedBot({
    commands: [command(withParts(cardId("card"), cardId("card", "2")))],
    cards: [card({ who: "support" })],
  });
  const [ann, sam] = [bot.person("ann"), bot.person("sam", { roles: ["support"] })];
  const message = shown(await ann.runs("/ask"));
  match(seen(await ann.presses(message, "Go")).text, /support staff.*NOT_ALLOWED/s);
  match(seen(await ann.picks(message, ["Island"])).text, /NOT_ALLOWED/);
  match(seen(await sam.presses(message, "Go")).text, /^pressed/);
});

const FORM: Answer = {
  kind: "form",
  id: cardId("card", "7"),
  title: "Tell us",
  fields: [{ id: "why", label: "Why?", isLong: true }],
};

Deno.test("a form opens, and what is typed reaches its card", async () => {
  const presses: Press[] = [];
  const press = (it: Press) => {
    presses.push(it);
    return reply("Thank you");
  };
  await using bot = await routedBot({
    commands: [command({ run: () => Promise.resolve(FORM) })],
    cards: [card({ press })],
  });
  const ann = bot.person("ann");
  const form = opened(await ann.runs("/ask"));
  deepEqual(seen(await ann.fills(form, { "Why?": "Because" })), {
    text: "Thank you\nBliss Bot V2",
    isPrivate: false,
  });
  deepEqual([presses[0]!.args, presses[0]!.fields], [["7"], { why: "Because" }]);
});

Deno.test("a form after a form is our mistake and answered as one", async () => {
  await using bot = await routedBot({
    commands: [command({ run: () => Promise.resolve(FORM) })],
    cards: [card({ press: () => Promise.resolve(FORM) })],
  });
  const ann = bot.person("ann");
  const form = opened(await ann.runs("/ask"));
  match(seen(await ann.fills(form, { why: "x" })).text, /INTERNAL/);
  bot.world.discord.takeViolations();
});

Deno.test("a form that comes too late is offered again by a button", async () => {
  const slow = gate<Answer>();
  let calls = 0;
  const options = { topic: "decay" };
  await using bot = await routedBot({
    commands: [command({
      options: [{
        name: { en: "topic", de: "thema" },
        description: { en: "x", de: "x" },
        kind: "text",
      }],
      run: (call) => {
        deepEqual(call.options, options);
        return ++calls === 1 ? slow.pass() : Promise.resolve(FORM);
      },
    })],
  });
  const ann = bot.person("ann");
  const answer = ann.runs("/ask", options);
  await slow.started;
  await bot.clock.advance(1_500);
  await ann.seesSoon("general", () => true);
  slow.open(FORM);
  const message = shown(await answer);
  match(textOf(message), /could not be opened in time.*EXPIRED_CARD/s);
  equal(opened(await ann.presses(message, "Open again")).title, "Tell us");
});

Deno.test("a form that comes too late after a long call is not offered, only explained", async () => {
  const slow = gate<Answer>();
  const topic = { name: { en: "topic", de: "thema" }, description: { en: "x", de: "x" } };
  await using bot = await routedBot({
    commands: [command({ options: [{ ...topic, kind: "text" }], run: slow.pass })],
  });
  const ann = bot.person("ann");
  const answer = ann.runs("/ask", { topic: "x".repeat(100) });
  await slow.started;
  await bot.clock.advance(1_500);
  await ann.seesSoon("general", () => true);
  slow.open(FORM);
  const message = shown(await answer);
  match(textOf(message), /Try again.*EXPIRED_CARD/s);
  deepEqual(message.data.components, []);
});

Deno.test("suggestions come from the option's own function, and none at all when it fails", async () => {
  const slow = gate<string[]>();
  const option = (name: string, suggest: (typed: string) => Promise<readonly string[]>) => ({
    name: { en: name, de: name },
    description: { en: "x", de: "x" },
    kind: "text" as const,
    suggest,
  });
  await using bot = await routedBot({
    commands: [
      command({
        options: [
          option("good", (typed) => Promise.resolve([typed, "Island", "x".repeat(300)])),
          option("bad", () => Promise.reject(new Error("no"))),
          option("worse", () => {
            throw new Error("no");
          }),
          option("many", () => Promise.resolve(Array.from({ length: 99 }, (_, i) => `${i}`))),
          option("slow", slow.pass),
        ],
      }),
      command({
        name: { en: "staff", de: "team" },
        who: "support",
        options: [option("good", () => Promise.resolve(["secret"]))],
      }),
    ],
  });
  const ann = bot.person("ann");
  const suggested = async (line: string, name: string) =>
    (await ann.types(line, { [name]: "isl" }, name)).map(({ name }) => name);
  deepEqual(await suggested("/ask", "good"), ["isl", "Island", "x".repeat(100)]);
  deepEqual(await suggested("/ask", "bad"), []);
  deepEqual(await suggested("/ask", "worse"), []);
  equal((await suggested("/ask", "many")).length, 25);
  deepEqual(await suggested("/staff", "good"), []);
  const late = suggested("/ask", "slow");
  await slow.started;
  await bot.clock.advance(2_000);
  deepEqual(await late, []);
});

Deno.test("what comes when two hundred handlers run is asked to wait", async () => {
  const slow = gate<Answer>();
  let running = 0;
  const all = Promise.withResolvers<void>();
  await using bot = await routedBot({
    commands: [command({
      run: () => {
        if (++running === 200) all.resolve();
        return slow.pass();
      },
    })],
  });
  const ann = bot.person("ann");
  const answers = Array.from({ length: 200 }, () => ann.runs("/ask"));
  await all.promise;
  const { text, isPrivate } = seen(await ann.runs("/ask"));
  match(text, /Try again in a minute.*COOLDOWN/s);
  equal(isPrivate, true);
  slow.open(await reply("done"));
  for (const answer of await Promise.all(answers)) match(seen(answer).text, /^done/);
});

Deno.test("an interaction that nobody waits for any more is not run, and nothing is said", async () => {
  let runs = 0;
  let skewMs = 0;
  await using bot = await routedBot({
    now: () => Date.now() + skewMs,
    commands: [command({ run: () => reply(`run ${++runs}`) })],
    before: (interaction) => {
      skewMs = 60_000; // the session was interrupted for a minute
      return { ...interaction, ageMs: 60_000 };
    },
  });
  const ann = bot.person("ann");
  await rejects(ann.runs("/ask"), /did not respond/);
  equal(runs, 0);
  ok(!bot.logged.some((line) => /"level":"(warn|error)"/.test(line)));
});

Deno.test("a handler whose caller Discord has given up is told to stop", async () => {
  const called = Promise.withResolvers<AbortSignal>();
  let skewMs = 0;
  await using bot = await routedBot({
    now: () => Date.now() + skewMs,
    commands: [command({
      run: ({ signal }) => {
        called.resolve(signal);
        return new Promise(() => {});
      },
    })],
  });
  const answer = rejects(bot.person("ann").runs("/ask"), /did not respond/);
  const signal = await called.promise;
  skewMs = 60_000; // the acknowledgement will come too late
  await bot.clock.advance(1_500);
  await answer; // comes after 3 s
  match(String(signal.reason), /Discord no longer waits/);
  ok(!bot.logged.some((line) => /"level":"(warn|error)"/.test(line)));
});

Deno.test("when Discord takes no answer at all, the log says so and the bot lives on", async () => {
  await using bot = await routedBot({ commands: [command()] });
  const ann = bot.person("ann");
  const fault = bot.world.discord.faults.next({ route: CALLBACK, times: 99 }, {
    kind: "status",
    status: 500,
  });
  ann.runs("/ask").catch(() => {}); // ends with the local Discord
  await bot.logs(/an interaction could not be answered/);
  fault.end();
  match(seen(await ann.runs("/ask")).text, /^Hello/);
});

Deno.test("a local clock that is wrong by minutes makes no difference", async () => {
  for (const ageMs of [-300_000, 300_000]) {
    await using bot = await routedBot({
      commands: [
        command({ run: () => Promise.resolve(FORM) }),
        command({ name: { en: "b", de: "b" } }),
      ],
      before: (interaction) => ({ ...interaction, ageMs: interaction.ageMs + ageMs }),
    });
    const ann = bot.person("ann");
    match(seen(await ann.runs("/b")).text, /^Hello/);
    equal(opened(await ann.runs("/ask")).title, "Tell us");
  }
});

Deno.test("a local clock that is wrong by days does not even cost the first form", async () => {
  await using bot = await routedBot({
    commands: [command({ run: () => Promise.resolve(FORM) })],
    before: (interaction) => ({ ...interaction, ageMs: interaction.ageMs + 3 * 86_400_000 }),
  });
  equal(opened(await bot.person("ann").runs("/ask")).title, "Tell us");
});

Deno.test("what was long on its way is acknowledged that much sooner", async () => {
  const slow = gate<Answer>();
  let ageMs = 0;
  await using bot = await routedBot({
    commands: [command(), command({ name: { en: "slow", de: "langsam" }, run: slow.pass })],
    before: (interaction) => ({ ...interaction, ageMs }),
  });
  const ann = bot.person("ann");
  await ann.runs("/ask"); // tells the bot that its clock is right
  ageMs = 1_200;
  const answer = ann.runs("/slow");
  await slow.started;
  await bot.clock.advance(300);
  await ann.seesSoon("general", (message) => textOf(message) === "");
  slow.open(await reply("at last"));
  match(seen(await answer).text, /^at last/);
});

Deno.test("an answer that got lost once, on the way there or back, is given once", async () => {
  const pages = { kind: "pages", pages: [{ text: "one" }, { text: "two" }] } as const;
  await using bot = await routedBot({
    commands: [command({ run: () => Promise.resolve(pages) })],
  });
  const ann = bot.person("ann");
  let given = 0;
  for (const isCarriedOut of [false, true]) {
    for (const trouble of [{ kind: "status", status: 502 }, { kind: "reset" }] as const) {
      bot.world.discord.faults.next({ route: CALLBACK, isCarriedOut }, trouble);
      match(textOf(shown(await ann.runs("/ask"))), /^one/);
      await bot.remembers(++given); // what went wrong is not
    }
  }
  equal(ann.sees("general").length, given);
  ok(!bot.logged.some((line) => /"level":"(warn|error)"/.test(line)));
  bot.world.discord.takeViolations(); // the second answers, where the first had come through
});

Deno.test("an acknowledgement that got lost on the way does not lose the answer", async () => {
  const slow = gate<Answer>();
  await using bot = await routedBot({
    commands: [command({ run: slow.pass })],
    before: (interaction) => ({
      ...interaction,
      replies: {
        ...interaction.replies,
        async defer(options) {
          await interaction.replies.defer(options);
          throw new TypeError("the connection was reset before the answer came");
        },
      },
    }),
  });
  const ann = bot.person("ann");
  const answer = ann.runs("/ask");
  await slow.started;
  await bot.clock.advance(1_500);
  await ann.seesSoon("general", () => true);
  slow.open(await reply("at last"));
  match(seen(await answer).text, /^at last/);
});

Deno.test("a stop lets handlers end, and tells the callers of those that do not", async () => {
  const [quick, never] = [gate<Answer>(), gate<Answer>()];
  await using bot = await routedBot({
    commands: [
      command({ run: quick.pass }),
      command({ name: { en: "never", de: "nie" }, run: never.pass }),
    ],
  });
  const ann = bot.person("ann");
  const answers = [ann.runs("/ask"), ann.runs("/never")];
  await Promise.all([quick.started, never.started]);
  const stopped = bot.router.stop();
  const refused = await ann.runs("/ask");
  match(seen(refused).text, /restarted.*COOLDOWN/s);
  quick.open(await reply("just in time"));
  match(seen(await answers[0]!).text, /^just in time/);
  await bot.clock.advance(1_500);
  await bot.clock.advance(1_500);
  match(seen(await answers[1]!).text, /restarted.*COOLDOWN/s);
  await bot.clock.advance(6_000);
  await stopped;
});

Deno.test("two commands or cards of one name are refused at once", () => {
  const options: Parameters<typeof openRouter>[0] = {
    bot: "x",
    guildId: "1",
    commands: [],
    cards: [],
    roles: { support: [], moderator: [], admin: [], owner: [] },
    past: { edit: () => Promise.resolve(), editAnswer: () => Promise.resolve() },
    openCards: openCardsInMemory(),
    log: openLog("x", { write() {}, now: () => new Date(), secrets: [] }),
    clock: new HandClock(),
  };
  const twice = [command(), command()];
  throws(() => openRouter({ ...options, commands: twice }), /command "ask"/);
  throws(() => openRouter({ ...options, cards: [card(), card()] }), /card "card"/);
  throws(
    () => openRouter({ ...options, cards: [card({ name: "pages" })] }),
    /Cannot route to card "pages": the name is taken; choose another one/,
  );
});
