import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  addApplication,
  addBot,
  addChannel,
  addGuild,
  addPerson,
  addRole,
  forMember,
  forRole,
} from "../../../src/sandbox/discord/build.ts";
import {
  Bit,
  canSee,
  channelPermissions,
  demand,
  EVERYTHING,
  guildPermissions,
  outranks,
  standsAbove,
} from "../../../src/sandbox/discord/permissions.ts";
import { makeThread } from "../../../src/sandbox/discord/thread_life.ts";
import { type Channel, World } from "../../../src/sandbox/discord/world.ts";

function town() {
  const world = new World();
  const guild = addGuild(world, { name: "Town" });
  const staff = addRole(world, guild, { name: "staff", permissions: Bit.ManageMessages });
  const crew = addRole(world, guild, { name: "crew" });
  const ann = addPerson(world, guild, { username: "ann", roles: [staff.id, crew.id] });
  const channel = addChannel(world, guild, { name: "plaza" });
  return { world, guild, staff, crew, ann: ann.user.id, channel };
}

const READ = Bit.ViewChannel | Bit.ReadMessageHistory;

Deno.test("roles add up, and the owner and administrators may do everything", () => {
  const { world, guild, ann } = town();
  const everyone = BigInt(guild.roles.get(guild.id)!.permissions);
  equal(guildPermissions(guild, ann), everyone | Bit.ManageMessages);
  equal(guildPermissions(guild, guild.ownerId), EVERYTHING);
  const admin = addRole(world, guild, { name: "admin", permissions: Bit.Administrator });
  const bob = addPerson(world, guild, { username: "bob", roles: [admin.id] }).user.id;
  equal(guildPermissions(guild, bob), EVERYTHING);
  equal(guildPermissions(guild, "1"), 0n, "a stranger may do nothing");
});

Deno.test("overwrites apply in Discord's order: everyone, roles together, then the member", () => {
  const { world, guild, staff, crew, ann, channel } = town();
  const check = (overwrites: Channel["overwrites"], sends: boolean) => {
    channel.overwrites = overwrites;
    equal((channelPermissions(world, ann, channel) & Bit.SendMessages) !== 0n, sends);
  };
  const bits = Bit.SendMessages;
  check([forRole(guild.id, { deny: bits })], false);
  check([forRole(guild.id, { deny: bits }), forRole(staff.id, { allow: bits })], true);
  // A role's allow wins over another role's deny, whichever stands first.
  check([forRole(crew.id, { deny: bits }), forRole(staff.id, { allow: bits })], true);
  check([forRole(staff.id, { allow: bits }), forRole(crew.id, { deny: bits })], true);
  check([forMember(ann, { deny: bits }), forRole(staff.id, { allow: bits })], false);
  check([forMember(ann, { allow: bits }), forRole(guild.id, { deny: bits })], true);
});

Deno.test("without VIEW_CHANNEL nothing is left, without SEND_MESSAGES nothing to write with", () => {
  const { world, guild, ann, channel } = town();
  channel.overwrites = [forRole(guild.id, { deny: Bit.SendMessages })];
  const held = channelPermissions(world, ann, channel);
  equal(held & (Bit.EmbedLinks | Bit.AttachFiles | Bit.MentionEveryone), 0n);
  equal(held & READ, READ);
  channel.overwrites = [forRole(guild.id, { deny: Bit.ViewChannel })];
  equal(channelPermissions(world, ann, channel), 0n);
  throws(() => demand(world, ann, { in: channel, bits: 0n }), { code: 50001 });
  equal(canSee(world, guild.ownerId, channel), true, "the owner sees everything");
});

Deno.test("a thread has its channel's rights, and its own right to write", () => {
  const { world, guild, staff, ann, channel } = town();
  const options = { ownerId: guild.ownerId, autoArchive: 60 as const, name: "t" };
  const open = makeThread(world, channel, { ...options, type: 11 });
  const hidden = makeThread(world, channel, { ...options, type: 12 });
  channel.overwrites = [forRole(guild.id, { deny: Bit.SendMessages })];
  ok(channelPermissions(world, ann, open) & Bit.SendMessagesInThreads);
  ok(channelPermissions(world, ann, open) & Bit.EmbedLinks);
  equal(canSee(world, ann, hidden), false, "a private thread is for its members");
  channel.overwrites = [forRole(staff.id, { allow: Bit.ManageThreads })];
  equal(canSee(world, ann, hidden), true, "and for those who manage threads");
  channel.overwrites = [forRole(guild.id, { deny: Bit.ViewChannel })];
  equal(canSee(world, ann, open), false);
});

Deno.test("nobody stands above an equal or the owner", () => {
  const { world, guild, staff, crew, ann } = town();
  const top = addRole(world, guild, { name: "top" });
  const bob = addPerson(world, guild, { username: "bob", roles: [staff.id] }).user.id;
  deepEqual([staff, crew, top].map((role) => standsAbove(guild, ann, role.id)), [
    true,
    false,
    false,
  ]);
  equal(outranks(guild, ann, bob), true);
  equal(outranks(guild, bob, ann), false);
  equal(outranks(guild, ann, ann), false);
  equal(outranks(guild, ann, guild.ownerId), false);
  // Of two roles in the same place the older one is higher, as Discord has it.
  crew.position = staff.position;
  equal(standsAbove(guild, bob, crew.id), true);
  equal(standsAbove(guild, bob, staff.id), false);
});

Deno.test("whatever the overwrites: unseen means no rights at all, and administrators keep theirs", () => {
  const bits = fc.bigInt({ min: 0n, max: EVERYTHING }).map((it) => it & EVERYTHING);
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(3), bits, bits), { maxLength: 8 }), (rows) => {
    const { world, guild, staff, crew, ann, channel } = town();
    const targets = [forRole(guild.id, {}), forRole(staff.id, {}), forRole(crew.id, {})];
    channel.overwrites = rows.map(([who, allow, deny]) => ({
      ...targets[who] ?? forMember(ann, {}),
      allow: String(allow),
      deny: String(deny),
    }));
    const held = channelPermissions(world, ann, channel);
    equal(held === 0n, (held & Bit.ViewChannel) === 0n);
    equal(held & ~EVERYTHING, 0n);
    equal(channelPermissions(world, guild.ownerId, channel), EVERYTHING);
    const app = addApplication(world, { name: "b" });
    addBot(world, guild, { app, permissions: Bit.Administrator });
    equal(channelPermissions(world, app.id, channel), EVERYTHING);
  }));
});
