/**
 * Names inside a save: the hash under which a world stores each name, and the table that turns it
 * back into text. Knows no object and no property.
 * @module
 */

import { type Cursor, SaveDataError } from "./reader.ts";

/** CRC table for polynomial 0x04C11DB7, most significant bit first. */
const CRC = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  CRC[byte] = crc >>> 0;
}

/**
 * The 32-bit key under which a world stores a name: Unreal's deprecated case-insensitive string
 * hash over the ASCII-upper-cased UTF-16 text.
 *
 * Source: asa-save-format 3.1, checked there on all 1,933 names of seven real worlds.
 */
export function nameKey(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) {
    let char = text.charCodeAt(i);
    if (char >= 97 && char <= 122) char -= 32;
    hash = ((hash >>> 8) ^ CRC[(hash ^ char) & 255]!) >>> 0;
    hash = ((hash >>> 8) ^ CRC[(hash ^ (char >>> 8)) & 255]!) >>> 0;
  }
  return hash;
}

/**
 * The three ways in which a save writes names, behind one face. A name is an integer key while
 * reading, so that comparing costs nothing; text is made on demand.
 */
export interface Names {
  /** Reads one name at the cursor and gives its key; `number` then holds its number part. */
  read(cursor: Cursor): number;
  /** Number part of the name read last: n > 0 is shown as `_` + (n - 1). */
  readonly number: number;
  /** The text of a key, without a number part. */
  text(key: number): string;
  /** The key of a text, or -1 when this save does not contain that name. */
  key(text: string): number;
}

/** Text of the name at the cursor, with its number part as players see it. */
export function readName(cursor: Cursor, names: Names): string {
  const text = names.text(names.read(cursor));
  return names.number > 0 ? `${text}_${names.number - 1}` : text;
}

/** Names of a world: a 32-bit key and a number, resolved by the table in its header. */
export class WorldNames implements Names {
  number = 0;
  readonly #texts = new Map<number, string>();
  readonly #keys = new Map<string, number>();

  /** @param table The header's entries: key and text. */
  constructor(table: Iterable<readonly [number, string]>) {
    for (const [key, text] of table) {
      this.#texts.set(key, text);
      if (!this.#keys.has(text)) this.#keys.set(text, key);
    }
  }

  read(cursor: Cursor): number {
    const key = cursor.u32();
    this.number = cursor.i32();
    return key;
  }
  /** @throws {SaveDataError} when the table has no such key: the bytes are no name. */
  text(key: number): string {
    const text = this.#texts.get(key);
    if (text === undefined) throw new SaveDataError(`unknown name key ${key.toString(16)}`, 0);
    return text;
  }
  key(text: string): number {
    return this.#keys.get(text) ?? -1;
  }
}

/** Texts numbered in order of first use. */
class Interned {
  readonly #texts: string[] = [];
  readonly #keys = new Map<string, number>();

  text(key: number): string {
    return this.#texts[key]!;
  }
  key(text: string): number {
    let key = this.#keys.get(text);
    if (key === undefined) {
      key = this.#texts.push(text) - 1;
      this.#keys.set(text, key);
    }
    return key;
  }
}

/** Names of an archive (profile, tribe, cluster): plain texts. */
export class ArchiveNames extends Interned implements Names {
  readonly number = 0;

  read(cursor: Cursor): number {
    return this.key(cursor.text());
  }
}

/**
 * Names fixed inside the game, which cryopod payloads use by index.
 *
 * Source: asa-save-format 12.2. The list is incomplete; unknown numbers get a name that says so.
 */
const FIXED_NAMES: Record<number, string> = {
  0: "TribeName",
  1: "StrProperty",
  2: "bServerInitializedDino",
  3: "BoolProperty",
  5: "FloatProperty",
  6: "ColorSetIndices",
  7: "ByteProperty",
  8: "None",
  9: "ColorSetNames",
  10: "NameProperty",
  11: "TamingTeamID",
  12: "ObjectProperty",
  13: "RequiredTameAffinity",
  14: "TamingTeamID",
  15: "IntProperty",
  16: "OwningPlayerID",
  17: "OwningPlayerName",
  19: "StructProperty",
  23: "DinoID1",
  24: "UInt32Property",
  25: "DinoID2",
  26: "UntamedPoopTimeCache",
  31: "UploadedFromServerName",
  32: "TamedOnServerName",
  34: "MyCharacterStatusComponent",
  36: "TargetingTeam",
  38: "bReplicateGlobalStatusValues",
  39: "bAllowLevelUps",
  40: "bServerFirstInitialized",
  41: "ExperiencePoints",
  42: "CurrentStatusValues",
  44: "ArrayProperty",
  55: "bIsFemale",
};

/** Set in a name key that points into the payload's own table. */
const OWN_NAME = 0x10000000;

/** Names of a cryopod payload: an index into its own table or into the game's fixed list. */
export class PodNames extends Interned implements Names {
  number = 0;

  /** @param own The table at the end of the payload. */
  constructor(readonly own: readonly string[]) {
    super();
  }

  /** Gives keys of texts, not the raw numbers: two numbers may mean one text. */
  read(cursor: Cursor): number {
    const at = cursor.pos, raw = cursor.u32();
    this.number = cursor.i32();
    if (raw < OWN_NAME) return this.key(FIXED_NAMES[raw] ?? `FixedName${raw}`);
    const text = this.own[raw - OWN_NAME];
    if (text === undefined) throw new SaveDataError(`unknown name ${raw.toString(16)}`, at);
    return this.key(text);
  }
}
