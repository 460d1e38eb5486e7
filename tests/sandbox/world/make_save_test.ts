import assert from "node:assert/strict";
import { join } from "node:path";
import { isPlayerStructure, openWorldFile, walkWorld, withFolder } from "./opened.ts";

const SCRIPT = new URL("../../../scripts/make_save.ts", import.meta.url);

function makeSave(...args: string[]): { code: number; stdout: string; stderr: string } {
  const permissions = ["--allow-read", "--allow-write", "--allow-env"];
  const { code, stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions, SCRIPT.href, ...args],
  }).outputSync();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("make-save writes the world that was ordered and says how to go on", () =>
  withFolder((folder) => {
    const path = join(folder, "new", "Extinction_WP.ark");
    const size = ["--objects", "700", "--structures", "100"];
    const { code, stdout } = makeSave(
      path,
      ...size,
      "--version",
      "13",
      "--map",
      "Extinction_WP",
      "--profiles",
    );
    assert.equal(code, 0);
    assert.match(stdout, /700 objects, of which 100 players' structures/);
    assert.ok(stdout.includes(`Next: deno task parse ${path}`));
    const world = openWorldFile(path);
    assert.equal(world.version, 13);
    assert.equal([...walkWorld(world).values()].filter(isPlayerStructure).length, 100);
    const kinds = [...Deno.readDirSync(join(folder, "new"))].map(({ name }) => name.split(".")[1]);
    assert.deepEqual([...new Set(kinds)].sort(), ["ark", "arkprofile", "arktribe"]);
  }));

Deno.test("make-save explains wrong arguments and exits with 2", () =>
  withFolder((folder) => {
    const path = join(folder, "w.ark");
    const wrong: [args: string[], said: RegExp][] = [
      [[path, "--version", "12"], /--version must be 13 or 14, got "12"/],
      [[path, "--objects", "many"], /--objects must be a whole number, got "many"/],
      [[path, path], /one OUT at most/],
      [[path, "--colour"], /--colour/],
      [[path, "--objects", "10"], /Cannot fit the world into 10 objects/],
    ];
    for (const [args, said] of wrong) {
      const { code, stderr } = makeSave(...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, said);
      assert.doesNotMatch(stderr, /\n\s+at /, "no stack trace");
    }
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("make-save exits with 1 when the target cannot be written", () =>
  withFolder((folder) => {
    const { code, stderr } = makeSave(folder);
    assert.equal(code, 1);
    assert.match(stderr, /exists and is no file/);
  }));

Deno.test("make-save --help lists every option", () => {
  const { code, stdout } = makeSave("--help");
  assert.equal(code, 0);
  for (const option of ["objects", "structures", "version", "map", "seed", "profiles"]) {
    assert.ok(stdout.includes(`--${option}`), option);
  }
});
