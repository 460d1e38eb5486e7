/**
 * One Web Worker with the guards that a worker needs: it may crash or hang, and only its own work
 * fails. Knows nothing of what the worker does.
 *
 * Deno 2.9 cannot stop a thread in a busy loop: it goes on until it next waits, and may eat memory
 * meanwhile. Bounds on memory and loops are therefore the worker's own duty.
 * @module
 */

/** How a worker ended before its answer. */
export type WorkerFault = "crashed" | "stuck" | "stopped";

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

interface Question<Reply, Note> {
  readonly answer: PromiseWithResolvers<Reply>;
  readonly onNote: (note: Note) => void;
}

/** A running worker that answers one question at a time. */
export class WorkerTask<Request, Reply, Note = never> {
  readonly #worker: Worker;
  readonly #silenceMs: number;
  #open: Question<Reply, Note> | undefined;
  #ended: WorkerError | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param module URL of the worker's module.
   * @param silenceMs Longest silence while a question is open.
   */
  constructor(module: URL, silenceMs: number) {
    this.#silenceMs = silenceMs;
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
    this.#hear();
    try {
      this.#worker.postMessage(request);
      return await question.answer.promise;
    } finally {
      clearTimeout(this.#silence);
      this.#open = undefined;
    }
  }

  /** Ends the worker; an open question fails with "stopped". */
  stop(): void {
    this.#end(new WorkerError("stopped", "The worker was stopped"));
  }

  #receive(message: WorkerMessage<Reply, Note>): void {
    if (!this.#open) return;
    this.#hear();
    if ("note" in message) this.#open.onNote(message.note);
    else if ("reply" in message) this.#open.answer.resolve(message.reply);
    else {
      const { fault, message: text } = message.failure;
      this.#open.answer.reject(new WorkerFailure(fault, text));
    }
  }

  /** Starts the wait for the next sign of life. */
  #hear(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      const seconds = this.#silenceMs / 1000;
      this.#end(new WorkerError("stuck", `The worker was silent for ${seconds} s`));
    }, this.#silenceMs);
  }

  #end(why: WorkerError): void {
    if (this.#ended) return;
    this.#ended = why;
    this.#worker.terminate();
    this.#open?.answer.reject(why);
  }
}
