/**
 * The parts of a message, from the form in which they are sent to the one in which they are shown:
 * embeds, components, files. Lengths and counts beyond the obvious are the contract's business.
 * @module
 */

import type { APIAttachment, APIEmbed, APIMessageTopLevelComponent } from "discord-api-types/v10";
import { fileTooLarge, MAX_FILE_BYTES, type SentFile } from "./api.ts";
import type { Form } from "./form.ts";
import { isoOf, type World } from "./world.ts";

/** Longest place of a component: container, row or section, child; `components.0` each. */
const MAX_PLACE = 8;

/** A value without its undefined fields. */
function defined(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, it]) => it !== undefined));
}

/** The embeds of a message; undefined when the field was not sent. */
export function embedsOf(
  form: Form,
  uploads: readonly APIAttachment[],
): APIEmbed[] | undefined {
  if (!form.has("embeds")) return undefined;
  const embeds = form.forms("embeds", 10) ?? [];
  return embeds.map((embed) => embedOf(embed, uploads) as unknown as APIEmbed);
}

function embedOf(embed: Form, uploads: readonly APIAttachment[]): Record<string, unknown> {
  const footer = embed.form("footer");
  const author = embed.form("author");
  const fields = embed.forms("fields", 25)?.map((field) => ({
    name: field.text("name", { max: 256 }) ?? "",
    value: field.text("value", { max: 1024 }) ?? "",
    inline: field.yesNo("inline") ?? false,
  }));
  return defined({
    type: "rich",
    title: embed.text("title", { max: 256 }) || undefined,
    description: embed.text("description", { max: 4096 }) || undefined,
    url: embed.text("url"),
    color: embed.whole("color", { min: 0, max: 0xffffff }),
    timestamp: timestampOf(embed),
    image: pictureOf(embed.form("image"), uploads),
    thumbnail: pictureOf(embed.form("thumbnail"), uploads),
    footer: footer && defined({ text: footer.text("text", { max: 2048 }) ?? "", ...icon(footer) }),
    author: author && defined({
      name: author.text("name", { max: 256 }) ?? "",
      url: author.text("url"),
      ...icon(author),
    }),
    fields: fields?.length ? fields : undefined,
  });
}

function icon(form: Form): { icon_url?: string } {
  const url = form.text("icon_url");
  return url === undefined ? {} : { icon_url: url };
}

function timestampOf(embed: Form): string | undefined {
  const text = embed.text("timestamp");
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw embed.refuse("timestamp", "DATE_TIME_TYPE_PARSE", "Not a time");
  return isoOf(time);
}

function pictureOf(form: Form | undefined, uploads: readonly APIAttachment[]) {
  const url = form?.text("url");
  if (!form || url === undefined) return undefined;
  const file = attached(form, url, uploads);
  return file
    ? { url: file.url, proxy_url: file.proxy_url, width: 0, height: 0 }
    : { url, proxy_url: url, width: 0, height: 0 };
}

/** The file that `attachment://name` means. @throws {ApiError} 50035 when there is none. */
function attached(form: Form, url: string, uploads: readonly APIAttachment[]) {
  if (!url.startsWith("attachment://")) return undefined;
  const name = url.slice("attachment://".length);
  const file = uploads.find((upload) => upload.filename === name);
  if (file) return file;
  throw form.refuse("url", "UNKNOWN_ATTACHMENT", `No file of the message is named ${name}`);
}

/** The components of a message, numbered; undefined when the field was not sent. */
export function componentsOf(
  form: Form,
  uploads: readonly APIAttachment[],
): APIMessageTopLevelComponent[] | undefined {
  if (!form.has("components")) return undefined;
  const list = form.forms("components", 40) ?? [];
  const taken = new Set(list.flatMap(idsUsed));
  let last = 0;
  const nextId = () => {
    do last++; while (taken.has(last));
    return last;
  };
  const shown = list.map((component) => shownComponent(component, { nextId, uploads }));
  return shown as unknown as APIMessageTopLevelComponent[];
}

function idsUsed(component: Form): number[] {
  return [component.whole("id") ?? 0, ...childrenOf(component).flatMap(idsUsed)];
}

function childrenOf(component: Form): Form[] {
  if (component.path.split(".").length > MAX_PLACE) {
    throw component.refuse("components", "COMPONENT_DEPTH", "Nested too deeply");
  }
  const accessory = component.form("accessory");
  return [...component.forms("components") ?? [], ...accessory ? [accessory] : []];
}

interface Showing {
  readonly nextId: () => number;
  readonly uploads: readonly APIAttachment[];
}

/** Fields that Discord adds to what was sent, by component type. */
const DEFAULTS: Readonly<Record<number, Record<string, unknown>>> = {
  3: { min_values: 1, max_values: 1 },
  5: { min_values: 1, max_values: 1 },
  6: { min_values: 1, max_values: 1 },
  7: { min_values: 1, max_values: 1 },
  8: { min_values: 1, max_values: 1 },
  11: { description: null, spoiler: false },
  13: { name: null, size: null, spoiler: false },
  14: { spacing: 1, divider: true },
  17: { accent_color: null, spoiler: false },
};

function shownComponent(component: Form, showing: Showing): Record<string, unknown> {
  const type = component.whole("type") ?? 0;
  const sent = Object.entries(component.fields).filter(([, value]) => value !== null);
  const id = component.whole("id") || showing.nextId();
  const children = component.forms("components")?.map((it) => shownComponent(it, showing));
  const accessory = component.form("accessory");
  const media = component.form("media");
  const file = component.form("file");
  return defined({
    ...DEFAULTS[type],
    ...Object.fromEntries(sent),
    type,
    id,
    components: children,
    accessory: accessory && shownComponent(accessory, showing),
    media: media && mediaOf(media, showing),
    file: file && mediaOf(file, showing),
    items: component.forms("items", 10)?.map((item) => ({
      description: item.text("description") ?? null,
      spoiler: item.yesNo("spoiler") ?? false,
      media: mediaOf(item.form("media") ?? item, showing),
    })),
  });
}

function mediaOf(form: Form, { uploads, nextId }: Showing) {
  const url = form.text("url") ?? "";
  const file = attached(form, url, uploads);
  return {
    id: file?.id ?? String(nextId()),
    url: file?.url ?? url,
    proxy_url: file?.proxy_url ?? url,
    width: null,
    height: null,
    content_type: file?.content_type ?? null,
    ...(file && { attachment_id: file.id }),
  };
}

/** Everything that text components say, for mentions and for reading. */
export function textIn(components: readonly unknown[] | undefined): string {
  return (components ?? []).map((component) => {
    const { type, content, components: inner } = component as {
      readonly type: number;
      readonly content?: string;
      readonly components?: readonly unknown[];
    };
    return type === 10 ? content ?? "" : textIn(inner);
  }).filter((text) => text !== "").join("\n");
}

/**
 * Stores the files of a request, and lists them behind those that stay. `attachments` says which
 * stay, and names and describes the new ones by their number; without it all stay.
 */
export function uploadsOf(world: World, form: Form, sent: {
  readonly channelId: string;
  readonly files: readonly SentFile[];
  readonly old: readonly APIAttachment[];
}): readonly APIAttachment[] {
  const listed = form.forms("attachments", 10);
  const keys = listed?.map(keyOf);
  const kept = sent.old.filter((file) => !form.has("attachments") || keys?.includes(file.id));
  if (kept.length + sent.files.length > 10) {
    throw form.refuse("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length");
  }
  const added = sent.files.map((file) => {
    const note = listed?.find((item) => keyOf(item) === String(file.index));
    return storeFile(world, file, { channelId: sent.channelId, note });
  });
  return [...kept, ...added];
}

/** The number of a new file, sent as text or as a number, or the id of an old one. */
function keyOf(item: Form): string | undefined {
  return typeof item.fields["id"] === "number" ? String(item.whole("id")) : item.text("id");
}

function storeFile(world: World, file: SentFile, { channelId, note }: {
  readonly channelId: string;
  readonly note: Form | undefined;
}): APIAttachment {
  if (file.bytes.length > MAX_FILE_BYTES) {
    throw fileTooLarge();
  }
  const id = world.nextId();
  const filename = (note?.text("filename") ?? file.name).replace(/[^\w.-]/g, "_") || "unknown";
  const path = `/attachments/${channelId}/${id}/${filename}`;
  world.files.set(path, file.bytes);
  const description = note?.text("description", { max: 1024 });
  return {
    id,
    filename,
    size: file.bytes.length,
    url: world.filesUrl + path,
    proxy_url: world.filesUrl + path,
    content_type: file.type,
    ...(description !== undefined && { description }),
  };
}
