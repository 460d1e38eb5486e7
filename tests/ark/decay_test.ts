import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import {
  type Decay,
  decayOf,
  DEFAULT_DECAY_RULE,
  DEFAULT_DECAY_TABLE,
  instantOf,
  isTellable,
} from "../../src/ark/decay.ts";

const SAVED_AT = { gameTime: 100_500_000, instantMs: Date.UTC(2026, 2, 14, 12) };
const DAY = 86_400_000;

/** Decay of a base that was refreshed exactly when the world was saved. */
function decayNow(materials: string[], rule = DEFAULT_DECAY_RULE): Decay {
  const refresh = { gameTime: SAVED_AT.gameTime, source: "ally-range" } as const;
  return decayOf(materials, { refresh, savedAt: SAVED_AT, rule });
}

function check(materials: string[], material: string, days: number): void {
  const decay = decayNow(materials);
  deepEqual([decay.material, decay.periodDays], [material, days]);
  equal(decay.decaysAt?.getTime(), SAVED_AT.instantMs + days * DAY);
}

Deno.test("decayOf() gives each material its days", () => {
  for (const [material, days] of Object.entries(DEFAULT_DECAY_TABLE)) {
    check([material], material, days);
  }
});

Deno.test("decayOf() lets the weakest material decide, in the admins' order", () => {
  check(["Tek", "Metal", "Thatch", "Stone"], "Thatch", 4);
  check(["Dino", "Stone"], "Stone", 12);
  check(["Metal", "Dino"], "Dino", 12);
  check(["Tek", "Greenhouse"], "Greenhouse", 15);
  check(["Dino", "Wood"], "Wood", 8);
});

Deno.test("decayOf() stretches periods by the server's multiplier and table", () => {
  const rule = { multiplier: 2.5, table: { ...DEFAULT_DECAY_TABLE, Adobe: 8, Tek: 1 } };
  equal(decayNow(["Stone"], rule).periodDays, 30);
  equal(decayNow(["Adobe"], rule).periodDays, 20);
  equal(decayNow(["Thatch", "Tek"], rule).material, "Tek");
});

Deno.test("decayOf() gives no instant for unknown materials, but the reason", () => {
  const { material, periodDays, decaysAt, reason, refreshedAt } = decayNow(["Adobe"]);
  deepEqual([material, periodDays, decaysAt], [null, null, null]);
  equal(reason, "No decay period is known for Adobe; add it to [decay.table]");
  equal(refreshedAt.getTime(), SAVED_AT.instantMs);
  equal(decayNow([]).reason, "It has no foundation, ceiling or floor");
  equal(
    decayNow(["Unknown"]).reason,
    "The material of its foundations, ceilings and floors is unknown",
  );
});

Deno.test("decayOf() counts game seconds back from the time of the save", () => {
  const refresh = { gameTime: SAVED_AT.gameTime - 86_400, source: "stasis" } as const;
  const decay = decayOf(["Thatch"], { refresh, savedAt: SAVED_AT, rule: DEFAULT_DECAY_RULE });
  equal(decay.refreshedAt.getTime(), SAVED_AT.instantMs - DAY);
  equal(decay.decaysAt?.getTime(), SAVED_AT.instantMs + 3 * DAY);
  equal(decay.source, "stasis");
});

Deno.test("isTellable() refuses every time that no calendar could show", () => {
  fc.assert(fc.property(fc.double(), (gameTime) => {
    if (!isTellable(gameTime, SAVED_AT.gameTime)) return;
    instantOf(gameTime, SAVED_AT).toISOString();
  }));
  for (const gameTime of [NaN, Infinity, -Infinity, -1, 0, 1e300]) {
    equal(isTellable(gameTime, SAVED_AT.gameTime), false);
  }
  equal(isTellable(1, NaN), false);
});
