/**
 * Made-up tribes, players and dinos. Knows no places.
 * @module
 */
import type { DinoSpec, OwnerSpec } from "./actors.ts";
import { PET_NAMES, SPECIES, SURVIVOR_NAMES, TRIBE_NAMES } from "./catalogue.ts";
import type { MemberSpec, PlayerSpec, TribeSpec } from "./people.ts";
import { Random, STREAMS } from "./random.ts";

/** All people of a world. */
export interface Population {
  tribes: TribeSpec[];
  players: PlayerSpec[];
  /** Who can own bases: every tribe, then the players without one. */
  owners: OwnerSpec[];
}

/** What the people of a world are made from. */
export interface PopulationOptions {
  seed: number;
  tribes: number;
  gameTimeSeconds: number;
}

/**
 * Tribes of two to four members, one solo player for every four tribes (at least one), and one
 * player whose profile still names the first tribe, which does not list them any more.
 */
export function makePopulation(options: PopulationOptions): Population {
  const people: Population = { tribes: [], players: [], owners: [] };
  for (let number = 0; number < options.tribes; number++) addTribe(people, number, options);
  for (let number = 0; number <= Math.floor(options.tribes / 4); number++) {
    const solo = addPlayer(people, new Random(options.seed, STREAMS.soloPlayer + number), options);
    people.owners.push(owner(solo.playerId, `Tribe of ${solo.characterName}`, solo));
  }
  const [firstTribe] = people.tribes;
  if (firstTribe !== undefined) {
    const removed = addPlayer(people, new Random(options.seed, STREAMS.removedPlayer), options);
    removed.tribeId = firstTribe.tribeId;
  }
  ally(people.tribes);
  return people;
}

function owner(teamId: number, name: string, { playerId, characterName }: PlayerSpec): OwnerSpec {
  return { teamId, name, playerId, playerName: characterName };
}

function addTribe(people: Population, number: number, options: PopulationOptions): void {
  const random = new Random(options.seed, STREAMS.tribe + number);
  const tribeId = 1_000_000_000 + number * 1000 + random.int(1000);
  const founder = addPlayer(people, random, options);
  const followers = Array.from(
    { length: 1 + random.int(3) },
    () => addPlayer(people, random, options),
  );
  const players = [founder, ...followers];
  for (const player of players) player.tribeId = tribeId;
  const members = players.map((player, rank): MemberSpec => ({
    playerId: player.playerId,
    name: player.characterName,
    isAdmin: rank === 0,
    rankGroup: Math.min(rank, 1),
  }));
  const name = TRIBE_NAMES[number] ?? `Tribe ${number}`;
  people.tribes.push({
    tribeId,
    name,
    ownerPlayerId: founder.playerId,
    members,
    rankGroups: ["Founders", "Members"],
    log: tribeLog(members, random),
  });
  people.owners.push(owner(tribeId, name, founder));
}

function addPlayer(people: Population, random: Random, options: PopulationOptions): PlayerSpec {
  const number = people.players.length;
  const name = random.pick(SURVIVOR_NAMES);
  const player: PlayerSpec = {
    playerId: 100_000_000 + number * 1000 + random.int(1000),
    accountId: `0002${random.guid().slice(4)}`,
    platformName: `${name}#${number}`,
    characterName: name,
    isFemale: random.chance(0.5),
    level: 1 + random.int(180),
    loginTimeSeconds: options.gameTimeSeconds - random.int(30 * 86_400),
    lastLoginTimeSeconds: options.gameTimeSeconds - (30 + random.int(30)) * 86_400,
    statPoints: [random.int(20), random.int(20), 0, 0, 0, 0, 0, random.int(40), random.int(40)],
    engrams: ["/Game/PrimalEarth/CoreBlueprints/Engrams/EngramEntry_Bow.EngramEntry_Bow_C"],
  };
  people.players.push(player);
  return player;
}

/** The first two tribes are allies. */
function ally([first, second]: TribeSpec[]): void {
  if (first === undefined || second === undefined) return;
  const tribes = [first, second].map(({ tribeId, name }) => ({ tribeId, name }));
  const alliance = {
    allianceId: 500_000_001,
    name: "Northern League",
    tribes,
    adminTribeIds: [first.tribeId],
  };
  first.alliances = second.alliances = [alliance];
}

/** Lines of every colour that real logs have. Source: asa-save-format 14.8. */
function tribeLog(members: MemberSpec[], random: Random): string[] {
  const joined = members.map(({ name, playerId }, day) =>
    logLine(day + 1, `${name} with ID ${playerId} was added to the Tribe!`, "0, 1, 1, 1")
  );
  const who = random.pick(members).name;
  const place = "-346164 387763 -51124 -1.99 0.00";
  return [
    ...joined,
    logLine(10, `${who} Tamed a Doedicurus - Lvl 217 (Doedicurus)!`, "0, 1, 0, 1"),
    logLine(11, `Tribemember ${who} - Lvl 80 was killed by a Rex - Lvl 150!`, "1, 0, 0, 1"),
    logLine(12, `Rex (M - lvl 316) (337145884, 171159524) captured by ${who}`),
    logLine(13, `${who} demolished a 'Thatch Foundation' at ${place}!`, "1, 1, 0, 1"),
    logLine(14, `${who} claimed 'Größe XL - Lvl 12 (Dodo)'!`, "1, 0, 1, 1"),
  ];
}

function logLine(day: number, text: string, color?: string): string {
  const body = color === undefined ? text : `<RichColor Color="${color}">${text}</>`;
  return `Day ${day}, 12:05:56: ${body}`;
}

/** A dino; the number decides everything but owner and place. */
export function makeDino(seed: number, number: number): DinoSpec {
  const random = new Random(seed, STREAMS.dino + number);
  const points = () => Array.from({ length: 9 }, () => random.int(30));
  return {
    guid: random.guid(),
    statusGuid: random.guid(),
    className: random.pick(SPECIES),
    id: [random.int(2 ** 31), random.int(2 ** 31)],
    isFemale: random.chance(0.5),
    baseLevel: 1 + random.int(150),
    wildPoints: points(),
    statValues: Array.from({ length: 12 }, () => random.int(5000) + 0.5),
    colors: Array.from({ length: 6 }, () => random.int(200)),
  };
}

/** The same dino in the hands of an owner. */
export function tame(dino: DinoSpec, owner: OwnerSpec, random: Random): DinoSpec {
  return {
    ...dino,
    owner,
    ...(random.chance(0.8) ? { tamedName: random.pick(PET_NAMES) } : {}),
    ...(random.chance(0.9) ? { extraLevel: random.int(88) } : {}),
    tamedPoints: [0, 0, 0, 0, 0, 0, 0, random.int(30), random.int(50)],
    mutations: [random.int(4)],
    imprintQuality: 1,
    imprinterName: owner.playerName ?? owner.name,
  };
}
