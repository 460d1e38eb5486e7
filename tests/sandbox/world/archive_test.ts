import assert from "node:assert/strict";
import { type ArchiveVersion, encodeArchive } from "../../../src/sandbox/world/archive.ts";
import {
  encodeProfile,
  encodeTribe,
  type PlayerSpec,
  type TribeSpec,
} from "../../../src/sandbox/world/people.ts";
import { Int, Str } from "../../../src/sandbox/world/properties.ts";
import { archiveName, type WalkedTag, Walker } from "./walker.ts";

const GUID = "44f56abe74f878428e1e643835b94cf9";

/** Takes an archive apart to its last byte; section 10 of the format document. */
function walkArchive(bytes: Uint8Array) {
  const version = bytes[0]!;
  const layout = version === 7 ? 14 : 13;
  const walker = new Walker(bytes, { layout, readName: archiveName, isWorld: false });
  const versions = Array.from({ length: layout === 14 ? 3 : 1 }, () => walker.i32());
  assert.deepEqual(versions, layout === 14 ? [7, 522, 1013] : [version]);
  const heads = Array.from({ length: walker.i32() }, () => {
    const guid = walker.guid();
    const className = walker.text();
    assert.equal(walker.i32(), 0);
    const names = Array.from({ length: walker.i32() }, () => walker.text());
    assert.deepEqual([walker.i32(), walker.i32(), walker.i32()], [0, 0, 0]);
    const offset = walker.i32();
    assert.equal(walker.i32(), 0);
    return { guid, className, names, offset };
  });
  const objects = heads.map((head, i) => {
    assert.equal(walker.at, head.offset, "properties follow without a gap");
    if (layout === 14) assert.equal(walker.u8(), 0);
    const properties = walker.properties();
    assert.equal(walker.i32(), i === 0 ? 1 : 0);
    if (i === 0) assert.equal(walker.guid(), head.guid);
    return { ...head, properties };
  });
  assert.equal(walker.at, bytes.length, "the archive ends with the last object");
  return objects;
}

function value(properties: WalkedTag[] | undefined, ...path: string[]): unknown {
  let found: unknown = properties;
  for (const name of path) found = (found as WalkedTag[]).find((tag) => tag.name === name)?.value;
  return found;
}

const TRIBE: TribeSpec = {
  tribeId: 1_031_357_960,
  name: "龍の巣 & Söhne",
  ownerPlayerId: 295_687_094,
  members: [
    { playerId: 295_687_094, name: "Ünï", isAdmin: true },
    { playerId: 211_869_615, name: "Bo", rankGroup: 1 },
  ],
  rankGroups: ["Chiefs", "Folk"],
  log: ['Day 1, 00:00:01: <RichColor Color="1, 0, 0, 1">A was killed!</>'],
};

const PLAYER: PlayerSpec = {
  playerId: 295_687_094,
  accountId: "0002079ae0244af7919a026db2b53ab0",
  platformName: "mr dead",
  characterName: "Ünï",
  level: 111,
  tribeId: 1_031_357_960,
  loginTimeSeconds: 207_845_566.75,
  lastLoginTimeSeconds: 207_811_723,
};

for (const version of [7, 6, 5] as ArchiveVersion[]) {
  Deno.test(`encodeTribe() holds members, admins and log, archive version ${version}`, () => {
    const [object] = walkArchive(encodeTribe(TRIBE, { map: "TheIsland_WP", version }));
    assert.equal(object?.className, "/Script/ShooterGame.PrimalTribeData");
    assert.equal(object?.names[3], "TheIsland_WP");
    const tribe = (name: string) => value(object?.properties, "TribeData", name);
    assert.equal(tribe("TribeName"), "龍の巣 & Söhne");
    assert.equal(tribe("TribeID"), 1_031_357_960);
    assert.equal(tribe("OwnerPlayerDataId"), 295_687_094);
    assert.deepEqual(tribe("MembersPlayerDataID"), [295_687_094, 211_869_615]);
    assert.deepEqual(tribe("MembersPlayerName"), ["Ünï", "Bo"]);
    assert.deepEqual(tribe("TribeAdmins"), [295_687_094]);
    assert.deepEqual(tribe("MembersRankGroups"), [0, 1]);
    assert.deepEqual(tribe("TribeLog"), TRIBE.log);
    assert.equal(tribe("TribeAlliances"), undefined, "empty lists are left out");
  });

  Deno.test(`encodeProfile() holds the player and a second object, archive version ${version}`, () => {
    const objects = walkArchive(encodeProfile(PLAYER, { map: "TheIsland_WP", version }));
    assert.equal(objects.length, 2);
    const [profile] = objects;
    const data = (...path: string[]) => value(profile?.properties, "MyData", ...path);
    assert.equal(data("PlayerDataID"), 295_687_094n);
    assert.deepEqual(data("UniqueID"), ["RedpointEOS", PLAYER.accountId]);
    assert.equal(data("PlayerName"), "mr dead");
    assert.equal(data("TribeID"), 1_031_357_960);
    assert.equal(data("MyPlayerCharacterConfig", "PlayerCharacterName"), "Ünï");
    const extra = "CharacterStatusComponent_ExtraCharacterLevel";
    assert.equal(data("MyPersistentCharacterStats", extra), 110, "level counts from 1");
    assert.equal(data("LoginTime"), 207_845_566.75);
    assert.deepEqual(value(profile?.properties, "MyPersistentBuffDatas"), ["index 1"]);
  });
}

Deno.test("encodeProfile() leaves out the tribe of a solo player", () => {
  const { tribeId: _, ...solo } = PLAYER;
  const [profile] = walkArchive(encodeProfile(solo, { map: "TheIsland_WP" }));
  assert.equal(value(profile?.properties, "MyData", "TribeID"), undefined);
});

Deno.test("encodeArchive() starts with the three versions and the object count", () => {
  const object = { guid: GUID, className: "C", names: ["N"], properties: [Int.of("A", 1)] };
  const bytes = encodeArchive([object, { ...object, properties: [Str.of("B", "x")] }]);
  assert.equal(bytes.subarray(0, 16).toHex(), "07000000" + "0a020000" + "f5030000" + "02000000");
  assert.equal(walkArchive(bytes).length, 2);
});
