import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { delay } from "es-toolkit";
import fc from "fast-check";
import { keepAlivePacket, packetOfSize, PacketType } from "../../../src/sandbox/ark/packets.ts";
import { type LocalArk, MEASURED_BOOT, startArk } from "../../../src/sandbox/ark/server.ts";
import { HandClock } from "../../hand_clock.ts";
import { RawClient } from "./raw_client.ts";

const EMPTY = "Server received, But no response!! \n ";
const KEEP_ALIVE = { id: 0, type: 0, text: "Keep Alive" };

/** Whether a connection is made at all, within a moment. */
async function reaches({ host, port }: LocalArk): Promise<"reached" | "refused" | "nothing"> {
  const { promise, resolve } = Promise.withResolvers<"reached" | "refused" | "nothing">();
  const socket: Socket = connect({ host, port });
  socket.on("connect", () => resolve("reached"));
  socket.on("error", () => resolve("refused"));
  const timer = setTimeout(() => resolve("nothing"), 200);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    const closed = new Promise<void>((close) => socket.on("close", () => close()));
    if (!socket.closed) {
      socket.destroy();
      await closed;
    }
  }
}

Deno.test("a port can refuse, swallow or ignore connections, and be healthy again", async () => {
  await using ark = await startArk();
  const { port } = ark;
  using before = await RawClient.in(ark);
  await ark.network("black hole");
  equal(await reaches(ark), "nothing");
  await before.send(PacketType.command, "ServerChat held up");
  ok(await before.hearsNothing());
  await ark.network("deaf");
  using ignored = await RawClient.open(ark);
  await ignored.send(PacketType.login, ark.password);
  ok(await ignored.hearsNothing());
  await ark.network("open");
  equal((await ignored.packet()).type, PacketType.loginAnswer);
  equal((await before.packet()).text, EMPTY);
  await ark.network("shut");
  equal(await before.bytes(), undefined);
  equal(await reaches(ark), "refused");
  await ark.network("open");
  equal(ark.port, port);
  using after = await RawClient.in(ark);
  equal(await after.run("ListPlayers"), "No Players Connected \n ");
});

Deno.test("a stopped server can be a black hole too", async () => {
  await using ark = await startArk();
  await ark.exit();
  equal(await reaches(ark), "refused");
  await ark.network("black hole");
  equal(await reaches(ark), "nothing");
  await ark.start();
  equal(await reaches(ark), "nothing");
});

Deno.test("an answer can be lost, late, cut off or replaced, and then all is well", async () => {
  await using ark = await startArk();
  using client = await RawClient.in(ark);
  const fault = ark.faults.next({ on: /^ServerChat/ }, { kind: "silence" });
  equal(await client.run("ListPlayers"), "No Players Connected \n ");
  equal(fault.hits, 0);
  await client.send(PacketType.command, "ServerChat hi");
  await fault.struck;
  ok(await client.hearsNothing());
  deepEqual(ark.received.at(-1)?.ran, ["ServerChat hi"]);

  const lateness = ark.faults.next({}, { kind: "late", ms: 50 });
  const late = await client.send(PacketType.command, "GetChat");
  await lateness.struck;
  const next = await client.send(PacketType.command, "ListPlayers");
  deepEqual([(await client.packet()).id, (await client.packet()).id], [next, late]);

  ark.faults.next({}, { kind: "id", id: 99 });
  await client.send(PacketType.command, "ListPlayers");
  equal((await client.packet()).id, 99);
  ark.faults.next({}, { kind: "body", body: Uint8Array.of(0x63, 0xe9, 0x21) });
  await client.send(PacketType.command, "GetChat");
  equal((await client.rawPacket()).body.toHex(), "63e921");
  ark.faults.next({}, { kind: "bytes", bytes: packetOfSize(-4) });
  await client.send(PacketType.command, "GetChat");
  equal((await client.bytes())?.toHex(), packetOfSize(-4).toHex());

  ark.faults.next({}, { kind: "cut", bytes: 20 });
  await client.send(PacketType.command, "GetChat");
  equal((await client.bytes())?.length, 20);
  equal(await client.bytes(), undefined);
});

Deno.test("a command can be lost before the game sees it", async () => {
  await using ark = await startArk();
  using client = await RawClient.in(ark);
  const { struck } = ark.faults.next({ isCarriedOut: false }, { kind: "silence" });
  await client.send(PacketType.command, "ServerChat one");
  await struck;
  await client.run("ServerChat two");
  equal(await client.run("GetChat"), "SERVER: two\n ");
  deepEqual(ark.received[0]?.ran, []);
});

Deno.test("connections can be reset or closed: at once, at a login, at a command", async () => {
  await using ark = await startArk();
  for (const kind of ["reset", "close"] as const) {
    for (const on of ["connect", "login", /^ListPlayers/] as const) {
      const fault = ark.faults.next({ on }, { kind });
      const end = RawClient.open(ark).then(async (client) => {
        using _closing = client;
        await client.send(PacketType.login, ark.password);
        if (on instanceof RegExp) {
          await client.packet();
          await client.send(PacketType.command, "ListPlayers");
        }
        return await client.bytes();
      });
      if (kind === "reset") await rejects(end, /reset|broken pipe/i);
      else equal(await end, undefined);
      equal(fault.hits, 1);
    }
  }
});

Deno.test("a fault ends when it is told so", async () => {
  await using ark = await startArk();
  using client = await RawClient.in(ark);
  const fault = ark.faults.next({ times: Infinity }, { kind: "body", body: "wrong" });
  equal(await client.run("GetChat"), "wrong");
  equal(await client.run("GetChat"), "wrong");
  fault.end();
  equal(await client.run("GetChat"), EMPTY);
});

Deno.test("a Keep Alive comes before, with, and inside answers, and before any login", async () => {
  await using ark = await startArk({ manner: { packetBytes: 20 } });
  const bytes = keepAlivePacket();
  ark.faults.next({ on: "connect" }, { kind: "bytes", bytes });
  ark.faults.next({ on: "login" }, { kind: "extra", bytes, where: "before" });
  using client = await RawClient.open(ark);
  deepEqual(await client.packet(), KEEP_ALIVE);
  await client.send(PacketType.login, ark.password);
  deepEqual(await client.packet(), KEEP_ALIVE);
  equal((await client.packet()).type, PacketType.loginAnswer);
  const texts: Record<string, string[]> = {};
  for (const where of ["before", "joined", "between"] as const) {
    ark.faults.next({}, { kind: "extra", bytes, where });
    await client.send(PacketType.command, "ListPlayers");
    texts[where] = [await client.packet(), await client.packet(), await client.packet()]
      .map(({ text }) => text);
  }
  const [head, tail] = ["No Players Connected", " \n "];
  deepEqual(texts, {
    before: ["Keep Alive", head, tail],
    joined: ["Keep Alive", head, tail],
    between: [head, "Keep Alive", tail],
  });
});

Deno.test("Keep Alive packets come by themselves when asked for", async () => {
  const clock = new HandClock();
  await using ark = await startArk({ clock, manner: { keepAliveMs: 60_000 } });
  using client = await RawClient.in(ark);
  await clock.advance(59_000);
  ok(await client.hearsNothing());
  await clock.advance(61_000);
  deepEqual(await client.packet(), KEEP_ALIVE);
  deepEqual(await client.packet(), KEEP_ALIVE);
});

Deno.test("a frozen game answers nobody until it goes on", async () => {
  await using ark = await startArk();
  using client = await RawClient.in(ark);
  using leaving = await RawClient.in(ark);
  const goOn = ark.freeze();
  await client.send(PacketType.command, "ListPlayers");
  await leaving.send(PacketType.command, "ServerChat never");
  ok(await client.hearsNothing());
  leaving.close();
  while (ark.connections > 1) await delay(5);
  goOn();
  equal((await client.packet()).text, "No Players Connected \n ");
  deepEqual(ark.received.map(({ command }) => command), ["ListPlayers"]); // the other left too soon
});

Deno.test("a half-open connection keeps the server's side open", async () => {
  await using ark = await startArk({ manner: { keepsHalfOpen: true } });
  using client = await RawClient.in(ark);
  await client.socket.closeWrite();
  ok(await client.hearsNothing());
  equal(ark.connections, 1);
  ark.manner.keepsHalfOpen = false;
  using other = await RawClient.in(ark);
  await other.socket.closeWrite();
  equal(await other.bytes(), undefined);
});

Deno.test("a start refuses, then stays silent, then is slow, then is ready", async () => {
  const clock = new HandClock();
  await using ark = await startArk({ clock });
  await ark.exit();
  const started = ark.start(MEASURED_BOOT);
  await clock.advance(4_000);
  equal(await reaches(ark), "refused");
  await clock.advance(1_000);
  using client = await reached(ark);
  await client.send(PacketType.login, ark.password);
  ok(await client.hearsNothing());
  await clock.advance(16_000);
  ok(await client.hearsNothing()); // that login is lost
  await client.send(PacketType.login, ark.password);
  ok(await client.hearsNothing());
  await clock.advance(6_000);
  equal((await client.packet()).type, PacketType.loginAnswer);
  await client.send(PacketType.command, "ListPlayers");
  ok(await client.hearsNothing());
  await clock.advance(3_000);
  equal((await client.packet()).text, "No Players Connected \n ");
  await clock.advance(50_000);
  await started;
  equal(await client.run("ListPlayers"), "No Players Connected \n ");
  ark.player("Ada").join();
});

/** The door opens a moment after its time has come. */
async function reached(ark: LocalArk): Promise<RawClient> {
  for (let attempt = 1; attempt < 100; attempt++) {
    const client = await RawClient.open(ark).catch(() => undefined);
    if (client !== undefined) return client;
    await delay(10);
  }
  throw new Error("The server never listened");
}

Deno.test("DoExit ends the process 26 s later, and a stop ends a start", async () => {
  const clock = new HandClock();
  await using ark = await startArk({ clock });
  using client = await RawClient.in(ark);
  equal(await client.run("DoExit"), "Exiting... \n ");
  await clock.advance(25_000);
  equal(await client.run("ListPlayers"), "No Players Connected \n ");
  await clock.advance(1_000);
  equal(await client.bytes(), undefined);
  ok(!ark.isRunning);
  const starting = ark.start(MEASURED_BOOT);
  await rejects(ark.start(), /Cannot start the server: it runs already/);
  await ark.crash();
  await starting;
  equal(clock.sleepers, 0);
});

Deno.test("a host that watches starts the process again after DoExit and after a crash", async () => {
  const clock = new HandClock();
  const boot = { refusedMs: 0, silentMs: 0, loadingMs: 1_000 };
  await using ark = await startArk({
    clock,
    exitsAfterMs: 2_000,
    restartsAfterExit: boot,
    restartsAfterCrash: boot,
  });
  for (const end of ["DoExit", "crash"]) {
    using client = await RawClient.in(ark);
    if (end === "DoExit") await client.run("DoExit");
    else await ark.crash();
    await clock.advance(2_000);
    equal(await client.bytes(), undefined);
    using next = await reached(ark);
    await clock.advance(1_000);
    ok((await next.logIn(ark.password)).id > 0);
    equal(await next.run("ListPlayers"), "No Players Connected \n ");
  }
  await ark.exit(); // by hand, and meant to last
  equal(clock.sleepers, 0);
  ok(!ark.isRunning);
});

Deno.test("a new password holds from the next start", async () => {
  await using ark = await startArk({ password: "old" });
  ark.password = "new";
  using before = await RawClient.open(ark);
  equal((await before.logIn("new")).id, -1);
  await ark.restart();
  using after = await RawClient.open(ark);
  equal((await after.logIn("old")).id, -1);
  ok((await after.logIn("new")).id > 0);
});

Deno.test("no bytes that a client sends disturb the server", async () => {
  await using ark = await startArk();
  using healthy = await RawClient.in(ark);
  const junk = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 200 }),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(packetOfSize),
  );
  await fc.assert(
    fc.asyncProperty(junk, async (bytes) => {
      using client = await RawClient.open(ark);
      await client.write(new Uint8Array(bytes));
      equal(await healthy.run("ListPlayers"), "No Players Connected \n ");
    }),
    { numRuns: 200 },
  );
});

Deno.test("what waited when the process ended is never carried out", async () => {
  await using ark = await startArk();
  using client = await RawClient.in(ark);
  const goOn = ark.freeze();
  await client.send(PacketType.command, "ServerChat too late");
  ok(await client.hearsNothing());
  await ark.crash();
  goOn();
  await ark.start();
  using after = await RawClient.in(ark);
  equal(await after.run("GetChat"), EMPTY);
  deepEqual(ark.received.map(({ command }) => command), ["GetChat"]);
});
