/**
 * Encodes what a cryopod holds: a dino and its status component, squeezed by a zero-run code and
 * zlib, inside the item's `CustomItemDatas`. Knows no inventories.
 * @module
 */
import { deflateSync } from "node:zlib";
import { type ArchiveObject, encodeHeader, UNREAL_VERSIONS } from "./archive.ts";
import { ByteWriter } from "./bytes.ts";
import { ARCHIVE_NAMES, CryopodNames } from "./names.ts";
import { CHARACTER_TAIL, COMPONENT_TAIL, type Place3D } from "./objects.ts";
import {
  array,
  Bytes,
  Double,
  encodeProperties,
  type Encoder,
  Float,
  Name,
  type Property,
  SoftObj,
  Str,
  struct,
} from "./properties.ts";

/** 0x0407 is today's; 0x0406 was made under save version 13 and keeps its property layout. */
export type PodVersion = 0x0406 | 0x0407;

/**
 * The game's code for runs of zeros, applied before zlib.
 *
 * Source: asa-save-format 12.1, whose encoder equals the game's on 20 real pods.
 */
export function encodeWildcards(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(bytes.length + 16);
  for (let at = 0; at < bytes.length;) at += encodeWildcard(out, bytes, at);
  return out.copy();
}

/** Encodes what starts at `at` and returns how many input bytes that covers. */
function encodeWildcard(out: ByteWriter, bytes: Uint8Array, at: number): number {
  const byte = bytes[at]!;
  if (byte === 0) {
    if (isTwoSmallInts(bytes, at)) {
      out.u8(0xff);
      out.u8(bytes[at + 3]!);
      out.u8(bytes[at + 7]!);
      return 11;
    }
    let zeros = 1;
    while (zeros < 14 && bytes[at + zeros] === 0) zeros++;
    out.u8(zeros === 1 ? 0 : 0xf0 | zeros);
    return zeros;
  }
  if (byte < 0xf0) {
    out.u8(byte);
    return 1;
  }
  const next = bytes[at + 1] ?? 0;
  if (next >= 0xf0) {
    out.u8(0xf1);
    out.u8(((byte & 15) << 4) | (next & 15));
    return 2;
  }
  out.u8(0xf0);
  out.u8(byte);
  return 1;
}

/** Whether the next 11 bytes are `00 00 00 a 00 00 00 b 00 00 00` with a ≠ 0. */
function isTwoSmallInts(bytes: Uint8Array, at: number): boolean {
  if (at + 11 > bytes.length || bytes[at + 3] === 0) return false;
  return [0, 1, 2, 4, 5, 6, 8, 9, 10].every((offset) => bytes[at + offset] === 0);
}

/** What a pod's first slot holds. */
export interface PodContent {
  dino: ArchiveObject;
  /** The dino's `MyCharacterStatusComponent` must be `{ index: 1 }`. */
  status: ArchiveObject;
  /** Where the dino stood when it was caught. */
  caughtAt: Place3D;
}

/**
 * The first slot of a pod as bytes. The runtime's zlib packs a little differently than the game's,
 * everything inside is the same.
 *
 * Source: asa-save-format 12.1, 12.2, 21.
 */
export function encodePod(content: PodContent, version: PodVersion): Uint8Array<ArrayBuffer> {
  const { payload, namesOffset } = encodePayload(content, version);
  const squeezed = encodeWildcards(payload);
  const out = new ByteWriter();
  out.i32(version);
  out.i32(squeezed.length);
  out.i32(namesOffset);
  out.bytes(deflateSync(squeezed, { level: 6 }));
  return out.copy();
}

function encodePayload({ dino, status, caughtAt }: PodContent, version: PodVersion) {
  const out = new ByteWriter();
  const names = new CryopodNames();
  const to: Encoder = { out, names, layout: version === 0x0407 ? 14 : 13 };
  const objects = [
    // Six floats: x, y, z, pitch, yaw, roll.
    { ...dino, location: [caughtAt.x, caughtAt.y, caughtAt.z, 0, caughtAt.yawDegrees ?? 0, 0] },
    { ...status, location: undefined },
  ];
  if (version === 0x0407) { for (const unreal of UNREAL_VERSIONS) out.i32(unreal); }
  out.i32(objects.length);
  const offsetsAt = objects.map((object) => encodeHeader(out, object, object.location));
  for (const [i, object] of objects.entries()) {
    out.patchI32(offsetsAt[i]!, out.length);
    // As in archives, the control byte came with version 14; for 0x0406 that is inferred.
    if (version === 0x0407) out.u8(0);
    encodeProperties(to, object.properties);
    out.i32(1);
    out.guid(object.guid);
    out.bytes(i === 0 ? CHARACTER_TAIL : COMPONENT_TAIL);
  }
  const namesOffset = out.length;
  names.writeTable(out);
  return { payload: out.copy(), namesOffset };
}

/** The saddle or costume slot: a bare property list. Source: asa-save-format 12.3. */
export function encodeSaddle(
  properties: readonly Property[],
  version: PodVersion,
): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  const isNew = version === 0x0407;
  out.i32(0x01bedead);
  out.i32(isNew ? 7 : 6);
  if (isNew) { for (const unreal of UNREAL_VERSIONS) out.i32(unreal); }
  encodeProperties({ out, names: ARCHIVE_NAMES, layout: isNew ? 14 : 13 }, properties);
  return out.copy();
}

const CustomItemData = struct("CustomItemData", { native: true });
const ByteArrays = struct("CustomItemByteArrays");
const ByteArray = struct("CustomItemByteArray");
const Doubles = struct("CustomItemDoubles");

/** What the item of a filled pod carries besides its slots. */
export interface PodLabel {
  dinoClass: string;
  /** Instance name, "Name - Lvl N (Species)", colour ids, "", MALE or FEMALE. */
  strings: readonly string[];
  /** Current stat values, then their maxima. */
  stats: readonly number[];
  /** Game time at which the dino was caught. */
  caughtAtSeconds: number;
}

/**
 * The `CustomItemDatas` property of a filled pod.
 *
 * @param slots Dino, saddle, costume, hat, gear, pet; the game fills absent ones with one byte.
 */
export function customItemDatas(slots: readonly Uint8Array[], label: PodLabel): Property {
  const byteArrays = slots.map((bytes) => [Bytes.of("Bytes", bytes)]);
  const { caughtAtSeconds } = label;
  const dinoData = [
    ByteArrays.of("CustomDataBytes", [array(ByteArray).of("ByteArrays", byteArrays)]),
    Doubles.of("CustomDataDoubles", [
      array(Double).of("Doubles", [caughtAtSeconds, -caughtAtSeconds]),
    ]),
    array(Str).of("CustomDataStrings", label.strings),
    array(Float).of("CustomDataFloats", label.stats),
    Name.of("CustomDataName", "Dino"),
    array(SoftObj).of("CustomDataSoftClasses", [label.dinoClass]),
  ];
  return array(CustomItemData).of("CustomItemDatas", [dinoData]);
}
