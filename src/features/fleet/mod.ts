/**
 * How the bots and everything they need are doing: `/fleet` and `/health` for staff, and the help
 * card of each bot.
 * @module
 */

import { cardId } from "../../discord/cards.ts";
import {
  type Answer,
  type Card,
  type Command,
  type Language,
  type Press,
  Refusal,
  type Text,
} from "../../discord/surface.ts";
import { fill, REFUSALS } from "../../discord/texts.ts";
import { isAtLeast } from "../../discord/tiers.ts";
import type { HealthReport } from "../../runtime/health.ts";
import type { Feature } from "../feature.ts";
import { TEXTS } from "./texts.ts";
import {
  detailPages,
  type FleetBot,
  fleetEmbed,
  healthPage,
  helpEmbed,
  type ProcessFacts,
} from "./view.ts";

/** A bot that can be restarted. */
export interface ManagedBot extends FleetBot {
  readonly name: string;
  /** Whether this is the bot that carries `/fleet`: only owners may restart it. */
  readonly isMaster: boolean;
  restart(): void;
}

/** What the fleet needs to know. */
export interface FleetNeeds {
  bots(): readonly ManagedBot[];
  health(): Promise<readonly HealthReport[]>;
  process(): ProcessFacts;
}

/** `/fleet` and `/health`, which the Master carries. */
export function openFleet(needs: FleetNeeds): Feature {
  const fleet: Command = {
    name: TEXTS.fleetCommand,
    description: TEXTS.fleetAbout,
    who: "admin",
    isPrivate: true,
    run: ({ caller: { language } }) => Promise.resolve(fleetCard(needs, language)),
  };
  const health: Command = {
    name: TEXTS.healthCommand,
    description: TEXTS.healthAbout,
    who: "admin",
    isPrivate: true,
    run: async ({ caller: { language } }) => ({
      kind: "pages", // of one page, unless there are dozens of servers
      pages: [healthPage(await needs.health(), language)],
    }),
  };
  return { commands: [fleet, health], cards: [fleetButtons(needs), restartMenu(needs)] };
}

function fleetCard(needs: FleetNeeds, language: Language): Answer {
  const embed = fleetEmbed(needs.bots(), { language, process: needs.process() });
  return {
    kind: "reply",
    message: {
      embeds: [embed],
      rows: [[
        {
          kind: "button",
          id: cardId("fleet", "restart"),
          label: TEXTS.restart[language],
          emoji: "🔄",
          style: "danger",
        },
        { kind: "button", id: cardId("fleet", "details"), label: TEXTS.details[language] },
      ]],
    },
  };
}

function fleetButtons(needs: FleetNeeds): Card {
  return {
    name: "fleet",
    who: "admin",
    press: ({ args: [action], caller: { language } }) =>
      Promise.resolve(
        action === "details"
          ? { kind: "pages", isPrivate: true, pages: detailPages(needs.bots(), language) }
          : restartQuestion(needs, language),
      ),
  };
}

function restartQuestion(needs: FleetNeeds, language: Language): Answer {
  return {
    kind: "reply",
    isPrivate: true,
    message: {
      embeds: [{ title: TEXTS.whichBot[language] }],
      rows: [[{
        kind: "select",
        id: cardId("restart"),
        placeholder: TEXTS.pickBot[language],
        choices: needs.bots().map(({ name, title }) => ({ label: title, value: name })),
      }]],
    },
  };
}

/** Long enough for the answer to be sent before the bot that sends it goes. */
const FAREWELL_MS = 1_500;

function restartMenu(needs: FleetNeeds): Card {
  return {
    name: "restart",
    who: "admin",
    press: ({ values: [name], caller }: Press) => {
      const bot = needs.bots().find((bot) => bot.name === name);
      if (!bot) throw new Refusal("EXPIRED_CARD", REFUSALS.expired);
      if (bot.isMaster && caller.tier !== "owner") {
        throw new Refusal("NOT_ALLOWED", TEXTS.ownerOnly);
      }
      const { language } = caller;
      const { missing } = bot;
      if (bot.isMaster) setTimeout(() => bot.restart(), FAREWELL_MS);
      else bot.restart(); // nothing happens to one that is not configured
      const description = fill(missing ? TEXTS.cannotRestart : TEXTS.restarting, language, {
        bot: `**${bot.title}**`,
        setting: missing ?? "",
      });
      return Promise.resolve({
        kind: "update",
        message: { embeds: [{ description, color: missing ? "failure" : "success" }], rows: [] },
      });
    },
  };
}

/** The help card of one bot: what it does, its commands, its state. */
export function openHelp(
  { about, bot, commands }: {
    about: Text;
    bot: () => FleetBot;
    /** All commands of the bot but this one. */
    commands: readonly Command[];
  },
): Feature {
  const help: Command = {
    name: TEXTS.helpCommand,
    description: TEXTS.helpAbout,
    who: "anyone",
    isPrivate: true,
    run: ({ caller: { language, tier } }) => {
      const allowed = [...commands, help].filter(({ who }) => isAtLeast(tier, who));
      const embed = helpEmbed({
        bot: bot(),
        about: about[language],
        language,
        commands: allowed.map(({ name, description }) => ({
          name: name[language],
          description: description[language],
        })),
      });
      return Promise.resolve({ kind: "reply", message: { embeds: [embed] } });
    },
  };
  return { commands: [help] };
}
