/**
 * A process of its own that uses an embedded store, for tests that kill it or starve it of disk.
 * Prints one line for what happened; a test reads them.
 * @module
 */

import { openStore } from "../../src/store/open.ts";
import { storeSave } from "../../src/store/save_data.ts";

const [dataDir = "", task] = Deno.args;

async function say(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
    console.log("done");
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
  }
}

/** Saves with records that do not compress; the second is told of when half of it is written. */
function save(version: number, chunks: number) {
  return {
    serverId: "a",
    detail: { version },
    async *chunks() {
      for (let chunk = 0; chunk < chunks; chunk++) {
        const noise = Array.from({ length: 200 }, () => crypto.randomUUID());
        yield JSON.stringify([{ version, noise }]);
        if (task === "write-half" && chunk === 60) {
          console.log("half");
          await new Promise(() => setTimeout(() => {}, 60_000));
        }
      }
    },
  };
}

await say(async () => {
  const db = await openStore({ dataDir });
  if (task === "write-half") await storeSave(db, save(2, 100));
  if (task === "fill") {
    await say(() => storeSave(db, save(2, 400)));
    await say(() => storeSave(db, save(3, 400)));
  }
  await db.close();
});
