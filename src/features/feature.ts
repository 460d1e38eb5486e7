/**
 * What a feature offers to the bot that carries it.
 * @module
 */

import type { Card, Command } from "../discord/surface.ts";

/** One promise of the README, as a bot carries it. */
export interface Feature {
  readonly commands: readonly Command[];
  readonly cards?: readonly Card[];
}
