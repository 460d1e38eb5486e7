/** What a test that fails on a local Discord says. */

import { equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";

const HELPER = new URL("./local_discord.ts", import.meta.url);
const CONFIG = fileURLToPath(new URL("../deno.json", import.meta.url));

/** A test file whose test breaks the contract, and does `then` after that. */
const testThat = (then: string) => `
import { addApplication } from "${new URL("../src/sandbox/discord/build.ts", import.meta.url)}";
import { localDiscord } from "${HELPER}";
Deno.test("a test", async () => {
  await using discord = await localDiscord();
  const { id, token } = addApplication(discord.world, { name: "Bliss" });
  const response = await fetch(discord.apiUrl + "/v10/applications/" + id + "/commands", {
    method: "POST",
    headers: { authorization: "Bot " + token, "content-type": "application/json" },
    body: JSON.stringify({ name: "Not So", description: "x" }),
  });
  await response.body?.cancel();
  ${then}
});
Deno.test("the next test", () => {});
`;

async function outcomeOf(then: string) {
  const path = await Deno.makeTempFile({ suffix: "_test.ts" });
  try {
    await Deno.writeTextFile(path, testThat(then));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-check", "--allow-all", "--config", CONFIG, path],
      env: { NO_COLOR: "1" },
    }).output();
    return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("whoever breaks the contract fails, with what was broken", async () => {
  const { code, text } = await outcomeOf("");
  equal(code, 1);
  match(text, /a test \.\.\. FAILED/);
  match(text, /ERRORS[^]*contract was broken:\nPOST \/applications.*name/);
  match(text, /the next test \.\.\. ok/);
});

Deno.test("a test that fails and breaks the contract prints both reasons", async () => {
  const { code, text } = await outcomeOf('throw new Error("its own reason")');
  equal(code, 1);
  match(text, /contract was broken:\nPOST \/applications.*name/);
  match(text, /ERRORS[^]*its own reason/);
  match(text, /the next test \.\.\. ok/);
});
