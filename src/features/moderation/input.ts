/**
 * What moderators type, checked: reasons, lengths of bans, links. Knows no players.
 * @module
 */

import { Refusal } from "../../discord/surface.ts";
import { fillEach } from "../../discord/texts.ts";
import { parseLength } from "../length.ts";
import { readableName } from "../names.ts";
import { TEXTS } from "./texts.ts";

/** Values of options; those left out are missing. */
type Typed = string | number | boolean | undefined;

/** Six-bots, "Options used everywhere". */
const LONGEST_REASON = 200;
const LONGEST_LINK = 400;

/** A reason or note on one line, without invisible signs; may be empty. @throws {Refusal} when it is too long */
export function readNote(typed: Typed): string {
  const text = readableName(String(typed ?? ""));
  const { length } = [...text];
  if (length <= LONGEST_REASON) return text;
  const values = { length: String(length), most: String(LONGEST_REASON) };
  throw new Refusal("WRONG_INPUT", fillEach(TEXTS.tooLong, values));
}

/** The same, where something must be said. @throws {Refusal} */
export function readReason(typed: Typed): string {
  const reason = readNote(typed);
  if (reason === "") throw new Refusal("WRONG_INPUT", TEXTS.noReason);
  return reason;
}

/** Milliseconds, see {@linkcode parseLength}; undefined when nothing was typed. @throws {Refusal} */
export function readLength(typed: Typed): number | undefined {
  if (typed === undefined) return undefined;
  const ms = parseLength(String(typed));
  if (ms !== undefined) return ms;
  throw new Refusal("WRONG_INPUT", TEXTS.wrongLength);
}

/** The address of a page, undefined when nothing was typed. @throws {Refusal} */
export function readLink(typed: Typed): string | undefined {
  if (typed === undefined) return undefined;
  const url = URL.parse(String(typed).trim());
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  if (url && isWeb && url.href.length <= LONGEST_LINK) return url.href;
  throw new Refusal("WRONG_INPUT", TEXTS.wrongLink);
}
