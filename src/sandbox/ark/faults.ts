/**
 * What goes wrong on demand with single logins and commands. Decides it; doing it is the server's.
 * @module
 */

/** Where bytes that nobody asked for come. */
export type Where =
  /** In a segment of their own before the answer. */
  | "before"
  /** Before the answer in the same segment. */
  | "joined"
  /** After the first packet of the answer. */
  | "between";

/** What goes wrong. */
export type Trouble =
  /** No answer, ever. */
  | { readonly kind: "silence" }
  /** The answer comes so much later, in real time; the server goes on meanwhile. */
  | { readonly kind: "late"; readonly ms: number }
  /** In place of the answer the connection is reset (RST). */
  | { readonly kind: "reset" }
  /** In place of the answer the connection is closed (FIN). */
  | { readonly kind: "close" }
  /** So many bytes of the answer, then the connection is closed. */
  | { readonly kind: "cut"; readonly bytes: number }
  /** These bytes in place of the answer's packets. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** This text, or these bytes, as the body of the answer. */
  | { readonly kind: "body"; readonly body: string | Uint8Array }
  /** The answer has this id. */
  | { readonly kind: "id"; readonly id: number }
  /** These bytes besides the answer, such as a Keep Alive. */
  | { readonly kind: "extra"; readonly bytes: Uint8Array; readonly where: Where };

/** What goes wrong, of what a client does. */
export interface Target {
  /**
   * Commands that match, logins, or new connections (which then have the bytes, or their end, before
   * they ask for anything). Default: every command.
   */
  readonly on?: "connect" | "login" | RegExp;
  /** How many; default 1. */
  readonly times?: number;
  /** Whether the game has carried the command out when its answer goes wrong; default true. */
  readonly isCarriedOut?: boolean;
}

/** A fault while it lasts. */
export interface Fault {
  readonly trouble: Trouble;
  readonly isCarriedOut: boolean;
  /** How often it struck. */
  readonly hits: number;
  /** Resolves with the first hit. */
  readonly struck: Promise<void>;
  /** It strikes no more. */
  end(): void;
}

/** What a client does, for {@linkcode Faults.take}. */
export type Occasion = "connect" | "login" | { readonly command: string };

interface Planned extends Fault {
  hits: number;
  readonly target: Target;
  readonly strike: () => void;
}

const EVERY_COMMAND = /^/;

/** The faults of one server. */
export class Faults {
  readonly #planned = new Set<Planned>();

  /** The next that match the target go wrong. */
  next(target: Target, trouble: Trouble): Fault {
    const { promise: struck, resolve: strike } = Promise.withResolvers<void>();
    const planned: Planned = {
      target,
      trouble,
      isCarriedOut: target.isCarriedOut ?? true,
      hits: 0,
      struck,
      strike,
      end: () => void this.#planned.delete(planned),
    };
    this.#planned.add(planned);
    return planned;
  }

  /** The fault that strikes now: the oldest that fits. */
  take(occasion: Occasion): Fault | undefined {
    for (const planned of this.#planned) {
      const { on = EVERY_COMMAND, times = 1 } = planned.target;
      const isMeant = typeof occasion === "string"
        ? on === occasion
        : on instanceof RegExp && occasion.command.search(on) >= 0;
      if (!isMeant) continue;
      planned.hits++;
      if (planned.hits >= times) planned.end();
      planned.strike();
      return planned;
    }
    return undefined;
  }
}
