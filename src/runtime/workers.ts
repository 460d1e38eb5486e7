/**
 * One Web Worker with the guards that a worker needs: it may crash, hang or eat all memory, and
 * only its own work fails. Knows nothing of what the worker does.
 * @module
 */

/** How a worker ended before its answer. */
export type WorkerFault = "crashed" | "stuck" | "memory" | "stopped";

/** A worker that did not answer; it is ended by then. */
export class WorkerError extends Error {
  constructor(readonly fault: WorkerFault, message: string) {
    super(message);
    this.name = "WorkerError";
  }
}

/** What a worker posts: notes on the way, then either a reply or a failure for each question. */
export type WorkerMessage<Reply, Note> =
  | { readonly note: Note }
  | { readonly reply: Reply }
  /** An expected failure, as plain data. */
  | { readonly failure: { readonly fault: string; readonly message: string } };

/** An expected failure that the worker reported itself. It lives on. */
export class WorkerFailure extends Error {
  constructor(readonly fault: string, message: string) {
    super(message);
    this.name = "WorkerFailure";
  }
}

/** Bounds of a worker. */
export interface WorkerLimits {
  /** Longest silence while a question is open, milliseconds. */
  readonly silenceMs: number;
  /** Most memory that the process may grow by while a question is open, bytes. */
  readonly memoryBytes: number;
}

interface Question<Reply, Note> {
  readonly answer: PromiseWithResolvers<Reply>;
  readonly onNote: (note: Note) => void;
}

/** How often memory is looked at. V8 ends the whole process when it runs out, so we must be first. */
const MEMORY_CHECK_MS = 100;

/** A running worker that answers one question at a time. */
export class WorkerTask<Request, Reply, Note = never> {
  readonly #worker: Worker;
  readonly #limits: WorkerLimits;
  #open: Question<Reply, Note> | undefined;
  #ended: WorkerError | undefined;

  /** @param module URL of the worker's module. */
  constructor(module: URL, limits: WorkerLimits) {
    this.#limits = limits;
    this.#worker = new Worker(module, { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<WorkerMessage<Reply, Note>>) =>
      this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault(); // otherwise the process dies with its worker
      this.#end(new WorkerError("crashed", `The worker crashed: ${event.message}`));
    };
  }

  /**
   * Asks one question.
   * @throws {WorkerFailure} what the worker reports. @throws {WorkerError} when it is no more.
   */
  async ask(request: Request, onNote: (note: Note) => void = () => {}): Promise<Reply> {
    if (this.#ended) throw this.#ended;
    if (this.#open) throw new RangeError("Cannot ask a worker two things at once");
    const question = { answer: Promise.withResolvers<Reply>(), onNote };
    this.#open = question;
    const stopWatching = this.#watch();
    try {
      this.#worker.postMessage(request);
      return await question.answer.promise;
    } finally {
      stopWatching();
      this.#open = undefined;
    }
  }

  /** Ends the worker; an open question fails with "stopped". */
  stop(): void {
    this.#end(new WorkerError("stopped", "The worker was stopped"));
  }

  #lastHeard = 0;

  #receive(message: WorkerMessage<Reply, Note>): void {
    this.#lastHeard = performance.now();
    if (!this.#open) return;
    if ("note" in message) this.#open.onNote(message.note);
    else if ("reply" in message) this.#open.answer.resolve(message.reply);
    else {
      const { fault, message: text } = message.failure;
      this.#open.answer.reject(new WorkerFailure(fault, text));
    }
  }

  #watch(): () => void {
    const { silenceMs, memoryBytes } = this.#limits;
    const before = Deno.memoryUsage().rss;
    this.#lastHeard = performance.now();
    const timer = setInterval(() => {
      if (Deno.memoryUsage().rss - before > memoryBytes) {
        const megabytes = Math.round(memoryBytes / 2 ** 20);
        this.#end(new WorkerError("memory", `The worker needed more than ${megabytes} MB`));
      } else if (performance.now() - this.#lastHeard > silenceMs) {
        const seconds = Math.round(silenceMs / 1000);
        this.#end(new WorkerError("stuck", `The worker was silent for ${seconds} s`));
      }
    }, MEMORY_CHECK_MS);
    return () => clearInterval(timer);
  }

  #end(why: WorkerError): void {
    if (this.#ended) return;
    this.#ended = why;
    this.#worker.terminate();
    this.#open?.answer.reject(why);
  }
}
