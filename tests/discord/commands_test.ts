/** Slash commands as Discord takes them, and whether they have to be registered again. */

import { deepEqual, equal, throws } from "node:assert/strict";
import { sameCommands, toDiscordCommands } from "../../src/discord/commands.ts";
import type { Command, Option } from "../../src/discord/surface.ts";

const text = (en: string, de = en) => ({ en, de });

const server: Option = {
  name: text("server"),
  description: text("Which one", "Welcher"),
  kind: "text",
  isRequired: true,
  suggest: () => Promise.resolve([]),
};

const players: Command = {
  name: text("players", "spieler"),
  description: text("Who is online", "Wer online ist"),
  who: "anyone",
  isPrivate: false,
  options: [server, {
    name: text("sort", "sortierung"),
    description: text("Order", "Reihenfolge"),
    kind: "text",
    choices: [{ name: text("By name", "Nach Namen"), value: "name" }],
  }],
  run: () => Promise.reject(new Error("not run here")),
};

const restart: Command = { ...players, name: text("restart"), who: "admin", options: [] };

Deno.test("commands are registered with both languages, options and choices", () => {
  deepEqual(toDiscordCommands([players]), [{
    type: 1,
    name: "players",
    name_localizations: { de: "spieler" },
    description: "Who is online",
    description_localizations: { de: "Wer online ist" },
    default_member_permissions: null,
    options: [
      {
        type: 3,
        name: "server",
        name_localizations: { de: "server" },
        description: "Which one",
        description_localizations: { de: "Welcher" },
        required: true,
        autocomplete: true,
      },
      {
        type: 3,
        name: "sort",
        name_localizations: { de: "sortierung" },
        description: "Order",
        description_localizations: { de: "Reihenfolge" },
        required: false,
        choices: [{ name: "By name", name_localizations: { de: "Nach Namen" }, value: "name" }],
      },
    ],
  }]);
});

Deno.test("commands of admins and owners are hidden from those who may not manage the guild", () => {
  for (const who of ["anyone", "support", "moderator"] as const) {
    equal(toDiscordCommands([{ ...restart, who }])[0]!.default_member_permissions, null);
  }
  for (const who of ["admin", "owner"] as const) {
    equal(toDiscordCommands([{ ...restart, who }])[0]!.default_member_permissions, "32");
  }
});

Deno.test("every kind of option has Discord's number", () => {
  const kinds = ["text", "whole number", "yes or no", "member", "number"] as const;
  const options = kinds.map((kind, i): Option => ({
    name: text(`o${i}`),
    description: text("x"),
    kind,
  }));
  const [made] = toDiscordCommands([{ ...players, options }]);
  deepEqual(made!.options.map(({ type }) => type), [3, 4, 5, 6, 10]);
});

Deno.test("a declaration that Discord would refuse is refused here, by name", () => {
  const refuse = (change: Partial<Command>, why: RegExp) =>
    throws(() => toDiscordCommands([{ ...players, ...change }]), (error) => {
      const { name, message } = error as Error;
      return name === "RangeError" && message.startsWith("Cannot register /") && why.test(message);
    });
  const option = (change: Partial<Option>): Option => ({
    name: text("x"),
    description: text("x"),
    kind: "text",
    ...change,
  });
  const optionsOf = (count: number) =>
    Array.from({ length: count }, (_, i) => option({ name: text(`o${i}`) }));
  refuse({ name: text("Players") }, /"Players" is no name/);
  refuse({ name: text("players", "alle spieler") }, /"alle spieler" is no name/);
  refuse({ name: text("players", "Ärger") }, /"Ärger" is no name/);
  refuse({ name: text("x".repeat(33)) }, /is no name/);
  refuse({ description: text("") }, /has 0 characters, not 1 to 100/);
  refuse({ description: text("x", "x".repeat(101)) }, /has 101 characters/);
  refuse({ options: optionsOf(26) }, /26 options/);
  refuse({ options: [option({}), option({})] }, /"x" stands in it twice/);
  refuse({ options: [option({ name: text("y") }), server] }, /required option stands behind/);
  refuse({ options: [option({ kind: "number", suggest: server.suggest! })] }, /\/players x: a num/);
  refuse({ options: [option({ choices: [] })] }, /0 choices, not 1 to 25/);
  const choice = { name: text("Same"), value: "a" };
  refuse({ options: [option({ choices: [choice, choice] })] }, /"Same" stands in it twice/);
  refuse({ options: [option({ choices: [choice], suggest: server.suggest! })] }, /one of them/);
  refuse({ options: [option({ choices: [{ ...choice, value: "" }] })] }, /too short or long/);
  const wordy = option({
    choices: Array.from({ length: 25 }, (_, i) => ({
      name: text(`${i}`.padStart(100)),
      value: `${i}`,
    })),
  });
  refuse(
    { options: [wordy, { ...wordy, name: text("y") }, { ...wordy, name: text("z") }] },
    /its texts have \d+ characters, not ≤ 8000/,
  );
  throws(() => toDiscordCommands([players, players]), /commands: the name "players" stands/);
  throws(
    () =>
      toDiscordCommands(
        Array.from({ length: 101 }, (_, i) => ({ ...restart, name: text(`c${i}`) })),
      ),
    /there are 101/,
  );
});

/** What Discord answers: ids and versions, defaults left out or null, order its own. */
function registered(): Record<string, unknown>[] {
  return toDiscordCommands([players, restart]).reverse().map((command, i) => ({
    version: "2",
    id: `${i}`,
    application_id: "7",
    guild_id: "8",
    nsfw: false,
    dm_permission: true,
    contexts: null,
    integration_types: [0],
    name_localized: "x",
    ...structuredClone(command),
    options: command.options.length === 0
      ? undefined
      : command.options.map(({ required, ...option }) => ({
        ...option,
        ...(required && { required }),
      })),
  }));
}

Deno.test("sameCommands() sees no change in what Discord adds, leaves out or sorts", () => {
  const wanted = toDiscordCommands([players, restart]);
  equal(sameCommands(registered(), wanted), true);
  equal(sameCommands([], []), true);
  equal(sameCommands(JSON.parse(JSON.stringify(registered())), wanted), true);
});

Deno.test("sameCommands() sees every change that people would see", () => {
  const wanted = toDiscordCommands([players, restart]);
  const changes: ((commands: Record<string, unknown>[]) => unknown)[] = [
    (all) => all.pop(),
    (all) => all.push({ name: "more" }),
    ([first]) => first!["description"] = "other",
    ([first]) => first!["default_member_permissions"] = null,
    ([, second]) => (second!["name_localizations"] as Record<string, string>)["de"] = "andere",
    ([, second]) => (second!["options"] as unknown[]).reverse(),
    ([, second]) => (second!["options"] as Record<string, unknown>[])[0]!["autocomplete"] = false,
    ([, second]) => (second!["options"] as Record<string, unknown>[])[1]!["min_length"] = 3,
  ];
  changes.forEach((change, i) => {
    const changed = registered();
    change(changed);
    equal(sameCommands(changed, wanted), false, `change ${i}`);
  });
  for (const strange of [null, undefined, {}, "x", [null, 1]]) {
    equal(sameCommands(strange, wanted), false);
  }
});
