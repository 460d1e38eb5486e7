/**
 * `/watch`: staff are told when certain players come or go. The list is read once and then kept in
 * memory, so that alerts do not depend on the store.
 * @module
 */

import {
  type Answer,
  type Call,
  type Command,
  type Language,
  type Option,
  Refusal,
} from "../../discord/surface.ts";
import { fill, fillEach } from "../../discord/texts.ts";
import { relative } from "../../discord/times.ts";
import type { Job } from "../../runtime/jobs.ts";
import type { RosterChange } from "../feature.ts";
import { demandStore } from "../demand_store.ts";
import { readableName } from "../names.ts";
import { findPlayer, type KnownPlayers, playerOption } from "../server_options.ts";
import { readNote } from "./input.ts";
import type { ModerationNeeds } from "./needs.ts";
import { TEXTS } from "./texts.ts";
import { nameAndId, nameOf, shown } from "./view.ts";
import type { Watch, WatchStore } from "./watch_store.ts";

/** What watches need besides. */
export interface WatchNeeds extends ModerationNeeds {
  readonly store: WatchStore;
  /** Tells staff; notifies nobody. */
  readonly alert: (text: string) => void;
}

/** Watching, while it runs. */
export interface Watches {
  readonly command: Command;
  /** Reads the list; does nothing once it is read. */
  readonly job: Job;
  stop(): void;
}

/** Each change of a watched player looks for its watch, and staff read the list. */
const MOST_WATCHES = 200;
const WATCHES_PER_PAGE = 10;

/** Watches from now on. */
export function openWatches(needs: WatchNeeds): Watches {
  const list = new WatchList(needs);
  return {
    job: {
      name: "read watches",
      every: { seconds: 60 },
      limitMs: 10_000,
      run: () => list.load(),
    },
    command: {
      name: TEXTS.watch,
      description: TEXTS.watchAbout,
      who: "moderator",
      isPrivate: true,
      options: [ACTION, playerToWatch(list, needs), {
        name: TEXTS.note,
        description: TEXTS.noteAbout,
        kind: "text",
      }],
      run: (call) => run(call, { list, needs }),
    },
    stop: needs.roster.listen((change) => list.tell(change)),
  };
}

const ACTION: Option = {
  name: TEXTS.action,
  description: TEXTS.actionAbout,
  kind: "text",
  isRequired: true,
  choices: [
    { name: TEXTS.add, value: "add" },
    { name: TEXTS.remove, value: "remove" },
    { name: TEXTS.list, value: "list" },
  ],
};

function playerToWatch(list: WatchList, { roster }: WatchNeeds): Option {
  const known = playerOption(roster, { isRequired: false });
  return {
    ...known,
    suggest: (typed, call) => {
      const isRemoval = call.options["action"] === "remove";
      return (isRemoval ? playerOption(list) : known).suggest!(typed, call);
    },
  };
}

/** The watches. */
class WatchList implements KnownPlayers {
  readonly #needs: WatchNeeds;
  readonly #watches = new Map<string, Watch>();
  #isLoaded = false;

  constructor(needs: WatchNeeds) {
    this.#needs = needs;
  }

  get all(): readonly Watch[] {
    return [...this.#watches.values()];
  }

  known() {
    return this.all.map(({ accountId: id, name }) => ({ id, name }));
  }

  has(accountId: string): boolean {
    return this.#watches.has(accountId);
  }

  /** Once it is read, it changes only here. */
  async load(): Promise<void> {
    if (this.#isLoaded) return;
    const stored = await this.#needs.store.list();
    if (this.#isLoaded) return; // somebody else was faster, and may have changed it since
    for (const watch of stored) this.#watches.set(watch.accountId, watch);
    this.#isLoaded = true;
  }

  async add(watch: Watch): Promise<void> {
    await this.#needs.store.save(watch);
    this.#watches.set(watch.accountId, watch);
  }

  async remove(accountId: string): Promise<void> {
    await this.#needs.store.remove(accountId);
    this.#watches.delete(accountId);
  }

  /** Every change: with one left out, staff would look for a player where nobody is any more. */
  tell({ what, serverId, player }: RosterChange): void {
    const { servers, alert } = this.#needs;
    const watch = this.#watches.get(player.id);
    if (!watch) return;
    const server = servers.find(({ id }) => id === serverId)?.name ?? serverId;
    alert(fill(TEXTS[what], watch.language, {
      player: nameOf(player),
      server: shown(server),
      note: watch.note === "" ? "" : ` · ${shown(watch.note)}`,
      by: watch.byId,
    }));
  }
}

/** What the actions work with. */
interface Desk {
  readonly list: WatchList;
  readonly needs: WatchNeeds;
}

async function run(call: Call, { list, needs }: Desk): Promise<Answer> {
  await demandStore(list.load(), needs.log);
  switch (call.options["action"]) {
    case "add":
      return await add(call, { list, needs });
    case "remove":
      return await remove(call, { list, needs });
    default:
      return show(list, call.caller.language);
  }
}

async function add({ caller, options }: Call, { list, needs }: Desk): Promise<Answer> {
  const { roster, clock, log } = needs;
  const note = readNote(options["note"]);
  const player = findPlayer(roster, demandPlayer(options));
  if (!list.has(player.id) && list.all.length >= MOST_WATCHES) {
    throw new Refusal(
      "WRONG_INPUT",
      fillEach(TEXTS.tooManyWatches, { most: String(MOST_WATCHES) }),
    );
  }
  const { id: byId, language } = caller;
  const name = readableName(player.name);
  const at = new Date(clock.now());
  await demandStore(list.add({ accountId: player.id, name, note, byId, language, at }), log);
  return said(fill(TEXTS.watched, language, { player: nameOf(player) }));
}

async function remove({ caller, options }: Call, { list, needs }: Desk): Promise<Answer> {
  const { roster, log } = needs;
  const others = roster.known().filter(({ id }) => !list.has(id));
  const known = [...list.known(), ...others];
  const player = findPlayer({ known: () => known }, demandPlayer(options));
  const values = { player: nameOf(player) };
  if (!list.has(player.id)) throw new Refusal("WRONG_INPUT", fillEach(TEXTS.notWatched, values));
  await demandStore(list.remove(player.id), log);
  return said(fill(TEXTS.unwatched, caller.language, values));
}

function demandPlayer({ player }: Call["options"]): string {
  if (player !== undefined) return String(player);
  throw new Refusal("WRONG_INPUT", TEXTS.whom);
}

function said(description: string): Answer {
  return { kind: "reply", message: { embeds: [{ description, color: "success" }] } };
}

function show({ all }: WatchList, language: Language): Answer {
  const lines = all.map(({ accountId: id, name, note, byId, at }) =>
    [nameAndId({ id, name }, language), shown(note), `<@${byId}> ${relative(at)}`]
      .filter((part) => part !== "").join(" · ")
  );
  const title = TEXTS.watchTitle[language];
  if (lines.length === 0) {
    return {
      kind: "reply",
      message: { embeds: [{ title, description: TEXTS.nobodyWatched[language] }] },
    };
  }
  return {
    kind: "pages",
    pages: Array.from({ length: Math.ceil(lines.length / WATCHES_PER_PAGE) }, (_, page) => ({
      title,
      text: lines.slice(page * WATCHES_PER_PAGE, (page + 1) * WATCHES_PER_PAGE).join("\n"),
    })),
  };
}
