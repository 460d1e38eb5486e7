/**
 * What is said about the disk.
 */

import assert from "node:assert/strict";
import { checkDisk } from "../src/disk.ts";
import { withTempFolder } from "./temp_folder.ts";

Deno.test("checkDisk() tells the free room, also of a folder that does not exist yet", async () => {
  await withTempFolder(async (folder) => {
    const { state, text } = await checkDisk(`${folder}/not/yet`);
    assert.equal(state, "ok");
    assert.match(text, /^\d+\.\d GB free$/);
  });
});
