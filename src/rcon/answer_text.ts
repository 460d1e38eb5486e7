/**
 * Bytes of an answer to text. Knows nothing of what an answer says.
 * @module
 */

/**
 * Text of an answer, whatever the bytes are. A server sends UTF-8 or, without a plug-in for it, one
 * byte per character. Control characters but line feeds and tabs are left out, and so is the
 * `" \n "` or `"\n "` that the game puts at the end of every answer.
 */
export function decodeAnswer(bytes: Uint8Array): string {
  return textOf(bytes)
    // deno-lint-ignore no-control-regex
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "")
    .replace(/ ?\n $/, "");
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}
