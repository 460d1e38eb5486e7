/**
 * The schemas of Discord's API description and how values are compared with them, by ajv. The
 * description is adapted on the way: where it is stricter than Discord, where clients send more than
 * it names, and where ajv's errors would be many for one mistake.
 * @module
 */

import type { ErrorObject, FuncKeywordDefinition, ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { sortBy, sumBy, uniq } from "es-toolkit";
import { isRecord, type Problem } from "./problems.ts";

/** A part of the document, in its JSON Schema dialect. */
export type Schema = Record<string, unknown>;

/** What the document says of one method of one path. */
export interface Operation {
  readonly parameters?: readonly { in: string; name: string; required?: boolean; schema: Schema }[];
  readonly requestBody?: { readonly content: Record<string, { schema: Schema }> };
  readonly responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

/** Permission bits are described as integers; clients send decimal strings, and Discord takes both. */
const BIT_FIELDS = ["allow", "deny", "permissions", "default_member_permissions"];

const DECIMAL = "^[0-9]+$";

/** What clients send beyond the document and Discord takes, by a field that the schema names. */
const UNDOCUMENTED: Readonly<Record<string, readonly string[]>> = {
  embeds: ["tts", "enforce_nonce"], // discord.js, with every message
  auto_archive_duration: ["type"], // discord.js, also for a thread on a message
  deny: ["id"], // Discordeno, with an overwrite whose id is in the path
};

/** The document's schemas in the form that ajv checks well, each compiled when first needed. */
export class Schemas {
  readonly #ajv: Ajv2020;
  readonly #components: Schema;
  readonly #isClosed: boolean;
  readonly #compiled = new Map<Schema | Operation, ValidateFunction>();

  /** @param options `isClosed`: fields that the document does not name are problems. */
  constructor(components: Schema, options: { isClosed: boolean }) {
    this.#isClosed = options.isClosed;
    this.#components = components;
    this.#ajv = new Ajv2020({
      strict: false,
      allErrors: true,
      inlineRefs: false,
      validateSchema: false,
      formats: { snowflake: /^[0-9]{1,20}$/, nonce: true },
    });
    addFormats.default(this.#ajv, ["int32", "int64", "double", "uri", "date-time"]);
    this.#ajv.addKeyword(unionKeyword((schema) => this.#ajv.compile(schema)));
    this.#ajv.addSchema({ $id: "discord", components: this.#adapt(components) });
  }

  /** What is wrong with `value` as `schema`, a part of the document, has it. */
  problems(schema: Schema, value: unknown): Problem[] {
    return this.#problems(schema, () => schema, value);
  }

  /** What is wrong with the query of a request. */
  queryProblems(operation: Operation, query: URLSearchParams): Problem[] {
    const known = (operation.parameters ?? []).filter((parameter) => parameter.in === "query");
    const value = Object.fromEntries([...query.keys()].map((name) => {
      const schema = known.find((parameter) => parameter.name === name)?.schema;
      return [name, fromQuery(query.getAll(name), this.#typeOf(schema))];
    }));
    const shape = () => ({
      type: "object",
      properties: Object.fromEntries(known.map(({ name, schema }) => [name, schema])),
      required: known.filter(({ required }) => required).map(({ name }) => name),
    });
    return this.#problems(operation, shape, value)
      .map(({ place, problem }) => ({ place: `query.${place}`, problem }));
  }

  #problems(key: Schema | Operation, shape: () => Schema, value: unknown): Problem[] {
    let check = this.#compiled.get(key);
    if (check === undefined) {
      check = this.#ajv.compile(this.#adapt(shape()) as Schema);
      this.#compiled.set(key, check);
    }
    return check(value) ? [] : check.errors!.map(toProblem);
  }

  #typeOf(schema: Schema | undefined): unknown {
    const name = String(schema?.["$ref"] ?? "").split("/").at(-1)!;
    const named = (this.#components["schemas"] as Record<string, Schema>)[name];
    return (named ?? schema)?.["type"];
  }

  #adapt(node: unknown): unknown {
    if (Array.isArray(node)) return node.map((item) => this.#adapt(item));
    if (!isRecord(node)) return node;
    const adapted: Schema = {};
    for (const [key, value] of Object.entries(node)) {
      if (key === "$ref") adapted[key] = `discord${value}`;
      else if (key === "properties") adapted[key] = this.#adaptProperties(value as Schema);
      else if (key !== "oneOf" && key !== "anyOf") adapted[key] = this.#adapt(value);
      else Object.assign(adapted, alternatives(this.#adapt(value) as Schema[]));
    }
    // One operation of the document has an empty list, which ajv refuses to compile.
    if (Array.isArray(adapted["enum"]) && adapted["enum"].length === 0) delete adapted["enum"];
    // Beside an enum, allOf only names the larger list that it is taken from.
    if (adapted["enum"]) delete adapted["allOf"];
    if (this.#isClosed && adapted["properties"]) adapted["additionalProperties"] ??= false;
    return adapted;
  }

  #adaptProperties(properties: Schema): Schema {
    const adapted = this.#adapt({ ...properties }) as Record<string, Schema>;
    for (const name of BIT_FIELDS) {
      const field = adapted[name];
      if (field === undefined || !String(field["type"]).includes("integer")) continue;
      field["type"] = [field["type"], "string"].flat();
      field["pattern"] = DECIMAL;
    }
    for (const [beside, names] of Object.entries(UNDOCUMENTED)) {
      if (beside in adapted) names.forEach((name) => adapted[name] ??= {});
    }
    return adapted;
  }
}

/** A list of constants becomes an enum, everything else our `union`: both give one clear error. */
function alternatives(branches: Schema[]): Schema {
  const areConstants = branches.every((branch) => "const" in branch);
  return areConstants ? { enum: branches.map((branch) => branch["const"]) } : { union: branches };
}

/**
 * `oneOf`/`anyOf` with useful errors: those of the branch that was meant, which {@linkcode missBy}
 * decides. Takes the first branch that fits, since some of the document's branches overlap.
 */
function unionKeyword(compile: (schema: Schema) => ValidateFunction): FuncKeywordDefinition {
  return {
    keyword: "union",
    errors: "full",
    compile(branches: Schema[]) {
      const checks: ValidateFunction[] = [];
      const check = (value: unknown, place?: { instancePath: string }): boolean => {
        let best: ErrorObject[] | undefined;
        for (const [index, branch] of branches.entries()) {
          // Compiled late, because branches may contain the union itself.
          const checkBranch = checks[index] ??= compile(branch);
          if (checkBranch(value)) return true;
          const errors = checkBranch.errors!;
          if (best === undefined || missBy(errors) < missBy(best)) best = errors;
        }
        if (best !== undefined && missBy(best) >= 10_000) best = [noSuchType(checks)];
        const at = place?.instancePath ?? "";
        check.errors = (best ?? []).map((error) => ({
          ...error,
          instancePath: at + error.instancePath,
        }));
        return false;
      };
      check.errors = [] as ErrorObject[];
      return check;
    },
  };
}

/** The error of a value of another `type`, or of another type, than any branch: names all there are. */
function noSuchType(checks: ValidateFunction[]): ErrorObject {
  const errors = checks.flatMap((check) => check.errors ?? []);
  const tagged = errors.filter(({ instancePath, keyword }) =>
    instancePath === "/type" && keyword === "enum"
  );
  if (tagged.length > 0) {
    const allowedValues = sortBy(tagged.flatMap(({ params }) => params["allowedValues"]), [Number]);
    return { ...tagged[0]!, params: { allowedValues } };
  }
  const type = uniq(
    errors.flatMap(({ keyword, params }) => keyword === "type" ? params["type"] : []),
  );
  return { ...errors[0]!, keyword: "type", params: { type } };
}

/** How far a value is from a branch: the wrong `type` tells most, then fields it does not have. */
function missBy(errors: ErrorObject[]): number {
  return sumBy(errors, ({ instancePath, keyword }) => {
    if (instancePath === "/type" || (instancePath === "" && keyword === "type")) return 10_000;
    return keyword === "additionalProperties" ? 100 : 1;
  });
}

function fromQuery(values: string[], type: unknown): unknown {
  const [value = ""] = values;
  if (type === "array" || values.length > 1) return values;
  if (type === "boolean") return value === "true" ? true : value === "false" ? false : value;
  if (type === "integer" && /^-?\d+$/.test(value)) return Number(value);
  return value;
}

function toProblem({ instancePath, keyword, message, params }: ErrorObject): Problem {
  const place = instancePath.replaceAll(/\/(\d+)/g, "[$1]").replaceAll("/", ".")
    .replace(/^\./, "");
  const inside = (name: string) => place === "" ? name : `${place}.${name}`;
  if (keyword === "required") {
    return { place: inside(params["missingProperty"]), problem: "is missing" };
  }
  if (keyword === "additionalProperties") {
    return { place: inside(params["additionalProperty"]), problem: "is not documented" };
  }
  return { place: place || "body", problem: sentenceOf(keyword, params) ?? message ?? keyword };
}

/** Plainer words than ajv's for what happens most. */
function sentenceOf(keyword: string, params: Record<string, unknown>): string | undefined {
  const { limit, allowedValues, type, pattern } = params;
  if (keyword === "maxLength") return `must be at most ${limit} characters`;
  if (keyword === "maxItems" || keyword === "maximum") return `must be at most ${limit}`;
  if (keyword === "enum") return `must be one of ${[allowedValues].flat().join(", ")}`;
  if (keyword === "type") return `must be ${[type].flat().join(" or ")}`;
  if (pattern === DECIMAL) return "must be a decimal number";
  return undefined;
}
