import { deepEqual, equal, throws } from "node:assert/strict";
import {
  addApplication,
  addBot,
  addChannel,
  addGuild,
  addPerson,
  addRole,
  forRole,
} from "../../../src/sandbox/discord/build.ts";
import { createMessage, editMessage, isPinged } from "../../../src/sandbox/discord/messages.ts";
import { Bit } from "../../../src/sandbox/discord/permissions.ts";
import { World } from "../../../src/sandbox/discord/world.ts";

function town(permissions = 0n) {
  const world = new World();
  const guild = addGuild(world, { name: "Town" });
  const channel = addChannel(world, guild, { name: "plaza" });
  const staff = addRole(world, guild, { name: "staff" });
  const open = addRole(world, guild, { name: "open", mentionable: true });
  const ann = addPerson(world, guild, { username: "ann", roles: [staff.id] }).user;
  const bob = addPerson(world, guild, { username: "bob", roles: [open.id] }).user;
  const app = addApplication(world, { name: "Bot" });
  addBot(world, guild, { app, permissions });
  const says = (content: string, allowed_mentions?: unknown) =>
    createMessage(world, channel, app.user, { content, allowed_mentions });
  /** Names of those whom the message notifies. */
  const pinged = (message: ReturnType<typeof says>) =>
    [ann, bob].filter((user) => isPinged(world, message, user.id)).map((user) => user.username);
  return { world, guild, channel, staff, open, ann, bob, app, says, pinged };
}

Deno.test("a message pings whom it names, unless allowed_mentions leaves them out", () => {
  const t = town();
  const text = `<@${t.ann.id}> <@!${t.bob.id}>`;
  const check = (allowed: unknown, names: string[]) => {
    const message = t.says(text, allowed);
    deepEqual(t.pinged(message), names);
    deepEqual(message.data.mentions.map((user) => user.username), names);
  };
  check(undefined, ["ann", "bob"]);
  check({ parse: [] }, []);
  check({}, []);
  check({ parse: ["users"] }, ["ann", "bob"]);
  check({ parse: ["roles", "everyone"] }, []);
  check({ users: [t.bob.id] }, ["bob"]);
  check({ parse: [], users: [t.ann.id, "1"] }, ["ann"]);
});

Deno.test("naming a kind and ids of that kind contradict each other", () => {
  const t = town();
  throws(() => t.says("x", { parse: ["users"], users: [t.ann.id] }), { code: 50035 });
  throws(() => t.says("x", { parse: ["roles"], roles: [t.staff.id] }), { code: 50035 });
});

Deno.test("@everyone and closed roles take MENTION_EVERYONE", () => {
  const text = (t: ReturnType<typeof town>) => `@everyone <@&${t.staff.id}>`;
  const weak = town();
  const silent = weak.says(text(weak));
  deepEqual([silent.data.mention_everyone, silent.data.mention_roles], [false, []]);
  deepEqual(weak.pinged(silent), []);

  const strong = town(Bit.MentionEveryone);
  const loud = strong.says(text(strong));
  deepEqual([loud.data.mention_everyone, loud.data.mention_roles], [true, [strong.staff.id]]);
  deepEqual(strong.pinged(loud), ["ann", "bob"]);
  deepEqual(strong.pinged(strong.says("@here")), ["ann", "bob"]);
  deepEqual(strong.pinged(strong.says("@everyone", { parse: ["users", "roles"] })), []);
  deepEqual(strong.pinged(strong.says(`<@&${strong.guild.id}>`)), [], "not by the role's id");
});

Deno.test("a mentionable role pings its members, and each of them only", () => {
  const t = town();
  deepEqual(t.pinged(t.says(`<@&${t.open.id}>`)), ["bob"]);
  deepEqual(t.pinged(t.says(`<@&${t.open.id}>`, { roles: [] })), []);
  deepEqual(t.pinged(t.says(`<@&${t.open.id}>`, { roles: [t.open.id] })), ["bob"]);
});

Deno.test("nobody is pinged inside code, by an unknown id, or where it cannot see", () => {
  const t = town(Bit.MentionEveryone);
  const ann = `<@${t.ann.id}>`;
  for (
    const text of [`\`${ann}\``, `\`\`\`\n${ann} @everyone\n\`\`\``, `\`\`a ${ann}\`\``, "<@1>"]
  ) {
    deepEqual(t.pinged(t.says(text)), [], text);
  }
  deepEqual(t.pinged(t.says(`\`code\` ${ann} \`code\``)), ["ann"]);
  t.channel.overwrites = [forRole(t.staff.id, { deny: Bit.ViewChannel })];
  const message = t.says(ann + " @everyone");
  deepEqual(t.pinged(message), ["bob"]);
  deepEqual(
    message.data.mentions.map((user) => user.username),
    ["ann"],
    "it is named all the same",
  );
});

Deno.test("a reply pings the other unless told not to", () => {
  const t = town();
  const question = createMessage(t.world, t.channel, t.ann, { content: "?" });
  const reply = (allowed_mentions?: unknown) =>
    createMessage(t.world, t.channel, t.app.user, {
      content: "!",
      message_reference: { message_id: question.data.id },
      allowed_mentions,
    });
  deepEqual(t.pinged(reply()), ["ann"]);
  deepEqual(t.pinged(reply({ parse: [] })), []);
  deepEqual(t.pinged(reply({ parse: [], replied_user: true })), ["ann"]);
});

Deno.test("an edit names people anew and pings nobody", () => {
  const t = town();
  const message = t.says("later");
  editMessage(t.world, message, { content: `<@${t.ann.id}>` });
  equal(message.data.mentions.length, 1);
  deepEqual(t.pinged(message), []);
});
