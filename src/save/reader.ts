/**
 * A little-endian cursor over bytes that never reads outside them. Knows numbers and texts; does
 * not know names, properties or objects.
 * @module
 */

import { Buffer } from "node:buffer";

/** Bytes of a save that contradict the format. Always caught per object; the rest is kept. */
export class SaveDataError extends Error {
  /** @param offset Byte position at which the contradiction was seen. */
  constructor(reason: string, readonly offset: number) {
    super(reason);
    this.name = "SaveDataError";
  }
}

// A mark at the start of a player's name belongs to the name.
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const UTF16 = new TextDecoder("utf-16le", { ignoreBOM: true });

/** Reads `bytes` from `pos` up to `end`; every method moves `pos` or throws {@linkcode SaveDataError}. */
export class Cursor {
  readonly #view: DataView;
  /** @param bytes What is read; not copied. @param pos Where to start. @param end First byte that may not be read. */
  constructor(readonly bytes: Uint8Array, public pos = 0, public end: number = bytes.length) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes left before `end`. */
  get left(): number {
    return this.end - this.pos;
  }

  /** Moves on by `size` bytes and gives the position before; the single bounds check of this file. */
  take(size: number): number {
    const at = this.pos;
    if (size < 0 || size > this.end - at) {
      throw new SaveDataError(`${size} bytes wanted, ${this.end - at} left`, at);
    }
    this.pos = at + size;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.take(1));
  }
  i8(): number {
    return this.#view.getInt8(this.take(1));
  }
  u16(): number {
    return this.#view.getUint16(this.take(2), true);
  }
  i16(): number {
    return this.#view.getInt16(this.take(2), true);
  }
  u32(): number {
    return this.#view.getUint32(this.take(4), true);
  }
  i32(): number {
    return this.#view.getInt32(this.take(4), true);
  }
  u64(): bigint {
    return this.#view.getBigUint64(this.take(8), true);
  }
  i64(): bigint {
    return this.#view.getBigInt64(this.take(8), true);
  }
  f32(): number {
    return this.#view.getFloat32(this.take(4), true);
  }
  f64(): number {
    return this.#view.getFloat64(this.take(8), true);
  }

  /** A view of the next `size` bytes, not a copy. */
  slice(size: number): Uint8Array {
    const at = this.take(size);
    return this.bytes.subarray(at, at + size);
  }

  /** The next 16 bytes as 32 lower-case hex digits, in file order. */
  guid(): string {
    return guidText(this.bytes, this.take(16));
  }

  /**
   * A count of things that take at least `unit` bytes each.
   * @throws {SaveDataError} when so many cannot follow, so no count can make us allocate more than
   * the input justifies.
   */
  count(unit: number): number {
    const at = this.pos, count = this.i32();
    if (count < 0 || count * unit > this.left) {
      throw new SaveDataError(`impossible count ${count}`, at);
    }
    return count;
  }

  /** An FString: length, text, NUL; a negative length counts UTF-16 units. Empty is "". */
  text(): string {
    const at = this.pos, length = this.i32();
    if (length === 0) return "";
    // Math.abs before doubling: -2^31 must not wrap.
    const start = this.take(length > 0 ? length : Math.abs(length) * 2);
    const { bytes } = this;
    if (length < 0) {
      if (bytes[this.pos - 1] !== 0 || bytes[this.pos - 2] !== 0) {
        throw new SaveDataError("text without its end", at);
      }
      return UTF16.decode(bytes.subarray(start, this.pos - 2));
    }
    if (bytes[this.pos - 1] !== 0) throw new SaveDataError("text without its end", at);
    return narrowText(bytes, start, this.pos - 1);
  }

  /** Moves past an FString without building it. */
  skipText(): void {
    const length = this.i32();
    this.take(length >= 0 ? length : Math.abs(length) * 2);
  }
}

/** Up to here joining characters is quicker than the decoder. */
const SHORT_TEXT = 64;

/** ASCII in real saves; above that UTF-8 where valid, else Latin-1. */
function narrowText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > SHORT_TEXT) return longText(bytes.subarray(start, end));
  let text = "";
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x80) return longText(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
}

function longText(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  }
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The 16 bytes at `at` as 32 lower-case hex digits, in file order. */
export function guidText(bytes: Uint8Array, at: number): string {
  let text = "";
  for (let i = at; i < at + 16; i++) text += HEX[bytes[i]!];
  return text;
}
