/**
 * Growing little-endian byte writer with the primitives of a save: numbers, FStrings, GUIDs. Knows
 * no names, properties or objects.
 * @module
 */

const GUID_PATTERN = /^[0-9a-f]{32}$/;

/** The null GUID: "no object". */
export const NO_GUID = "0".repeat(32);

/** Appends values to one buffer that doubles when full; `clear()` makes it ready for reuse. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  #length = 0;

  constructor(capacityBytes = 1024) {
    this.#bytes = new Uint8Array(capacityBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far, and so the offset of the next value. */
  get length(): number {
    return this.#length;
  }

  /** What was written, as a view that is only valid until the next write or `clear()`. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** What was written, as a copy of its own. */
  copy(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  /** Forgets what was written and keeps the memory. */
  clear(): void {
    this.#length = 0;
  }

  /** Unsigned byte. */
  u8(value: number): void {
    const at = this.#reserve(1);
    this.#view.setUint8(at, value);
  }

  /** 16-bit integer, signed or unsigned: the bytes are the same. */
  i16(value: number): void {
    const at = this.#reserve(2);
    this.#view.setInt16(at, value, true);
  }

  /** 32-bit integer, signed or unsigned: the bytes are the same. */
  i32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setInt32(at, value, true);
  }

  /** 64-bit integer, signed or unsigned: the bytes are the same. */
  i64(value: bigint): void {
    const at = this.#reserve(8);
    this.#view.setBigInt64(at, value, true);
  }

  /** IEEE single. */
  f32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setFloat32(at, value, true);
  }

  /** IEEE double. */
  f64(value: number): void {
    const at = this.#reserve(8);
    this.#view.setFloat64(at, value, true);
  }

  /** Raw bytes. */
  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
  }

  /** `count` zero bytes. */
  zeros(count: number): void {
    const at = this.#reserve(count);
    this.#bytes.fill(0, at, at + count);
  }

  /**
   * FString: int32 length including the final NUL; negative for UTF-16, which the game uses as soon
   * as one character is not ASCII; zero and nothing else for the empty text.
   *
   * Source: asa-save-format 3.
   */
  string(text: string): void {
    if (text === "") return this.i32(0);
    const start = this.#length;
    const at = this.#reserve(4 + text.length + 1);
    this.#view.setInt32(at, text.length + 1, true);
    for (let i = 0; i < text.length; i++) {
      const char = text.charCodeAt(i);
      if (char >= 0x80) {
        this.#length = start;
        return this.#wideString(text);
      }
      this.#bytes[at + 4 + i] = char;
    }
    this.#bytes[at + 4 + text.length] = 0;
  }

  /**
   * GUID from 32 lower-case hex digits in file order.
   *
   * @throws RangeError when the text is anything else.
   */
  guid(hex: string): void {
    if (!GUID_PATTERN.test(hex)) {
      throw new RangeError(`Cannot write a GUID: "${hex}" is not 32 lower-case hex digits`);
    }
    const at = this.#reserve(16);
    for (let part = 0; part < 4; part++) {
      this.#view.setUint32(at + part * 4, parseInt(hex.slice(part * 8, part * 8 + 8), 16));
    }
  }

  /** Overwrites the int32 at `at`: sizes and offsets that are known only afterwards. */
  patchI32(at: number, value: number): void {
    this.#view.setInt32(at, value, true);
  }

  #wideString(text: string): void {
    const at = this.#reserve(4 + (text.length + 1) * 2);
    this.#view.setInt32(at, -(text.length + 1), true);
    for (let i = 0; i < text.length; i++) {
      this.#view.setUint16(at + 4 + i * 2, text.charCodeAt(i), true);
    }
    this.#view.setUint16(at + 4 + text.length * 2, 0, true);
  }

  /** Makes room for `count` bytes, counts them as written and returns where they start. */
  #reserve(count: number): number {
    const at = this.#length;
    this.#length = at + count;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
}
