/**
 * The end of a game server's log file, for chat that got lost on its way over RCON. Reading it
 * takes nothing away from anybody.
 * @module
 */

/** Some thousand lines; more than is said while a program starts again. */
const TAIL_BYTES = 256 * 1024;

/** `[2026.03.14-18.42.09:603][170]`; behind it, events of the game have a stamp of their own. */
const ENGINE_STAMP = /^\[[\d.:-]{19,27}\]\[[ \d]{1,4}\]/;
const GAME_STAMP = /^\d{4}\.\d\d\.\d\d_\d\d\.\d\d\.\d\d: /;

/**
 * Lines of the game with their stamps, oldest first, as GetGameLog gives them.
 * @throws what reading the file throws.
 */
export async function readLogTail(path: string): Promise<string> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  const from = Math.max(0, size - TAIL_BYTES);
  await file.seek(from, Deno.SeekMode.Start);
  const text = await new Response(file.readable).text();
  return gameLines(from === 0 ? text : text.slice(text.indexOf("\n") + 1));
}

/** A line without the engine's stamp goes on with the one above. */
function gameLines(text: string): string {
  let isOfGame = false;
  return text.split(/\r?\n/).flatMap((line) => {
    const [stamp] = ENGINE_STAMP.exec(line) ?? [];
    const rest = line.slice(stamp?.length ?? 0);
    if (stamp !== undefined) isOfGame = GAME_STAMP.test(rest);
    return isOfGame ? [rest] : [];
  }).join("\n");
}
