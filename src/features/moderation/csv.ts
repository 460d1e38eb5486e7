/**
 * Tables as CSV (RFC 4180) that spreadsheets show as text. Knows no bans.
 * @module
 */

/** Spreadsheets would take such a cell for a formula, and some look behind blanks. */
const FORMULA = /^\s*[=+\-@]/;

/** Rows with line ends of RFC 4180, encoded for Excel, which takes UTF-8 only with its mark. */
export function toCsv(rows: readonly (readonly string[])[]): Uint8Array<ArrayBuffer> {
  const lines = rows.map((cells) => `${cells.map(cell).join(",")}\r\n`);
  return new TextEncoder().encode(`\ufeff${lines.join("")}`);
}

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
