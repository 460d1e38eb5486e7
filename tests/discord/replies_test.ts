/** Every way to answer an interaction, seen by the person who waits for it. */

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { toDiscordCommands } from "../../src/discord/commands.ts";
import { DiscordRestError } from "../../src/discord/errors.ts";
import type { Interaction } from "../../src/discord/interaction.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { addPerson } from "../../src/sandbox/discord/build.ts";
import { opened, Person, shown } from "../../src/sandbox/discord/people.ts";
import { openStage, runBot, type RunningBot, type Stage } from "./running_bot.ts";

const CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback";

const COMMANDS = toDiscordCommands([{
  name: { en: "ask", de: "frage" },
  description: { en: "Asks something", de: "Fragt etwas" },
  who: "anyone",
  isPrivate: false,
  options: [{
    name: { en: "about", de: "thema" },
    description: { en: "What about", de: "Worüber" },
    kind: "text",
    suggest: () => Promise.reject(new Error("never called: the bot knows no handlers")),
  }],
  run: () => Promise.reject(new Error("never called: the bot knows no handlers")),
}]);

const ROW = [{ kind: "button", id: "go", label: "Go" }] as const;

interface Scene extends AsyncDisposable {
  readonly stage: Stage;
  readonly running: RunningBot;
  readonly ann: Person;
}

/** A bot that answers every interaction with `answer`, and a person. */
async function scene(answer: (interaction: Interaction) => Promise<unknown>): Promise<Scene> {
  const stage = await openStage();
  const running = runBot(stage, stage.app(), {
    clock: systemClock,
    commands: COMMANDS,
    onInteraction: async (interaction) => void await answer(interaction),
  });
  await running.until(() => running.logged.some((line) => line.includes("Registered")));
  const member = addPerson(stage.discord.world, stage.guild, { username: "ann" });
  const { interactions } = stage.discord;
  return {
    stage,
    running,
    ann: new Person({ interactions, guild: stage.guild, member }),
    async [Symbol.asyncDispose]() {
      await running.stop();
      await stage[Symbol.asyncDispose]();
    },
  };
}

Deno.test("reply() is seen by all, or by the caller alone", async () => {
  for (const isPrivate of [false, true]) {
    await using it = await scene(({ replies }) => replies.reply({ text: "Hello" }, { isPrivate }));
    const outcome = await it.ann.runs("/ask");
    equal(shown(outcome).data.content, "Hello");
    equal(outcome.kind === "message" && outcome.isPrivate, isPrivate);
  }
});

Deno.test("defer() shows that something comes, editOriginal() brings it, followUp() adds to it", async () => {
  for (const isPrivate of [false, true]) {
    await using it = await scene(async ({ replies }) => {
      await replies.defer({ isPrivate });
      await replies.editOriginal({ embeds: [{ title: "Done" }] });
      const { id } = await replies.followUp({ text: "More" }, { isPrivate: true });
      done.resolve([id, await replies.originalId()]);
    });
    const done = Promise.withResolvers<string[]>();
    const outcome = await it.ann.runs("/ask");
    equal(shown(outcome).data.embeds[0]?.title, "Done");
    equal(outcome.kind === "message" && outcome.isPrivate, isPrivate);
    const [more, original] = await done.promise;
    equal(it.stage.channel.messages.get(more!)?.data.content, "More");
    equal(original, shown(outcome).data.id);
  }
});

Deno.test("deleteOriginal() takes the first answer away, a private one may follow", async () => {
  const done = Promise.withResolvers<void>();
  await using it = await scene(async ({ replies }) => {
    await replies.reply({ text: "Oops" }, { isPrivate: false });
    await replies.deleteOriginal();
    await replies.followUp({ text: "Sorry" }, { isPrivate: true });
    done.resolve();
  });
  await it.ann.runs("/ask");
  await done.promise;
  deepEqual(it.ann.sees(it.stage.channel).map(({ data }) => data.content), ["Sorry"]);
});

Deno.test("update() puts a message in place of the pressed one, with nothing of it left", async () => {
  await using it = await scene(({ what, replies }) =>
    what.kind === "press"
      ? replies.update({ text: "Gone" })
      : replies.reply({ embeds: [{ title: "Card" }], rows: [ROW] }, { isPrivate: false })
  );
  const card = shown(await it.ann.runs("/ask"));
  const outcome = await it.ann.presses(card, "Go");
  equal(outcome.kind, "updated");
  const { content, embeds, components } = shown(outcome).data;
  deepEqual([content, embeds, components], ["Gone", [], []]);
});

Deno.test("deferUpdate() acknowledges a press, editOriginal() then changes the pressed message", async () => {
  const done = Promise.withResolvers<void>();
  await using it = await scene(async ({ what, replies }) => {
    if (what.kind !== "press") return replies.reply({ rows: [ROW] }, { isPrivate: true });
    await replies.deferUpdate();
    await replies.editOriginal({ text: "Pressed" });
    done.resolve();
  });
  const card = shown(await it.ann.runs("/ask"));
  equal((await it.ann.presses(card, "Go")).kind, "acknowledged");
  await done.promise;
  deepEqual([card.data.content, card.data.components], ["Pressed", []]);
});

Deno.test("form() opens a form, whose fields come back; editAnswer() changes old answers", async () => {
  await using it = await scene(async ({ what, replies }) => {
    if (what.kind === "command") {
      const fields = [{ id: "name", label: "Name" }, { id: "why", label: "Why", isLong: true }];
      return replies.form({ kind: "form", id: "ticket", title: "Ticket", fields });
    }
    forms.push(what);
    token = replies.token;
    await replies.reply({ text: "Thanks" }, { isPrivate: true });
  });
  const forms: Interaction["what"][] = [];
  let token = "";
  const form = opened(await it.ann.runs("/ask"));
  const thanks = shown(await it.ann.fills(form, { Name: "Rex", Why: "lost\nhim" }));
  deepEqual(forms, [{
    kind: "form",
    customId: "ticket",
    fields: { name: "Rex", why: "lost\nhim" },
    hasMessage: false,
  }]);
  await it.running.bot.past.editAnswer(token, thanks.data.id, { text: "Closed" });
  equal(thanks.data.content, "Closed");
});

Deno.test("suggest() leaves out what Discord would refuse the whole list for", async () => {
  const long = "x".repeat(150);
  const many = Array.from({ length: 40 }, (_, index) => `map ${index}`);
  await using it = await scene(({ replies }) => replies.suggest(["", "a", "a", long, ...many]));
  const suggested = await it.ann.types("/ask", { about: "m" }, "about");
  equal(suggested.length, 25);
  deepEqual(suggested.slice(0, 3).map(({ name }) => name), ["a", "x".repeat(100), "map 0"]);
});

Deno.test("a file arrives, stays when only the buttons change, and goes with the rest", async () => {
  const file = { name: "map.png", type: "image/png", bytes: new Uint8Array([1, 2, 3]) };
  const disabled = [{ ...ROW[0], isDisabled: true }];
  const done = Promise.withResolvers<void>();
  await using it = await scene(async ({ what, replies }) => {
    if (what.kind === "press") {
      await replies.update({ text: "No map" });
      return done.resolve();
    }
    await replies.reply({ text: "Map", files: [file], rows: [ROW] }, { isPrivate: false });
    await replies.editOriginal({ rows: [disabled] });
    await replies.editOriginal({ rows: [ROW] });
    edited.resolve();
  });
  const edited = Promise.withResolvers<void>();
  const card = shown(await it.ann.runs("/ask"));
  await edited.promise;
  equal(card.data.content, "Map");
  deepEqual(card.data.attachments.map(({ filename, size }) => [filename, size]), [["map.png", 3]]);
  await it.ann.presses(card, "Go");
  await done.promise;
  deepEqual([card.data.content, card.data.attachments], ["No map", []]);
});

Deno.test("a second first answer is refused by Discord with a typed error", async () => {
  const caught = Promise.withResolvers<unknown>();
  await using it = await scene(async ({ replies }) => {
    await replies.reply({ text: "One" }, { isPrivate: false });
    await replies.reply({ text: "Two" }, { isPrivate: false }).catch(caught.resolve);
  });
  await it.ann.runs("/ask");
  const error = await caught.promise;
  ok(error instanceof DiscordRestError);
  equal(error.code, 40060);
});

Deno.test("a first answer that meets a cut or silent network fails within 3 s, and only once", async () => {
  await Promise.all((["reset", "stall"] as const).map(async (kind) => {
    const caught = Promise.withResolvers<unknown>();
    await using it = await scene(({ replies }) =>
      replies.reply({ text: "Hello" }, { isPrivate: false }).catch(caught.resolve)
    );
    it.stage.discord.faults.next({ route: CALLBACK, times: 99 }, { kind });
    const from = performance.now();
    const noAnswer = rejects(it.ann.runs("/ask"), /did not respond/);
    const error = await caught.promise;
    ok(performance.now() - from < 3500);
    ok(error instanceof DiscordRestError, `${kind}: ${error}`);
    equal(error.status, 0);
    equal(error.message.includes("aW50ZXJhY3Rpb24"), false, "the token must not show");
    await noAnswer;
  }));
});
