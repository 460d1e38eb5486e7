/** `BanList.txt` as the game keeps it. */

import { deepEqual, equal, throws } from "node:assert/strict";
import { existsSync } from "node:fs";
import { startArk } from "../../../src/sandbox/ark/server.ts";
import { withTempFolder } from "../../temp_folder.ts";
import { RawClient } from "./raw_client.ts";

Deno.test("bans stand in a file, which the game reads when it starts and writes at each ban", () =>
  withTempFolder(async (folder) => {
    await using ark = await startArk({ folder });
    const path = ark.game.banned.path!;
    const [ada, bo, cy] = ["Ada", "Bo", "Cy"].map((name) => ark.player(name));
    using client = await RawClient.in(ark);
    equal(existsSync(path), false);
    await client.run(`BanPlayer ${ada!.id.toUpperCase()}`);
    await client.run(`BanPlayer ${bo!.id}`);
    const lines = (...ids: string[]) => ids.map((id) => `${id},${id},0\r\n`).join("");
    equal(Deno.readTextFileSync(path), lines(ada!.id, bo!.id));
    // What is written by hand while the game runs is not read, and lost at the next ban.
    Deno.writeTextFileSync(path, lines(cy!.id));
    cy!.join();
    await client.run(`UnbanPlayer ${ada!.id}`);
    equal(Deno.readTextFileSync(path), lines(bo!.id));
    await ark.exit();
    Deno.writeTextFileSync(path, `${lines(bo!.id)}\r\n${cy!.id}`);
    await ark.start();
    deepEqual([...ark.game.banned], [bo!.id, cy!.id]);
    throws(() => cy!.join(), /banned/);
    ada!.join();
  }));
