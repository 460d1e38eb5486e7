/**
 * Rules for a message: that it holds something, its length, embeds and mentions.
 * @module
 */

import { sumBy } from "es-toolkit";
import type { SentFile } from "./api.ts";
import { messageComponentProblems } from "./component_rules.ts";
import {
  hasScheme,
  inside,
  isRecord,
  type Json,
  lengthOf,
  list,
  most,
  type Problem,
  records,
  text,
} from "./problems.ts";

/** The problem that Discord refuses with a code of its own, 50006. */
export const EMPTY_MESSAGE = "must not be an empty message";

/** Message flag for components of the second version. */
const IS_COMPONENTS_V2 = 1 << 15;
/** Section, text, gallery, file, separator, container: beside rows in second-version messages. */
const ONLY_V2 = [9, 10, 12, 13, 14, 17];
const EMBED_SCHEMES = /^(https?|attachment):/i;
const EMBED_URLS = [
  "url",
  "image.url",
  "thumbnail.url",
  "footer.icon_url",
  "author.url",
  "author.icon_url",
];

/** What is wrong with a message that is to be written, files included. */
export function newMessageProblems(message: Json, files: readonly SentFile[]): Problem[] {
  const hasSomething = text(message["content"]).trim() !== "" ||
    records(message["embeds"]).some((embed) => Object.keys(embed).length > 0) ||
    list(message["components"]).length > 0 || list(message["sticker_ids"]).length > 0 ||
    files.length > 0 || isRecord(message["poll"]) || isRecord(message["shared_client_theme"]) ||
    isForward(message["message_reference"]);
  const empty = { place: "body", problem: EMPTY_MESSAGE };
  return [
    ...(hasSomething ? [] : [empty]),
    ...v2FlagProblems(message),
    ...messageProblems(message),
  ];
}

function isForward(reference: unknown): boolean {
  return isRecord(reference) && reference["type"] === 1;
}

/** In an edit the flag may be missing: the message has it already. */
function v2FlagProblems(message: Json): Problem[] {
  if (isV2(message)) return [];
  return records(message["components"]).flatMap((component, index) =>
    isOnlyV2(component)
      ? [{ place: `components[${index}].type`, problem: "needs the flag IS_COMPONENTS_V2" }]
      : []
  );
}

function isOnlyV2({ type }: Json): boolean {
  return ONLY_V2.some((known) => known === type);
}

/** What is wrong with the fields of a message, which may be an edit of a few. */
export function messageProblems(message: Json): Problem[] {
  const components = records(message["components"]);
  const hasV2 = isV2(message) || components.some(isOnlyV2);
  return [
    ...(lengthOf(message["content"]) > 2000 ? [most("content", 2000, "characters")] : []),
    ...embedProblems(message["embeds"]),
    ...mentionProblems(message["allowed_mentions"]),
    ...messageComponentProblems(message, { hasV2 }),
  ];
}

function isV2(message: Json): boolean {
  const { flags } = message;
  return typeof flags === "number" && (flags & IS_COMPONENTS_V2) !== 0;
}

function embedProblems(value: unknown): Problem[] {
  const embeds = records(value);
  const total = sumBy(embeds, (embed) =>
    lengthOf(embed["title"]) + lengthOf(embed["description"]) +
    lengthOf(inside(embed, "footer.text")) + lengthOf(inside(embed, "author.name")) +
    sumBy(records(embed["fields"]), (field) => lengthOf(field["name"]) + lengthOf(field["value"])));
  return [
    ...(total > 6000 ? [most("embeds", 6000, "characters in all embeds together")] : []),
    ...embeds.flatMap((embed, index) =>
      EMBED_URLS.filter((place) => !hasScheme(inside(embed, place), EMBED_SCHEMES))
        .map((place) => ({ place: `embeds[${index}].${place}`, problem: "must be a web address" }))
    ),
  ];
}

function mentionProblems(value: unknown): Problem[] {
  if (!isRecord(value)) return [];
  return ["users", "roles"]
    .filter((kind) => list(value["parse"]).includes(kind) && list(value[kind]).length > 0)
    .map((kind) => ({
      place: `allowed_mentions.${kind}`,
      problem: `must not list ids while parse has "${kind}"`,
    }));
}
