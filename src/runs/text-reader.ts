/**
 * A run that answers from texts alone: fitted to the training rows on the host, and asked there
 * again for every batch, whose answers it writes where the run's Programs read them.
 */

import { type Layer, providedBy } from "../base/leaves";
import type { Executor } from "../executors/executor";
import { textAnswers } from "../methods/answerer";
import type { BatchBuffers } from "./batch-buffers";
import type { AskingRun, RowReader } from "./row-states";
import { SAID_OF_TEXTS } from "./text-rows";

/** Answers for whatever batch is in the buffers. */
export interface TextAnswers {
  /** Which buffer a Program reads them from. */
  readonly layer: Layer;
  /** Queued before whatever is submitted next. */
  write(batch: Pick<BatchBuffers, "rows">): void;
}

/** Fits an answerer to the training rows; null for all others. `size`: rows of a batch. */
export async function textAnswersOf(
  executor: Executor,
  setup: AskingRun & { readonly trainingRows?: RowReader },
  { size, owner }: { readonly size: number; readonly owner: string },
): Promise<TextAnswers | null> {
  const { method, options, trainingRows } = setup;
  const answers = textAnswers(method);
  if (!answers) return null;
  if (!trainingRows) throw new Error(`${method.title} answers from training rows, and there are none here.`);
  const rows = trainingRows.texts();
  const say = await trainingRows.fit(setup, (work) => answers.fit(options, rows, work));
  const label = SAID_OF_TEXTS;
  const said = new Float32Array(size * rows.outputs);
  const buffer = executor.memory.allocate(said.byteLength, { label, category: "runtime", owner });
  return {
    layer: providedBy("texts", new Map([[label, buffer]])),
    write({ rows: shown }) {
      said.fill(0);
      said.set(say(shown.map(({ text = "" }) => text)));
      executor.write(buffer, said);
    },
  };
}
