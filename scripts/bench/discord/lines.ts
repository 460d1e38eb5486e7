/**
 * Two processes that talk in JSON lines, the child's side: the parent asks, the child answers, one
 * after the other. Imports nothing, so that it adds little to what is measured.
 * @module
 */

/** What a child can be asked for. */
export type Answers = Readonly<Record<string, (options: never) => unknown>>;

/** Serves the parent and ends with it; the first line says that everything is ready. */
export async function answerLines(ready: unknown, answers: Answers): Promise<never> {
  console.log(JSON.stringify(ready));
  for await (const line of linesOf(Deno.stdin.readable)) {
    const { name, options } = JSON.parse(line);
    console.log(JSON.stringify(await answers[name]!(options as never) ?? null));
  }
  Deno.exit();
}

/** The lines of a stream as they come. */
export async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
