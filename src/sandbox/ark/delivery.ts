/**
 * How an answer goes out, and how it goes wrong on demand.
 * @module
 */

import { delay } from "es-toolkit";
import type { Connection } from "./connection.ts";
import type { Trouble } from "./faults.ts";
import { encodePacket, joined, type Packet } from "./packets.ts";

/** An answer on its way. */
export interface Delivery {
  /** None for a new connection, which asked for nothing. */
  readonly packets: readonly Packet[];
  /** Pause between the packets, in real milliseconds. */
  readonly gapMs: number;
  readonly trouble: Trouble | undefined;
}

/** Sends an answer, or does what goes wrong instead. */
export function deliver(connection: Connection, { packets, gapMs, trouble }: Delivery): void {
  const frames = packets.map(encodePacket);
  const [first, ...others] = frames;
  const send = (parts: readonly Uint8Array[]) => sendAll(connection, { parts, gapMs });
  switch (trouble?.kind) {
    case "silence":
      return;
    case "reset":
      return connection.reset();
    case "close":
      return connection.finish();
    case "cut":
      connection.send(joined(frames).subarray(0, trouble.bytes));
      return connection.finish();
    case "late":
      delay(trouble.ms, { signal: connection.ended }).then(() => send(frames), () => {});
      return;
    case "bytes":
      return connection.send(trouble.bytes);
    case "id":
      return send(packets.map((packet) => encodePacket({ ...packet, id: trouble.id })));
    case "extra":
      return send(withExtra([first ?? new Uint8Array(), ...others], trouble));
    default:
      return send(frames);
  }
}

function withExtra(
  [first, ...others]: [Uint8Array, ...Uint8Array[]],
  { bytes, where }: Extract<Trouble, { kind: "extra" }>,
): Uint8Array[] {
  if (where === "joined") return [joined([bytes, first]), ...others];
  return where === "before" ? [bytes, first, ...others] : [first, bytes, ...others];
}

interface Parts {
  readonly parts: readonly Uint8Array[];
  readonly gapMs: number;
}

function sendAll(connection: Connection, { parts, gapMs }: Parts): void {
  for (const [index, part] of parts.entries()) {
    if (index > 0 && gapMs > 0) connection.pause(gapMs);
    connection.send(part);
  }
}
