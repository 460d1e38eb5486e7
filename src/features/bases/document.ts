/**
 * A save as the JSON document that `deno task parse --json` prints. Writes piece by piece, so that
 * the records of a big server never stand in memory together.
 * @module
 */

import type { RecordKind } from "../../save/records.ts";
import type { ReadSave } from "./refresh.ts";

/**
 * Writes one JSON document.
 * @param write Takes the next piece of text and returns when there is room for more.
 */
export async function writeDocument(
  save: ReadSave,
  { full, write }: { full: boolean; write: (text: string) => Promise<void> },
): Promise<void> {
  const { file, map, version, gameTimeSeconds, savedAt, counts } = save;
  const head = { file, map, version, gameTimeSeconds, savedAt };
  await write(`{"save":${JSON.stringify(head)},"counts":${JSON.stringify(counts)}`);
  const kinds: RecordKind[] = ["players", "tribes", "bases", "problems"];
  for (const kind of full ? [...kinds, "structures", "tamed"] as const : kinds) {
    let separator = `,"${kind}":[`;
    for await (const chunk of save.chunks(kind, full ? "full" : "document")) {
      await write(separator + chunk.slice(1, -1));
      separator = ",";
    }
    await write(separator === "," ? "]" : `${separator}]`);
  }
  await write("}");
}
