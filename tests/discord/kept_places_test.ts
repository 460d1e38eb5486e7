/**
 * Places that a bot keeps on the local Discord, whatever admins do to them meanwhile.
 */

import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { ChannelType } from "discord-api-types/v10";
import { createRestManager } from "discordeno";
import { openChannelMessages } from "../../src/discord/channel_messages.ts";
import { DiscordRestError } from "../../src/discord/errors.ts";
import {
  openKeptPlaces,
  type PlaceMemory,
  type RememberedPlace,
} from "../../src/discord/kept_places.ts";
import { InvalidRequests } from "../../src/discord/limits.ts";
import { openPlaces } from "../../src/discord/places.ts";
import { guardRest } from "../../src/discord/rest_guard.ts";
import type { Surface } from "../../src/discord/surface.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { INTENTS } from "../../src/discord/rights.ts";
import { openLog } from "../../src/runtime/log.ts";
import { canSee } from "../../src/sandbox/discord/permissions.ts";
import { setArchived } from "../../src/sandbox/discord/thread_life.ts";
import type { Channel } from "../../src/sandbox/discord/world.ts";
import { type Community, community } from "../discord_community.ts";

const THREAD = { channel: "chat", key: "island", name: "The Island" };

/** Remembers as long as it is not away, and waits for what it was asked to keep. */
class Memory implements PlaceMemory {
  readonly kept = new Map<string, RememberedPlace>();
  isAway = false;
  #saved = Promise.withResolvers<void>();

  load() {
    return this.#asked(() => Object.fromEntries(this.kept));
  }

  save(key: string, place: RememberedPlace) {
    return this.#asked(() => {
      this.kept.set(key, place);
      this.#saved.resolve();
      this.#saved = Promise.withResolvers();
    });
  }

  async untilKept(key: string, name: string): Promise<void> {
    while (this.kept.get(key)?.name !== name) await this.#saved.promise;
  }

  #asked<T>(what: () => T): Promise<T> {
    return this.isAway ? Promise.reject(new Error("the store is away")) : Promise.try(what);
  }
}

/** A bot with kept places; `start` is the same after a restart of the program. */
async function setUp() {
  const it = await community({ bots: ["servers"] });
  const { discord, guild, apps: { servers: app }, roles } = it;
  const logged: string[] = [];
  const log = openLog("test", {
    write: (line) => logged.push(line),
    now: () => new Date(),
    secrets: [],
  });
  const discordeno = createRestManager({ token: app.token });
  discordeno.baseUrl = discord.apiUrl;
  const invalidRequests = new InvalidRequests({ clock: systemClock });
  const rest = guardRest(discordeno, { bot: app.id, clock: systemClock, log, invalidRequests });
  const look = { botName: "Bliss Bot V2", iconUrl: undefined, color: 0 };
  const surface: Surface = {
    ...openChannelMessages({ rest, look, botId: app.id }),
    ...openPlaces({ rest, guildId: guild.id, botId: app.id }),
  };
  const memory = new Memory();
  const start = () =>
    openKeptPlaces({
      surface,
      memory,
      category: "Chat Bridge",
      privacy: { onlyRoles: [roles.support.id] },
      log,
    });
  const writeTo = (text: string) => async (id: string) => {
    await surface.post(id, { text });
    return id;
  };
  return {
    it,
    app,
    rest,
    logged,
    memory,
    start,
    surface,
    writeTo,
    places: start(),
    /** Routes that were asked since the last time. */
    asked: (() => {
      let seen = 0;
      return () => {
        const news = discord.requests.slice(seen).map(({ method, route }) => `${method} ${route}`);
        seen = discord.requests.length;
        return news;
      };
    })(),
    async [Symbol.asyncDispose]() {
      rest.stop();
      await it[Symbol.asyncDispose]();
    },
  };
}

const POST = "POST /channels/{channel_id}/messages";
const PATCH = "PATCH /channels/{channel_id}";

function placeOf({ discord }: Community, id: string | null): Channel {
  const channel = discord.world.channels.get(id ?? "");
  ok(channel, `there is no ${id}`);
  return channel;
}

function textsIn(it: Community, id: string): string[] {
  return [...placeOf(it, id).messages.values()].map(({ data }) => data.content);
}

function count({ discord }: Community, type: ChannelType): number {
  return [...discord.world.channels.values()].filter((channel) => channel.type === type).length;
}

Deno.test("nothing is made before it is needed; then it is there for the roles and nobody else", async () => {
  await using stage = await setUp();
  const { it, places, writeTo, app } = stage;
  deepEqual(stage.asked(), []);
  const id = await places.inThread(THREAD, writeTo("hello"));
  const thread = placeOf(it, id);
  const channel = placeOf(it, thread.parentId);
  const category = placeOf(it, channel.parentId);
  deepEqual([category.name, channel.name, thread.name], ["Chat Bridge", "chat", "The Island"]);
  const [sam, eve] = [it.person("sam", { roles: ["support"] }), it.person("eve")];
  for (const place of [thread, channel, category]) {
    const seeing = [sam.id, app.id, eve.id].map((who) => canSee(it.discord.world, who, place));
    deepEqual(seeing, [true, true, false], place.name);
  }
  deepEqual(sam.sees(thread).map(({ data }) => data.content), ["hello"]);
  equal(await places.threadKey(id), "island");
  equal(await places.threadKey(channel.id), undefined);
});

Deno.test("who writes in a new thread at once is not taken for somebody elsewhere", async () => {
  await using stage = await setUp();
  const { it, places, writeTo } = stage;
  const keys: Promise<string | undefined>[] = [];
  // As the gateway tells of it, before the answer to the request can have arrived.
  const stop = it.discord.world.listen((event) => {
    if (event.name !== "THREAD_CREATE") return;
    const { id } = event.dataFor(it.apps.servers, INTENTS.guilds) as { id: string };
    keys.push(places.threadKey(id));
  });
  await places.inThread(THREAD, writeTo("hello"));
  stop();
  deepEqual(await Promise.all(keys), ["island"]);
});

Deno.test("a known place costs no look, also after a restart and under names that admins gave", async () => {
  await using stage = await setUp();
  const { it, rest, memory, writeTo } = stage;
  const id = await stage.places.inThread(THREAD, writeTo("one"));
  await memory.untilKept("thread island", "The Island");
  const thread = placeOf(it, id);
  for (const place of [id, thread.parentId, placeOf(it, thread.parentId).parentId]) {
    await rest.call("PATCH", `/channels/${place}`, { body: { name: `renamed-${place}` } });
  }
  stage.asked();
  const restarted = stage.start();
  equal(await restarted.inThread(THREAD, writeTo("two")), id);
  equal(await restarted.inChannel("chat", writeTo("three")), thread.parentId);
  deepEqual(stage.asked(), [POST, POST]);
  equal(await restarted.threadKey(id), "island");
  deepEqual(textsIn(it, id), ["one", "two"]);
  equal(thread.name, `renamed-${id}`);
});

Deno.test("a thread follows the name of what it is for, once, and its work never waits for that in vain", async () => {
  await using stage = await setUp();
  const { it, places, memory, writeTo } = stage;
  const id = await places.inThread(THREAD, writeTo("one"));
  const thread = placeOf(it, id);
  const renamed = { ...THREAD, name: "Bliss Island" };
  stage.asked();
  await places.inThread(renamed, writeTo("two"));
  equal(thread.name, "Bliss Island");
  await memory.untilKept("thread island", "Bliss Island");
  await places.inThread(renamed, writeTo("three"));
  deepEqual(stage.asked(), [PATCH, POST, POST]);

  it.discord.faults.next({ route: PATCH }, { kind: "status", status: 403 });
  const again = { ...THREAD, name: "Third name" };
  await places.inThread(again, writeTo("four"));
  await places.inThread(again, writeTo("five"));
  equal(thread.name, "Bliss Island");
  match(stage.logged.join(""), /Cannot rename a thread/);
  await stage.start().inThread(again, writeTo("six"));
  equal(thread.name, "Third name", "a restart tries again");
  deepEqual(textsIn(it, id), ["one", "two", "three", "four", "five", "six"]);
});

Deno.test("an archived thread is written to, a locked one too, and keeps what admins did", async () => {
  await using stage = await setUp();
  const { it, rest, places, writeTo } = stage;
  const id = await places.inThread(THREAD, writeTo("one"));
  const thread = placeOf(it, id);
  setArchived(it.discord.world, thread, true);
  await places.inThread(THREAD, writeTo("two"));
  equal(thread.thread!.metadata.archived, false);

  const body = { archived: true, locked: true, name: "admin's name" };
  await rest.call("PATCH", `/channels/${id}`, { body });
  equal(await places.inThread(THREAD, writeTo("three")), id);
  const { archived, locked } = thread.thread!.metadata;
  deepEqual([archived, locked, thread.name], [false, true, "admin's name"]);
  deepEqual(textsIn(it, id), ["one", "two", "three"]);

  const [message] = thread.messages.keys();
  setArchived(it.discord.world, thread, true);
  await places.inThread(THREAD, (place) => stage.surface.react(place, message!, "✅"));
  deepEqual([...thread.messages.get(message!)!.reactions.keys()], ["✅"]);
});

Deno.test("what was deleted is made anew, up to the category, and the work is done once", async () => {
  await using stage = await setUp();
  const { it, rest, places, writeTo, memory } = stage;
  const first = await places.inThread(THREAD, writeTo("one"));
  const channel = placeOf(it, first).parentId!;

  await rest.call("DELETE", `/channels/${first}`);
  const second = await places.inThread(THREAD, writeTo("two"));
  equal(placeOf(it, second).parentId, channel);
  equal(await places.threadKey(first), undefined);

  await rest.call("DELETE", `/channels/${channel}`);
  const third = await places.inThread(THREAD, writeTo("three"));
  const newChannel = placeOf(it, third).parentId!;
  notEqual(newChannel, channel);
  equal(await places.inChannel("chat", writeTo("in the channel")), newChannel);

  const category = placeOf(it, newChannel).parentId!;
  for (const id of [newChannel, category]) await rest.call("DELETE", `/channels/${id}`);
  const fourth = await places.inThread(THREAD, writeTo("four"));
  const newCategory = placeOf(it, placeOf(it, fourth).parentId).parentId;
  notEqual(newCategory, category);
  equal(placeOf(it, newCategory).name, "Chat Bridge");
  deepEqual(textsIn(it, fourth), ["four"]);

  await memory.untilKept("thread island", "The Island");
  stage.asked();
  equal(await stage.start().inThread(THREAD, writeTo("five")), fourth);
  deepEqual(stage.asked(), [POST]);
});

Deno.test("without its category a channel stays in use, and a new one finds a new category", async () => {
  await using stage = await setUp();
  const { it, rest, places, writeTo } = stage;
  const channel = await places.inChannel("chat", writeTo("one"));
  const category = placeOf(it, channel).parentId!;
  await rest.call("DELETE", `/channels/${category}`);
  equal(await places.inChannel("chat", writeTo("two")), channel);
  const other = await places.inChannel("debug", writeTo("three"));
  equal(placeOf(it, placeOf(it, other).parentId).name, "Chat Bridge");
});

Deno.test("who needs the same place at the same time makes it once, after a deletion too", async () => {
  await using stage = await setUp();
  const { it, rest, places, writeTo } = stage;
  const all = () =>
    Promise.all([
      places.inThread(THREAD, writeTo("a")),
      places.inThread(THREAD, writeTo("b")),
      places.inThread({ ...THREAD, key: "ragnarok", name: "Ragnarok" }, writeTo("c")),
      places.inChannel("chat", writeTo("d")),
      places.inChannel("debug", writeTo("e")),
    ]);
  const counts = () =>
    [ChannelType.GuildCategory, ChannelType.GuildText, ChannelType.PublicThread]
      .map((type) => count(it, type));
  const [a, b, c, d] = await all();
  deepEqual([a, placeOf(it, c).parentId], [b, d]);
  deepEqual(counts(), [1, 3, 2]); // "general" was there

  await rest.call("DELETE", `/channels/${d}`);
  const [again, same, , channel] = await all();
  deepEqual([again, placeOf(it, again).parentId], [same, channel]);
  deepEqual(counts(), [1, 3, 2]);
  deepEqual(textsIn(it, again).toSorted(), ["a", "b"]);
});

Deno.test("while the store is away places work, and are remembered when it is back", async () => {
  await using stage = await setUp();
  const { it, memory, writeTo } = stage;
  memory.isAway = true;
  const places = stage.start();
  const id = await places.inThread(THREAD, writeTo("one"));
  stage.asked();
  const failures = () =>
    stage.logged.filter((line) => /Cannot read which places/.test(line)).length;
  const before = failures();
  equal(await places.inThread(THREAD, writeTo("two")), id);
  deepEqual(stage.asked(), [POST]);
  equal(failures(), before, "what is known waits for no store");
  equal(await places.threadKey(id), "island");
  equal(memory.kept.size, 0);

  memory.isAway = false;
  await places.inThread(THREAD, writeTo("three"));
  await memory.untilKept("thread island", "The Island");
  await memory.untilKept("channel chat", "chat");
  await memory.untilKept("category Chat Bridge", "Chat Bridge");
  deepEqual(textsIn(it, id), ["one", "two", "three"]);
});

Deno.test("other failures are the caller's, and the place stays known", async () => {
  await using stage = await setUp();
  const { it, places, rest, writeTo } = stage;
  const id = await places.inThread(THREAD, writeTo("one"));
  stage.asked();
  await rejects(places.inThread(THREAD, (thread) => stage.surface.react(thread, id, "✅")), {
    code: 10008,
  });
  const failure = new Error("of the work itself");
  await rejects(places.inChannel("chat", () => Promise.reject(failure)), failure);
  it.discord.faults.next({ route: POST }, { kind: "status", status: 403 });
  await rejects(places.inThread(THREAD, writeTo("never")), DiscordRestError);
  equal(stage.asked().filter((route) => route === POST).length, 1);
  rest.stop();
  await rejects(places.inThread(THREAD, writeTo("never")), DiscordRestError);
  deepEqual(textsIn(it, id), ["one"]);
});

Deno.test("a channel that cannot be made is told to all who need it, and tried again later", async () => {
  await using stage = await setUp();
  const { it, places, writeTo } = stage;
  it.discord.faults.next({ route: "POST /guilds/{guild_id}/channels" }, {
    kind: "status",
    status: 403,
  });
  const tries = await Promise.allSettled([
    places.inThread(THREAD, writeTo("one")),
    places.inChannel("debug", writeTo("two")),
  ]);
  deepEqual(tries.map(({ status }) => status), ["rejected", "rejected"]);
  await places.inThread(THREAD, writeTo("three"));
});
