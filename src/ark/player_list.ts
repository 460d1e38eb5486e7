/**
 * What a server answers to ListPlayers, taken apart. Knows neither who those players are nor since
 * when they play.
 * @module
 */

/** Who is on a server. */
export interface PlayerList {
  readonly players: readonly OnlinePlayer[];
  /** Rows of another form; not empty means that the game has changed, or a name has line breaks. */
  readonly unknown: readonly string[];
}

/** A player on a server. Names are not unique, may be empty and may hold anything. */
export interface OnlinePlayer {
  readonly name: string;
  /** EOS id (32 hex digits, lower case), or a Steam id (17 digits) of an older server. */
  readonly id: string;
}

/** Names may hold commas and look like rows: the first dot and the last comma count. */
const ROW = /^\d{1,4}\. (.*), ([0-9a-f]{32}|\d{17}) *$/is;

/**
 * Takes a ListPlayers answer apart: `No Players Connected`, or rows `0. name, id`.
 *
 * @returns `undefined` when there is no list in the answer, as of a server that is still loading.
 *
 * Source: ark-logs-and-commands 4.
 */
export function parsePlayerList(reply: string): PlayerList | undefined {
  if (reply.trim() === "No Players Connected") return { players: [], unknown: [] };
  const players: OnlinePlayer[] = [];
  const unknown: string[] = [];
  for (const line of reply.split(/\r\n|[\r\n]/)) {
    if (line.trim() === "") continue;
    const row = ROW.exec(line);
    if (row) players.push({ name: row[1]!, id: row[2]!.toLowerCase() });
    else unknown.push(line);
  }
  return players.length === 0 ? undefined : { players, unknown };
}
