/**
 * One exchange over Discord's REST API, as the local Discord sees it: what came in, what goes out,
 * and how a route refuses. Knows neither HTTP nor the world behind the routes.
 * @module
 */

import type { Application } from "./world.ts";

/** Largest file of a guild without boosts. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** The refusal of a larger one. */
export function fileTooLarge(): ApiError {
  return new ApiError(413, 40005, "Request entity too large");
}

/** A file that came with a request. */
export interface SentFile {
  /** Number of its `files[n]` part, which `attachments[].id` refers to. */
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** A request whose route was found. */
export interface RestRequest {
  /** Values of the route's `{…}` parts, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The JSON body, or `payload_json` of a form; undefined when there is none. */
  readonly body: unknown;
  readonly files: readonly SentFile[];
  /** Whose token was sent. Undefined only on routes that carry a token in their path. */
  readonly app: Application | undefined;
}

/** What a route answers; without a body it is empty. */
export interface RestAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** Serves one route. Throws {@linkcode ApiError} to refuse. */
export type RouteHandler = (request: RestRequest) => RestAnswer | Promise<RestAnswer>;

/** Handlers by method and path of Discord's API description: `GET /channels/{channel_id}`. */
export type Routes = Readonly<Record<string, RouteHandler>>;

/** A refusal in Discord's own form: HTTP status, JSON error code, message. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    /** Further fields of the answer, such as `errors` by field. */
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}
