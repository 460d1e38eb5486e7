/**
 * Who may do what: tiers of staff and the roles that give them. Knows no member but by the ids of
 * their roles, and asks Discord nothing.
 * @module
 */

import { type Id, Refusal, type Tier } from "./surface.ts";
import { fillEach, REFUSALS, TIERS } from "./texts.ts";

/** The role ids of each tier, from the configuration. */
export type Roles = Readonly<Record<Exclude<Tier, "anyone">, readonly Id[]>>;

/** From least to most allowed; a higher one includes the lower ones. */
const ORDER = ["support", "moderator", "admin", "owner"] as const;

/** The highest tier that one of the roles gives. */
export function tierOf(roleIds: readonly Id[], roles: Roles): Tier {
  const held = (tier: keyof Roles) => roles[tier].some((role) => roleIds.includes(role));
  return ORDER.findLast(held) ?? "anyone";
}

/** Whether that tier may do what is for `wanted`. */
export function isAtLeast(tier: Tier, wanted: Tier): boolean {
  return ["anyone", ...ORDER].indexOf(tier) >= ["anyone", ...ORDER].indexOf(wanted);
}

/** @throws {Refusal} NOT_ALLOWED, saying who may, when `tier` is below `wanted`. */
export function checkTier(tier: Tier, { wanted, roles }: { wanted: Tier; roles: Roles }): void {
  if (wanted === "anyone" || isAtLeast(tier, wanted)) return;
  const allowed = ORDER.slice(ORDER.indexOf(wanted)).flatMap((tier) => roles[tier]);
  const text = allowed.length > 0 ? REFUSALS.onlyTier : REFUSALS.noRole;
  throw new Refusal(
    "NOT_ALLOWED",
    fillEach(text, { tier: TIERS[wanted], roles: mentionsOf(allowed), key: wanted }),
  );
}

/** Role names for embeds, where mentions notify nobody. */
function mentionsOf(roleIds: readonly Id[]): string {
  const shown = roleIds.slice(0, 10).map((id) => `<@&${id}>`).join(", ");
  return roleIds.length > 10 ? `${shown} …` : shown;
}
