/**
 * Encodes archives: the container of profiles and tribes, as files or embedded in a world. Knows
 * nothing of players.
 * @module
 */
import { ByteWriter } from "./bytes.ts";
import { ARCHIVE_NAMES } from "./names.ts";
import { encodeProperties, type Encoder, type Property } from "./properties.ts";

/** Unreal's own versions, which save version 14 and archive version 7 began to store. */
export const UNREAL_VERSIONS = [522, 1013] as const;

/** One object of an archive; others refer to it by its position. */
export interface ArchiveObject {
  guid: string;
  className: string;
  names: readonly string[];
  properties: readonly Property[];
}

/** 7 is today's; 5 and 6 have the property layout of save version 13 and fewer header fields. */
export type ArchiveVersion = 5 | 6 | 7;

/** One archive as bytes. Source: asa-save-format 10 (versions 5 and 6 only as other parsers read them). */
export function encodeArchive(
  objects: readonly ArchiveObject[],
  version: ArchiveVersion = 7,
): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  const to: Encoder = { out, names: ARCHIVE_NAMES, layout: version === 7 ? 14 : 13 };
  out.i32(version);
  if (version === 7) { for (const unreal of UNREAL_VERSIONS) out.i32(unreal); }
  out.i32(objects.length);
  const offsetsAt = objects.map((object) => encodeHeader(out, object));
  for (const [i, object] of objects.entries()) {
    out.patchI32(offsetsAt[i]!, out.length);
    if (version === 7) out.u8(0); // control byte
    encodeProperties(to, object.properties);
    // Only the first object repeats its GUID.
    out.i32(i === 0 ? 1 : 0);
    if (i === 0) out.guid(object.guid);
  }
  return out.copy();
}

/** Appends the header record of an object and returns where its properties' offset belongs. */
export function encodeHeader(
  out: ByteWriter,
  object: Omit<ArchiveObject, "properties">,
  location?: readonly number[],
): number {
  out.guid(object.guid);
  out.string(object.className);
  out.i32(0); // "is an item"
  out.i32(object.names.length);
  for (const name of object.names) out.string(name);
  out.i32(0); // "from a data file"
  out.i32(0); // index of the data file
  out.i32(location === undefined ? 0 : 1);
  for (const part of location ?? []) out.f32(part);
  const offsetAt = out.length;
  out.i32(0);
  out.i32(0);
  return offsetAt;
}
