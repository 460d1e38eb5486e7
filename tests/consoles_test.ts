/** How the consoles of the configured servers report their health. */

import { deepEqual, rejects } from "node:assert/strict";
import type { ServerConfig } from "../src/config.ts";
import { consoleCheck, openConsoles } from "../src/consoles.ts";
import { systemClock } from "../src/runtime/clock.ts";
import { openLog } from "../src/runtime/log.ts";
import { startArk } from "../src/sandbox/ark/server.ts";

Deno.test("what is wrong with a console is told in both languages, without its address", async () => {
  await using ark = await startArk();
  const { host, port: rconPort } = ark;
  const log = openLog("test", { write: () => {}, now: () => new Date(), secrets: [] });
  const server: ServerConfig = {
    id: "island",
    name: "Island",
    host,
    rconPort,
    rconPassword: "wrong",
    map: undefined,
    nitradoService: undefined,
    logFile: undefined,
    savePath: undefined,
  };
  const [opened] = await openConsoles([server], { clock: systemClock, log });
  await rejects(opened!.console.send("ListPlayers"), { kind: "password" });
  deepEqual(await consoleCheck(opened!).check(), {
    state: "down",
    text: "it refuses the RCON password; whoever runs the bot corrects it",
    german: "er lehnt das RCON-Passwort ab; wer den Bot betreibt, muss es korrigieren",
  });
  await opened!.console.close();
});
