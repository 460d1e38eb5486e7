/** Messages and forms as Discord takes them. */

import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { toDiscordEdit, toDiscordForm, toDiscordMessage } from "../../src/discord/message.ts";
import type { Button, Form, OutgoingMessage, Select } from "../../src/discord/surface.ts";

const LOOK = { botName: "Bliss Bot V2", iconUrl: undefined, color: 0x123456 };

function bodyOf(message: OutgoingMessage) {
  return toDiscordMessage(message, LOOK).body;
}

const button = (id: string): Button => ({ kind: "button", id, label: "Go" });
const menu = (id: string): Select => ({
  kind: "select",
  id,
  choices: [{ label: "Island", value: "island" }],
});

Deno.test("nobody is pinged by a text, only by the list of mentions", () => {
  deepEqual(bodyOf({ text: "@everyone <@1> <@&2>" }).allowed_mentions, { parse: [] });
  const ids = Array.from({ length: 150 }, (_, i) => String(i));
  const { allowed_mentions } = bodyOf({ text: "x", mentions: { users: ["1", "1"], roles: ids } });
  deepEqual(allowed_mentions, { parse: [], users: ["1"], roles: ids.slice(0, 100) });
});

Deno.test("a long text is cut at 2000", () => {
  const { content } = bodyOf({ text: "x".repeat(3000) });
  equal(content, `${"x".repeat(1997)}...`);
});

Deno.test("buttons, links and menus become rows", () => {
  const { components } = bodyOf({
    text: "x",
    rows: [
      [
        { ...button("a"), emoji: "▶️", style: "danger", isDisabled: true },
        { ...button("b"), emoji: "<a:wave:123>" },
        { kind: "link", url: "https://example.org", label: "Look" },
      ],
      [{
        ...menu("m"),
        placeholder: "Which?",
        max: 9,
        choices: [
          { label: "Island", value: "island", description: "PvE" },
          { label: " ", value: "blank" },
        ],
      }],
    ],
  });
  deepEqual(components, [
    {
      type: 1,
      components: [
        {
          type: 2,
          style: 4,
          custom_id: "a",
          label: "Go",
          emoji: { name: "▶️" },
          disabled: true,
        },
        {
          type: 2,
          style: 2,
          custom_id: "b",
          label: "Go",
          emoji: { id: "123", name: "wave", animated: true },
        },
        { type: 2, style: 5, url: "https://example.org", label: "Look" },
      ],
    },
    {
      type: 1,
      components: [{
        type: 3,
        custom_id: "m",
        placeholder: "Which?",
        max_values: 2,
        options: [
          { label: "Island", value: "island", description: "PvE" },
          { label: "–", value: "blank" },
        ],
      }],
    },
  ]);
});

Deno.test("texts of buttons and menus are cut, and choices beyond 25 left out", () => {
  const long = "x".repeat(500);
  const choices = Array.from({ length: 40 }, (_, i) => ({
    label: long,
    value: String(i),
    description: long,
  }));
  const { components } = bodyOf({
    rows: [[{ ...button("a"), label: long }], [{ ...menu("m"), placeholder: long, choices }]],
  });
  const lengthOf = (value: unknown) => String(value).length;
  const [first, second] = components!.map((row) => row.components[0]!);
  equal(lengthOf(first!["label"]), 80);
  equal(lengthOf(second!["placeholder"]), 150);
  const options = second!["options"] as Record<string, unknown>[];
  equal(options.length, 25);
  deepEqual([lengthOf(options[0]!["label"]), lengthOf(options[0]!["description"])], [100, 100]);
});

Deno.test("files are announced with their descriptions, in the order of the upload", () => {
  const bytes = new Uint8Array([1]);
  const { body, files } = toDiscordMessage({
    files: [
      { name: "map.png", type: "image/png", bytes, description: "d".repeat(2000) },
      { name: "list.csv", type: "text/csv", bytes },
    ],
  }, LOOK);
  deepEqual(body.attachments, [
    { id: "0", filename: "map.png", description: `${"d".repeat(1021)}...` },
    { id: "1", filename: "list.csv" },
  ]);
  equal(files.length, 2);
});

Deno.test("what cannot be sent is refused, and says why", () => {
  const refuse = (message: OutgoingMessage, why: RegExp) =>
    throws(() => bodyOf(message), (error) => {
      ok(error instanceof RangeError);
      ok(error.message.startsWith("Cannot send the message: ") && why.test(error.message));
      return true;
    });
  refuse({}, /it is empty; give it a text/);
  refuse({ text: "  ", embeds: [], rows: [] }, /it is empty/);
  refuse({ embeds: Array(11).fill({ title: "x" }) }, /11 embeds/);
  refuse({ rows: Array.from({ length: 6 }, (_, i) => [button(`${i}`)]) }, /6 rows/);
  refuse({ rows: [Array.from({ length: 6 }, (_, i) => button(`${i}`))] }, /a row has 6 parts/);
  refuse({ rows: [[menu("a"), button("b")]] }, /a row has 2 parts/);
  refuse({ rows: [[]] }, /a row has 0 parts/);
  refuse({ rows: [[button("a")], [menu("a")]] }, /twice: a, a/);
  refuse({ rows: [[button("x".repeat(101))]] }, /not an id of 1 to 100/);
  refuse({ rows: [[button("")]] }, /not an id of 1 to 100/);
  refuse({ rows: [[{ ...menu("a"), choices: [] }]] }, /"a" has no choices/);
  const twice = [{ label: "x", value: "v" }, { label: "y", value: "v" }];
  refuse({ rows: [[{ ...menu("a"), choices: twice }]] }, /twice: v, v/);
  refuse({ rows: [[{ kind: "link", label: "x", url: "example" }]] }, /not an address/);
  const file = { name: "a", type: "text/plain", bytes: new Uint8Array() };
  refuse({ files: Array(11).fill(file) }, /11 files/);
});

Deno.test("toDiscordEdit() leaves nothing of the old message, but rows alone change only rows", () => {
  deepEqual(toDiscordEdit({ text: "new" }, LOOK).body, {
    content: "new",
    embeds: [],
    components: [],
    attachments: [],
    allowed_mentions: { parse: [] },
  });
  const rows = [[button("a")]];
  deepEqual(Object.keys(toDiscordEdit({ rows }, LOOK).body), ["components", "allowed_mentions"]);
});

Deno.test("a form has a label around each field, all within the limits", () => {
  const long = "x".repeat(5000);
  const form: Form = {
    kind: "form",
    id: "ticket",
    title: long,
    fields: [
      { id: "short", label: "Name" },
      {
        id: "long",
        label: long,
        description: long,
        placeholder: long,
        value: long,
        isLong: true,
        isOptional: true,
        minLength: 9000,
        maxLength: 9000,
      },
    ],
  };
  const { custom_id, title, components: [short, second] } = toDiscordForm(form);
  deepEqual([custom_id, title.length], ["ticket", 45]);
  deepEqual(short, {
    type: 18,
    label: "Name",
    component: { type: 4, custom_id: "short", style: 1, required: true, max_length: 4000 },
  });
  const { label, description, component } = second as Record<string, string> & {
    component: Record<string, string>;
  };
  deepEqual([label!.length, description!.length], [45, 100]);
  const { placeholder, value, ...rest } = component;
  deepEqual([placeholder!.length, value!.length], [100, 4000]);
  deepEqual(rest, {
    type: 4,
    custom_id: "long",
    style: 2,
    required: false,
    max_length: 4000,
    min_length: 4000,
  });
});

Deno.test("a form without fields, with six, or with one id twice is refused", () => {
  const formOf = (ids: string[]): Form => ({
    kind: "form",
    id: "f",
    title: "t",
    fields: ids.map((id) => ({ id, label: id })),
  });
  throws(() => toDiscordForm(formOf([])), /0 fields, not 1–5/);
  throws(() => toDiscordForm(formOf([..."abcdef"].map((id) => id + 1))), /6 fields/);
  throws(() => toDiscordForm(formOf(["a", "a"])), /twice/);
});
