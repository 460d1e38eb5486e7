/**
 * Embeds within Discord's limits: whatever is too long is cut, whatever is empty or invalid is left
 * out, so that no content from the game can make Discord refuse a message.
 * @module
 */

import { cut } from "./text.ts";
import type { Embed } from "./surface.ts";

/** Lime: it worked. */
export const SUCCESS = 0x80FF00;

/** Red: it did not. */
export const FAILURE = 0xFF0000;

/** How the embeds of one bot look. */
export interface Look {
  /** Stands in every footer, such as "Bliss Bot V2". */
  readonly botName: string;
  /** Address of the picture beside it; undefined: none. */
  readonly iconUrl: string | undefined;
  /** 0xRRGGBB where an embed names no colour. */
  readonly color: number;
}

/** An embed as Discord's API takes it. */
export interface DiscordEmbed {
  title?: string;
  description?: string;
  url?: string;
  color: number;
  fields?: { name: string; value: string; inline: boolean }[];
  footer: { text: string; icon_url?: string };
  image?: { url: string };
  thumbnail?: { url: string };
  timestamp?: string;
}

/** Stands where Discord demands a text and there is none. */
const NOTHING = "–";

/** Limits of Discord, in characters. */
const MAX = { title: 256, description: 4096, fieldName: 256, fieldValue: 1024, footer: 2048 };
const MAX_FIELDS = 25;
const MAX_URL = 2048;

/** Limit of all texts of all embeds of one message together; in no public description of the API. */
const MAX_TOTAL = 6000;

/** Between the note and the bot's name in the footer. */
const SEPARATOR = " · ";

/** Longer names of bots are cut, so that ten titles and footers fit into the total. */
const MAX_BOT_NAME = 80;

/** One embed within its own limits; {@linkcode toDiscordEmbeds} also keeps the total. */
export function toDiscordEmbed(embed: Embed, look: Look): DiscordEmbed {
  const title = textOf(embed.title, MAX.title);
  const description = textOf(embed.description, MAX.description);
  const fields = fieldsOf(embed);
  const image = pictureOf(embed.image);
  const thumbnail = pictureOf(embed.thumbnail);
  const isBare = !title && !description && fields.length === 0 && !image && !thumbnail;
  return {
    color: colorOf(embed, look),
    footer: footerOf(embed.note, look),
    ...(title && { title }),
    ...((description || isBare) && { description: description || NOTHING }),
    ...(fields.length > 0 && { fields }),
    ...(isWebAddress(embed.url) && { url: embed.url }),
    ...(image && { image: { url: image } }),
    ...(thumbnail && { thumbnail: { url: thumbnail } }),
    ...(embed.at && !Number.isNaN(embed.at.getTime()) && { timestamp: embed.at.toISOString() }),
  };
}

/**
 * The embeds of one message, within the limit of 6000 characters for all of them: titles and bot
 * names stay, then notes, fields and descriptions get what is left, the first ones first.
 */
export function toDiscordEmbeds(embeds: readonly Embed[], look: Look): DiscordEmbed[] {
  const made = embeds.map((embed) => toDiscordEmbed(embed, look));
  if (sum(made, headLength) > MAX_TOTAL) {
    for (const embed of made) embed.footer.text = footerOf(undefined, look).text;
  }
  let left = MAX_TOTAL - sum(made, headLength);
  for (const embed of made) {
    if (!embed.fields) continue;
    embed.fields = embed.fields.filter((field) => {
      const length = field.name.length + field.value.length;
      left -= length;
      if (left >= 0) return true;
      left += length;
      return false;
    });
  }
  for (const embed of made) {
    if (embed.description === undefined) continue;
    embed.description = cut(embed.description, left);
    left -= embed.description.length;
    if (embed.description === "") delete embed.description;
  }
  return made;
}

function headLength(embed: DiscordEmbed): number {
  return (embed.title?.length ?? 0) + embed.footer.text.length;
}

function sum<T>(items: readonly T[], length: (item: T) => number): number {
  return items.reduce((total, item) => total + length(item), 0);
}

/** Cut to its limit; empty when there is nothing to see, which Discord refuses in most places. */
function textOf(text: string | null | undefined, max: number): string {
  return text && text.trim() !== "" ? cut(text, max) : "";
}

function fieldsOf({ fields = [] }: Embed): NonNullable<DiscordEmbed["fields"]> {
  return fields.map(({ name, value, inline = false }) => ({
    name: textOf(name, MAX.fieldName),
    value: textOf(value, MAX.fieldValue),
    inline,
  }))
    .filter(({ name, value }) => name || value)
    .slice(0, MAX_FIELDS)
    .map((field) => ({ ...field, name: field.name || NOTHING, value: field.value || NOTHING }));
}

function colorOf({ color }: Embed, look: Look): number {
  if (color === "success") return SUCCESS;
  if (color === "failure") return FAILURE;
  return Number.isInteger(color) && color! >= 0 && color! <= 0xFFFFFF ? color! : look.color;
}

function footerOf(note: string | undefined, look: Look): DiscordEmbed["footer"] {
  const name = cut(look.botName, MAX_BOT_NAME);
  const before = textOf(note, MAX.footer - name.length - SEPARATOR.length);
  return {
    text: before ? before + SEPARATOR + name : name,
    ...(isWebAddress(look.iconUrl) && { icon_url: look.iconUrl }),
  };
}

/** Whether Discord takes it for a link or a picture. */
function isWebAddress(url: string | undefined): url is string {
  return url !== undefined && url.length <= MAX_URL && /^https?:\/\//i.test(url) &&
    URL.canParse(url);
}

function pictureOf(url: string | undefined): string | undefined {
  return isWebAddress(url) || (url && /^attachment:\/\/[\w.-]+$/.test(url)) ? url : undefined;
}
