/**
 * Raw gateway events → the plain data of `surface.ts` and `interaction.ts`. Discordeno's own
 * transformers are left out: version 21 loses component types it does not know (the labels of
 * forms), drops every property that was not asked for beforehand, and costs twice the time. What
 * Discord sends is taken as it documents it; what is not understood is `undefined`, never an error
 * for the user.
 * @module
 */

import type { Interaction, Replies } from "./interaction.ts";
import type { DeletedMessage, Id, IncomingMessage, Language } from "./surface.ts";

/** A user as Discord sends it. */
interface RawUser {
  readonly id: Id;
  readonly username: string;
  readonly global_name?: string | null;
  readonly avatar?: string | null;
  readonly bot?: boolean;
}

/** READY, as far as it is read. */
export interface RawReady {
  readonly user: RawUser;
  readonly guilds?: readonly { readonly id: Id }[];
  readonly application?: { readonly id: Id };
}

interface RawMember {
  readonly user?: RawUser;
  readonly nick?: string | null;
  readonly roles?: readonly Id[];
}

/** MESSAGE_CREATE, as far as it is read. */
export interface RawMessage {
  readonly id: Id;
  readonly type: number;
  readonly channel_id: Id;
  readonly guild_id?: Id;
  readonly author: RawUser;
  readonly member?: RawMember;
  readonly webhook_id?: Id;
  readonly content?: string;
  readonly attachments?: readonly { readonly content_type?: string }[];
  readonly sticker_items?: readonly unknown[];
  readonly poll?: unknown;
  /** Passes on another message, of which only a copy of the text is known. */
  readonly message_snapshots?: readonly unknown[];
  readonly mentions?: readonly (RawUser & { readonly member?: RawMember })[];
  /** What it answers; null when that was deleted. */
  readonly referenced_message?: Omit<RawMessage, "referenced_message"> | null;
}

/** MESSAGE_DELETE, and MESSAGE_DELETE_BULK, which has `ids`. */
export interface RawDeletion {
  readonly id?: Id;
  readonly ids?: readonly Id[];
  readonly channel_id: Id;
  readonly guild_id?: Id;
}

interface RawOption {
  readonly name: string;
  readonly value?: string | number | boolean;
  readonly focused?: boolean;
  readonly options?: readonly RawOption[];
}

/** An action row, a label, or an input within them. */
interface RawComponent {
  readonly custom_id?: string;
  readonly value?: string;
  readonly component?: RawComponent;
  readonly components?: readonly RawComponent[];
}

/** INTERACTION_CREATE, as far as it is read. */
export interface RawInteraction {
  readonly id: Id;
  readonly type: number;
  /** Secret. */
  readonly token: string;
  readonly guild_id?: Id;
  readonly channel_id?: Id;
  readonly member?: RawMember;
  readonly user?: RawUser;
  readonly locale?: string;
  readonly message?: { readonly id: Id };
  readonly data?: null | {
    readonly name?: string;
    readonly options?: readonly RawOption[];
    readonly custom_id?: string;
    readonly values?: readonly string[];
    readonly components?: readonly RawComponent[];
  };
}

/** Kinds of messages that somebody wrote: the others tell of joins, pins and the like. */
const WRITTEN: ReadonlySet<number> = new Set([0, /* plain */ 19 /* answer to another */]);

/** Kinds of interactions. */
const COMMAND = 2, COMPONENT = 3, AUTOCOMPLETE = 4, MODAL = 5;

/** Ids count milliseconds from the first second of 2015, in their upper 42 bits. */
const DISCORD_EPOCH_MS = 1_420_070_400_000n;

/**
 * A message as features see it; undefined when nobody wrote it, such as "… joined".
 * @param guildNames Names of the guild's roles and channels by id, as far as they are known.
 */
export function readMessage(
  raw: RawMessage,
  guildNames: ReadonlyMap<Id, string> = new Map(),
): IncomingMessage | undefined {
  if (!WRITTEN.has(raw.type)) return undefined;
  const text = raw.content ?? "";
  const answered = raw.referenced_message;
  return {
    id: raw.id,
    channelId: raw.channel_id,
    guildId: raw.guild_id,
    author: authorOf(raw),
    text,
    files: (raw.attachments ?? []).map(({ content_type: type }) => fileKind(type)),
    stickers: raw.sticker_items?.length ?? 0,
    hasPoll: raw.poll !== undefined && raw.poll !== null,
    isForwarded: (raw.message_snapshots?.length ?? 0) > 0,
    answers: answered ? { author: authorOf(answered), text: answered.content ?? "" } : undefined,
    names: {
      ...namesIn(text, guildNames),
      ...Object.fromEntries(
        (raw.mentions ?? []).map((user) => [user.id, displayName(user, user.member)]),
      ),
    },
  };
}

/** Which messages are gone. */
export function readDeletion(raw: RawDeletion): readonly DeletedMessage[] {
  const ids = raw.ids ?? (raw.id === undefined ? [] : [raw.id]);
  return ids.map((id) => ({ id, channelId: raw.channel_id }));
}

function authorOf({ author, member, webhook_id }: RawMessage): IncomingMessage["author"] {
  return {
    id: author.id,
    isBot: author.bot === true || webhook_id !== undefined,
    displayName: displayName(author, member),
  };
}

/** What a file is by its media type, which Discord may leave out. */
function fileKind(type: string | undefined): IncomingMessage["files"][number] {
  switch (type?.split("/", 1)[0]) {
    case "image":
      return "picture";
    case "video":
      return "video";
    case "audio":
      return "sound";
    default:
      return "file";
  }
}

/** The names of roles and channels that a text mentions. */
function namesIn(text: string, names: ReadonlyMap<Id, string>): Record<Id, string> {
  const ids = [...text.matchAll(/<(?:@&|#)(\d{1,20})>/g)].map(([, id]) => id!);
  return Object.fromEntries(ids.flatMap((id) => names.has(id) ? [[id, names.get(id)!]] : []));
}

/** An interaction as the router sees it; undefined for kinds that do not exist yet. */
export function readInteraction(
  raw: RawInteraction,
  { replies, now }: { replies: Replies; now: number },
): Interaction | undefined {
  const user = raw.member?.user ?? raw.user;
  const what = readWhat(raw);
  if (!user || !what) return undefined;
  return {
    id: raw.id,
    guildId: raw.guild_id,
    channelId: raw.channel_id ?? "",
    user: {
      id: user.id,
      displayName: displayName(user, raw.member),
      roleIds: raw.member?.roles ?? [],
    },
    language: languageOf(raw.locale),
    ageMs: now - madeAt(raw.id),
    what,
    replies,
  };
}

function readWhat(raw: RawInteraction): Interaction["what"] | undefined {
  const { type, message } = raw;
  const data = raw.data ?? {};
  const name = data.name ?? "";
  const customId = data.custom_id ?? "";
  const options = flatten(data.options ?? []);
  const values = Object.fromEntries(
    options.flatMap(({ name, value }) => value === undefined ? [] : [[name, value]]),
  );
  switch (type) {
    case COMMAND:
      return { kind: "command", name, options: values };
    case AUTOCOMPLETE: {
      const focused = options.find((option) => option.focused)?.name ?? "";
      return { kind: "suggest", name, options: values, focused };
    }
    case COMPONENT:
      return { kind: "press", customId, values: data.values ?? [], messageId: message?.id ?? "" };
    case MODAL: {
      const fields = Object.fromEntries((data.components ?? []).flatMap(inputs));
      return { kind: "form", customId, fields, hasMessage: message !== undefined };
    }
    default:
      return undefined;
  }
}

/** Options of subcommands stand inside them. */
function flatten(options: readonly RawOption[]): RawOption[] {
  return options.flatMap((option) => [option, ...flatten(option.options ?? [])]);
}

/** Inputs stand in a label each; in forms of the old kind, in rows. */
function inputs(component: RawComponent): [string, string][] {
  const { custom_id: id, value, component: labelled, components = [] } = component;
  if (id !== undefined && value !== undefined) return [[id, value]];
  return [...(labelled ? [labelled] : []), ...components].flatMap(inputs);
}

/** Guild nickname, else global name, else user name. */
function displayName(user: RawUser, member: RawMember | undefined): string {
  return member?.nick || user.global_name || user.username;
}

function languageOf(locale: string | undefined): Language {
  return locale === "de" ? "de" : "en";
}

/** When the thing of that id was made, in milliseconds since 1970, by Discord's clock. */
export function madeAt(id: Id): number {
  return Number((BigInt(id) >> 22n) + DISCORD_EPOCH_MS);
}
