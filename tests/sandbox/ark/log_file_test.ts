import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { LogFile } from "../../../src/sandbox/ark/log_file.ts";
import { PacketType } from "../../../src/sandbox/ark/packets.ts";
import { startArk } from "../../../src/sandbox/ark/server.ts";
import { HandClock } from "../../hand_clock.ts";
import { withTempFolder } from "../../temp_folder.ts";
import { RawClient } from "./raw_client.ts";

const START = Date.UTC(2026, 2, 14, 18, 40, 7, 131);
const FOLDER = "ShooterGame/Saved/Logs";

const namesIn = (folder: string) =>
  [...Deno.readDirSync(join(folder, FOLDER))].map(({ name }) => name).sort();
const textOf = (path: string) =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(Deno.readFileSync(path));

Deno.test("the log has a byte order mark, times in UTC, frames, and Windows line ends", () =>
  withTempFolder((folder) => {
    let now = START;
    const log = new LogFile({ folder, now: () => now });
    log.open();
    now += 35 * 33;
    log.line("ARK Version: 93.19");
    now += 700 * 33;
    log.event("Zoë (Zoë): two\nlines");
    log.close();
    equal(
      textOf(join(folder, FOLDER, "ShooterGame.log")),
      "\ufeff[2026.03.14-18.40.07:131][  0]Log file open, 03/14/26 14:40:07\r\n" +
        "[2026.03.14-18.40.08:286][ 35]ARK Version: 93.19\r\n" +
        "[2026.03.14-18.40.31:386][735]2026.03.14_18.40.31: Zoë (Zoë): two\r\nlines\r\n" +
        "[2026.03.14-18.40.31:386][735]Log file closed, 03/14/26 14:40:31\r\n",
    );
  }));

Deno.test("a start renames the old log to the time of its last line", () =>
  withTempFolder((folder) => {
    let now = START;
    const log = new LogFile({ folder, now: () => now });
    log.open();
    now += 10_000;
    log.line("last words");
    now += 60_000;
    log.open();
    deepEqual(namesIn(folder), ["ShooterGame-backup-2026.03.14-18.40.17.log", "ShooterGame.log"]);
    match(textOf(join(folder, FOLDER, "ShooterGame-backup-2026.03.14-18.40.17.log")), /last words/);
    match(textOf(log.path), /^\ufeff\[2026.03.14-18.41.17:131\]\[ {2}0\]Log file open.+\r\n$/);
  }));

Deno.test("a log that another process left is renamed by its file time", () =>
  withTempFolder((folder) => {
    const path = join(folder, FOLDER, "ShooterGame.log");
    Deno.mkdirSync(join(folder, FOLDER), { recursive: true });
    Deno.writeTextFileSync(path, "old");
    Deno.utimeSync(path, START / 1000, Date.UTC(2026, 0, 2, 3, 4, 5) / 1000);
    new LogFile({ folder, now: () => START }).open();
    equal(textOf(join(folder, FOLDER, "ShooterGame-backup-2026.01.02-03.04.05.log")), "old");
  }));

Deno.test("a server writes its start, what players and the server do, and its end", () =>
  withTempFolder(async (folder) => {
    const clock = new HandClock(START);
    await using ark = await startArk({ folder, clock, sessionName: "Bliss Island - (v93.19)" });
    const ada = ark.player("Ada", { id: "0002a1c4e6f80b2d4f6a8c0e1b3d5f70", platform: "PS5" });
    ada.join();
    ada.say("hello");
    using client = await RawClient.in(ark);
    for (const command of ["ServerChat hi", "DestroyWildDinos", "SaveWorld"]) {
      await client.run(command);
    }
    ada.leave();
    await ark.exit();
    const texts = textOf(ark.log!.path).split("\r\n").map((line) =>
      line.replace(/^\ufeff?\[[\d.:-]+\]\[[ \d]{3}\]/, "")
    );
    const stamp = "2026.03.14_18.40.07: ";
    const id = "[UniqueNetId:0002a1c4e6f80b2d4f6a8c0e1b3d5f70 Platform:PS5]";
    deepEqual(texts, [
      "Log file open, 03/14/26 14:40:07",
      "ARK Version: 93.19",
      'Server: "Bliss Island - (v93.19)" has successfully started!',
      "Full Startup: 0.00 seconds",
      "Server has completed startup and is now advertising for join. (10.10GB Mem)",
      `${stamp}Ada ${id} joined this ARK!`,
      `${stamp}Ada (Ada): hello`,
      `${stamp}SERVER: hi`,
      `${stamp}Force respawning Wild Dinos!`,
      "Saving world...",
      "World Save Complete. Took: 0.36",
      `${stamp}Ada ${id} left this ARK!`,
      "Closing by request",
      "Log file closed, 03/14/26 14:40:07",
      "",
    ]);
  }));

Deno.test("a crash leaves the log without a last line; the next start begins a new one", () =>
  withTempFolder(async (folder) => {
    const clock = new HandClock(START);
    await using ark = await startArk({ folder, clock });
    ark.player("Ada").join();
    await ark.crash();
    ok(!textOf(ark.log!.path).includes("Log file closed"));
    ok(!textOf(ark.log!.path).includes("left this ARK"));
    await clock.advance(5_000);
    await ark.start();
    deepEqual(namesIn(folder), ["ShooterGame-backup-2026.03.14-18.40.07.log", "ShooterGame.log"]);
  }));

Deno.test("a server that cannot write its log says so when it is stopped", () =>
  withTempFolder(async (folder) => {
    const ark = await startArk({ folder });
    using client = await RawClient.in(ark);
    await Deno.remove(join(folder, "ShooterGame"), { recursive: true });
    await client.send(PacketType.command, "ServerChat hi");
    ok(await client.hearsNothing());
    await rejects(ark.stop(), Deno.errors.NotFound);
  }));
