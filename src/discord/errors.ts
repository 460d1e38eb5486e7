/**
 * What a failed call to Discord looks like to the rest of the program: one error with status, code
 * and route, and a sentence for people with the next step. Sends nothing itself.
 * @module
 */

/** What is known about a failed call. */
export interface RestFailure {
  readonly method: string;
  /** Below `/api/v10`; tokens in it are masked here. */
  readonly path: string;
  /** HTTP status; 0 when there was no answer or nothing was sent. */
  readonly status: number;
  /** The answer as it came, Discord's JSON or something else. */
  readonly body?: string;
  /** What was wrong, where there is no answer or it does not tell. */
  readonly text?: string;
  /** What to do now, where status and code do not tell. */
  readonly remedy?: string;
}

/** What to do about Discord's error codes (JSON `code`) and, below them, HTTP statuses. */
const REMEDIES: Readonly<Record<number, string>> = {
  10003: "the channel was deleted: choose another one or let the bot make it again",
  10004: "the bot is not in that server: invite it with the link that start shows",
  10008: "the message was deleted: send a new one",
  10015: "the answer to that interaction is gone: run the command again",
  10062: "the answer came later than 3 seconds: run the command again",
  30013: "the server has 500 channels: delete channels that nobody needs",
  40060: "this interaction was answered already: run the command again",
  50001: "let the bot's role see the channel (View Channel)",
  50007: "the member does not take direct messages from this server: ask them to allow it",
  50013:
    "give the bot's role the missing permission; the invite link that start shows has them all",
  50027: "more than 15 minutes passed since the command: run it again",
  50083: "open the thread again and unlock it, or give the bot Manage Threads",
  0: "check the network and discordstatus.com; BlissBot tries again by itself",
  401: "reset the token in Discord's developer portal (page Bot) and put it into the configuration",
  403: "check the bot's roles and permissions",
  404: "check that it still exists and that the bot can see it",
  429: "wait a little; BlissBot slows down by itself",
};

/** For what Discord itself would have said otherwise. */
const NOT_DISCORD =
  "check the network, a proxy on the way, and api_url in section [discord] of config.toml";

/**
 * Discord will never take this text, whatever it does not like: AutoMod, its filter of links, or a
 * rule that we do not know. Source: Discord's documentation, "JSON Error Codes".
 */
const TEXT_REFUSED = [50006, 50035, 200_000, 200_001, 240_000];

/** Longer texts are cut: an error is a line. */
const MAX_TEXT = 300;

/** Discord refused a call, did not answer it, or it was not sent. The only error of REST calls. */
export class DiscordRestError extends Error {
  override readonly name = "DiscordRestError";
  /** HTTP status; 0 when there was no answer or nothing was sent. */
  readonly status: number;
  /** Discord's JSON error code, such as 50013; undefined when the answer had none. */
  readonly code: number | undefined;
  /** Method and path with tokens masked, such as `POST /channels/1/messages`. */
  readonly route: string;
  /** Whether Discord itself refuses the bot's token; a proxy on the way may answer 401 as well. */
  readonly isTokenRefused: boolean;

  constructor({ method, path, status, body = "", text, remedy }: RestFailure) {
    const route = `${method} ${maskedPath(path)}`;
    const answer = answerOf(body);
    const what = text ?? answer?.text ?? `HTTP status ${status}, not from Discord itself`;
    const line = maskedPath(what.slice(0, MAX_TEXT)).replace(/\s+/g, " ");
    super(`Cannot ${route}: ${line}; ${remedy ?? remedyOf(status, answer)}`);
    this.status = status;
    this.code = answer?.code;
    this.route = route;
    this.isTokenRefused = status === 401 && answer !== undefined && answer.code === undefined;
  }

  /** Whether what the call was about does not exist (any more): deleted, expired, or never there. */
  get isUnknown(): boolean {
    return this.status === 404;
  }

  /** Whether Discord refuses the message's text for good, so that sending it again is useless. */
  get isTextRefused(): boolean {
    return TEXT_REFUSED.includes(this.code ?? 0);
  }
}

/**
 * A path, or a text that contains some, without query and without the tokens that the paths of
 * interactions and webhooks carry. Ids stay.
 */
export function maskedPath(text: string): string {
  return text
    .replace(/(\/(?:interactions|webhooks)\/[^/?\s]*\/)[^/?\s]+/g, "$1***")
    .replace(/(\/[^\s?]*)\?\S*/g, "$1");
}

interface DiscordAnswer {
  readonly text: string;
  readonly code: number | undefined;
  /** The category already has 50 channels; Discord says so inside code 50035 only. */
  readonly isCategoryFull: boolean;
}

/** Discord's own refusal `{code, message, errors}`, or undefined when it is something else. */
function answerOf(body: string): DiscordAnswer | undefined {
  const json = parsed(body);
  if (!isRecord(json) || typeof json["message"] !== "string") return undefined;
  // Code 0 is Discord's "no code": the status says it all.
  const code = typeof json["code"] === "number" && json["code"] ? json["code"] : undefined;
  const said = [json["message"] + (code ? ` (${code})` : ""), ...detailsOf(json["errors"])]
    .join(", ");
  return { text: said, code, isCategoryFull: body.includes("CHANNEL_PARENT_MAX_CHANNELS") };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Discord nests what is wrong by field: `{embeds: {0: {title: {_errors: [{message}]}}}}`. */
function detailsOf(errors: unknown, field = ""): string[] {
  // Deeper than any request: whatever this is, it is not Discord's.
  if (!isRecord(errors) || field.split(".").length > 20) return [];
  return Object.entries(errors).flatMap(([key, value]) =>
    key === "_errors" && Array.isArray(value)
      ? value.filter(isRecord).map(({ message }) =>
        `${field || "body"}: ${JSON.stringify(message)}`
      )
      : detailsOf(value, field ? `${field}.${key}` : key)
  );
}

function remedyOf(status: number, answer: DiscordAnswer | undefined): string {
  if (answer?.isCategoryFull) return "the category has 50 channels: delete some or use another one";
  if (status >= 300 && status < 400) return "check api_url in section [discord] of config.toml";
  if (status >= 500) return REMEDIES[0]!;
  if (!answer && [401, 403, 404].includes(status)) return NOT_DISCORD;
  return (answer?.code ? REMEDIES[answer.code] : undefined) ?? REMEDIES[status] ??
    "this is a mistake in BlissBot: report it with this line";
}
