/**
 * What people do in the soak test, and whether they got the answer that they should get.
 * @module
 */

import { InteractionType } from "discord-api-types/v10";
import { type BotDoor, BOTS } from "../../../src/bots.ts";
import { cardId } from "../../../src/discord/cards.ts";
import { createMessage } from "../../../src/sandbox/discord/messages.ts";
import { buttonOf } from "../../../src/sandbox/discord/components.ts";
import { type Outcome, type Person, shown, textOf } from "../../../src/sandbox/discord/people.ts";
import type { Message } from "../../../src/sandbox/discord/world.ts";
import type { Community } from "../../discord_community.ts";

const MASTER = BOTS.find(({ name }) => name === "master")!;

/** Refusals that people get when a bot's own request to Discord went wrong, or pages have closed. */
const EXPECTED_IN_TROUBLE = /\b(INTERNAL|COOLDOWN|EXPIRED_CARD)\b/;

/** The answer is not what it should be. */
class WrongAnswer extends Error {
  override readonly name = "WrongAnswer";

  constructor(readonly text: string, wanted: readonly string[]) {
    super(`Wanted was ${wanted.join(", ")}, but the answer is: ${text}`);
  }
}

/** Something that people do. @throws Error unless it leads to what it should. */
export type Deed = () => Promise<unknown>;

/** All that people do, in no order. Several at a time may do the same. */
export function deedsOf(it: Community): readonly Deed[] {
  const admin = it.person("admin", { roles: ["admin"] });
  const eve = it.person("eve");
  return [
    () => turnsPages(it, admin),
    () => turnsPagesOfAnother(it, admin, eve),
    async () =>
      demand(await admin.runs("/fleet", {}, { of: it.apps.master }), [
        "The fleet",
        ...BOTS.map(({ title }) => title),
      ]),
    async () => demand(await admin.runs("/health", {}, { of: it.apps.master }), ["Health"]),
    ...BOTS.flatMap((door) => visitorsDeeds(it, door)),
  ];
}

function visitorsDeeds(it: Community, door: BotDoor): Deed[] {
  const app = it.apps[door.name];
  const ann = it.person(`ann-${door.name}`);
  const uwe = it.person(`uwe-${door.name}`, { locale: "de" });
  const deeds = [
    () => ann.says(it.general, `I like the ${door.title} bot`),
    async () => {
      const outcome = await ann.presses(cardOf(it, door, cardId("gone", "1")), "Use");
      demand(outcome, ["EXPIRED_CARD"]);
    },
    () => turnsOldPages(it, { door, person: ann }),
  ];
  if (door.name === "master") {
    const details = cardId("fleet", "details");
    return [...deeds, async () => {
      demand(await ann.presses(cardOf(it, door, details), "Use"), ["NOT_ALLOWED"]);
    }];
  }
  return [
    ...deeds,
    async () => demand(await ann.runs("/help", {}, { of: app }), [door.title, door.about.en]),
    async () => demand(await uwe.runs("/hilfe", {}, { of: app }), [door.title, door.about.de]),
  ];
}

/**
 * A deed in times of trouble, when there may be no answer; but there is never a wrong one.
 *
 * @returns Whether it was answered as it should be.
 */
export async function tries(deed: Deed): Promise<boolean> {
  try {
    await deed();
    return true;
  } catch (error) {
    const isWrong = error instanceof WrongAnswer && !EXPECTED_IN_TROUBLE.test(error.text);
    if (isWrong) throw error;
    return false;
  }
}

/** Uses a bot and is gone before it can answer. */
export function runsAway({ discord, apps, general }: Community, person: Person): void {
  const type = InteractionType.ApplicationCommand;
  const { user } = person.member;
  const data = { id: "1", name: "help", type: 1 };
  const action = { type, app: apps.ap, channel: general, user, locale: "en-US", data };
  discord.interactions.start(action).isLost = true;
}

async function turnsPages({ apps }: Community, admin: Person): Promise<void> {
  const fleet = shown(await admin.runs("/fleet", {}, { of: apps.master }));
  const pages = shown(await admin.presses(fleet, "Details"));
  for (
    const [button, page] of [["Next", 2], ["Previous", 1], ["Previous", 6], ["Next", 1]] as const
  ) {
    demand(await admin.presses(pages, button), [`Page ${page}/${BOTS.length}`]);
  }
}

/** A copy of the button stands where somebody else can press it, too. */
async function turnsPagesOfAnother(it: Community, admin: Person, eve: Person): Promise<void> {
  const fleet = shown(await admin.runs("/fleet", {}, { of: it.apps.master }));
  const pages = shown(await admin.presses(fleet, "Details"));
  const { custom_id: id } = buttonOf(pages.data.components, "Next");
  demand(await eve.presses(cardOf(it, MASTER, id!), "Use"), ["NOT_ALLOWED"]);
}

/** Pages from before a restart: the buttons are disabled, and the caller alone is told why. */
async function turnsOldPages(
  it: Community,
  { door, person }: { readonly door: BotDoor; readonly person: Person },
): Promise<void> {
  const old = cardOf(it, door, cardId("pages", "0badcafe", "next"));
  await person.presses(old, "Use");
  await person.seesSoon(
    it.general,
    (message) =>
      message.onlyFor === person.id && BigInt(message.data.id) > BigInt(old.data.id) &&
      message.data.author.id === old.data.author.id && textOf(message).includes("EXPIRED_CARD"),
  );
}

/** A message of the bot with one button. */
function cardOf({ discord, general, apps }: Community, door: BotDoor, id: string): Message {
  const button = { type: 2, style: 2, label: "Use", custom_id: id };
  return createMessage(discord.world, general, apps[door.name].user, {
    content: "An old card",
    components: [{ type: 1, components: [button] }],
  });
}

function demand(outcome: Outcome, wanted: readonly string[]): void {
  const text = textOf(shown(outcome));
  if (!wanted.every((part) => text.includes(part))) throw new WrongAnswer(text, wanted);
}
