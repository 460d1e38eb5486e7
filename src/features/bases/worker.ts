/// <reference lib="deno.worker" />
/**
 * The worker that reads, clusters and judges one save. Everything big stays in here; what leaves is
 * a summary and JSON texts, a few at a time.
 * @module
 */

import { SaveFormatError } from "../../save/container.ts";
import type { RecordKind, RecordShape } from "../../save/records.ts";
import {
  type Survey,
  type SurveyProgress,
  type SurveyRequest,
  surveySave,
  type SurveySummary,
} from "../../save/survey.ts";

/** What the worker is asked: to read a save, then for its records, some chunks at a time. */
export type SurveyQuestion =
  | { readonly ask: "survey"; readonly request: SurveyRequest; readonly memoryBytes: number }
  | { readonly ask: "start"; readonly kind: RecordKind; readonly shape: RecordShape }
  | { readonly ask: "more" };

/** `survey` is answered by the summary, the others by the next chunks; none means the end. */
export type SurveyAnswer = SurveySummary | readonly string[];

/** Chunks per message; 50 were no faster and cost 60 MB more. */
const CHUNKS_PER_ANSWER = 10;

let survey: Survey | undefined;
let chunks: Iterator<string> | undefined;

self.onmessage = ({ data }: MessageEvent<SurveyQuestion>) => {
  try {
    self.postMessage({ reply: answer(data) });
  } catch (error) {
    if (!(error instanceof SaveFormatError)) throw error;
    self.postMessage({ failure: { fault: error.fault, message: error.message } });
  }
};

function answer(question: SurveyQuestion): SurveyAnswer {
  if (question.ask === "survey") {
    survey = surveySave(question.request, (note: SurveyProgress) => {
      checkMemory(question.memoryBytes);
      self.postMessage({ note });
    });
    return survey.summary;
  }
  if (question.ask === "start") chunks = survey?.chunks(question.kind, question.shape);
  const texts: string[] = [];
  while (chunks && texts.length < CHUNKS_PER_ANSWER) {
    const { value, done } = chunks.next();
    if (done) chunks = undefined;
    else texts.push(value);
  }
  return texts;
}

/**
 * Ends the reading of a save before memory ends the whole process: a worker that runs out of it
 * takes the process along, and nobody can stop this thread from outside while it is busy.
 */
function checkMemory(memoryBytes: number): void {
  // Of this thread alone: others may be reading saves of their own.
  const { heapUsed, external } = Deno.memoryUsage();
  if (heapUsed + external <= memoryBytes) return;
  const megabytes = Math.round(memoryBytes / 2 ** 20);
  throw new SaveFormatError("too-large", `Reading it needs more than ${megabytes} MB of memory`);
}
