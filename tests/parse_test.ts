/**
 * `deno task parse` as an admin runs it.
 */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readSave } from "../src/store/save_data.ts";
import { openStore } from "../src/store/open.ts";
import { generateWorld } from "../src/sandbox/world/generate.ts";
import { writeWorld } from "../src/sandbox/world/world.ts";
import { interrupt, parse, ROOT, start } from "./process.ts";
import { sharedJson, sharedPath, sharedTest } from "./shared.ts";
import { testPostgres } from "./store/databases.ts";
import { withTempFolder } from "./temp_folder.ts";

type Json = Record<string, unknown>;

interface Document {
  save: Json;
  counts: Record<string, number>;
  players: Json[];
  tribes: Json[];
  bases: Json[];
  problems: Json[];
  structures?: Json[];
  tamed?: Json[];
}

/** Runs with `--json` and gives the one document on stdout. */
async function document(args: string[]): Promise<Document> {
  const { code, out, err } = await parse([...args, "--json", "--no-store"]);
  equal(code, 0, err);
  return JSON.parse(out);
}

/** A sample world in its own folder, with profiles and tribes beside it. */
function makeSave(folder: string, options: Parameters<typeof generateWorld>[0] = {}) {
  const path = `${folder}/TheIsland_WP/TheIsland_WP.ark`;
  const { spec, truth } = generateWorld({ archives: "files", ...options });
  writeWorld(path, spec);
  return { path, folder: `${folder}/TheIsland_WP`, truth };
}

Deno.test("parse --json prints the document of the contract, with every list sorted", async () => {
  await withTempFolder(async (temp) => {
    const { folder } = makeSave(temp);
    const { save, counts, players, tribes, bases, problems, ...rest } = await document([folder]);
    deepEqual(rest, {});
    deepEqual(Object.keys(save), ["file", "map", "version", "gameTimeSeconds", "savedAt"]);
    match(String(save["savedAt"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    deepEqual(
      Object.keys(counts),
      ["objects", "structures", "tamed", "cryopods", "players", "tribes", "bases", "problems"],
    );
    deepEqual(
      [players.length, tribes.length, bases.length, problems.length],
      [counts["players"], counts["tribes"], counts["bases"], counts["problems"]],
    );
    deepEqual(Object.keys(players[0]!), [
      ...["playerId", "accountId", "name", "characterName", "level", "tribeId"],
    ]);
    deepEqual(Object.keys(tribes[0]!), ["tribeId", "name", "ownerPlayerId", "members", "logLines"]);
    deepEqual(Object.keys(bases[0]!), [
      ...["id", "tribeId", "ownerName", "structures", "hasStorage", "hasDinos", "center"],
      ...["mapCoords", "materials", "decay"],
    ]);
    deepEqual(
      Object.keys(bases[0]!["decay"] as Json),
      ["material", "periodDays", "source", "refreshedAt", "decaysAt"],
    );
    for (
      const [list, key] of [[players, "playerId"], [tribes, "tribeId"], [bases, "id"]] as const
    ) {
      const ids = list.map((record) => record[key]!);
      deepEqual(ids, ids.toSorted((a, b) => a < b ? -1 : 1));
    }
  });
});

Deno.test("parse --json --full adds every structure and dino, and each base id is its lowest guid", async () => {
  await withTempFolder(async (temp) => {
    const { folder } = makeSave(temp);
    const { bases, counts, structures, tamed, tribes } = await document([folder, "--full"]);
    equal(structures!.length, counts["structures"]);
    equal(tamed!.length, counts["tamed"]);
    deepEqual(Object.keys(structures![0]!), [
      ...["guid", "class", "x", "y", "z", "tribeId", "ownerName", "baseId"],
    ]);
    deepEqual(Object.keys(tamed![0]!), [
      ...["guid", "class", "name", "level", "tribeId", "x", "y", "z", "cryopod"],
    ]);
    equal(tamed!.filter(({ cryopod }) => cryopod).length, counts["cryopods"]);
    const members = Map.groupBy(structures!, ({ baseId }) => baseId);
    for (const base of bases) {
      const own = members.get(base["id"])!;
      equal(own.length, base["structures"]);
      equal(own[0]!["guid"], base["id"]); // sorted, so the first is the lowest
      const mean = (axis: string) =>
        own.reduce((sum, structure) => sum + Number(structure[axis]), 0) / own.length;
      for (const [axis, value] of Object.entries(base["center"] as Record<string, number>)) {
        ok(Math.abs(mean(axis) - value) < 1e-6);
      }
    }
    const logged = tribes.find(({ logLines }) => Number(logLines) > 0)!;
    const [line] = logged["log"] as Json[];
    deepEqual(Object.keys(line!), ["day", "time", "kind", "text"]);
  });
});

Deno.test("two runs on one file print the same bytes", async () => {
  await withTempFolder(async (temp) => {
    const { path } = makeSave(temp, { archives: "embedded" });
    const args = [path, "--json", "--full", "--no-store"];
    equal((await parse(args)).out, (await parse(args)).out);
  });
});

Deno.test("several saves give one array in the order given, and an unreadable one is named", async () => {
  await withTempFolder(async (temp) => {
    const a = makeSave(`${temp}/a`, { structures: 60 }),
      b = makeSave(`${temp}/b`, { structures: 70 });
    const both = await parse([b.path, a.path, "--json", "--no-store"]);
    equal(both.code, 0);
    const counts = (text: string) =>
      (JSON.parse(text) as Document[]).map((d) => d.counts["structures"]);
    deepEqual(counts(both.out), [70, 60]);
    const partly = await parse([a.path, `${temp}/gone.ark`, b.path, "--json", "--no-store"]);
    equal(partly.code, 3);
    deepEqual(counts(partly.out), [60, 70]);
    match(partly.err, /Cannot read .*gone\.ark: there is no such file/);
  });
});

Deno.test("without --json the summary shows what decays first", async () => {
  await withTempFolder(async (temp) => {
    const { folder } = makeSave(temp);
    const { code, out } = await parse([folder, "--no-store"]);
    equal(code, 0);
    match(out, /^TheIsland_WP {2}saved .* UTC/);
    match(out, /Decays +Material +Size +Lat +Lon +Owner/);
    equal(out.includes("\x1b"), false); // no colours where no terminal is
  });
});

Deno.test("wrong arguments end with 2 and say what is wrong", async () => {
  const cases: [string[], RegExp][] = [
    [[], /Name a save, or set save_path/],
    [["--wat"], /Unknown option '--wat'/],
    [["x.ark", "--full"], /--full needs --json/],
    [["x.ark", "--config", "/nowhere/config.toml"], /config\.toml/],
    [["a.ark", "b.ark", "--server", "x"], /--server goes with one PATH/],
  ];
  await Promise.all(cases.map(async ([args, reason]) => {
    const { code, out, err } = await parse(args);
    deepEqual([code, out], [2, ""], args.join(" "));
    match(err, reason);
  }));
});

Deno.test("--help explains the command", async () => {
  const { code, out } = await parse(["--help"]);
  equal(code, 0);
  for (const option of ["--server", "--json", "--full", "--no-store", "--config"]) {
    ok(out.includes(option));
  }
});

Deno.test("mistakes in the configuration end with 2 and are all named at once", async () => {
  await withTempFolder(async (temp) => {
    const config = `${temp}/config.toml`;
    await Deno.writeTextFile(
      config,
      '[decay]\nmultiplier = "x"\nradius = 3\n[[servers]]\nid = "a"\n',
    );
    const { code, err } = await parse(["x.ark", "--no-store", "--config", config]);
    equal(code, 2);
    for (const key of ["decay.multiplier", "decay.radius", "servers[0].name"]) {
      ok(err.includes(key), err);
    }
  });
});

Deno.test("files that are no saves end with 3, one sentence, and nothing on stdout", async () => {
  await withTempFolder(async (temp) => {
    await Deno.writeTextFile(`${temp}/empty.ark`, "");
    await Deno.writeTextFile(`${temp}/text.ark`, "hello");
    for (const name of ["empty.ark", "text.ark", "missing.ark", ""]) {
      const { code, out, err } = await parse([`${temp}/${name}`, "--json", "--no-store"]);
      deepEqual([code, out], [3, ""], name);
      match(err, /^Cannot read .+: .+\n$/);
    }
  });
});

Deno.test("without a configuration a save is printed and a note says how to store it", async () => {
  await withTempFolder(async (temp) => {
    const { path } = makeSave(temp, { structures: 60 });
    const { code, out, err } = await parse([path, "--json"], { cwd: temp });
    equal(code, 0);
    equal((JSON.parse(out) as Document).counts["structures"], 60);
    match(err, /say whose save it is with --server ID/);
    deepEqual([...Deno.readDirSync(temp)].map(({ name }) => name), ["TheIsland_WP"]);
  });
});

/** A configuration with two servers whose saves are there. */
async function twoServers(temp: string, extra = ""): Promise<{ config: string; island: string }> {
  makeSave(`${temp}/one`, { structures: 60 });
  const two = makeSave(`${temp}/two`, { structures: 70 });
  const config = `${temp}/config.toml`;
  await Deno.writeTextFile(
    config,
    `data_dir = "data"
${extra}
[[servers]]
id = "one"
name = "One"
save_path = "one/TheIsland_WP"
[[servers]]
id = "two"
name = "Two"
save_path = "${two.path}"
`,
  );
  return { config, island: `${temp}/one/TheIsland_WP` };
}

testPostgres("parse stores each save under its server", async (url) => {
  await withTempFolder(async (temp) => {
    const { config, island } = await twoServers(temp);
    const env = { DATABASE_URL: url };
    const stored = async (server: string) => {
      const db = await openStore({ databaseUrl: url, dataDir: "" });
      try {
        const kinds = ["structures", "bases", "tribes", "players", "tamed"] as const;
        const found = await readSave(db, server, { kinds });
        return kinds.map((kind) => found[kind].length);
      } finally {
        await db.close();
      }
    };
    const all = await parse(["--config", config, "--json"], { env });
    equal(all.code, 0, all.err);
    const documents = JSON.parse(all.out) as Document[];
    const counts = documents.map(({ counts }) =>
      ["structures", "bases", "tribes", "players", "tamed"].map((kind) => counts[kind])
    );
    deepEqual([await stored("one"), await stored("two")], counts);

    const smaller = makeSave(`${temp}/smaller`, { structures: 51 }).path;
    const unnamed = await parse([smaller, "--config", config], { env });
    equal(unnamed.code, 2);
    match(unnamed.err, /say whose save it is with --server ID, or give --no-store/);
    equal((await parse([smaller, "--config", config, "--server", "nobody"], { env })).code, 2);
    equal((await parse([smaller, "--config", config, "--server", "one"], { env })).code, 0);
    equal((await stored("one"))[0], 51);
    // A PATH that is a server's save_path needs no --server.
    equal((await parse([`${island}/`, "--config", config], { env })).code, 0);
    equal((await stored("one"))[0], 60);
  });
});

testPostgres("two parses of one server at once leave one whole save", async (url) => {
  await withTempFolder(async (temp) => {
    const saves = [60, 260].map((structures) =>
      makeSave(`${temp}/${structures}`, { structures }).path
    );
    const runs = await Promise.all(
      [...saves, ...saves].map((path) =>
        parse([path, "--server", "one"], { env: { DATABASE_URL: url } })
      ),
    );
    deepEqual(runs.map(({ code }) => code), [0, 0, 0, 0]);
    const db = await openStore({ databaseUrl: url, dataDir: "" });
    try {
      const { structures } = await readSave(db, "one", { kinds: ["structures"] });
      ok([60, 260].includes(structures.length), String(structures.length));
    } finally {
      await db.close();
    }
  });
});

Deno.test("a store that cannot be reached ends with 4 after the result was printed", async () => {
  await withTempFolder(async (temp) => {
    const { path } = makeSave(temp, { structures: 60 });
    const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const { port } = listener.addr;
    listener.close(); // nobody listens there now
    const env = { DATABASE_URL: `postgres://bliss:hunter2secret@127.0.0.1:${port}/bliss` };
    const { code, out, err } = await parse([path, "--server", "one", "--json"], { env });
    equal(code, 4);
    equal((JSON.parse(out) as Document).counts["structures"], 60);
    match(err, /Not stored: /);
    equal(err.includes("hunter2secret"), false);
  });
});

Deno.test("a data folder that cannot be written ends with 4 after the result was printed", async () => {
  await withTempFolder(async (temp) => {
    const { path } = makeSave(temp, { structures: 60 });
    // Even root cannot write here.
    await Deno.writeTextFile(`${temp}/config.toml`, 'data_dir = "/proc/blissbot"\n');
    const { code, out, err } = await parse([path, "--server", "one", "--json"], { cwd: temp });
    equal(code, 4, err);
    equal((JSON.parse(out) as Document).counts["structures"], 60);
    match(err, /Not stored: .*\/proc\/blissbot/);
  });
});

Deno.test("a full disk in the temporary folder ends with 3 and says what to do", async () => {
  await withTempFolder(async (temp) => {
    const { path } = makeSave(temp, { structures: 200 });
    // The largest file a process may write stands in for the disk's free space.
    const { code, stderr } = await new Deno.Command("sh", {
      args: [
        "-c",
        `trap '' XFSZ; ulimit -f 100; exec "$0" run -A scripts/parse.ts "$1" --no-store`,
        Deno.execPath(),
        path,
      ],
      cwd: ROOT,
    }).output();
    equal(code, 3);
    match(new TextDecoder().decode(stderr), /cannot be copied to the temporary folder.*TMPDIR/s);
  });
});

Deno.test("while the daemon holds the embedded store, --no-store works and storing ends with 4", async () => {
  await withTempFolder(async (temp) => {
    const { path } = makeSave(temp, { structures: 60 });
    await Deno.writeTextFile(`${temp}/config.toml`, 'data_dir = "data"\n[http]\nport = 0\n');
    const first = await parse([path, "--server", "one"], { cwd: temp });
    equal(first.code, 0, first.err);
    match(first.err, /Stored as the save of server one/);
    await using daemon = await start([], { cwd: temp });
    equal((await fetch(`${daemon.url}/healthz`).then((r) => r.json())).status, "ok");
    equal((await parse([path, "--no-store"], { cwd: temp })).code, 0);
    const locked = await parse([path, "--server", "one"], { cwd: temp });
    equal(locked.code, 4);
    match(locked.err, /Not stored: /);
  });
});

Deno.test("with absolute paths nothing is written inside the checkout", async () => {
  const before = checkout();
  await withTempFolder(async (temp) => {
    const { path } = makeSave(temp, { structures: 60 });
    await Deno.writeTextFile(`${temp}/config.toml`, 'data_dir = "data"\n');
    equal((await parse([path, "--no-store", "--config", `${temp}/config.toml`])).code, 0);
  });
  deepEqual(checkout(), before);
});

function checkout(): string[] {
  return Array.from(Deno.readDirSync(ROOT), ({ name }) => name).sort();
}

Deno.test("a full disk behind stdout ends with 1 and one sentence", async () => {
  await withTempFolder(async (temp) => {
    const { path } = makeSave(temp, { structures: 60 });
    const { code, stderr } = await new Deno.Command("sh", {
      args: [
        "-c",
        `"$0" run -A scripts/parse.ts "$1" --json --no-store > /dev/full`,
        Deno.execPath(),
        path,
      ],
      cwd: ROOT,
    }).output();
    deepEqual([code, new TextDecoder().decode(stderr).split(":")[0]], [
      1,
      "Cannot write the result",
    ]);
  });
});

Deno.test("a path that is not in the project's folder is found where the person stood", async () => {
  await withTempFolder(async (temp) => {
    makeSave(temp, { structures: 60 });
    const args = ["TheIsland_WP/TheIsland_WP.ark", "--no-store"];
    equal((await parse(args, { env: { INIT_CWD: temp } })).code, 0);
    equal((await parse(args, { env: { INIT_CWD: "/nowhere" } })).code, 3);
    equal((await parse(args, { cwd: temp, env: { INIT_CWD: "/nowhere" } })).code, 0);
  });
});

testPostgres("a save of another map than the server's is stored with a warning", async (url) => {
  await withTempFolder(async (temp) => {
    const { path } = makeSave(temp, { structures: 60 });
    const store = async (map: string) => {
      await Deno.writeTextFile(
        `${temp}/config.toml`,
        `[[servers]]\nid = "one"\nname = "One"\nmap = "${map}"\n`,
      );
      return await parse([path], { cwd: temp, env: { DATABASE_URL: url } });
    };
    const other = await store("Ragnarok_WP"), same = await store("theisland");
    deepEqual([other.code, same.code], [0, 0]);
    match(other.err, /Server one has the map Ragnarok_WP .* this save is of TheIsland_WP/);
    equal(same.err, "Stored as the save of server one.\n");
  });
});

Deno.test("Ctrl+C in the middle of a save ends at once and leaves nothing behind", async () => {
  await withTempFolder(async (temp) => {
    const { path } = makeSave(temp, { structures: 20_000, archives: "embedded" });
    await Deno.mkdir(`${temp}/tmp`);
    const copies = () => [...Deno.readDirSync(`${temp}/tmp`)].length;
    const { code, out, err } = await interrupt("parse", [path, "--json", "--no-store"], {
      signal: "SIGINT",
      env: { TMPDIR: `${temp}/tmp` },
      when: () => copies() > 0,
    });
    deepEqual([code, out, copies()], [130, "", 0], err);
    match(err, /Stopped/);
  });
});

Deno.test("a reader that has seen enough ends the command without a stack trace", async () => {
  await withTempFolder(async (temp) => {
    const { path } = makeSave(temp, { structures: 3_000, archives: "embedded" });
    const { stdout, stderr } = await new Deno.Command("sh", {
      args: [
        "-c",
        `"$0" run -A scripts/parse.ts "$1" --json --full --no-store | head -c 8`,
        Deno.execPath(),
        path,
      ],
      cwd: ROOT,
    }).output();
    const decoder = new TextDecoder();
    deepEqual([decoder.decode(stdout), decoder.decode(stderr)], ['{"save":', ""]);
  });
});

sharedTest("the real worlds have the counts of the expected files", async () => {
  const worlds = [
    ["Extinction_WP", "Extinction_WP"],
    ["GreenflatMap1", "GreenflatMap1"],
    ["LostColony_WP.b", "LostColony_WP.b"],
    ["Ragnarok_WP_old", "Ragnarok_WP.old"],
  ];
  for (const [file, tag] of worlds) {
    const want = sharedJson<Record<string, Json[]> & { objectCount: number; gameTime: number }>(
      `save/expected/world-${tag}.json`,
    );
    const { save, counts } = await document([sharedPath(`save/real/${file}.ark`)]);
    equal(save["gameTimeSeconds"], want.gameTime);
    deepEqual(counts, {
      objects: want.objectCount,
      structures: want["structures"]!.filter(({ player }) => player).length,
      tamed: want["tamedDinos"]!.length, // the pods of these worlds hold wild dinos
      cryopods: 0,
      players: new Set(want["embeddedProfiles"]!.map(({ playerDataId }) => playerDataId)).size,
      tribes: want["embeddedTribes"]!.length,
      bases: 0,
      problems: 0,
    });
  }
});
