/**
 * Faults on demand: a network that refuses, delays or holds, a gateway that flaps, REST requests
 * that go wrong. Decides what goes wrong; doing it is the server's.
 * @module
 */

import type { Front } from "./front.ts";
import type { Gateway } from "./gateway.ts";
import type { Application } from "./world.ts";

/** Which requests go wrong; all when nothing is given. */
export interface Target {
  /** Such as `POST /channels/{channel_id}/messages`. */
  readonly route?: string;
  /** Not known for first answers to interactions: name their route alone. */
  readonly app?: Application;
  /** How many requests; default 1. */
  readonly times?: number;
  /** The request is carried out first, only its answer goes wrong. */
  readonly isCarriedOut?: boolean;
}

/** What goes wrong with a request. */
export type Trouble =
  /** A page for people in place of JSON, with status 200 unless given. */
  | { readonly kind: "html"; readonly status?: number }
  /** An empty answer with this status, such as 502. */
  | { readonly kind: "status"; readonly status: number }
  /** No answer until the fault is ended, which then lets it go on, or the client gives up. */
  | { readonly kind: "stall" }
  /** The connection is cut without an answer. */
  | { readonly kind: "reset" }
  /** The request waits. */
  | { readonly kind: "latency"; readonly ms: number };

/** A fault of single requests, while it lasts. */
export interface Fault {
  readonly trouble: Trouble;
  readonly isCarriedOut: boolean;
  /** Requests it hit so far. */
  readonly hits: number;
  /** Resolves with the first hit. */
  readonly struck: Promise<void>;
  /** Resolves when it was ended. */
  readonly ended: Promise<void>;
  /** Lets stalled requests go on, and hits no more. */
  end(): void;
}

/** Ends what was begun. */
export type End = () => Promise<void>;

interface Planned extends Omit<Fault, "hits"> {
  hits: number;
  readonly target: Target;
  readonly strike: () => void;
}

/** The faults of one local Discord. */
export class Faults {
  readonly #planned = new Set<Planned>();

  constructor(readonly front: Front, readonly gateway: Gateway) {}

  /** Everything is down: connections are cut and new ones refused, until ended. */
  outage(): End {
    this.front.shut();
    return () => this.front.reopen();
  }

  /** The network holds every byte so long, both ways, gateway and REST, until ended. */
  latency(ms: number): End {
    this.front.latencyMs = ms;
    return () => Promise.resolve(void (this.front.latencyMs = 0));
  }

  /** The network accepts connections and passes nothing on, gateway and REST, until ended. */
  stall(): End {
    this.front.hold();
    return () => Promise.resolve(this.front.release());
  }

  /** The gateway accepts connections and cuts them at once, or closes them after HELLO. */
  flapping(at: "open" | "hello"): End {
    this.gateway.flapping = at;
    return () => Promise.resolve(void (this.gateway.flapping = undefined));
  }

  /** The next matching requests go wrong. */
  next(target: Target, trouble: Trouble): Fault {
    const struck = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const planned: Planned = {
      target,
      trouble,
      isCarriedOut: target.isCarriedOut ?? false,
      hits: 0,
      struck: struck.promise,
      strike: struck.resolve,
      ended: ended.promise,
      end: () => {
        this.#planned.delete(planned);
        ended.resolve();
      },
    };
    this.#planned.add(planned);
    return planned;
  }

  /** The fault that hits this request. */
  take(request: { route: string; app: Application | undefined }): Fault | undefined {
    for (const planned of this.#planned) {
      const { target, hits } = planned;
      const isMeant = (target.route ?? request.route) === request.route &&
        (target.app ?? request.app) === request.app && hits < (target.times ?? 1);
      if (!isMeant) continue;
      planned.hits++;
      planned.strike();
      return planned;
    }
    return undefined;
  }

  /** Ends all faults of requests. */
  stop(): void {
    for (const planned of [...this.#planned]) planned.end();
  }
}
