import { deepEqual, equal, match, throws } from "node:assert/strict";
import fc from "fast-check";
import { chain } from "../../../src/sandbox/ark/commands.ts";
import { type LocalArk, startArk } from "../../../src/sandbox/ark/server.ts";
import { HandClock } from "../../hand_clock.ts";
import { RawClient } from "./raw_client.ts";

const EMPTY = "Server received, But no response!! \n ";
const ADA = "0002a1c4e6f80b2d4f6a8c0e1b3d5f70";
const BO = "0002b7d9f1a3c5e70918273645546372";

/** Ada and Bo, of one tribe, are online. */
function people(ark: LocalArk) {
  const tribe = { id: 1632000001, name: "Alpha" };
  const ada = ark.player("Ada", { id: ADA, tribe });
  const bo = ark.player("[TAG] Bo, the 2nd", { id: BO, tribe });
  for (const player of [ada, bo]) player.join();
  return { ada, bo };
}

Deno.test("every command has the answer that was recorded for it", async () => {
  await using ark = await startArk();
  people(ark);
  using client = await RawClient.in(ark);
  const answers = {
    ListPlayers: `0. Ada, ${ADA} \n1. [TAG] Bo, the 2nd, ${BO} \n `,
    "ServerChat hi": EMPTY,
    [`ServerChatTo "${ADA}" hi`]: EMPTY,
    'ServerChatToPlayer "Ada" hi': EMPTY,
    "Broadcast hi": EMPTY,
    SaveWorld: "World Saved \n ",
    DestroyWildDinos: EMPTY,
    "SetTimeOfDay 12:30": EMPTY,
    "SetMessageOfTheDay Welcome!": "Message of set to Welcome! \n ",
    ShowMessageOfTheDay: EMPTY,
    'RenamePlayer "Ada" Adele': EMPTY,
    'RenameTribe "Alpha" Beta': EMPTY,
    "GetTribeIdPlayerList 1632000001": `0. Ada, ${ADA} \n1. [TAG] Bo, the 2nd, ${BO} \n `,
    [`AllowPlayerToJoinNoCheck ${BO}`]: `${BO} Allow Player To Join No Check \n `,
    [`DisallowPlayerToJoinNoCheck ${BO}`]: `${BO} Disallowed Player To Join No Checknned \n `,
    [`KickPlayer ${BO}`]: EMPTY,
    [`BanPlayer ${BO}`]: `${BO} Banned \n `,
    [`UnbanPlayer ${BO}`]: `${BO} Unbanned \n `,
    DoExit: "Exiting... \n ",
  };
  for (const [command, answer] of Object.entries(answers)) {
    equal(await client.run(command), answer, command);
  }
  equal(ark.game.timeOfDay, "12:30");
});

Deno.test("names of commands are the same in any case, and with the cheat prefix", async () => {
  await using ark = await startArk();
  using client = await RawClient.in(ark);
  for (const command of ["saveworld", "SAVEWORLD", "cheat SaveWorld", "admincheat SaveWorld"]) {
    equal(await client.run(command), "World Saved \n ", command);
  }
});

Deno.test("server chat reaches everyone, a person by id, or a person by name", async () => {
  await using ark = await startArk();
  const { ada, bo } = people(ark);
  using client = await RawClient.in(ark);
  await client.run("GetChat");
  const seenBefore = [ada.seen.length, bo.seen.length];
  await client.run("ServerChat  two  blanks");
  await client.run(`ServerChatTo "${ADA.toUpperCase()}" for Ada`);
  await client.run('ServerChatToPlayer "[TAG] Bo, the 2nd" for Bo');
  await client.run('ServerChatToPlayer "Nobody" lost');
  await client.run("Broadcast big\nnews");
  await client.run("SetMessageOfTheDay motto");
  await client.run("ShowMessageOfTheDay");
  deepEqual(ada.seen.slice(seenBefore[0]), [
    "SERVER:  two  blanks",
    "SERVER: for Ada",
    "big\nnews",
    "motto",
  ]);
  deepEqual(bo.seen.slice(seenBefore[1]), [
    "SERVER:  two  blanks",
    "SERVER: for Bo",
    "big\nnews",
    "motto",
  ]);
  equal(
    await client.run("GetChat"),
    "SERVER:  two  blanks\nSERVER: for Ada\nSERVER: for Bo\n ",
  );
});

Deno.test("who is kicked or banned leaves, and who is banned cannot join", async () => {
  await using ark = await startArk({ manner: { confirmsKicks: true } });
  const { ada, bo } = people(ark);
  using client = await RawClient.in(ark);
  equal(await client.run(`KickPlayer ${ADA.toUpperCase()}`), `${ADA.toUpperCase()} Kicked \n `);
  await client.run(`BanPlayer ${BO}`);
  deepEqual([ada.isOnline, bo.isOnline], [false, false]);
  match(
    await client.run("GetChat"),
    /Bo, the 2nd \[UniqueNetId:\w+ Platform:None\] left this ARK!\n $/,
  );
  ada.join();
  await ark.restart();
  deepEqual([...ark.game.banned], [BO]);
  throws(() => bo.join(), /Cannot join as .+: the player is banned/);
  using again = await RawClient.in(ark);
  await again.run(`UnbanPlayer ${BO}`);
  bo.join();
});

Deno.test("players and tribes are renamed", async () => {
  await using ark = await startArk();
  const { ada, bo } = people(ark);
  using client = await RawClient.in(ark);
  await client.run('RenamePlayer "ada" Adele the Great');
  await client.run('RenameTribe "Alpha" Beta');
  deepEqual([ada.character, ada.tribe?.name, bo.tribe?.name], ["Adele the Great", "Beta", "Beta"]);
});

Deno.test("the game log holds the last 600 lines with their times, and is handed over once", async () => {
  const clock = new HandClock(Date.UTC(2026, 2, 14, 18, 59, 44));
  await using ark = await startArk({ clock });
  const { ada } = people(ark);
  for (let line = 0; line < 605; line++) ark.game.report(`line ${line}`);
  ada.admin("fly");
  using client = await RawClient.in(ark);
  const lines = (await client.run("GetGameLog")).split("\n");
  equal(lines.length, 601); // the last is blank
  equal(lines[0], "2026.03.14_18.59.44: line 6");
  match(
    lines.at(-2)!,
    /^2026.03.14_18.59.44: AdminCmd: fly \(PlayerName: Ada, ARKID: \d{9}, PlatformID: \w{32}\)$/,
  );
  equal(await client.run("GetGameLog"), EMPTY);
  ark.manner.hasGameLog = false;
  ark.game.report("unheard");
  equal(await client.run("GetGameLog"), EMPTY);
});

Deno.test("admin and tribe lines come through chat where the server is set so", async () => {
  await using ark = await startArk();
  const { ada } = people(ark);
  using client = await RawClient.in(ark);
  await client.run("GetChat");
  ada.admin("fly");
  equal(await client.run("GetChat"), EMPTY);
  ark.manner.showsTribeLog = true;
  ada.admin("fly");
  ark.game.report("Tribe Alpha, ID 1632000001: Day 2, 22:51:49: <RichColor>Ada claimed</>)");
  match(await client.run("GetChat"), /^AdminCmd: fly \(.+\)\nTribe Alpha, .+\)\n $/);
});

Deno.test("a text carries a second command only where the console chains commands", async () => {
  await using ark = await startArk();
  using client = await RawClient.in(ark);
  const text = "ServerChat hi | DestroyWildDinos";
  await client.run(text);
  deepEqual(ark.received.at(-1)?.ran, [text]);
  ark.manner.chainsCommands = true;
  await client.run(text);
  deepEqual(ark.received.at(-1)?.ran, ["ServerChat hi ", " DestroyWildDinos"]);
  equal(await client.run("SaveWorld\nListPlayers"), "World Saved \nNo Players Connected \n ");
});

Deno.test("a command ends at a NUL, whatever the console does", async () => {
  await using ark = await startArk();
  using client = await RawClient.in(ark);
  await client.run("ServerChat seen\0hidden");
  const { command, ran } = ark.received.at(-1)!;
  deepEqual([command, ran], ["ServerChat seen\0hidden", ["ServerChat seen"]]);
});

Deno.test("a chaining console cuts at bars and line breaks, and drops comments", () => {
  deepEqual(chain("a|b\nc\r\nd"), ["a", "b", "c", "d"]);
  deepEqual(chain('a "b|c" | d'), ['a "b|c" ', " d"]);
  deepEqual(chain("see https://x.org|b\nc"), ["see https:", "c"]);
  deepEqual(chain('say "//" / x'), ['say "//" / x']);
  deepEqual(chain('open "quote | stays'), ['open "quote | stays']);
  deepEqual(chain(" \n|"), []);
});

Deno.test("a text without bars, breaks, quotes and comments stays one command", () => {
  const harmless = fc.string({ unit: "grapheme" }).map((text) =>
    `x${text.replace(/[|"/\r\n\0]/g, "")}`
  );
  fc.assert(fc.property(harmless, (text) => deepEqual(chain(text), [text])));
});

Deno.test("nobody gets an answer while the world is being saved", async () => {
  await using ark = await startArk({ manner: { saveMs: 200 } });
  using admin = await RawClient.in(ark);
  using other = await RawClient.in(ark);
  const from = performance.now();
  const saved = admin.run("SaveWorld");
  await ark.next(/^SaveWorld/);
  await other.run("ListPlayers");
  equal(await saved, "World Saved \n ");
  equal(performance.now() - from >= 199, true);
});
