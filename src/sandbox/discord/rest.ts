/**
 * Discord's REST API over HTTP: finds the route, checks token, limits and contract, asks the
 * route's handler, and keeps a record. What routes do is in `routes/`.
 * @module
 */

import { delay } from "es-toolkit";
import { emptyMessage } from "./access.ts";
import { ApiError, type RestAnswer, type RestRequest, type Routes } from "./api.ts";
import type { Contract } from "./contract.ts";
import type { Fault, Faults } from "./faults.ts";
import type { Link } from "./front.ts";
import { EMPTY_MESSAGE } from "./message_rules.ts";
import type { RateLimits, Scope } from "./rate_limits.ts";
import { isRecord } from "./problems.ts";
import { readBody } from "./request_body.ts";
import { decode, type FoundRoute, RouteTable } from "./route_table.ts";
import type { Application, World } from "./world.ts";

/** One exchange over the REST API. */
export interface Exchange {
  readonly method: string;
  /** Such as `/channels/{channel_id}/messages`; undefined for a path that does not exist. */
  readonly route: string | undefined;
  /** Below `/api/v10`, without the query. May hold the token of an interaction. */
  readonly path: string;
  /** Undefined until it is answered, and for ever when it was never answered. */
  status: number | undefined;
  /** JSON that was sent; undefined also when the request was refused before it was read. */
  body: unknown;
  /** Whose request it was, where that is known. */
  readonly appId: string | undefined;
  /** Real time in milliseconds since 1970. */
  readonly at: number;
}

/** What {@linkcode Rest} works with. */
export interface RestParts {
  readonly world: World;
  readonly routes: Routes;
  readonly contract: Contract;
  readonly rateLimits: RateLimits;
  readonly faults: Faults;
}

/** A request on its way to an answer. */
interface Job {
  readonly request: Request;
  readonly link: Link;
  readonly found: FoundRoute;
  /** Such as `GET /channels/{channel_id}`. */
  readonly route: string;
  readonly app: Application | undefined;
  readonly exchange: Exchange;
}

/** An answer in HTTP's terms. */
interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly scope?: Scope;
}

const PREFIX = /^(\/api)?(\/v10)?(?=\/)/;
const MOST_KEPT = 10_000;
const MOST_VIOLATIONS = 100;
const NOT_FOUND: Reply = { status: 404, body: { message: "404: Not Found", code: 0 } };
const NOT_ALLOWED: Reply = { status: 405, body: { message: "405: Method Not Allowed", code: 0 } };
const UNAUTHORIZED: Reply = { status: 401, body: { message: "401: Unauthorized", code: 0 } };
const PAGE = "<!DOCTYPE html><html><head><title>Bad gateway</title></head><body>502</body></html>";
const HTML = { "content-type": "text/html" };

/** The REST API of one local Discord. */
export class Rest {
  readonly requests: Exchange[] = [];
  /** Each once. */
  readonly violations: string[] = [];
  readonly #table: RouteTable;
  readonly #stopped = new AbortController();

  constructor(readonly parts: RestParts) {
    this.#table = new RouteTable(parts.routes);
  }

  /** Records an error of the local Discord itself, which has to fail the test. */
  failed(where: string, error: unknown): void {
    const text = error instanceof Error ? error.stack : String(error);
    this.#report(`${where}: the local Discord failed: ${text}`);
  }

  #report(violation: string): void {
    const isNew = !this.violations.includes(violation);
    if (isNew && this.violations.length < MOST_VIOLATIONS) this.violations.push(violation);
  }

  /** Ends what requests wait for. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Answers one request, which came over this connection. */
  async answer(request: Request, link: Link): Promise<Response> {
    const { pathname } = new URL(request.url);
    const { method } = request;
    const file = this.parts.world.files.get(decode(pathname));
    if (file !== undefined && method === "GET") return new Response(file.slice());
    const path = pathname.replace(PREFIX, "");
    const found = this.#table.find(method, path);
    if (typeof found === "string") {
      const exchange = this.#record({ method, path });
      return this.#finish(exchange, found === "unknown path" ? NOT_FOUND : NOT_ALLOWED);
    }
    const app = this.#appOf(request) ??
      this.parts.world.applications.get(found.params["webhook_id"] ?? "");
    const exchange = this.#record({ method, path, route: found.template, appId: app?.id });
    const route = `${method} ${found.template}`;
    const job = { request, link, found, route, app, exchange };
    const reply = await this.#reply(job);
    return reply === "cut" ? new Response(null) : this.#finish(exchange, reply);
  }

  #record(known: Partial<Exchange> & Pick<Exchange, "method" | "path">): Exchange {
    const unknown = { route: undefined, status: undefined, body: undefined, appId: undefined };
    const exchange: Exchange = { ...unknown, ...known, at: Date.now() };
    this.requests.push(exchange);
    if (this.requests.length > MOST_KEPT) this.requests.shift();
    return exchange;
  }

  /** The answer with whatever fault there is in it. */
  async #reply(job: Job): Promise<Reply | "cut"> {
    const fault = this.parts.faults.take(job);
    if (fault === undefined) return await this.#serve(job);
    const served = fault.isCarriedOut ? await this.#serve(job) : undefined;
    return await this.#spoil(job, fault) ?? served ?? await this.#serve(job);
  }

  #appOf(request: Request): Application | undefined {
    const header = request.headers.get("authorization");
    if (header === null) return undefined;
    for (const app of this.parts.world.applications.values()) {
      if (header === `Bot ${app.token}`) return app;
    }
    return undefined;
  }

  /** What a fault makes of a request; `cut` when there is nobody to answer, undefined: go on. */
  async #spoil(job: Job, fault: Fault): Promise<Reply | "cut" | undefined> {
    const { trouble } = fault;
    switch (trouble.kind) {
      case "html":
        return { status: trouble.status ?? 200, body: PAGE, headers: HTML };
      case "status":
        return { status: trouble.status };
      case "reset":
        job.link.cut();
        return "cut";
      case "stall":
        return await Promise.race([
          fault.ended.then(() => undefined),
          job.link.closed.then(() => "cut" as const),
        ]);
      case "latency":
        await delay(trouble.ms, { signal: this.#stopped.signal }).catch(() => {});
        return undefined;
    }
  }

  /** Everything a request goes through on the real Discord, in its order. */
  async #serve(job: Job): Promise<Reply> {
    const { found: { method, template, params, isOpen }, route, app } = job;
    if (app === undefined && !isOpen) return UNAUTHORIZED;
    const { headers, refusal } = this.parts.rateLimits.take({ route, params, app });
    if (refusal !== undefined) {
      return { status: 429, body: refusal.body, headers, scope: refusal.scope };
    }
    const { status, body } = await this.#ask(job)
      .catch((error: unknown) => this.#refusal(job, error));
    const problems = this.parts.contract.checkAnswer({ method, route: template, status, body });
    for (const problem of problems) this.#report(`Our answer: ${problem}`);
    return { status, body, headers: { ...headers, ...retryAfter(body) } };
  }

  async #ask({ request, found, app, exchange }: Job): Promise<RestAnswer> {
    const { method, template, params, handler } = found;
    const query = new URL(request.url).searchParams;
    const { body, files } = await readBody(request);
    exchange.body = body;
    const header = request.headers.get("x-audit-log-reason");
    const reason = header === null ? undefined : decode(header);
    const problems = this.parts.contract
      .checkRequest({ method, route: template, params, query, body, files, reason });
    for (const problem of problems) this.#report(problem);
    const sent = { params, query, body, files, app };
    return await handler(problems.length === 0 ? sent : malformed(sent, problems));
  }

  #refusal({ route, link }: Job, error: unknown): RestAnswer {
    if (error instanceof ApiError) {
      const { status, code, message, more } = error;
      return { status, body: { message, code, ...more } };
    }
    if (!link.isClosed) this.failed(route, error); // else the client left while it was sending
    return { status: 500, body: { message: "500: Internal Server Error", code: 0 } };
  }

  #finish(exchange: Exchange, { status, body, headers, scope }: Reply): Response {
    exchange.status = status;
    this.parts.rateLimits.countAnswer(status, scope);
    if (body === undefined) return new Response(null, { status, headers: { ...headers } });
    if (typeof body === "string") return new Response(body, { status, headers: { ...headers } });
    return Response.json(body, { status, headers: { ...headers } });
  }
}

/** Of a route that makes the client wait: slow mode. */
function retryAfter(body: unknown): Record<string, string> {
  const seconds = isRecord(body) ? body["retry_after"] : undefined;
  return typeof seconds === "number" ? { "retry-after": String(Math.ceil(seconds)) } : {};
}

/**
 * A request whose content breaks the contract: whoever looks at the content is refused. Discord too
 * looks at rights before content, so handlers that read it last refuse as Discord does.
 */
function malformed(request: RestRequest, problems: readonly string[]): RestRequest {
  const refuse = (): never => {
    if (problems.every((problem) => problem.endsWith(EMPTY_MESSAGE))) throw emptyMessage();
    const _errors = problems.map((message) => ({ code: "INVALID", message }));
    throw new ApiError(400, 50035, "Invalid Form Body", { errors: { _errors } });
  };
  return {
    ...request,
    get body() {
      return refuse();
    },
    get query() {
      return refuse();
    },
  };
}
