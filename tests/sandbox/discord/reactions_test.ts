import { deepEqual, equal } from "node:assert/strict";
import { createMessage } from "../../../src/sandbox/discord/messages.ts";
import { Bit } from "../../../src/sandbox/discord/permissions.ts";
import { addReaction } from "../../../src/sandbox/discord/routes/reactions.ts";
import { scene } from "./scene.ts";

const REACTS = Bit.ViewChannel | Bit.ReadMessageHistory | Bit.AddReactions;

async function strict(permissions: bigint) {
  const s = await scene({ permissions });
  s.guild.roles.get(s.guild.id)!.permissions = String(Bit.ViewChannel);
  const message = createMessage(s.discord.world, s.channel, s.ann.user, { content: "hi" });
  const reactions = `/channels/${s.channel.id}/messages/${message.data.id}/reactions`;
  const at = (emoji: string) => `${reactions}/${encodeURIComponent(emoji)}`;
  return { ...s, message, reactions, at };
}

Deno.test("a bot reacts, sees who did, and takes it back", async () => {
  await using s = await strict(REACTS);
  const heard = s.hears(1 << 10);
  await s.expect("204", `PUT ${s.at("✅")}/@me`);
  await s.expect("204", `PUT ${s.at("✅")}/@me`);
  const { body: users } = await s.expect("200", `GET ${s.at("✅")}`);
  deepEqual(users.map((it: { id: string }) => it.id), [s.app.id]);
  const { body } = await s.expect(
    "200",
    `GET /channels/${s.channel.id}/messages/${s.message.data.id}`,
  );
  deepEqual([body.reactions[0].count, body.reactions[0].me, body.reactions[0].emoji], [
    1,
    true,
    { id: null, name: "✅" },
  ]);
  await s.expect("204", `DELETE ${s.at("✅")}/@me`);
  await s.expect("404 10014", `DELETE ${s.at("✅")}/@me`);
  deepEqual(heard.map(([name, data]) => [name, data.emoji.name, data.guild_id]), [
    ["MESSAGE_REACTION_ADD", "✅", s.guild.id],
    ["MESSAGE_REACTION_REMOVE", "✅", s.guild.id],
  ]);
});

Deno.test("only real emoji are taken: Unicode's, and those that a guild has", async () => {
  await using s = await strict(REACTS);
  s.guild.emojis.set("42", { id: "42", name: "dino" });
  for (const emoji of ["⚠️", "👍🏽", "🇩🇪", "👨‍👩‍👧", "dino:42", "1️⃣"]) {
    await s.expect("204", `PUT ${s.at(emoji)}/@me`);
  }
  for (const emoji of ["x", "dino:43", "✅✅", "dino", "7"]) {
    await s.expect("400 10014", `PUT ${s.at(emoji)}/@me`);
  }
  await s.expect("204", `DELETE ${s.at("dino:42")}/@me`);
});

Deno.test("a new emoji takes ADD_REACTIONS, joining one that stands there does not", async () => {
  await using s = await strict(REACTS & ~Bit.AddReactions);
  const { world } = s.discord;
  await s.expect("403 50013", `PUT ${s.at("✅")}/@me`);
  s.message.reactions.set("✅", new Set([s.ann.user.id]));
  await s.expect("204", `PUT ${s.at("✅")}/@me`);
  equal(s.message.reactions.get("✅")!.size, 2);
  await s.expect("403 50013", `DELETE ${s.at("✅")}/${s.ann.user.id}`);
  await s.expect("403 50013", `DELETE ${s.reactions}`);
  addReaction(world, s.guild.ownerId, { channel: s.channel, message: s.message, emoji: "🔥" });
  equal(s.message.reactions.size, 2);
});

Deno.test("a message takes 20 distinct reactions", async () => {
  await using s = await strict(REACTS);
  for (let i = 0; i < 20; i++) {
    await s.expect("204", `PUT ${s.at(String.fromCodePoint(0x1f600 + i))}/@me`);
  }
  await s.expect("400 30010", `PUT ${s.at("✅")}/@me`);
});

Deno.test("MANAGE_MESSAGES clears others' reactions, one kind, or all", async () => {
  await using s = await strict(REACTS | Bit.ManageMessages);
  const heard = s.hears(1 << 10);
  for (const emoji of ["✅", "🔥", "👍"]) {
    s.message.reactions.set(emoji, new Set([s.ann.user.id, s.guild.ownerId]));
  }
  await s.expect("204", `DELETE ${s.at("✅")}/${s.ann.user.id}`);
  await s.expect("204", `DELETE ${s.at("🔥")}`);
  await s.expect("204", `DELETE ${s.reactions}`);
  deepEqual(heard.map(([name]) => name), [
    "MESSAGE_REACTION_REMOVE",
    "MESSAGE_REACTION_REMOVE_EMOJI",
    "MESSAGE_REACTION_REMOVE_ALL",
  ]);
  equal(s.message.reactions.size, 0);
});
