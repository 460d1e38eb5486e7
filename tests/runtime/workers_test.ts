import { deepEqual, equal, rejects } from "node:assert/strict";
import { WorkerError, WorkerFailure, WorkerTask } from "../../src/runtime/workers.ts";

/** A worker that does what it is told. */
const SOURCE = `
self.onmessage = async ({ data }) => {
  if (data === "note") self.postMessage({ note: 1 });
  if (data === "throw") throw new Error("boom");
  if (data === "reject") await Promise.reject(new Error("bang"));
  if (data === "fail") return self.postMessage({ failure: { fault: "mine", message: "not so" } });
  if (data !== "silence") self.postMessage({ reply: data });
};`;
const MODULE = new URL(`data:text/javascript,${encodeURIComponent(SOURCE)}`);

async function withWorker(
  run: (worker: WorkerTask<string, string, number>) => Promise<void>,
  silenceMs = 10_000,
): Promise<void> {
  const worker = new WorkerTask<string, string, number>(MODULE, silenceMs);
  try {
    await run(worker);
  } finally {
    worker.stop();
  }
}

Deno.test("a worker answers one question after the other, with notes on the way", () =>
  withWorker(async (worker) => {
    const notes: number[] = [];
    equal(await worker.ask("a"), "a");
    equal(await worker.ask("note", (note) => notes.push(note)), "note");
    deepEqual(notes, [1]);
  }));

Deno.test("a failure that a worker reports leaves it usable", () =>
  withWorker(async (worker) => {
    await rejects(worker.ask("fail"), (error: unknown) => {
      deepEqual((error as WorkerFailure).fault, "mine");
      return error instanceof WorkerFailure && error.message === "not so";
    });
    equal(await worker.ask("again"), "again");
  }));

for (const how of ["throw", "reject"]) {
  Deno.test(`a worker that crashes (${how}) fails its question, never the process`, () =>
    withWorker(async (worker) => {
      await rejects(
        worker.ask(how),
        (error: unknown) => error instanceof WorkerError && error.fault === "crashed",
      );
      await rejects(worker.ask("more"), WorkerError); // at once: it is no more
    }));
}

Deno.test("a worker that says nothing is given up", () =>
  withWorker(async (worker) => {
    await rejects(worker.ask("silence"), (error: unknown) =>
      error instanceof WorkerError && error.fault === "stuck");
  }, 20));

Deno.test("stopping a worker fails its open question", () =>
  withWorker(async (worker) => {
    const answer = worker.ask("silence");
    worker.stop();
    await rejects(answer, (error: unknown) =>
      error instanceof WorkerError && error.fault === "stopped");
  }));
