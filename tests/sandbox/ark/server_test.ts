import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { Rcon } from "rcon-client";
import { encodePacket, joined, PacketType } from "../../../src/sandbox/ark/packets.ts";
import { startArk } from "../../../src/sandbox/ark/server.ts";
import { sharedJson, sharedTest } from "../../shared.ts";
import { RawClient } from "./raw_client.ts";

const EMPTY = "Server received, But no response!! \n ";

Deno.test("a right password logs in with one packet, a wrong one has id -1", async () => {
  await using ark = await startArk();
  using client = await RawClient.open(ark);
  deepEqual(await client.logIn("guess"), { id: -1, type: 2, text: "" });
  equal(await client.send(PacketType.command, "ListPlayers"), 2);
  ok(await client.hearsNothing()); // not logged in
  deepEqual(await client.logIn(ark.password), { id: 3, type: 2, text: "" });
  equal(await client.run("ListPlayers"), "No Players Connected \n ");
  deepEqual(ark.logins.map(({ isRight }) => isRight), [false, true]);
  deepEqual(ark.received.map(({ command, ran }) => [command, ran]), [
    ["ListPlayers", []],
    ["ListPlayers", ["ListPlayers"]],
  ]);
});

Deno.test("a wrong password can be met with silence or a closed connection", async () => {
  await using ark = await startArk({ manner: { wrongPassword: "silent" } });
  using client = await RawClient.open(ark);
  await client.send(PacketType.login, "guess");
  ok(await client.hearsNothing());
  ark.manner.wrongPassword = "closed";
  await client.send(PacketType.login, "guess");
  equal(await client.bytes(), undefined);
});

Deno.test("the npm library logs in, is refused, and gets its answers", async () => {
  await using ark = await startArk();
  const { host, port, password } = ark;
  const rcon = await Rcon.connect({ host, port, password });
  rcon.on("error", () => {});
  equal(await rcon.send("SetMessageOfTheDay Hi all"), "Message of set to Hi all \n ");
  await rcon.end();
  await rejects(Rcon.connect({ host, port, password: "guess" }), /Authentication failed/);
});

Deno.test("an empty-handed command and an unknown one answer the same", async () => {
  await using ark = await startArk();
  using client = await RawClient.in(ark);
  for (const command of ["GetChat", "GetGameLog", "ServerChat hi", "Nonsense", "toString", ""]) {
    equal(await client.run(command), EMPTY, command);
  }
});

Deno.test("GetChat hands over what was said, oldest first, and forgets it", async () => {
  await using ark = await startArk();
  const ada = ark.player("Ada", { character: "Ada the Tamer" });
  ada.join();
  using client = await RawClient.in(ark);
  match(
    await client.run("getchat"),
    /^\S{19}: Ada \[UniqueNetId:\w{32} Platform:None\] joined this/,
  );
  ada.say("hello");
  ada.say("hello");
  ada.say("two\nlines");
  await client.run("ServerChat [Bob]: hi");
  using other = await RawClient.in(ark);
  equal(
    await other.run("GetChat"),
    "Ada (Ada the Tamer): hello\nAda (Ada the Tamer): hello\n" +
      "Ada (Ada the Tamer): two\nlines\nSERVER: [Bob]: hi\n ",
  );
  equal(await client.run("GetChat"), EMPTY);
  deepEqual(ada.seen.at(-1), "SERVER: [Bob]: hi");
});

Deno.test("what is not ASCII becomes question marks both ways, unless the server knows UTF-8", async () => {
  await using ark = await startArk();
  const zoe = ark.player("Zoë");
  zoe.join();
  using client = await RawClient.in(ark);
  await client.run("GetChat");
  zoe.say("j'ai une idée 🔥");
  await client.run("ServerChat déjà");
  equal(await client.run("GetChat"), "Zo? (Zo?): j'ai une id?e ?\nSERVER: d?j?\n ");
  ark.manner.encoding = "utf8";
  zoe.say("café 漢字 🔥");
  await client.run("ServerChat déjà");
  equal(await client.run("GetChat"), "Zoë (Zoë): café 漢字 🔥\nSERVER: déjà\n ");
  deepEqual(zoe.seen.slice(-2), ["Zoë (Zoë): café 漢字 🔥", "SERVER: déjà"]);
});

sharedTest("answers have the bytes of the collected vectors", async () => {
  const { frames } = sharedJson<{ frames: { name: string; bodyHex: string }[] }>(
    "rcon/ark-rcon-vectors.json",
  );
  const bodyOf = (name: string) => frames.find((frame) => frame.name === name)?.bodyHex;
  await using ark = await startArk({ manner: { stampsChat: true } });
  using client = await RawClient.in(ark);
  const bodyHex = async (command: string) => {
    await client.send(PacketType.command, command);
    return (await client.rawPacket()).body.toHex();
  };
  equal(await bodyHex("GetChat"), bodyOf("no-response"));
  equal(await bodyHex("ListPlayers"), bodyOf("list-empty"));
  const alice = ark.player("Alice", {
    id: "0002abcdef0123456789abcdef012345",
    character: "Rex",
  });
  const bob = ark.player("Bob", { id: "0002fedcba9876543210fedcba987654" });
  for (const player of [alice, bob]) player.join();
  equal(await bodyHex("ListPlayers"), bodyOf("list-asa"));
  ark.manner.stampsChat = false;
  await bodyHex("GetChat");
  alice.say("ah j'ai une idée");
  equal(await bodyHex("GetChat"), bodyOf("question-marks"));
});

Deno.test("only the first of several requests in one tick is answered", async () => {
  await using ark = await startArk({ manner: { tickMs: 40 } });
  using client = await RawClient.in(ark);
  const [one, two] = ["ServerChat one", "ServerChat two"].map((text, index) =>
    encodePacket({ id: 7 + index, type: PacketType.command, body: new TextEncoder().encode(text) })
  );
  await client.write(joined([one!, two!]));
  equal((await client.packet()).id, 7);
  ok(await client.hearsNothing());
  deepEqual(ark.received.map(({ ran }) => ran), [["ServerChat one"], []]);
});

Deno.test("answers come on ticks only", async () => {
  await using ark = await startArk({ manner: { tickMs: 50 } });
  using client = await RawClient.in(ark);
  const from = performance.now();
  for (let round = 0; round < 4; round++) await client.run("ListPlayers");
  const took = performance.now() - from;
  ok(took >= 150 && took < 500, `${took} ms`);
});

Deno.test("a packet of type 0 gets no answer, and is counted", async () => {
  await using ark = await startArk();
  using client = await RawClient.in(ark);
  await client.send(PacketType.answer, "");
  ok(await client.hearsNothing());
  equal(ark.strays, 1);
  equal(await client.run("ListPlayers"), "No Players Connected \n ");
});

Deno.test("in the style of Source a login has a preamble, type 0 is mirrored, bodies are split", async () => {
  await using ark = await startArk({ manner: { style: "source", encoding: "utf8" } });
  using client = await RawClient.open(ark);
  await client.send(PacketType.command, "ListPlayers");
  equal((await client.packet()).id, -1);
  await client.send(PacketType.login, ark.password);
  deepEqual(await client.packet(), { id: 2, type: 0, text: "" });
  deepEqual(await client.packet(), { id: 2, type: 2, text: "" });
  const id = await client.send(PacketType.command, `SetMessageOfTheDay ${"a".repeat(5000)}`);
  await client.send(PacketType.answer, "");
  const packets = [];
  for (let count = 0; count < 4; count++) packets.push(await client.packet());
  deepEqual(packets.map((one) => one.id), [id, id, id + 1, id + 1]);
  equal(packets[0]!.text.length, 4096);
  equal(packets[0]!.text.slice(18) + packets[1]!.text, "a".repeat(5000) + " \n ");
});

Deno.test("answers of 4,096 bytes and of 100 kB come in one packet", async () => {
  await using ark = await startArk();
  using client = await RawClient.in(ark);
  for (const length of [4_096, 100_000]) {
    ark.faults.next({}, { kind: "body", body: "x".repeat(length) });
    equal((await client.run("GetGameLog")).length, length);
  }
});

Deno.test("answers are split into packets and segments on demand", async () => {
  await using ark = await startArk({
    manner: { packetBytes: 10, segmentBytes: 7, packetGapMs: 5 },
  });
  using client = await RawClient.in(ark);
  const id = await client.send(PacketType.command, "SetMessageOfTheDay abcdefghij");
  const parts = [];
  for (let count = 0; count < 4; count++) parts.push(await client.packet());
  ok(parts.every((part) => part.id === id && part.text.length <= 10));
  equal(parts.map((part) => part.text).join(""), "Message of set to abcdefghij \n ");
});

Deno.test("players act only while they are online", async () => {
  await using ark = await startArk();
  await using other = await startArk();
  const ada = ark.player("Ada");
  throws(() => ada.say("hi"), /Cannot act as Ada: the player is not online/);
  ada.join();
  throws(() => ada.join(), /Cannot join as Ada: the player is online already/);
  ada.moveTo({ x: 1, y: 2, z: 3 });
  deepEqual(ada.position, { x: 1, y: 2, z: 3 });
  ada.transferTo(other.game);
  deepEqual([ark.game.online.length, other.game.online.map(({ name }) => name)], [0, ["Ada"]]);
  await other.crash();
  ok(!ada.isOnline);
  throws(() => ada.join(), /the server is not up/);
});

Deno.test("made up ids are the same for the same name and differ otherwise", async () => {
  await using ark = await startArk();
  const ids = ["Ada", "Ada", "Bo", "Human"].map((name) => ark.player(name).id);
  ok(ids.every((id) => /^0002[0-9a-f]{28}$/.test(id)));
  equal(new Set(ids).size, 3);
});

Deno.test("a command that never comes is not waited for without end", async () => {
  await using ark = await startArk();
  await rejects(ark.next(/^Never/, 20), /Cannot wait for \/\^Never\/ any longer/);
  using client = await RawClient.in(ark);
  const [received] = await Promise.all([ark.next(/chat/i), client.run("ServerChat hi")]);
  deepEqual(received.ran, ["ServerChat hi"]);
});
