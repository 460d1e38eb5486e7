/**
 * Where a spot of the world is on the in-game map: Unreal units to the latitude and longitude that
 * players read off their GPS. Knows the official maps; others come from the caller. Does not round.
 * @module
 */

import type { Position } from "./model.ts";

/** The square a map's GPS spans, in Unreal units: `min` is 0 and `max` is 100 on each axis. */
export interface MapBounds {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

/** What the GPS shows: 0 to 100 inside the map; latitude grows southwards, longitude eastwards. */
export interface MapCoords {
  readonly lat: number;
  readonly lon: number;
}

/** A part of a map with its own GPS; without heights it is the whole map. */
interface MapPart extends MapBounds {
  readonly minZ?: number;
  readonly maxZ?: number;
}

const CLUB_ARK: MapPart = { minX: -12812, minY: -15121, maxX: 12078, maxY: 9770 };

/** By {@link mapKey}. Source: asa-save-format section 16, bounds of the game's own minimap. */
const MAPS: ReadonlyMap<string, readonly MapPart[]> = new Map([
  ["theisland", [square(342900)]],
  ["scorchedearth", [{ minX: -393650, minY: -393650, maxX: 393750, maxY: 393750 }]],
  ["thecenter", [{ minX: -524364, minY: -337215, maxX: 513040, maxY: 700189 }]],
  ["aberration", [square(400000)]],
  ["extinction", [square(342900)]],
  ["ragnarok", [square(655000)]],
  ["valguero", [square(408000)]],
  ["astraeos", [square(800000)]],
  ["lostcolony", [square(408000)]],
  ["svartalfheim", [square(203250)]],
  // The game calls the map of Club ARK BobsMissions; admins write either.
  ["bobsmissions", [CLUB_ARK]],
  ["clubark", [CLUB_ARK]],
  ["genesis", [
    {
      minX: -1107501,
      minY: -1107500,
      maxX: 1107499,
      maxY: 1107500,
      minZ: 129392,
      maxZ: 404392,
    },
    { minX: -410001, minY: -410000, maxX: 409999, maxY: 410000, minZ: -399952, maxZ: 100048 },
  ]],
]);

function square(halfSide: number): MapPart {
  return { minX: -halfSide, minY: -halfSide, maxX: halfSide, maxY: halfSide };
}

/**
 * A map's name without the differences that do not matter: letter case, blanks, and the `_WP` or
 * `_P` that the game appends to file names.
 */
export function mapKey(map: string): string {
  return map.replaceAll(" ", "").toLowerCase().replace(/_w?p$/, "");
}

/**
 * The GPS reading at a position.
 *
 * @param map Name as in the save (`TheIsland_WP`) or as people write it (`The Island`).
 * @param position Unreal units. The height matters only on Genesis, whose ocean has its own GPS.
 * @param extra Further maps by name; they win over the built-in ones.
 * @returns `null` for an unknown map, a height between the parts of Genesis, or a position that is
 * not finite.
 *
 * Source: asa-save-format section 16, `lat = (y - minY) / (maxY - minY) * 100`, `lon` likewise by x.
 */
export function mapCoords(
  map: string,
  position: Position,
  extra: Readonly<Record<string, MapBounds>> = {},
): MapCoords | null {
  const { x, y, z } = position;
  const key = mapKey(map);
  const bounds = Object.entries(extra).find(([name]) => mapKey(name) === key)?.[1] ??
    MAPS.get(key)?.find(({ minZ = -Infinity, maxZ = Infinity }) => z >= minZ && z <= maxZ);
  if (!bounds || !Number.isFinite(x) || !Number.isFinite(y)) return null;
  return {
    lat: (y - bounds.minY) / (bounds.maxY - bounds.minY) * 100,
    lon: (x - bounds.minX) / (bounds.maxX - bounds.minX) * 100,
  };
}
