/**
 * Makes Discordeno's REST half safe by sending its requests through {@linkcode Lanes}: Discordeno
 * still knows the routes and writes the requests, but its queues are out of the way.
 *
 * They were replaced, not patched, because of what Discordeno 21 does there:
 * - a call to answer an interaction rejects twice when the network fails, and the second rejection
 *   is out of reach and ends the process;
 * - no call has a deadline, and a stalled one blocks its queue;
 * - a 2xx answer that is not JSON leaves the call pending for ever;
 * - a first call on a channel that gets no answer leaves that queue without slots for ever;
 * - a 429 without `X-RateLimit-Reset-After` is repeated about once a second;
 * - nothing is repeated after 5xx and network errors, and nothing says what went wrong;
 * - the second call on a new channel waits a second, and every wait is polled once a second;
 * - nothing holds a bot to 50 requests a second, and refusals are counted for one bot only although
 *   Discord counts them for the address;
 * - timers stay behind for a minute after the end;
 * - its debug lines and errors contain the tokens of interactions.
 *
 * `tests/discord/rest_guard_test.ts` has a test for each.
 * @module
 */

import type { FileContent, RestManager } from "discordeno";
import { Lanes, type LanesOptions, type Rest } from "./rest.ts";

/** What {@linkcode guardRest} needs from outside. */
export type GuardOptions = Omit<LanesOptions, "baseUrl">;

/** A bot's way to Discord's REST API, and its end. */
export interface GuardedRest extends Rest {
  /** Ends what is running and refuses what comes; leaves no timer and no connection. */
  stop(): void;
}

/** Discord takes no longer reason for the audit log. */
const MAX_REASON = 512;

/**
 * Guards a Discordeno REST manager; whatever it sends from now on goes through the returned
 * {@linkcode Rest}, and fails with a DiscordRestError.
 */
export function guardRest(rest: RestManager, options: GuardOptions): GuardedRest {
  const lanes = new Lanes({ ...options, baseUrl: () => `${rest.baseUrl}/v${rest.version}` });

  rest.makeRequest = <T>(...[method, path, extra]: Parameters<RestManager["makeRequest"]>) =>
    lanes.run({
      method,
      path,
      request: () => requestOf(rest.createRequestBody(method, extra)),
    }) as Promise<T>;

  return {
    stop: () => lanes.stop(),
    call: (method, path, { body, files, reason, ...when } = {}) => {
      const request = () =>
        requestOf(rest.createRequestBody(method, {
          body,
          ...(files && files.length > 0 && { files: files.map(asFileContent) }),
          ...(reason && { reason: reason.toWellFormed().slice(0, MAX_REASON) }),
        }));
      return lanes.run({ ...when, method, path, request });
    },
  };
}

function requestOf(
  { method, headers, body }: ReturnType<RestManager["createRequestBody"]>,
): RequestInit {
  return { method, headers, ...(body !== undefined && { body }) };
}

function asFileContent({ name, type, bytes }: {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}): FileContent {
  return { name, blob: new Blob([bytes], { type }) };
}
