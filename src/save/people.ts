/**
 * Players and tribes: out of their own files, or embedded in the world. Never reads where players
 * live on the network, nor their pin codes.
 * @module
 */

import { parseTribeLogLine, type TribeLogLine } from "../ark/tribe_log.ts";
import { type Archive, openArchive, propertiesOf } from "./archive.ts";
import { type Trouble, troubleOf, type Value } from "./properties.ts";
import { Cursor, SaveDataError } from "./reader.ts";
import { select, type Selected, type Selection } from "./selection.ts";

/** A player as the profile tells. */
export interface Player {
  readonly playerId: number;
  /** EOS product user id, 32 lower-case hex digits. */
  readonly accountId: string | null;
  /** Name on the platform. */
  readonly name: string;
  readonly characterName: string;
  /** From 1. */
  readonly level: number;
  /** As the profile says, which goes stale: only a tribe's roster is the truth. */
  readonly claimedTribeId: number | null;
  /** Game time of the newest login, seconds on the server's clock. */
  readonly lastLogin: number | null;
}

/** A member as the tribe's roster lists them. */
export interface TribeMember {
  readonly playerId: number;
  readonly name: string;
  /** Number of the member's rank group; null where the tribe does not say. */
  readonly rank: number | null;
}

/** A tribe. */
export interface Tribe {
  readonly tribeId: number;
  readonly name: string;
  readonly ownerPlayerId: number | null;
  readonly members: readonly TribeMember[];
  readonly adminPlayerIds: readonly number[];
  /** At most the newest 400 lines, oldest first. */
  readonly log: readonly TribeLogLine[];
}

const PROFILE: Selection = {
  MyData: {
    PlayerDataID: true,
    UniqueID: true,
    PlayerName: true,
    TribeID: true,
    LoginTime: true,
    LastLoginTime: true,
    MyPlayerCharacterConfig: { PlayerCharacterName: true },
    MyPersistentCharacterStats: { CharacterStatusComponent_ExtraCharacterLevel: true },
  },
};

const TRIBE: Selection = {
  TribeData: {
    TribeName: true,
    TribeID: true,
    OwnerPlayerDataId: true,
    MembersPlayerName: true,
    MembersPlayerDataID: true,
    MembersRankGroups: true,
    TribeAdmins: true,
    TribeLog: true,
  },
};

/**
 * Reads a profile.
 * @returns `undefined` when it holds no player.
 * @throws {SaveDataError} when the bytes are no archive.
 */
export function readPlayer(
  bytes: Uint8Array,
  trouble: (trouble: Trouble) => void,
): Player | undefined {
  const found = selectFirst(openArchive(bytes), PROFILE, trouble);
  const playerId = found?.number("MyData.PlayerDataID");
  if (!found || playerId === null || playerId === undefined) return undefined;
  const account = found.value("MyData.UniqueID");
  const extra = found.number(
    "MyData.MyPersistentCharacterStats.CharacterStatusComponent_ExtraCharacterLevel",
  );
  return {
    playerId,
    accountId: isNetId(account) ? account.id : null,
    name: found.text("MyData.PlayerName") ?? "",
    characterName: found.text("MyData.MyPlayerCharacterConfig.PlayerCharacterName") ?? "",
    level: 1 + (extra ?? 0),
    claimedTribeId: found.number("MyData.TribeID") || null,
    lastLogin: found.number("MyData.LoginTime") ?? found.number("MyData.LastLoginTime"),
  };
}

function isNetId(value: Value | undefined): value is Extract<Value, { kind: string }> {
  return typeof value === "object" && value !== null && "kind" in value && value.id.length === 32;
}

/**
 * Reads a tribe.
 * @returns `undefined` when it holds no tribe.
 * @throws {SaveDataError} when the bytes are no archive.
 */
export function readTribe(
  bytes: Uint8Array,
  trouble: (trouble: Trouble) => void,
): Tribe | undefined {
  const found = selectFirst(openArchive(bytes), TRIBE, trouble);
  const tribeId = found?.number("TribeData.TribeID");
  if (!found || tribeId === null || tribeId === undefined) return undefined;
  const names = texts(found.list("TribeData.MembersPlayerName"));
  const ranks = rankNumbers(found.value("TribeData.MembersRankGroups"));
  return {
    tribeId,
    name: found.text("TribeData.TribeName") ?? "",
    ownerPlayerId: found.number("TribeData.OwnerPlayerDataId"),
    members: numbersOf(found.list("TribeData.MembersPlayerDataID")).map((playerId, i) => ({
      playerId,
      name: names[i] ?? "",
      rank: ranks[i] ?? null,
    })),
    adminPlayerIds: numbersOf(found.list("TribeData.TribeAdmins")),
    log: texts(found.list("TribeData.TribeLog")).map(logLine),
  };
}

/** A line of an unknown form is kept as it is: the log must not lose lines after a game update. */
function logLine(line: string): TribeLogLine {
  return parseTribeLogLine(line) ?? { day: 0, time: "", kind: "other", text: line };
}

function selectFirst(
  archive: Archive,
  wanted: Selection,
  trouble: (trouble: Trouble) => void,
): Selected | undefined {
  const [first] = archive.entries;
  if (!first) return undefined;
  return select(propertiesOf(archive, first), { format: archive.format, wanted, trouble });
}

const texts = (values: readonly Value[]) => values.filter((value) => typeof value === "string");
const numbersOf = (values: readonly Value[]) => values.filter((value) => typeof value === "number");

/** Ranks come as raw bytes or as a list of numbers. */
function rankNumbers(value: Value | undefined): number[] {
  if (value instanceof Uint8Array) return Array.from(value);
  return Array.isArray(value) ? numbersOf(value) : [];
}

/** Players and tribes by id; of two copies of a player the one who logged in later is kept. */
export class People {
  readonly players = new Map<number, Player>();
  readonly tribes = new Map<number, Tribe>();

  addPlayer(player: Player | undefined): void {
    if (!player) return;
    const known = this.players.get(player.playerId);
    if (known && (known.lastLogin ?? 0) > (player.lastLogin ?? 0)) return;
    this.players.set(player.playerId, player);
  }
  addTribe(tribe: Tribe | undefined): void {
    if (tribe) this.tribes.set(tribe.tribeId, tribe);
  }
}

/** Archives of players and tribes kept inside a world. */
export interface EmbeddedArchives {
  readonly tribes: readonly Uint8Array[];
  readonly profiles: readonly Uint8Array[];
}

/**
 * Splits `GameModeCustomBytes` into its archives. Entries are identified by what they hold, never
 * by their keys, which are not unique. Damage is reported; what stands before it is kept.
 * Source: asa-save-format 11.
 */
export function readEmbedded(
  bytes: Uint8Array,
  trouble: (trouble: Trouble) => void,
): EmbeddedArchives {
  const cursor = new Cursor(bytes);
  const tribes: Uint8Array[] = [], profiles: Uint8Array[] = [];
  try {
    cursor.take(4); // always 1
    readStore(cursor, tribes, trouble);
    readStore(cursor, profiles, trouble);
  } catch (error) {
    trouble(troubleOf(error, cursor.pos));
  }
  return { tribes, profiles };
}

function readStore(
  cursor: Cursor,
  archives: Uint8Array[],
  trouble: (trouble: Trouble) => void,
): void {
  const size = cursor.i32(), count = cursor.i32();
  const data = cursor.slice(size);
  let used = 0;
  for (let i = 0; i < count; i++) {
    const at = cursor.take(8); // key
    const offset = cursor.i32(), length = cursor.i32();
    if (length === 0) continue; // a deleted entry
    if (length < 0 || offset < 0 || offset + length > data.length) {
      trouble({ offset: at, reason: "entry points outside its store" });
      continue;
    }
    used += length;
    // Entries share no bytes; otherwise one archive could be read millions of times.
    if (used > data.length) throw new SaveDataError("entries overlap", at);
    archives.push(data.subarray(offset, offset + length));
  }
}
