/**
 * Reads what a request brings: JSON, or a form with `payload_json` and files.
 * @module
 */

import { ApiError, fileTooLarge, MAX_FILE_BYTES, type SentFile } from "./api.ts";

const FILE_PART = /^files\[(\d+)\]$/;

/** The content of a request. */
export interface SentBody {
  readonly body: unknown;
  readonly files: readonly SentFile[];
}

/** @throws ApiError when it cannot be read, or a file is too large. */
export async function readBody(request: Request): Promise<SentBody> {
  const type = request.headers.get("content-type") ?? "";
  if (type.startsWith("multipart/form-data")) return await readForm(request);
  const text = await request.text();
  if (text === "") return { body: undefined, files: [] };
  if (!type.startsWith("application/json")) {
    throw new ApiError(
      400,
      50035,
      `Expected "Content-Type" header to be one of {'application/json'}.`,
    );
  }
  return { body: parse(text), files: [] };
}

async function readForm(request: Request): Promise<SentBody> {
  const form = await request.formData().catch(() => {
    throw new ApiError(400, 50035, "Invalid Form Body");
  });
  const fields: Record<string, unknown> = {};
  const files: SentFile[] = [];
  for (const [name, value] of form) {
    const index = FILE_PART.exec(name)?.[1];
    if (typeof value === "string") fields[name] = value;
    else if (name === "payload_json") fields[name] = await value.text();
    else if (index !== undefined) files.push(await toFile(Number(index), value));
  }
  const payload = fields["payload_json"];
  return { body: typeof payload === "string" ? parse(payload) : fields, files };
}

async function toFile(index: number, file: File): Promise<SentFile> {
  if (file.size > MAX_FILE_BYTES) throw fileTooLarge();
  return { index, name: file.name, type: file.type, bytes: await file.bytes() };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, 50109, "The request body contains invalid JSON.");
  }
}
