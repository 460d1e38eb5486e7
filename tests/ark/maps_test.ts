/**
 * Map coordinates against the GPS formula.
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { mapCoords } from "../../src/ark/maps.ts";

/** minX, minY, maxX, maxY and a height, copied anew from asa-save-format section 16. */
const TABLE: Record<string, [number, number, number, number, number]> = {
  TheIsland_WP: [-342900, -342900, 342900, 342900, 0],
  ScorchedEarth_WP: [-393650, -393650, 393750, 393750, 0],
  TheCenter_WP: [-524364, -337215, 513040, 700189, 0],
  Aberration_WP: [-400000, -400000, 400000, 400000, 0],
  Extinction_WP: [-342900, -342900, 342900, 342900, 0],
  Ragnarok_WP: [-655000, -655000, 655000, 655000, 0],
  Valguero_WP: [-408000, -408000, 408000, 408000, 0],
  Astraeos_WP: [-800000, -800000, 800000, 800000, 0],
  LostColony_WP: [-408000, -408000, 408000, 408000, 0],
  Svartalfheim_WP: [-203250, -203250, 203250, 203250, 0],
  BobsMissions_WP: [-12812, -15121, 12078, 9770, 0],
  ClubArk: [-12812, -15121, 12078, 9770, 0],
  Genesis_WP: [-410001, -410000, 409999, 410000, 100048],
};

Deno.test("mapCoords() gives 0 to 100 between the bounds of every official map", () => {
  for (const [map, [minX, minY, maxX, maxY, z]] of Object.entries(TABLE)) {
    const at = (x: number, y: number) => mapCoords(map, { x, y, z });
    assert.deepEqual(at(minX, minY), { lat: 0, lon: 0 }, map);
    assert.deepEqual(at(maxX, maxY), { lat: 100, lon: 100 }, map);
    assert.deepEqual(at(minX, maxY), { lat: 100, lon: 0 }, map);
  }
});

Deno.test("mapCoords() follows the formula anywhere, also outside the map, without rounding", () => {
  const unit = fc.double({ min: -2e6, max: 2e6, noNaN: true });
  fc.assert(fc.property(fc.constantFrom(...Object.keys(TABLE)), unit, unit, (map, x, y) => {
    const [minX, minY, maxX, maxY, z] = TABLE[map]!;
    assert.deepEqual(mapCoords(map, { x, y, z }), {
      lat: (y - minY) / (maxY - minY) * 100,
      lon: (x - minX) / (maxX - minX) * 100,
    });
  }));
});

Deno.test("mapCoords() uses the ocean's own GPS on Genesis by height", () => {
  const lonAt = (z: number) => mapCoords("Genesis_WP", { x: 409999, y: 0, z })?.lon;
  assert.equal(lonAt(-399952), 100);
  assert.equal(lonAt(100048), 100);
  assert.equal(lonAt(129392), (409999 + 1107501) / 2215000 * 100);
  assert.equal(lonAt(404392), lonAt(129392));
  for (const z of [-399953, 100049, 129391, 404393, NaN]) assert.equal(lonAt(z), undefined);
});

Deno.test("mapCoords() takes a map's name as files and as people write it", () => {
  const position = { x: 1, y: 2, z: 3 };
  const expected = mapCoords("TheIsland_WP", position);
  assert.ok(expected);
  for (const name of ["theisland_wp", "THEISLAND", "TheIsland_P", "The Island"]) {
    assert.deepEqual(mapCoords(name, position), expected, name);
  }
  assert.deepEqual(mapCoords("Club ARK", position), mapCoords("BobsMissions", position));
});

Deno.test("mapCoords() says nothing about unknown maps and impossible positions", () => {
  const here = { x: 0, y: 0, z: 0 };
  for (const map of ["Nyrandil_WP", "", "_WP", "constructor", "__proto__", "TheIsland_WP_WP"]) {
    assert.equal(mapCoords(map, here), null, map);
  }
  for (const odd of [NaN, Infinity, -Infinity]) {
    assert.equal(mapCoords("TheIsland", { ...here, x: odd }), null);
    assert.equal(mapCoords("TheIsland", { ...here, y: odd }), null);
  }
});

Deno.test("mapCoords() lets configured maps add to the table and win over it", () => {
  const bounds = { minX: 0, minY: 0, maxX: 200, maxY: 400 };
  const position = { x: 50, y: 100, z: 1e6 };
  const expected = { lat: 25, lon: 25 };
  assert.deepEqual(mapCoords("Nyrandil_WP", position, { nyrandil: bounds }), expected);
  assert.deepEqual(mapCoords("Genesis", position, { Genesis_WP: bounds }), expected);
  assert.deepEqual(mapCoords("__proto__", position, { ["__proto__"]: bounds }), expected);
  assert.equal(mapCoords("Other", position, { Nyrandil: bounds }), null);
});
