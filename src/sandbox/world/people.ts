/**
 * Tribes and players as archives: what stands in `.arktribe` and `.arkprofile` files or embedded in
 * a world. Knows no world objects; a player's body is in actors.ts.
 * @module
 */
import { type ArchiveObject, type ArchiveVersion, encodeArchive } from "./archive.ts";
import { NO_GUID } from "./bytes.ts";
import {
  array,
  Bool,
  Byte,
  Double,
  Float,
  Int,
  Obj,
  type Property,
  Str,
  struct,
  UInt16,
  UInt32,
  UInt64,
  UniqueNetId,
} from "./properties.ts";

/** A member of a tribe. */
export interface MemberSpec {
  playerId: number;
  name: string;
  isAdmin?: boolean;
  /** Position of the member's group in `TribeSpec.rankGroups`. */
  rankGroup?: number;
}

/** A tribe. */
export interface TribeSpec {
  guid?: string;
  /** 1.0e9 to 1.8e9 in real saves. */
  tribeId: number;
  name: string;
  ownerPlayerId: number;
  members: readonly MemberSpec[];
  /** Lines as the game writes them: `Day 3, 12:00:00: <RichColor Color="1, 0, 0, 1">…</>`. */
  log?: readonly string[];
  rankGroups?: readonly string[];
  alliances?: readonly AllianceSpec[];
  tamedDinos?: number;
}

/** An alliance as one of its tribes sees it. */
export interface AllianceSpec {
  allianceId: number;
  name: string;
  tribes: readonly { tribeId: number; name: string }[];
  adminTribeIds: readonly number[];
}

/** A player's profile. */
export interface PlayerSpec {
  guid?: string;
  /** 1.0e8 to 9.9e8 in real saves. */
  playerId: number;
  /** Account: 32 lower-case hex digits. */
  accountId: string;
  platformName: string;
  characterName: string;
  isFemale?: boolean;
  /** 1 or more. */
  level: number;
  /** Absent for a solo player; it goes stale when a member is removed while offline. */
  tribeId?: number;
  /** Game time of the running and of the previous login. */
  loginTimeSeconds: number;
  lastLoginTimeSeconds?: number;
  /** Class paths of learned recipes. */
  engrams?: readonly string[];
  /** Points spent per stat, in the game's order of stats. */
  statPoints?: readonly number[];
}

/** What archives say about the world they belong to. */
export interface ArchiveOptions {
  map: string;
  version?: ArchiveVersion;
}

const TribeData = struct("TribeData");
const TribeAlliance = struct("TribeAlliance");
const TribeRankGroup = struct("TribeRankGroup");
const TribeGovernment = struct("TribeGovernment");
const PlayerData = struct("PrimalPlayerDataStruct");
const CharacterConfig = struct("PrimalPlayerCharacterConfigStruct");
const CharacterStats = struct("PrimalPersistentCharacterStatsStruct");

/** A tribe as an archive. Source: asa-save-format 14.7; rank groups from the game's class names. */
export function encodeTribe(tribe: TribeSpec, options: ArchiveOptions): Uint8Array<ArrayBuffer> {
  const object: ArchiveObject = {
    guid: tribe.guid ?? archiveGuid(tribe.tribeId),
    className: "/Script/ShooterGame.PrimalTribeData",
    names: archiveNames(`PrimalTribeData_${tribe.tribeId}`, options.map),
    properties: [TribeData.of("TribeData", tribeProperties(tribe))],
  };
  return encodeArchive([object], options.version);
}

function tribeProperties(tribe: TribeSpec): Property[] {
  const { members, log = [], rankGroups = [], alliances = [] } = tribe;
  const ids = (list: readonly MemberSpec[]) => list.map((member) => member.playerId);
  const properties = [
    Str.of("TribeName", tribe.name),
    UInt32.of("OwnerPlayerDataId", tribe.ownerPlayerId),
    Int.of("TribeID", tribe.tribeId),
    array(Str).of("MembersPlayerName", members.map((member) => member.name)),
    array(UInt32).of("MembersPlayerDataID", ids(members)),
    array(Byte).of("MembersRankGroups", members.map((member) => member.rankGroup ?? 0)),
    array(UInt32).of("TribeAdmins", ids(members.filter((member) => member.isAdmin))),
    array(TribeAlliance).of("TribeAlliances", alliances.map(allianceProperties)),
    Bool.of("bSetGovernment", true),
    TribeGovernment.of("TribeGovernment", [
      Int.of("TribeGovern_StructureOwnership", -1),
      Int.of("TribeGovern_DinoUnclaimAdminOnly", 1),
    ]),
    array(TribeRankGroup).of("TribeRankGroups", rankGroups.map(rankGroupProperties)),
    array(Str).of("TribeLog", log),
    Int.of("LogIndex", log.length),
  ];
  // Counters at zero and empty lists are left out, as the game does.
  if (tribe.tamedDinos) properties.push(Int.of("NumTribeDinos", tribe.tamedDinos));
  return properties.filter(({ value }) => !(Array.isArray(value) && value.length === 0));
}

function allianceProperties(alliance: AllianceSpec): Property[] {
  return [
    Str.of("AllianceName", alliance.name),
    UInt32.of("AllianceID", alliance.allianceId),
    array(Str).of("MembersTribeName", alliance.tribes.map((tribe) => tribe.name)),
    array(UInt32).of("MembersTribeID", alliance.tribes.map((tribe) => tribe.tribeId)),
    array(UInt32).of("AdminsTribeID", alliance.adminTribeIds),
  ];
}

function rankGroupProperties(name: string, position: number): Property[] {
  return [Str.of("RankGroupName", name), Byte.of("RankGroupRank", position)];
}

/** A player as an archive. Source: asa-save-format 14.6. */
export function encodeProfile(
  player: PlayerSpec,
  options: ArchiveOptions,
): Uint8Array<ArrayBuffer> {
  const profile: ArchiveObject = {
    guid: player.guid ?? archiveGuid(player.playerId),
    className: "/Game/PrimalEarth/CoreBlueprints/PrimalPlayerDataBP.PrimalPlayerDataBP_C",
    names: archiveNames(`PrimalPlayerDataBP_C_${player.playerId}`, options.map),
    properties: [
      Int.of("SavedPlayerDataVersion", 10),
      PlayerData.of("MyData", playerProperties(player)),
      array(Obj).of("MyPersistentBuffDatas", [{ index: 1 }]),
    ],
  };
  const buff: ArchiveObject = {
    guid: NO_GUID,
    className: "/Script/ShooterGame.PrimalBuffPersistentData",
    names: archiveNames(`PrimalBuffPersistentData_${player.playerId}`, options.map),
    properties: [],
  };
  return encodeArchive([profile, buff], options.version);
}

function playerProperties(player: PlayerSpec): Property[] {
  const { tribeId, lastLoginTimeSeconds } = player;
  const properties = [
    UInt64.of("PlayerDataID", BigInt(player.playerId)),
    UniqueNetId.of("UniqueID", player.accountId),
    // Secrets of the real file, here made up, so that tests can prove that they never come out.
    Str.of("SavedNetworkAddress", MADE_UP_ADDRESS),
    Int.of("LastPinCodeUsed", MADE_UP_PIN_CODE),
    Str.of("PlayerName", player.platformName),
    CharacterConfig.of("MyPlayerCharacterConfig", [
      Bool.of("bIsFemale", player.isFemale ?? false),
      Str.of("PlayerCharacterName", player.characterName),
    ]),
    CharacterStats.of("MyPersistentCharacterStats", statsProperties(player)),
    Double.of("LoginTime", player.loginTimeSeconds),
    Float.of("NumOfDeaths", 2),
  ];
  if (tribeId !== undefined) properties.push(Int.of("TribeID", tribeId));
  if (lastLoginTimeSeconds !== undefined) {
    properties.push(Double.of("LastLoginTime", lastLoginTimeSeconds));
  }
  return properties;
}

/** Network address in every made profile; from the range for documentation of RFC 5737. */
export const MADE_UP_ADDRESS = "192.0.2.77";
/** Pin code in every made profile. */
export const MADE_UP_PIN_CODE = 907_351;

function statsProperties({ level, engrams = [], statPoints = [] }: PlayerSpec): Property[] {
  const prefix = "CharacterStatusComponent_";
  return [
    UInt16.of(`${prefix}ExtraCharacterLevel`, level - 1),
    Float.of(`${prefix}ExperiencePoints`, level * 500),
    Int.of("PlayerState_TotalEngramPoints", level * 8),
    array(Obj).of("PlayerState_EngramBlueprints", engrams.map((path) => ({ path }))),
    ...statPoints.map((points, stat) =>
      Byte.of(`${prefix}NumberOfLevelUpPointsApplied`, points, stat)
    ),
  ];
}

function archiveNames(instance: string, map: string): string[] {
  const folder = map.replace(/_WP$/, "");
  return [
    instance,
    "TestGameMode_C_2147477113",
    "PersistentLevel",
    map,
    `/Game/Maps/${folder}/${map}`,
  ];
}

/** Archives of one world need distinct GUIDs; the id of player or tribe is distinct already. */
function archiveGuid(id: number): string {
  return id.toString(16).padStart(32, "a");
}
