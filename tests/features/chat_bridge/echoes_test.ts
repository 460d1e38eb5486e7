/**
 * What our own lines tell when they come back from the game, and when they do not.
 * @module
 */

import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { parseChat } from "../../../src/ark/chat.ts";
import { toServerChat } from "../../../src/ark/server_chat.ts";
import { type Echoes, openEchoes } from "../../../src/features/chat_bridge/echoes.ts";
import { openConsole } from "../../../src/rcon/console.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { openLog } from "../../../src/runtime/log.ts";
import { startArk } from "../../../src/sandbox/ark/server.ts";

const ONE = { playersOnline: 1 };

function look(echoes: Echoes, times: number): void {
  for (let i = 0; i < times; i++) echoes.looked(ONE);
}

Deno.test("openEchoes() knows its own lines, each of them once, and nobody else's", () => {
  const echoes = openEchoes();
  echoes.expect("ServerChat [Ben]: hi");
  echoes.expect("ServerChat [Ben]: hi");
  deepEqual(
    ["[Ben]: hi", "[Ana]: hi", "[Ben]: hi", "[Ben]: hi"].map((text) => echoes.heard(text)),
    [true, false, true, false],
  );
  ok(!echoes.learnedAscii);
});

Deno.test("openEchoes() knows a line that a strange one was put below", () => {
  const echoes = openEchoes();
  echoes.expect("ServerChat [Ben]: hi");
  ok(echoes.heard("[Ben]: hi \nKurt ist diesem ARK beigetreten!"));
});

Deno.test("openEchoes() suspects another reader when lines keep missing, not after one", () => {
  const echoes = openEchoes();
  for (const part of [1, 2, 3]) echoes.expect(`ServerChat [Ben]: ${part}`);
  look(echoes, 10);
  ok(!echoes.isDrained, "one reading by hand takes all three");
  echoes.expect("ServerChat [Ben]: 4");
  look(echoes, 2);
  ok(!echoes.isDrained, "it may still come");
  look(echoes, 1);
  ok(echoes.isDrained);
  echoes.expect("ServerChat [Ben]: 5");
  ok(echoes.heard("[Ben]: 5"));
  ok(!echoes.isDrained, "it was heard again");
});

Deno.test("openEchoes() suspects nobody when lines come back late or now and then", () => {
  const echoes = openEchoes();
  for (let i = 0; i < 20; i++) {
    echoes.expect(`ServerChat [Ben]: lost ${i}`);
    echoes.expect(`ServerChat [Ben]: heard ${i}`);
    look(echoes, 2);
    ok(echoes.heard(`[Ben]: heard ${i}`));
    look(echoes, 1);
    ok(!echoes.isDrained);
  }
});

Deno.test("openEchoes() suspects nobody while nobody plays, or after trouble", () => {
  const echoes = openEchoes();
  for (let i = 0; i < 5; i++) {
    echoes.expect(`ServerChat [Ben]: ${i}`);
    for (let looks = 0; looks < 4; looks++) echoes.looked({ playersOnline: 0 });
  }
  ok(!echoes.isDrained);
  for (let i = 0; i < 5; i++) {
    echoes.expect(`ServerChat [Ben]: ${i}`);
    look(echoes, 2);
    echoes.forget();
  }
  look(echoes, 5);
  ok(!echoes.isDrained);
});

Deno.test("openEchoes() learns that a server shows other signs as question marks", () => {
  for (const shown of ["[Ben]: ?? gr??e", "[Ben]: ???? gr????e", "[Ben]: ? gr?e"]) {
    const echoes = openEchoes();
    echoes.expect("ServerChat [Ben]: 漢字 größe");
    ok(!echoes.heard("[Ben]: ?? grosse"));
    ok(!echoes.learnedAscii);
    ok(echoes.heard(shown), shown);
    ok(echoes.learnedAscii);
    echoes.forget();
    ok(echoes.learnedAscii);
  }
  const plain = openEchoes();
  plain.expect("ServerChat [Ben]: what??");
  ok(!plain.heard("[Ben]: what?"), "nothing of it was not ASCII");
});

Deno.test("openEchoes() remembers a hundred lines and no more", () => {
  const echoes = openEchoes();
  for (let i = 0; i < 150; i++) echoes.expect(`ServerChat [Ben]: ${i}`);
  ok(!echoes.heard("[Ben]: 49"));
  ok(echoes.heard("[Ben]: 50"));
});

Deno.test("openEchoes() knows whatever was sent, in both ways in which servers show it", () => {
  const text = fc.string({ unit: "binary", minLength: 1, maxLength: 300 });
  fc.assert(fc.property(text, text, (name, written) => {
    for (const command of toServerChat(name, written).commands) {
      const [plain, marked] = [openEchoes(), openEchoes()];
      plain.expect(command);
      marked.expect(command);
      const said = command.slice("ServerChat ".length);
      ok(plain.heard(said));
      ok(!plain.learnedAscii);
      ok(marked.heard(said.replace(/[^\0-\x7f]/g, "?")));
    }
  }));
});

Deno.test("echoes come back from a game server, in ASCII or not", async () => {
  for (const encoding of ["ascii", "utf8"] as const) {
    await using ark = await startArk({ manner: { encoding } });
    ark.player("Ana").join();
    const server = { name: "Island", host: ark.host, port: ark.port, password: ark.password };
    const log = openLog("test", { write: () => {}, now: () => new Date(), secrets: [] });
    const console = openConsole({ server, clock: systemClock, log });
    const echoes = openEchoes();
    for (const command of toServerChat("Zoë", `größer "漢" | ok ${"x".repeat(300)}`).commands) {
      await console.send(command);
      echoes.expect(command);
    }
    const heard = parseChat(await console.send("GetChat"))
      .flatMap((line) => line.kind === "server" ? [echoes.heard(line.text)] : []);
    deepEqual(heard, [true, true]);
    equal(echoes.learnedAscii, encoding === "ascii");
    await console.close();
  }
});
