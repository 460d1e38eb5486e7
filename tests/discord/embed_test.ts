/** Embeds within Discord's limits, whatever goes in. */

import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  type DiscordEmbed,
  FAILURE,
  type Look,
  SUCCESS,
  toDiscordEmbed,
  toDiscordEmbeds,
} from "../../src/discord/embed.ts";
import type { Embed } from "../../src/discord/surface.ts";

const LOOK: Look = {
  botName: "Bliss Bot V2",
  iconUrl: "https://cdn.example/icon.png",
  color: 0x112233,
};

function totalOf(embeds: readonly DiscordEmbed[]): number {
  const texts = embeds.flatMap(({ title, description, fields, footer }) => [
    title,
    description,
    footer.text,
    ...(fields ?? []).flatMap(({ name, value }) => [name, value]),
  ]);
  return texts.join("").length;
}

Deno.test("every embed carries the bot's name, icon and colour", () => {
  deepEqual(toDiscordEmbed({ title: "Hello", description: "World" }, LOOK), {
    color: 0x112233,
    footer: { text: "Bliss Bot V2", icon_url: "https://cdn.example/icon.png" },
    title: "Hello",
    description: "World",
  });
  const { footer } = toDiscordEmbed({ note: "Page 1/3" }, { ...LOOK, iconUrl: undefined });
  deepEqual(footer, { text: "Page 1/3 · Bliss Bot V2" });
});

Deno.test("success is lime, failure is red, and a colour that is none is the bot's", () => {
  const colorOf = (color: NonNullable<Embed["color"]>) => toDiscordEmbed({ color }, LOOK).color;
  equal(SUCCESS, 0x80FF00);
  equal(FAILURE, 0xFF0000);
  equal(colorOf("success"), SUCCESS);
  equal(colorOf("failure"), FAILURE);
  equal(colorOf(0), 0);
  equal(colorOf(0xFFFFFF), 0xFFFFFF);
  for (const none of [-1, 0x1000000, 1.5, NaN, Infinity]) equal(colorOf(none), LOOK.color);
});

Deno.test("what is too long is cut with dots, field by field", () => {
  const long = "x".repeat(5000);
  const made = toDiscordEmbed({
    title: long,
    description: long,
    note: long,
    fields: [{ name: long, value: long }],
  }, LOOK);
  equal(made.title, `${"x".repeat(253)}...`);
  equal(made.description, `${"x".repeat(4093)}...`);
  deepEqual(made.fields, [{
    name: `${"x".repeat(253)}...`,
    value: `${"x".repeat(1021)}...`,
    inline: false,
  }]);
  equal(made.footer.text.length, 2048);
  ok(made.footer.text.endsWith("... · Bliss Bot V2"));
});

Deno.test("an embed of nothing, null or blanks can still be sent", () => {
  const nothing: Embed[] = [
    {},
    { title: null, description: undefined, fields: [] },
    { title: "  ", description: "\n", note: " ", fields: [{ name: null, value: "" }] },
  ];
  for (const embed of nothing) {
    const made = toDiscordEmbed(embed, { ...LOOK, iconUrl: undefined });
    deepEqual(made, { color: LOOK.color, footer: { text: "Bliss Bot V2" }, description: "–" });
  }
});

Deno.test("fields without a name or value get a dash, those without both go", () => {
  const fields = [
    { name: "Only name", value: null },
    { name: undefined, value: "Only value", inline: true },
    { name: " ", value: "" },
    ...Array.from({ length: 30 }, (_, i) => ({ name: `n${i}`, value: `v${i}` })),
  ];
  const made = toDiscordEmbed({ fields }, LOOK).fields!;
  equal(made.length, 25);
  deepEqual(made.slice(0, 3), [
    { name: "Only name", value: "–", inline: false },
    { name: "–", value: "Only value", inline: true },
    { name: "n0", value: "v0", inline: false },
  ]);
});

Deno.test("addresses and times that Discord would refuse are left out", () => {
  const long = `https://example.org/${"x".repeat(2048)}`;
  for (const url of ["", "not an address", "javascript:alert(1)", "http://[", long]) {
    const made = toDiscordEmbed({ title: "t", url, image: url, thumbnail: url }, LOOK);
    deepEqual([made.url, made.image, made.thumbnail], [undefined, undefined, undefined], url);
  }
  const made = toDiscordEmbed({
    url: "https://example.org/",
    image: "attachment://map.png",
    thumbnail: "http://example.org/a.png",
    at: new Date("2026-01-02T03:04:05Z"),
  }, LOOK);
  equal(made.url, "https://example.org/");
  deepEqual(made.image, { url: "attachment://map.png" });
  deepEqual(made.thumbnail, { url: "http://example.org/a.png" });
  equal(made.timestamp, "2026-01-02T03:04:05.000Z");
  equal(toDiscordEmbed({ at: new Date(NaN) }, LOOK).timestamp, undefined);
});

Deno.test("all embeds of a message together stay within 6000, the last descriptions give way", () => {
  const big = { title: "t".repeat(100), description: "d".repeat(4000) };
  const [first, second, third] = toDiscordEmbeds([big, big, big], LOOK);
  equal(first!.description, big.description);
  ok(second!.description!.endsWith("..."));
  equal(third!.description, undefined);
  deepEqual([second!.title, third!.title], [big.title, big.title]);
});

Deno.test("no embeds, however full, break a limit", () => {
  const text = fc.option(fc.string({ unit: "binary", maxLength: 5000, size: "max" }));
  const embed = fc.record({
    title: text,
    description: text,
    note: text.map((text) => text ?? ""),
    fields: fc.array(fc.record({ name: text, value: text }), { maxLength: 30, size: "max" }),
  });
  fc.assert(
    fc.property(fc.array(embed, { maxLength: 10, size: "max" }), text, (embeds, botName) => {
      const made = toDiscordEmbeds(embeds, { ...LOOK, botName: botName || "Bot" });
      equal(made.length, embeds.length);
      ok(totalOf(made) <= 6000, `${totalOf(made)} in total`);
      for (const { title, description, fields = [], footer } of made) {
        ok((title?.length ?? 0) <= 256 && (description?.length ?? 0) <= 4096);
        ok(fields.length <= 25 && footer.text.length > 0 && footer.text.length <= 2048);
        for (const { name, value } of fields) {
          ok(name.length >= 1 && name.length <= 256 && value.length >= 1 && value.length <= 1024);
        }
        ok(JSON.stringify([title, description, fields, footer]).isWellFormed());
      }
    }),
    { numRuns: 20 },
  );
});
