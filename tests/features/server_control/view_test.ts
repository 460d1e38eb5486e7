/** What staff read of commands to very many servers. */

import { doesNotMatch, equal, match, ok } from "node:assert/strict";
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
    /^✅ \*\*No 0 x+\*\* (?:\\\*){147}\.\.\.\n❌ \*\*No 1 x+\*\* It cannot be reached: nothing/,
  );
  const many = resultEmbed(resultsOf(50), "en").description!;
  ok(many.length <= 4_096, `${many.length}`);
  equal(many.match(/^(?:✅|❌) \*\*No \d+ x+\*\*$/gm)?.length, 50);
});

Deno.test("a question about fifty full servers names all of them, and when it ends", () => {
  const players = Array.from(
    { length: 70 },
    (_, i) => ({ id: `${i}`, name: `Player_${i}`, since: new Date(0) }),
  );
  const embed = (count: number) =>
    questionEmbed({
      command: "DestroyWildDinos",
      servers: serversOf(count),
      online: () => players,
      until: new Date(0),
      language: "en",
    }).description!;
  match(embed(2), /70 online: Player\\_0, .* and 60 more\n/);
  const many = embed(50);
  ok(many.length <= 4_096, `${many.length}`);
  equal(many.match(/^\*\*No \d+ x+\*\* · 70 online$/gm)?.length, 50);
  doesNotMatch(many, /Player/);
  match(many, /open until <t:0:R>\.$/);
});
