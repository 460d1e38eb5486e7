/**
 * The three ways in which a save writes a name (Unreal's FName): a hash that points into the
 * world's name table, plain text in archives, a list index in cryopods. Knows no properties.
 * @module
 */
import { nameKey } from "../../save/names.ts";
import type { ByteWriter } from "./bytes.ts";

/** A name with Unreal's number; readers show `text_<number - 1>`, for example `NPCZoneVolume_508`. */
export interface NumberedName {
  text: string;
  /** At least 1; int32. */
  number: number;
}

/** Where names are written, which also decides the form of object references. */
export type Place = "world" | "archive" | "cryopod";

/** Writes names in the form of one place and remembers what its table must hold. */
export interface Names {
  readonly place: Place;
  /** Appends one name. */
  write(out: ByteWriter, name: string | NumberedName): void;
}

/** Names of a world: uint32 hash key + int32 number, the texts in a table of the save header. */
export class WorldNames implements Names {
  readonly place = "world";
  #keys = new Map<string, number>();
  #texts = new Map<number, string>();

  /**
   * Names are case-insensitive in the game: texts that differ only in case share a key, and the
   * first one seen stands in the table.
   *
   * @throws RangeError when two different texts have the same hash (never seen in real worlds).
   */
  write(out: ByteWriter, name: string | NumberedName): void {
    const text = typeof name === "string" ? name : name.text;
    out.i32(this.#keys.get(text) ?? this.#add(text));
    out.i32(typeof name === "string" ? 0 : name.number);
  }

  /** The table: int32 count, then key and text of each name in order of first use. */
  writeTable(out: ByteWriter): void {
    out.i32(this.#texts.size);
    for (const [key, text] of this.#texts) {
      out.i32(key);
      out.string(text);
    }
  }

  #add(text: string): number {
    const key = nameKey(text);
    const known = this.#texts.get(key);
    if (known === undefined) this.#texts.set(key, text);
    else if (known.toLowerCase() !== text.toLowerCase()) {
      throw new RangeError(`Cannot write the name "${text}": "${known}" has the same hash`);
    }
    this.#keys.set(text, key);
    return key;
  }
}

/** Names of profiles, tribes and other archives: an FString. */
export const ARCHIVE_NAMES: Names = {
  place: "archive",
  write: (out, name) =>
    out.string(typeof name === "string" ? name : `${name.text}_${name.number - 1}`),
};

/**
 * Names that the game keeps in a fixed list for cryopods; the index is the key.
 *
 * Source: asa-save-format 12.2; incomplete, names outside it go into the payload's own table.
 */
const CRYOPOD_LIST = new Map([
  ["TribeName", 0],
  ["StrProperty", 1],
  ["bServerInitializedDino", 2],
  ["BoolProperty", 3],
  ["FloatProperty", 5],
  ["ColorSetIndices", 6],
  ["ByteProperty", 7],
  ["None", 8],
  ["ColorSetNames", 9],
  ["NameProperty", 10],
  ["ObjectProperty", 12],
  ["RequiredTameAffinity", 13],
  ["TamingTeamID", 14],
  ["IntProperty", 15],
  ["StructProperty", 19],
  ["DinoID1", 23],
  ["UInt32Property", 24],
  ["DinoID2", 25],
  ["UntamedPoopTimeCache", 26],
  ["UploadedFromServerName", 31],
  ["TamedOnServerName", 32],
  ["MyCharacterStatusComponent", 34],
  ["TargetingTeam", 36],
  ["bReplicateGlobalStatusValues", 38],
  ["bAllowLevelUps", 39],
  ["bServerFirstInitialized", 40],
  ["ExperiencePoints", 41],
  ["CurrentStatusValues", 42],
  ["ArrayProperty", 44],
  ["bIsFemale", 55],
]);

/** Bit that tells an index of the payload's own table from one of the fixed list. */
const OWN_TABLE = 0x10000000;

/** Names of one cryopod payload: uint32 list index + int32 number. */
export class CryopodNames implements Names {
  readonly place = "cryopod";
  #own = new Map<string, number>();

  write(out: ByteWriter, name: string | NumberedName): void {
    const text = typeof name === "string" ? name : name.text;
    out.i32(CRYOPOD_LIST.get(text) ?? this.#ownIndex(text));
    out.i32(typeof name === "string" ? 0 : name.number);
  }

  /** The payload's own table: int32 count, then the texts in index order. */
  writeTable(out: ByteWriter): void {
    out.i32(this.#own.size);
    for (const text of this.#own.keys()) out.string(text);
  }

  #ownIndex(text: string): number {
    let index = this.#own.get(text);
    if (index === undefined) this.#own.set(text, index = OWN_TABLE | this.#own.size);
    return index;
  }
}
