/** What staff read of commands to very many servers. */

import { equal, match, ok } from "node:assert/strict";
import type { GameServer } from "../../../src/features/feature.ts";
import { questionEmbed, resultEmbed } from "../../../src/features/server_control/view.ts";
import { openConsole } from "../../../src/rcon/console.ts";
import { RconError } from "../../../src/rcon/errors.ts";
import { openLog } from "../../../src/runtime/log.ts";
import { HandClock } from "../../hand_clock.ts";

const clock = new HandClock();
const log = openLog("", { write: () => {}, now: () => new Date(), secrets: [] });

/** Servers of the longest names that are shown whole. */
function serversOf(count: number): GameServer[] {
  return Array.from({ length: count }, (_, i) => {
    const name = `No ${i} `.padEnd(60, "x");
    const server = { name, host: "127.0.0.1", port: 1, password: "" };
    return { id: `s${i}`, name, map: undefined, console: openConsole({ server, clock, log }) };
  });
}

Deno.test("what came of a command on each of fifty servers fits into one embed", () => {
  const failure = new RconError({
    kind: "unreachable",
    outcome: "not sent",
    action: "send",
    reason: "nothing answers at its address, or a firewall is in the way",
  });
  const resultsOf = (count: number) =>
    serversOf(count).map((server, i) => ({
      server,
      execution: i % 2 ? { failure, pages: [] } : { answer: "*".repeat(300), pages: [] },
    }));
  const few = resultEmbed(resultsOf(2), "en").description!;
  match(
    few,
    /^✅ \*\*No 0 x+\*\*: (?:\\\*){147}\.\.\.\n❌ \*\*No 1 x+\*\*: it cannot be reached: it is off/,
  );
  const some = resultEmbed(resultsOf(20), "en").description!;
  equal(some.match(/^✅ \*\*No \d+ x+\*\*$/gm)?.length, 10);
  equal(some.match(/^❌ \*\*No \d+ x+\*\*: it cannot be reached/gm)?.length, 10);
  const many = resultEmbed(resultsOf(50), "en").description!;
  ok(many.length <= 4_096, `${many.length}`);
  equal(many.match(/^(?:✅|❌) \*\*No \d+ x+\*\*/gm)?.length, 50);
});

Deno.test("a question about fifty full servers names all of them, and when it ends", () => {
  const players = Array.from(
    { length: 70 },
    (_, i) => ({ id: `${i}`, name: `Player_${i}`, since: new Date(0) }),
  );
  const embed = (count: number, about: Partial<Parameters<typeof questionEmbed>[0]> = {}) =>
    questionEmbed({
      command: "DestroyWildDinos",
      servers: serversOf(count),
      online: () => players,
      when: undefined,
      until: new Date(0),
      language: "en",
      ...about,
    }).description!;
  match(embed(2), /70 online: Player\\_0, .* and 60 more\n/);
  const many = embed(50);
  ok(many.length <= 4_096, `${many.length}`);
  equal(many.match(/^\*\*No \d+ x+\*\* · 70 online/gm)?.length, 50);
  match(many, /\nOn all of them: 3500 online\n\nThis question is open until <t:0:R>\.$/);

  const afew = players.slice(0, 1);
  const mixed = embed(50, { online: (id) => id === "s7" ? undefined : afew });
  match(mixed, /No 0 x+\*\* · 1 online: Player\\_0\n/);
  match(mixed, /No 7 x+\*\* · not known who is online\n/);
  match(mixed, /No 49 x+\*\* · 1 online/);
  match(mixed, /On all of them: 49 online, not known of 1\n/);

  const long = embed(50, { command: "x".repeat(900) });
  ok(long.length <= 4_096, `${long.length}`);
  match(long, /… and \d+ more servers\nOn all of them: 3500 online\n\n.* open until <t:0:R>\.$/);
});
