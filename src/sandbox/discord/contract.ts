/**
 * Compares REST requests and answers with Discord's own description of its API (the OpenAPI
 * document), and requests also with the hand-written rules, which hold without the document. Knows
 * nothing of the world: whether a channel exists or a message may be sent is for the routes.
 * @module
 */

import { isRecord, type Problem } from "./problems.ts";
import { ruleProblems, type SentRequest } from "./rules.ts";
import { type Operation, type Schema, Schemas } from "./schemas.ts";

/** An answer on its way to the client. */
export interface SentAnswer {
  readonly method: string;
  /** Path of the description, such as `/channels/{channel_id}`. */
  readonly route: string;
  readonly status: number;
  /** Parsed; undefined when there is none. */
  readonly body: unknown;
}

/** What Discord promises and demands. */
export interface Contract {
  /** False when no document was given: then only the hand-written rules apply. */
  readonly isComplete: boolean;
  /** The document's operations, such as `GET /channels/{channel_id}`; empty without a document. */
  readonly routes: readonly string[];
  /**
   * What is wrong with a request, a line each: route, place, what is wrong. At most one line per
   * place. Lines hold no values, so no secrets either.
   */
  checkRequest(request: SentRequest): string[];
  /** What is wrong with an answer, in the same form. */
  checkAnswer(answer: SentAnswer): string[];
}

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: Schema;
}

/** Reading and preparing the document takes about 0.2 s, so a process does it once per path. */
const opened = new Map<string, Promise<Contract>>();

/**
 * The contract by the document at `path`; without a path, by the hand-written rules alone.
 * @throws Error when the file cannot be read or is not Discord's OpenAPI document.
 */
export function openContract(path: string | undefined): Promise<Contract> {
  if (path === undefined) return Promise.resolve(rulesAlone);
  let contract = opened.get(path);
  if (contract === undefined) {
    contract = readDocument(path).then(contractOf);
    opened.set(path, contract);
  }
  return contract;
}

async function readDocument(path: string): Promise<Document> {
  try {
    const document: unknown = JSON.parse(await Deno.readTextFile(path));
    if (!isDocument(document)) throw new Error("it has no paths of Discord's API");
    return document;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Cannot read Discord's OpenAPI document ${path}: ${reason}; ` +
        "give the path of openapi.json from Discord's API specification, or none",
    );
  }
}

function isDocument(value: unknown): value is Document {
  return isRecord(value) && isRecord(value["components"]) && isRecord(value["paths"]) &&
    "/channels/{channel_id}/messages" in value["paths"];
}

const rulesAlone: Contract = {
  isComplete: false,
  routes: [],
  checkRequest: (request) => toLines(request, ruleProblems(request)),
  checkAnswer: (answer) => toLines(answer, answer.status < 400 ? [] : refusalProblems(answer)),
};

function contractOf(document: Document): Contract {
  const operations = operationsOf(document);
  allowForwards(document.components);
  const requests = new Schemas(document.components, { isClosed: true });
  const answers = new Schemas(document.components, { isClosed: false });

  function bodyProblems(operation: Operation, request: SentRequest): Problem[] {
    const schema = operation.requestBody?.content["application/json"]?.schema;
    if (schema === undefined) return [];
    if (request.body === undefined && request.files.length > 0) return [];
    if (request.body === undefined) return [{ place: "body", problem: "is missing" }];
    return requests.problems(schema, request.body);
  }

  function answerProblems(answer: SentAnswer): Problem[] {
    if (answer.status >= 400) return refusalProblems(answer);
    const operation = operations.get(`${answer.method} ${answer.route}`);
    const response = operation?.responses[answer.status];
    if (response === undefined) {
      return [{ place: `status ${answer.status}`, problem: "is not documented" }];
    }
    const schema = response.content?.["application/json"]?.schema;
    if (schema !== undefined) return answers.problems(schema, answer.body);
    return answer.body === undefined ? [] : [{ place: "body", problem: "must be empty" }];
  }

  return {
    isComplete: true,
    routes: [...operations.keys()],
    checkRequest(request) {
      const operation = operations.get(`${request.method} ${request.route}`);
      if (operation === undefined) {
        return toLines(request, [{ place: "route", problem: "is not documented" }]);
      }
      return toLines(request, [
        ...ruleProblems(request),
        ...bodyProblems(operation, request),
        ...requests.queryProblems(operation, request.query),
      ]);
    },
    checkAnswer: (answer) => toLines(answer, answerProblems(answer)),
  };
}

/** Discord's documentation has a kind of reference, 1 for a forwarded message, which the document lacks. */
function allowForwards(components: Schema): void {
  const { schemas } = components as { schemas?: Record<string, { oneOf?: unknown[] }> };
  schemas?.["MessageReferenceType"]?.oneOf?.push({ const: 1 });
}

/** Literal path parts come before `{…}` ones, so that a server which tries in order is right. */
function operationsOf({ paths }: Document): Map<string, Operation> {
  const braces = (path: string) => path.split("{").length;
  const ordered = Object.entries(paths).sort(([a], [b]) => braces(a) - braces(b));
  return new Map(
    ordered.flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([method]) => method !== "parameters")
        .map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const)
    ),
  );
}

/**
 * The form of every refusal. Written by hand, since the document demands a `code` that Discord
 * leaves out of most 429s.
 */
function refusalProblems({ status, body }: SentAnswer): Problem[] {
  if (!isRecord(body)) return [{ place: "body", problem: "must be an object" }];
  const kindOf = (name: string) => typeof body[name];
  const fields = status === 429
    ? { message: "string", retry_after: "number", global: "boolean" }
    : { message: "string", code: "number" };
  return Object.entries(fields)
    .filter(([name, kind]) => kindOf(name) !== kind)
    .map(([place, kind]) => ({ place, problem: `must be a ${kind}` }));
}

function toLines(of: { method: string; route: string }, problems: Problem[]): string[] {
  const firstAt = new Map<string, string>();
  for (const { place, problem } of problems) {
    if (!firstAt.has(place)) firstAt.set(place, problem);
  }
  return [...firstAt].map(([place, problem]) => `${of.method} ${of.route}: ${place} ${problem}`);
}
