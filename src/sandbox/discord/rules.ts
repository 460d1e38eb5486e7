/**
 * Discord's rules that its API description leaves out, written by hand: limits over several fields,
 * what a message or a command must have, what excludes what. Looks at one request alone; what
 * depends on the state of a channel or a message is for the routes.
 *
 * Numbers are those of Discord's developer documentation. Text is counted in code points.
 * @module
 */

import type { SentFile } from "./api.ts";
import { choiceProblems, commandSetProblems } from "./command_rules.ts";
import { modalProblems } from "./component_rules.ts";
import { messageProblems, newMessageProblems } from "./message_rules.ts";
import {
  hasRepeats,
  isRecord,
  type Json,
  lengthOf,
  list,
  most,
  nameProblems,
  type Problem,
  within,
} from "./problems.ts";

/** A request as the client sent it, its route found. */
export interface SentRequest {
  readonly method: string;
  /** Path of the description, such as `/channels/{channel_id}`. */
  readonly route: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** JSON body, or `payload_json` of a form. */
  readonly body: unknown;
  readonly files: readonly SentFile[];
  /** `X-Audit-Log-Reason`, decoded. */
  readonly reason?: string | undefined;
}

const [MAX_FILES, MAX_REASON] = [10, 512];

const CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback";
const NEW_MESSAGE = [
  "POST /channels/{channel_id}/messages",
  "POST /webhooks/{webhook_id}/{webhook_token}",
];
const EDITED_MESSAGE = [
  "PATCH /channels/{channel_id}/messages/{message_id}",
  "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original",
  "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
];
const NEW_THREAD = [
  "POST /channels/{channel_id}/threads",
  "POST /channels/{channel_id}/messages/{message_id}/threads",
];
const COMMANDS =
  /^(PUT|POST) \/applications\/\{application_id\}\/(guilds\/\{guild_id\}\/)?commands$/;

/** What the hand-written rules find wrong. Takes any JSON; what has the wrong type is passed over. */
export function ruleProblems(request: SentRequest): Problem[] {
  const isLong = lengthOf(request.reason) > MAX_REASON;
  const reason = isLong ? [most("reason", MAX_REASON, "characters")] : [];
  return [...reason, ...contentProblems(request)];
}

function contentProblems(request: SentRequest): Problem[] {
  const key = `${request.method} ${request.route}`;
  const body = isRecord(request.body) ? request.body : {};
  const isCrowded = request.files.length > MAX_FILES;
  const files = isCrowded ? [most("files", MAX_FILES, "files")] : [];
  if (NEW_MESSAGE.includes(key)) return [...files, ...newMessageProblems(body, request.files)];
  if (EDITED_MESSAGE.includes(key)) return [...files, ...messageProblems(body)];
  if (key === CALLBACK) return [...files, ...callbackProblems(body, request.files)];
  if (NEW_THREAD.includes(key)) return threadProblems(body, request.files);
  if (COMMANDS.test(key)) return commandSetProblems(request.body);
  if (key.endsWith("/messages/bulk-delete")) return bulkDeleteProblems(body);
  return files;
}

function callbackProblems(body: Json, files: readonly SentFile[]): Problem[] {
  const data = isRecord(body["data"]) ? body["data"] : {};
  const problems = () => {
    if (body["type"] === 4) return newMessageProblems(data, files);
    if (body["type"] === 7) return messageProblems(data);
    if (body["type"] === 8) return choiceProblems(data);
    if (body["type"] === 9) return modalProblems(data);
    return [];
  };
  return within("data", problems());
}

function threadProblems(body: Json, files: readonly SentFile[]): Problem[] {
  const message = isRecord(body["message"]) ? body["message"] : undefined;
  return [
    ...nameProblems("name", body["name"], 100),
    ...(message === undefined ? [] : within("message", newMessageProblems(message, files))),
  ];
}

function bulkDeleteProblems(body: Json): Problem[] {
  const ids = list(body["messages"]);
  if (ids.length < 2 || ids.length > 100) {
    return [{ place: "messages", problem: "must be 2 to 100 ids" }];
  }
  return hasRepeats(ids) ? [{ place: "messages", problem: "must not repeat an id" }] : [];
}
