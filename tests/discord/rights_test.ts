/** What follows from intents and permissions: invite links, portal switches, what is missing. */

import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { PermissionFlagsBits } from "discord-api-types/v10";
import { BOTS } from "../../src/bots.ts";
import {
  applicationIdOf,
  INTENTS,
  inviteUrl,
  missingPermissions,
  permissionBits,
  type PermissionName,
  PERMISSIONS,
  portalSwitches,
} from "../../src/discord/rights.ts";
import { newToken } from "../../src/sandbox/discord/build.ts";

/** Names that Discord shows, where its API calls the permission something else. */
const API_NAMES: Partial<Record<PermissionName, keyof typeof PermissionFlagsBits>> = {
  "View Channels": "ViewChannel",
  "Send Messages in Threads": "SendMessagesInThreads",
};

Deno.test("each permission has the bit that Discord gives it", () => {
  for (const [name, bit] of Object.entries(PERMISSIONS)) {
    const apiName = API_NAMES[name as PermissionName] ?? name.replaceAll(" ", "");
    equal(bit, Reflect.get(PermissionFlagsBits, apiName), name);
  }
});

Deno.test("an invite link asks for exactly the bot's permissions in exactly this server", () => {
  const permissions = ["View Channels", "Pin Messages"] as const;
  const url = new URL(inviteUrl({ applicationId: "123456", permissions, guildId: "789" }));
  equal(url.origin + url.pathname, "https://discord.com/oauth2/authorize");
  deepEqual(Object.fromEntries(url.searchParams), {
    client_id: "123456",
    scope: "bot applications.commands",
    permissions: String((1n << 10n) | (1n << 51n)),
    guild_id: "789",
    disable_guild_select: "true",
  });
  const anywhere = new URL(inviteUrl({ applicationId: "1", permissions, guildId: undefined }));
  equal(anywhere.searchParams.has("guild_id"), false);
});

Deno.test("no bot asks for Administrator or for anything twice", () => {
  for (const { permissions, title } of BOTS) {
    equal(new Set(permissions).size, permissions.length, title);
    equal(permissionBits(permissions) & (1n << 3n), 0n, title);
  }
});

Deno.test("what a bot lacks is named, and an administrator lacks nothing", () => {
  const wanted = ["Send Messages", "Pin Messages"] as const;
  deepEqual(missingPermissions(0n, wanted), wanted);
  deepEqual(missingPermissions(PERMISSIONS["Send Messages"], wanted), ["Pin Messages"]);
  deepEqual(missingPermissions(permissionBits(wanted), wanted), []);
  deepEqual(missingPermissions(1n << 3n, wanted), []);
});

Deno.test("only privileged intents have a switch in the portal", () => {
  deepEqual(portalSwitches(INTENTS.guilds | INTENTS.guildMessages), []);
  deepEqual(portalSwitches(INTENTS.messageContent), ["Message Content Intent"]);
  deepEqual(portalSwitches(-1), ["Server Members Intent", "Message Content Intent"]);
});

Deno.test("a token tells its application, and what is no token tells none", () => {
  fc.assert(fc.property(fc.bigInt(10_000n, 10n ** 20n - 1n), (id) => {
    equal(applicationIdOf(newToken(String(id))), String(id));
  }));
  fc.assert(fc.property(fc.string(), (text) => {
    const id = applicationIdOf(text);
    equal(id === undefined || /^\d{1,20}$/.test(id), true);
  }));
  equal(applicationIdOf(`${btoa("12345678901234567")}.x.y`), "12345678901234567"); // padded
  for (const text of ["", "...", "hunter2", "MTIz", "bm90IGFuIGlk.x.y", "Bot MTIzNDU2.x.y"]) {
    equal(applicationIdOf(text), undefined, text);
  }
  const token = newToken("123456789012345678");
  for (const text of [`"${token}"`, `${token}\u200b`, `${token} `, `Bot ${token}`, `${token}é`]) {
    equal(applicationIdOf(text), undefined, text);
  }
});
