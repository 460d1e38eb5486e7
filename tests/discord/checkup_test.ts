/** What the doctor finds out about one bot by asking Discord. */

import { deepEqual, equal, match } from "node:assert/strict";
import { BOTS } from "../../src/bots.ts";
import { openRest } from "../../src/discord/bot.ts";
import { checkBot, checkRoles } from "../../src/discord/checkup.ts";
import { InvalidRequests } from "../../src/discord/limits.ts";
import { permissionBits } from "../../src/discord/rights.ts";
import type { Rest } from "../../src/discord/rest.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import type { Finding } from "../../src/runtime/finding.ts";
import { openLog } from "../../src/runtime/log.ts";
import { type Community, community } from "../discord_community.ts";

const TICKET = BOTS.find(({ name }) => name === "ticket")!;

async function asking<T>(world: Community, ask: (rest: Rest) => Promise<T>): Promise<T> {
  const rest = openRest({
    name: "Ticket",
    token: world.apps.ticket.token,
    apiUrl: world.discord.apiUrl,
    log: openLog("doctor", { write() {}, now: () => new Date(), secrets: [] }),
    clock: systemClock,
    invalidRequests: new InvalidRequests({ clock: systemClock }),
  });
  return await ask(rest).finally(() => rest.stop());
}

function checked(world: Community, guildId = world.guild.id): Promise<Finding[]> {
  return asking(world, (rest) => checkBot(rest, { ...TICKET, guildId }));
}

function states(findings: readonly Finding[]): string[] {
  return findings.map(({ name, state }) => `${name} ${state}`);
}

/** The role that the bot got when it was invited. */
function ownRole({ guild, apps }: Community) {
  return guild.roles.get(guild.members.get(apps.ticket.id)!.roles[0]!)!;
}

Deno.test("a permission counts that comes from @everyone, another role, or Administrator", async () => {
  await using world = await community({ bots: ["ticket"] });
  const everyone = world.guild.roles.get(world.guild.id)!;
  const all = permissionBits(TICKET.permissions);
  ownRole(world).permissions = "0";
  everyone.permissions = "0";
  match((await checked(world)).at(-1)!.text, /^Lacks View Channels, Send Messages, .*Pin Messages/);
  everyone.permissions = String(all);
  equal((await checked(world)).at(-1)!.state, "ok");
  everyone.permissions = "0";
  ownRole(world).permissions = String(1n << 3n);
  equal((await checked(world)).at(-1)!.state, "ok");
});

Deno.test("what depends on a step that failed is left out", async () => {
  await using world = await community({ bots: ["ticket"] });
  deepEqual(states(await checked(world, "99999999999")), [
    "Ticket: token ok",
    "Ticket: intents ok",
    "Ticket: server failed",
  ]);
  world.discord.world.applications.set(world.apps.ticket.id, {
    ...world.apps.ticket,
    token: "another",
  });
  const [refused, ...more] = await checked(world);
  equal(refused!.text, "Discord refuses it");
  match(refused!.remedy!, /Reset Token .* DISCORD_TOKEN_TICKET$/);
  deepEqual(more, []);
});

for (
  const [what, trouble, text] of [
    ["a page that is not Discord's", { kind: "html" }, /is not JSON$/],
    ["a page that is not found", { kind: "html", status: 404 }, /HTTP status 404/],
    ["a broken Discord", { kind: "status", status: 502 }, /HTTP status 502/],
    ["a cut connection", { kind: "reset" }, /./],
  ] as const
) {
  Deno.test(`${what} is told apart from a wrong token`, async () => {
    await using world = await community({ bots: ["ticket"] });
    world.discord.faults.next({ route: "GET /users/@me", times: 9 }, trouble);
    const [finding, ...more] = await checked(world);
    deepEqual(more, []);
    equal(finding!.name, "Ticket: Discord");
    equal(finding!.state, "failed");
    match(finding!.text, text);
    match(finding!.remedy!, /^Check the network, discordstatus\.com, and api_url/);
  });
}

Deno.test("roles are shown by name; unknown, missing and unanswered ones are told", async () => {
  await using world = await community({ bots: ["ticket"] });
  const { guild, roles: { admin, owner } } = world;
  const roles = { support: [], admin: [admin.id, "404"], owner: [owner.id, admin.id] };
  const look = () => asking(world, (rest) => checkRoles(rest, { guildId: guild.id, roles }));
  const [support, admins, owners] = await look();
  deepEqual([support!.state, admins!.state, owners!.state], ["off", "failed", "ok"]);
  equal(owners!.text, "owner, admin");
  equal(admins!.text, "The server has no role 404");
  const everyone = { guildId: guild.id, roles: { admin: [guild.id] } };
  const [all] = await asking(world, (rest) => checkRoles(rest, everyone));
  equal(all!.state, "failed");
  match(all!.text, /^\d+ is @everyone, which makes nobody admin$/);
  world.discord.faults.next({ times: 9 }, { kind: "status", status: 500 });
  const [unanswered, ...more] = await look();
  deepEqual(more, []);
  equal(unanswered!.state, "failed");
});
