/** Paged answers as people see and turn them, until nobody does. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { parseCardId } from "../../src/discord/cards.ts";
import type { Command, Page } from "../../src/discord/surface.ts";
import { type Outcome, type Person, shown, textOf } from "../../src/sandbox/discord/people.ts";
import { deleteMessage } from "../../src/sandbox/discord/messages.ts";
import type { Message } from "../../src/sandbox/discord/world.ts";
import { type RoutedBot, routedBot } from "./routed_bot.ts";

const THREE: readonly Page[] = [
  { title: "Island", text: "first", color: "success" },
  { title: "Ragnarok", text: "second", color: 0x123456 },
  { title: "Island", text: "third" },
];

function list(pages: readonly Page[], change: Partial<Command> = {}): Command {
  return {
    name: { en: "list", de: "liste" },
    description: { en: "Lists", de: "Listet" },
    who: "anyone",
    isPrivate: false,
    options: [{
      name: { en: "filter", de: "filter" },
      description: { en: "x", de: "x" },
      kind: "text",
    }],
    run: () => Promise.resolve({ kind: "pages", pages }),
    ...change,
  };
}

/** What stands on the page that is shown. */
function page(outcome: Outcome | Message) {
  const message = "kind" in outcome ? shown(outcome) : outcome;
  const [embed] = message.data.embeds;
  return [embed?.title, embed?.description];
}

/** Labels of the buttons, in brackets when they cannot be pressed. */
function buttons({ data }: Message): string[] {
  const rows = data.components as { components: { label: string; disabled?: boolean }[] }[];
  return rows.flatMap((row) => row.components).map(({ label, disabled }) =>
    disabled ? `(${label})` : label
  );
}

/** Moves two minutes on and waits until the buttons of a message cannot be pressed any more. */
async function expire(bot: RoutedBot, person: Person, message: Message): Promise<void> {
  await bot.clock.advance(120_000);
  await person.seesSoon("general", (it) => it === message && isDisabled(it));
}

function isDisabled(message: Message): boolean {
  return buttons(message).every((label) => label.startsWith("("));
}

Deno.test("pages are turned round and round, with number, title and colour of their own", async () => {
  await using bot = await routedBot({ commands: [list(THREE)] });
  const ann = bot.person("ann");
  const message = shown(await ann.runs("/list"));
  deepEqual(page(message), ["Island - Page 1/3", "first"]);
  deepEqual(buttons(message), ["Previous", "Next"]);
  const steps = ["Next", "Next", "Next", "Previous", "◀️", "▶️"];
  const titles: unknown[] = [];
  const colors: unknown[] = [];
  for (const step of steps) {
    const outcome = await ann.presses(message, step);
    equal(outcome.kind, "updated");
    titles.push(page(outcome)[0]);
    colors.push(message.data.embeds[0]!.color);
  }
  deepEqual(titles, [
    "Ragnarok - Page 2/3",
    "Island - Page 3/3",
    "Island - Page 1/3",
    "Island - Page 3/3",
    "Ragnarok - Page 2/3",
    "Island - Page 3/3",
  ]);
  deepEqual(colors.slice(0, 3), [0x123456, 0x8e44ad, 0x80ff00]);
});

Deno.test("pages speak German, and without titles their number stands in the footer", async () => {
  const untitled = THREE.map(({ text }) => ({ text }));
  await using bot = await routedBot({ commands: [list(untitled)] });
  const ann = bot.person("ann", { locale: "de" });
  const message = shown(await ann.runs("/liste"));
  deepEqual(buttons(message), ["Zurück", "Weiter"]);
  equal(message.data.embeds[0]!.footer?.text, "Seite 1/3 · Bliss Bot V2");
  equal(message.data.embeds[0]!.title, undefined);
});

Deno.test("only who asked for the pages can turn them; others are told privately", async () => {
  await using bot = await routedBot({ commands: [list(THREE)] });
  const [ann, ben] = [bot.person("ann"), bot.person("ben", { roles: ["owner"] })];
  const message = shown(await ann.runs("/list"));
  const refusal = shown(await ben.presses(message, "Next"));
  match(textOf(refusal), /Only the member who asked.*NOT_ALLOWED/s);
  equal(refusal.onlyFor, ben.id);
  deepEqual(page(message), ["Island - Page 1/3", "first"]);
});

Deno.test("one page has no buttons, and no page number", async () => {
  await using bot = await routedBot({ commands: [list([{ title: "Alone", text: "all" }])] });
  const message = shown(await bot.person("ann").runs("/list"));
  deepEqual(page(message), ["Alone", "all"]);
  deepEqual([buttons(message), bot.clock.sleepers], [[], 0]);
});

Deno.test("a long text goes on over several pages under one title", async () => {
  const lines = Array.from({ length: 300 }, (_, i) => `line ${i} of a long listing`);
  const text = `\`\`\`ts\n${lines.join("\n")}\n\`\`\``;
  await using bot = await routedBot({ commands: [list([{ title: "T".repeat(300), text }])] });
  const ann = bot.person("ann");
  const message = shown(await ann.runs("/list"));
  const [title, first] = page(message);
  ok(title!.endsWith("... - Page 1/2") && title!.length === 256);
  const [, second] = page(await ann.presses(message, "Next"));
  for (const part of [first!, second!]) match(part, /^```ts\nline[^]*\n```$/);
  deepEqual(`${first}${second}`.match(/line .*/g), lines);
});

Deno.test("two minutes after the last press the buttons are disabled, the page stays", async () => {
  await using bot = await routedBot({ commands: [list(THREE)] });
  const ann = bot.person("ann");
  const message = shown(await ann.runs("/list"));
  await bot.clock.advance(119_000);
  await ann.presses(message, "Next");
  await bot.clock.advance(119_000);
  deepEqual(buttons(message), ["Previous", "Next"]);
  await expire(bot, ann, message);
  deepEqual(buttons(message), ["(Previous)", "(Next)"]);
  deepEqual(page(message), ["Ragnarok - Page 2/3", "second"]);
  equal(bot.clock.sleepers, 0);
  await bot.remembers(0);
});

Deno.test("private pages are disabled too, never pressed or pressed", async () => {
  await using bot = await routedBot({ commands: [list(THREE, { isPrivate: true })] });
  const ann = bot.person("ann");
  const messages = [shown(await ann.runs("/list")), shown(await ann.runs("/list"))];
  await ann.presses(messages[1]!, "Next");
  for (const message of messages) await expire(bot, ann, message);
  deepEqual(page(messages[1]!), ["Ragnarok - Page 2/3", "second"]);
});

Deno.test("pages whose message was deleted end without a word", async () => {
  await using bot = await routedBot({ commands: [list(THREE)] });
  const ann = bot.person("ann");
  const message = shown(await ann.runs("/list"));
  deleteMessage(bot.world.discord.world, message);
  await bot.clock.advance(120_000);
  equal(bot.clock.sleepers, 0);
  const next = shown(await ann.runs("/list")); // still alive
  deepEqual(page(next), ["Island - Page 1/3", "first"]);
  ok(!bot.logged.some((line) => /"level":"(warn|error)"/.test(line)));
});

Deno.test("after a restart the buttons of pages that were open are disabled", async () => {
  await using bot = await routedBot({
    commands: [list(THREE), list(THREE, { name: { en: "mine", de: "meine" }, isPrivate: true })],
  });
  const ann = bot.person("ann");
  const never = shown(await ann.runs("/list"));
  const pressed = shown(await ann.runs("/list"));
  await ann.presses(pressed, "Next");
  const mine = shown(await ann.runs("/mine"));
  await bot.remembers(3);
  await bot.restart();
  deepEqual([never, pressed, mine].map(isDisabled), [false, false, false]);
  await bot.router.restore();
  deepEqual([never, pressed, mine].map(isDisabled), [true, true, true]);
  deepEqual(page(pressed), ["Ragnarok - Page 2/3", "second"]);
  await bot.remembers(0);
});

Deno.test("restoring while pages are open leaves them alone", async () => {
  await using bot = await routedBot({ commands: [list(THREE)] });
  const ann = bot.person("ann");
  const message = shown(await ann.runs("/list"));
  await bot.remembers(1);
  await bot.router.restore();
  deepEqual(page(await ann.presses(message, "Next")), ["Ragnarok - Page 2/3", "second"]);
});

Deno.test("only the token of a private message is stored, and not used when it is too old", async () => {
  await using bot = await routedBot({
    commands: [list(THREE), list(THREE, { name: { en: "mine", de: "meine" }, isPrivate: true })],
  });
  const ann = bot.person("ann");
  const open = shown(await ann.runs("/list"));
  const mine = shown(await ann.runs("/mine"));
  const cards = await bot.remembers(2);
  deepEqual(cards.map(({ token }) => token === undefined).sort(), [false, true]);
  equal(cards.find(({ token }) => token === undefined)?.messageId, open.data.id);
  await bot.restart();
  await bot.clock.advance(20 * 60_000);
  const before = bot.world.discord.requests.length;
  await bot.router.restore();
  equal(bot.world.discord.requests.length - before, 1);
  deepEqual([open, mine].map(isDisabled), [true, false]);
  await bot.remembers(0);
});

Deno.test("what could not be reached is disabled after the next restart", async () => {
  await using bot = await routedBot({ commands: [list(THREE)] });
  const ann = bot.person("ann");
  const message = shown(await ann.runs("/list"));
  await bot.remembers(1);
  await bot.restart();
  const fault = bot.world.discord.faults.next({ times: 99 }, { kind: "status", status: 502 });
  await bot.router.restore();
  fault.end();
  equal(isDisabled(message), false);
  await bot.restart();
  await bot.router.restore();
  equal(isDisabled(message), true);
});

Deno.test("a press on pages that are no longer known is answered, and opens them again", async () => {
  const calls: unknown[] = [];
  await using bot = await routedBot({
    commands: [list(THREE, {
      run: ({ options }) => {
        calls.push(options);
        return Promise.resolve({ kind: "pages", pages: THREE });
      },
    })],
  });
  const ann = bot.person("ann");
  const message = shown(await ann.runs("/list", { filter: "a:b" }));
  await bot.restart();
  equal((await ann.presses(message, "Next")).kind, "updated");
  const told = await ann.seesSoon("general", ({ onlyFor }) => onlyFor === ann.id);
  match(textOf(told), /too old.*EXPIRED_CARD/s);
  ok(isDisabled(message));
  deepEqual(page(message), ["Island - Page 1/3", "first"]);
  const again = shown(await ann.presses(told, "Open again"));
  deepEqual(page(again), ["Island - Page 1/3", "first"]);
  deepEqual(page(await ann.presses(again, "Next")), ["Ragnarok - Page 2/3", "second"]);
  deepEqual(calls, [{ filter: "a:b" }, { filter: "a:b" }]);
});

Deno.test("a command with long options, or one that is gone, is not offered again", async () => {
  await using bot = await routedBot({ commands: [list(THREE)] });
  const ann = bot.person("ann");
  const long = shown(await ann.runs("/list", { filter: "x".repeat(80) }));
  const short = shown(await ann.runs("/list", { filter: "x" }));
  for (const { custom_id } of idsOf(long)) {
    deepEqual(parseCardId(custom_id).args.length, 2);
  }
  await bot.restart({ commands: [] });
  await ann.presses(long, "Next");
  const told = await ann.seesSoon("general", ({ onlyFor }) => onlyFor === ann.id);
  deepEqual(buttons(told), []);
  await ann.presses(short, "Next");
  const offered = await ann.seesSoon("general", (it) => buttons(it)[0] === "Open again");
  match(textOf(shown(await ann.presses(offered, "Open again"))), /EXPIRED_CARD/);
  await bot.restart({ commands: [list(THREE, { options: [] })] });
  match(textOf(shown(await ann.presses(offered, "Open again"))), /EXPIRED_CARD/);
});

function idsOf({ data }: Message): { custom_id: string }[] {
  const rows = data.components as unknown as { components: { custom_id: string }[] }[];
  return rows.flatMap(({ components }) => components);
}

Deno.test("opening pages again needs the same rights as the first time", async () => {
  await using bot = await routedBot({ commands: [list(THREE, { who: "support" })] });
  const [sam, ann] = [bot.person("sam", { roles: ["support"] }), bot.person("ann")];
  const message = shown(await sam.runs("/list"));
  await bot.restart();
  await ann.presses(message, "Next");
  const told = await ann.seesSoon("general", ({ onlyFor }) => onlyFor === ann.id);
  match(textOf(shown(await ann.presses(told, "Open again"))), /support staff.*NOT_ALLOWED/s);
});

Deno.test("who lost their role cannot turn pages any more", async () => {
  await using bot = await routedBot({ commands: [list(THREE, { who: "support" })] });
  const sam = bot.person("sam", { roles: ["support"] });
  const message = shown(await sam.runs("/list"));
  sam.member.roles.length = 0;
  match(textOf(shown(await sam.presses(message, "Next"))), /NOT_ALLOWED/);
});

Deno.test("of very many open pages the oldest are closed early", async () => {
  await using bot = await routedBot({ commands: [list(THREE)] });
  const ann = bot.person("ann");
  const oldest = shown(await ann.runs("/list"));
  const second = shown(await ann.runs("/list"));
  await ann.presses(oldest, "Next"); // used last, so it stays
  await Promise.all(Array.from({ length: 499 }, () => ann.runs("/list")));
  await ann.seesSoon("general", (it) => it === second && isDisabled(it));
  equal(isDisabled(oldest), false);
  equal(bot.clock.sleepers, 500);
});
