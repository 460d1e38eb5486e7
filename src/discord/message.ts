/**
 * Messages and forms in the form in which Discord's API takes them, within its limits. Texts that
 * are too long are cut; a structure that Discord would refuse is an error of the caller.
 * @module
 */

import { type DiscordEmbed, type Look, toDiscordEmbeds } from "./embed.ts";
import type { Button, Form, Link, OutgoingFile, OutgoingMessage, Select } from "./surface.ts";
import { cut } from "./text.ts";

/** A message as JSON for Discord; what is left out stays as it is when a message is edited. */
export interface DiscordMessageBody {
  content?: string;
  embeds?: DiscordEmbed[];
  components?: DiscordRow[];
  /** Names and descriptions of the files, by their number in the upload. */
  attachments?: { id: string; filename: string; description?: string }[];
  allowed_mentions: { parse: []; users?: string[]; roles?: string[] };
}

/** A row of buttons, or of one menu. */
export interface DiscordRow {
  type: typeof ROW;
  components: Record<string, unknown>[];
}

/** A form as JSON for Discord. */
export interface DiscordForm {
  custom_id: string;
  title: string;
  components: Record<string, unknown>[];
}

/** Numbers of Discord's component types. */
const ROW = 1;
const BUTTON = 2;
const MENU = 3;
const TEXT_INPUT = 4;
const LABEL = 18;

const STYLES = { primary: 1, secondary: 2, success: 3, danger: 4 };
const LINK_STYLE = 5;

/** Stands where Discord demands a text and there is none. */
const NOTHING = "–";

/**
 * A message for Discord's API. Nobody is notified but those in `mentions`.
 *
 * In an edit, parts that are left out stay as they are; an empty text or list takes them away.
 *
 * @throws {RangeError} when there is nothing in the message, or its structure cannot be sent: too
 * many embeds, rows, buttons or files, a menu without choices, ids missing, too long or repeated.
 */
export function toDiscordMessage(
  message: OutgoingMessage,
  look: Look,
): { readonly body: DiscordMessageBody; readonly files: readonly OutgoingFile[] } {
  const { text, embeds, rows, files = [] } = message;
  const isEmpty = !text?.trim() && !embeds?.length && !rows?.length && files.length === 0;
  check(!isEmpty, "it is empty; give it a text, an embed, a row or a file");
  check((embeds?.length ?? 0) <= 10, `it has ${embeds?.length} embeds, allowed are 10`);
  check(files.length <= 10, `it has ${files.length} files, allowed are 10`);
  return {
    body: {
      ...(text !== undefined && { content: cut(text, 2000) }),
      ...(embeds && { embeds: toDiscordEmbeds(embeds, look) }),
      ...(rows && { components: rowsOf(rows) }),
      ...(files.length > 0 && { attachments: files.map(attachmentOf) }),
      allowed_mentions: mentionsOf(message.mentions),
    },
    files,
  };
}

/**
 * A message that takes the place of another one, of which nothing is left: an edit keeps whatever it
 * does not name. Rows alone, which cannot be a message, only change the rows.
 *
 * @throws {RangeError} as {@linkcode toDiscordMessage} does.
 */
export function toDiscordEdit(
  message: OutgoingMessage,
  look: Look,
): ReturnType<typeof toDiscordMessage> {
  const { text, embeds, files } = message;
  const isRowsOnly = text === undefined && embeds === undefined && files === undefined;
  if (isRowsOnly) return toDiscordMessage(message, look);
  const whole = toDiscordMessage({ text: "", embeds: [], rows: [], ...message }, look);
  return { ...whole, body: { attachments: [], ...whole.body } };
}

/**
 * A form for Discord's API, with a label component around each field.
 *
 * @throws {RangeError} when it has no fields or more than five, or ids are missing, too long or
 * repeated.
 */
export function toDiscordForm(form: Form): DiscordForm {
  const { fields } = form;
  check(fields.length >= 1 && fields.length <= 5, `its form has ${fields.length} fields, not 1–5`);
  checkIds([form.id, ...fields.map(({ id }) => id)]);
  return { custom_id: form.id, title: textOf(form.title, 45), components: fields.map(fieldOf) };
}

function check(isRight: boolean, wrong: string): void {
  if (!isRight) throw new RangeError(`Cannot send the message: ${wrong}`);
}

function checkIds(ids: readonly string[]): void {
  for (const id of ids) {
    check(id.length >= 1 && id.length <= 100, `"${id}" is not an id of 1 to 100 characters`);
  }
  check(new Set(ids).size === ids.length, `an id stands in it twice: ${ids.join(", ")}`);
}

/** A text that must not be empty. */
function textOf(text: string, max: number): string {
  return text.trim() === "" ? NOTHING : cut(text, max);
}

function attachmentOf({ name, description }: OutgoingFile, id: number) {
  return {
    id: String(id),
    filename: name,
    ...(description && { description: cut(description, 1024) }),
  };
}

function mentionsOf({ users = [], roles = [] }: NonNullable<OutgoingMessage["mentions"]> = {}) {
  const some = (ids: readonly string[]) => [...new Set(ids)].slice(0, 100);
  return {
    parse: [] as [],
    ...(users.length > 0 && { users: some(users) }),
    ...(roles.length > 0 && { roles: some(roles) }),
  };
}

function rowsOf(rows: NonNullable<OutgoingMessage["rows"]>): DiscordRow[] {
  check(rows.length <= 5, `it has ${rows.length} rows, allowed are 5`);
  checkIds(rows.flat().flatMap((part) => part.kind === "link" ? [] : [part.id]));
  return rows.map((row) => {
    const most = row.some(({ kind }) => kind === "select") ? 1 : 5;
    check(
      row.length >= 1 && row.length <= most,
      `a row has ${row.length} parts; allowed are one menu, or 1 to 5 buttons and links`,
    );
    return { type: ROW, components: row.map(partOf) };
  });
}

function partOf(part: Button | Link | Select): Record<string, unknown> {
  switch (part.kind) {
    case "button":
      return buttonOf(part);
    case "link":
      check(
        URL.canParse(part.url) && part.url.length <= 512,
        `"${cut(part.url, 100)}" is not an address of up to 512 characters`,
      );
      return { type: BUTTON, style: LINK_STYLE, url: part.url, label: textOf(part.label, 80) };
    case "select":
      return menuOf(part);
  }
}

function buttonOf(button: Button): Record<string, unknown> {
  const { id, label, emoji, style = "secondary", isDisabled } = button;
  return {
    type: BUTTON,
    style: STYLES[style],
    custom_id: id,
    label: textOf(label, 80),
    ...(emoji && { emoji: emojiOf(emoji) }),
    ...(isDisabled && { disabled: true }),
  };
}

/** Of this server as `<:name:id>` or `<a:name:id>`, or the character itself. */
function emojiOf(emoji: string): Record<string, unknown> {
  const [, animated, name, id] = /^<(a?):(\w+):(\d+)>$/.exec(emoji) ?? [];
  return id ? { id, name, animated: animated === "a" } : { name: emoji };
}

function menuOf(menu: Select): Record<string, unknown> {
  const choices = menu.choices.slice(0, 25); // more cannot be shown
  check(choices.length > 0, `its menu "${menu.id}" has no choices`);
  const values = choices.map(({ value }) => value);
  checkIds(values);
  return {
    type: MENU,
    custom_id: menu.id,
    ...(menu.placeholder && { placeholder: cut(menu.placeholder, 150) }),
    max_values: Math.min(menu.max ?? 1, choices.length),
    options: choices.map(({ label, value, description }) => ({
      label: textOf(label, 100),
      value,
      ...(description && { description: cut(description, 100) }),
    })),
  };
}

function fieldOf(field: Form["fields"][number]): Record<string, unknown> {
  const { id, label, description, isLong, isOptional, placeholder, value } = field;
  const maxLength = Math.min(field.maxLength ?? 4000, 4000);
  return {
    type: LABEL,
    label: textOf(label, 45),
    ...(description && { description: cut(description, 100) }),
    component: {
      type: TEXT_INPUT,
      custom_id: id,
      style: isLong ? 2 : 1,
      required: !isOptional,
      max_length: maxLength,
      ...(field.minLength !== undefined && { min_length: Math.min(field.minLength, maxLength) }),
      ...(placeholder && { placeholder: cut(placeholder, 100) }),
      ...(value && { value: cut(value, maxLength) }),
    },
  };
}
