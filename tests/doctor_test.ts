/**
 * `deno task doctor` as a self-hoster runs it: each fault is named with what to do, and the exit
 * code tells whether there is any.
 */

import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { BOTS } from "../src/bots.ts";
import { startArk } from "../src/sandbox/ark/server.ts";
import { removeMember } from "../src/sandbox/discord/build.ts";
import { type ConfigurationWishes, configure, strangeToken } from "./configured.ts";
import { type Community, community } from "./discord_community.ts";
import { doctor, type Ended, interrupt, start } from "./process.ts";
import { testPostgres } from "./store/databases.ts";
import { testRedis } from "./store/redis_server.ts";
import { withTempFolder } from "./temp_folder.ts";

/** Runs the doctor on a community and looks whether it kept every secret. */
async function examined(world: Community, wishes: ConfigurationWishes = {}): Promise<Ended> {
  let ended: Ended | undefined;
  await withTempFolder(async (folder) => {
    const options = await configure(folder, world, wishes);
    ended = await doctor([], options);
    for (const secret of Object.values(options.env)) {
      ok(!(ended.out + ended.err).includes(secret), `printed ${secret}`);
    }
  });
  return ended!;
}

/** The line about something, and the remedy below it when it has failed. */
function lineAbout({ out }: Ended, name: string): string {
  const lines = out.split("\n");
  const at = lines.findIndex((line) => line.slice(4).startsWith(name));
  ok(at >= 0, `nothing about ${name} in:\n${out}`);
  const below = lines[at + 1]!.trim().startsWith("→") ? [lines[at + 1]!.trim()] : [];
  return [lines[at]!.trim().replace(/ {2,}/g, " "), ...below].join(" ");
}

Deno.test("doctor finds nothing where everything is right, and ends with 0", async () => {
  await using world = await community();
  await using ark = await startArk({ password: "dodo-secret" });
  await withTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/ShooterGame.log`, "");
    const toml = `[[servers]]\nid = "island"\nname = "The Island"\n` +
      `host = "${ark.host}"\nrcon_port = ${ark.port}\nrcon_password = "dodo-secret"\n` +
      `log_file = "ShooterGame.log"\nsave_path = "."\n`;
    const options = await configure(folder, world, { toml });
    const found = await doctor([], options);
    equal(found.code, 0, found.out + found.err);
    equal(lineAbout(found, "File"), `✓ File ${folder}/config.toml`);
    match(lineAbout(found, "Embedded store"), /^✓ .* can be used$/);
    match(lineAbout(found, "Disk"), /^✓ Disk \d+\.\d GB free$/);
    equal(lineAbout(found, "Ticket: token"), "✓ Ticket: token Is Ticket's");
    equal(lineAbout(found, "Ticket: permissions"), "✓ Ticket: permissions Has all that it needs");
    equal(lineAbout(found, "Roles: owner"), "✓ Roles: owner owner");
    equal(
      lineAbout(found, "island: console"),
      `✓ island: console Answers at ${ark.host}:${ark.port}`,
    );
    match(lineAbout(found, "island: log_file"), /^✓/);
    match(lineAbout(found, "island: save_path"), /^✓/);
    match(found.out, /\d+ fine, 0 failed, 1 not used\n$/);
    doesNotMatch(found.out, /→/);
    equal(stripVTControlCharacters(found.out), found.out); // no colours but on a terminal
    for (const token of Object.values(options.env)) ok(!found.out.includes(token));
  });
});

Deno.test("doctor names each fault of tokens and setup with its remedy, and ends with 1", async () => {
  await using world = await community();
  await using ark = await startArk({ password: "raptor-secret" });
  const { apps, guild } = world;
  const bot = guild.members.get(apps.ticket.id)!;
  const role = guild.roles.get(bot.roles[0]!)!;
  role.permissions = String(BigInt(role.permissions) & ~(1n << 13n) & ~(1n << 51n));
  removeMember(world.discord.world, guild, apps.assistant.id);
  const servers = { ...apps.servers, privilegedIntents: 0 };
  world.discord.world.applications.set(servers.id, servers);
  const found = await examined(world, {
    tokens: { ap: strangeToken(apps.ap.id), gp: undefined },
    toml: `[[servers]]\nid = "island"\nname = "The Island"\nsave_path = "nowhere"\n` +
      `host = "127.0.0.1"\nrcon_port = 1\nrcon_password = "dodo-secret"\n` +
      `[[servers]]\nid = "wrong"\nname = "Ragnarok"\n` +
      `host = "${ark.host}"\nrcon_port = ${ark.port}\nrcon_password = "dodo-secret"\n`,
  });
  equal(found.code, 1, found.out + found.err);
  equal(
    lineAbout(found, "wrong: console"),
    `✗ wrong: console Cannot log in to Ragnarok at ${ark.host}:${ark.port}: it refuses the password ` +
      "→ correct the RCON password: the game reads ServerAdminPassword only when it starts",
  );
  match(
    lineAbout(found, "Activity Points: token"),
    /^✗ .* Discord refuses it → .*page Bot, press Reset Token .* into DISCORD_TOKEN_AP$/,
  );
  equal(lineAbout(found, "Gift Points"), "○ Gift Points DISCORD_TOKEN_GP is not set");
  match(
    lineAbout(found, "Server Management: intents"),
    new RegExp(
      `^✗ .* → Switch on "Message Content Intent" .*/applications/${apps.servers.id}/bot$`,
    ),
  );
  match(
    lineAbout(found, "Assistant: server"),
    new RegExp(
      `^✗ .* not in the server ${guild.id} → .*client_id=${apps.assistant.id}&.*274878024704`,
    ),
  );
  match(
    lineAbout(found, "Ticket: permissions"),
    /^✗ Ticket: permissions Lacks Manage Messages, Pin Messages → .*invite link.*https:/,
  );
  match(lineAbout(found, "Master: permissions"), /^✓/);
  match(lineAbout(found, "Roles: admin"), /^✓ Roles: admin admin$/);
  match(
    lineAbout(found, "island: console"),
    /^✗ .*127\.0\.0\.1:1.* → check that the server runs, and its address and RCON port$/,
  );
  doesNotMatch(found.out, /dodo-secret/);
  match(
    lineAbout(found, "island: save_path"),
    /^✗ .* There is no .*nowhere → Correct save_path of server "island" in config.toml$/,
  );
  match(found.out, / 7 failed, /);
});

Deno.test("doctor names tokens that cannot be right without asking Discord", async () => {
  await using world = await community();
  const found = await examined(world, {
    tokens: { gp: world.apps.ap.token, servers: "hunter2 is no token" },
  });
  equal(found.code, 1);
  const remedy =
    "→ Every bot needs an application of its own: copy the token from its page Bot at " +
    "https://discord.com/developers/applications into ";
  const twin = (name: string, other: string) =>
    `✗ ${name}: token Is the same as DISCORD_TOKEN_${other} ${remedy}DISCORD_TOKEN_`;
  equal(lineAbout(found, "Activity Points: token"), `${twin("Activity Points", "GP")}AP`);
  equal(lineAbout(found, "Gift Points: token"), `${twin("Gift Points", "AP")}GP`);
  equal(
    lineAbout(found, "Server Management: token"),
    "✗ Server Management: token Is no token of a Discord bot, or has more around it, such as " +
      `quotes or "Bot " ${remedy}DISCORD_TOKEN_SERVERS`,
  );
  const { assistant, master, ticket } = world.apps;
  deepEqual(
    new Set(world.discord.requests.map(({ appId }) => appId)),
    new Set([assistant.id, master.id, ticket.id]),
  );
});

Deno.test("doctor shows every mistake of the configuration at once, and asks for nothing more", async () => {
  await using world = await community();
  const found = await examined(world, {
    toml: `[log]\nlevel = "loud"\n[[servers]]\nid = "island"\nrcon_pasword = "hunter2"\n`,
    env: { REDIS_URL: "http://hunter2secret@127.0.0.1" },
  });
  equal(found.code, 1);
  match(lineAbout(found, "log.level"), /^✗ log\.level found text → write one of debug, info/);
  match(lineAbout(found, "servers[0].name"), /missing → give every server a name/);
  match(lineAbout(found, "servers[0].rcon_pasword"), /unknown key → did you mean rcon_password/);
  match(lineAbout(found, "REDIS_URL"), /→ begin it with redis:/);
  match(found.out, /when the configuration is right/);
  doesNotMatch(found.out + found.err, /hunter2/);
  equal(world.discord.requests.length, 0);
});

Deno.test("doctor tells of bots without a server, of bots without tokens, and of wrong options", async () => {
  await using world = await community({ bots: [] });
  const none = Object.fromEntries(BOTS.map(({ name }) => [name, undefined]));
  const bare = await examined(world, { tokens: none, guildId: undefined });
  equal(bare.code, 0, bare.out + bare.err);
  equal(lineAbout(bare, "Master"), "○ Master DISCORD_TOKEN_MASTER is not set");
  const homeless = await examined(world, {
    tokens: { ...none, master: strangeToken("12345678901") },
    guildId: undefined,
  });
  equal(homeless.code, 1);
  match(
    lineAbout(homeless, "Server"),
    /^✗ Server \[discord\] guild_id is not set.* → .*Developer Mode.*Copy Server ID/,
  );
  const { code, err } = await doctor(["--confg", "x"]);
  equal(code, 2);
  match(err, /--confg/);
});

Deno.test("doctor names a role that the server does not have", async () => {
  await using world = await community();
  world.guild.roles.delete(world.roles.admin.id);
  const found = await examined(world);
  equal(found.code, 1);
  equal(
    lineAbout(found, "Roles: admin"),
    `✗ Roles: admin The server has no role ${world.roles.admin.id} → ` +
      "Correct [roles] admin: right-click the role in Discord, Copy Role ID",
  );
});

const AWAY = {
  DATABASE_URL: "postgres://bliss:hunter2secret@127.0.0.1:1/bliss",
  REDIS_URL: "redis://:hunter2secret@127.0.0.1:1/0",
};

Deno.test("doctor ends soon when nothing can be reached, and keeps the passwords", async () => {
  await using world = await community();
  const begun = Date.now();
  const found = await examined(world, { apiUrl: "http://127.0.0.1:1/api", env: AWAY });
  ok(Date.now() - begun < 12_000, `took ${Date.now() - begun} ms`);
  equal(found.code, 1);
  match(lineAbout(found, "PostgreSQL"), /^✗ .*127\.0\.0\.1:1.* → ./);
  match(lineAbout(found, "Redis"), /^✗ .* → Check REDIS_URL/);
  for (const { title } of BOTS) {
    match(lineAbout(found, `${title}: Discord`), /^✗ .* → Check the network, .* api_url /);
  }
  doesNotMatch(found.out + found.err, /hunter2/);
});

Deno.test("doctor gives up a Discord that does not answer", async () => {
  await using world = await community();
  const end = world.discord.faults.stall();
  const begun = Date.now();
  const found = await examined(world);
  await end();
  ok(Date.now() - begun < 12_000, `took ${Date.now() - begun} ms`);
  equal(found.code, 1);
  for (const { title } of BOTS) {
    match(lineAbout(found, `${title}: Discord`), /no answer within 5 s → Check the network/);
  }
});

Deno.test("Ctrl+C ends the doctor at once while it waits for an answer", async () => {
  await using world = await community();
  const fault = world.discord.faults.next({ times: 6 }, { kind: "stall" });
  await withTempFolder(async (folder) => {
    const { code } = await interrupt("doctor", [], {
      ...await configure(folder, world),
      signal: "SIGINT",
      when: () => fault.hits > 0,
    });
    equal(code, 130);
  });
});

testPostgres("doctor looks at the database that is configured", async (url) => {
  await using world = await community();
  const found = await examined(world, { env: { DATABASE_URL: url } });
  equal(found.code, 0, found.out + found.err);
  match(lineAbout(found, "PostgreSQL"), /^✓ PostgreSQL Version \d+, tables may be made$/);
});

testRedis("doctor looks at the Redis that is configured", async (url) => {
  await using world = await community();
  const found = await examined(world, { env: { REDIS_URL: url } });
  equal(found.code, 0, found.out + found.err);
  match(lineAbout(found, "Redis"), /^✓ Redis Answers, /);
});

Deno.test("doctor runs beside the program without disturbing it", async () => {
  await using world = await community();
  await withTempFolder(async (folder) => {
    const options = await configure(folder, world);
    await using daemon = await start([], options);
    const found = await doctor([], options);
    equal(found.code, 0, found.out + found.err);
    match(lineAbout(found, "Embedded store"), /is in use, by the BlissBot that runs$/);
    const health = await fetch(`${daemon.url}/healthz`);
    await health.body?.cancel();
    equal(health.status, 200);
    equal((await daemon.end("SIGTERM")).code, 0);
  });
});
