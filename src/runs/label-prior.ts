/**
 * What a run that answers with the model's words says of texts that say nothing: it is the model's
 * liking for the words themselves, and is taken away from every answer.
 */

import { type Layer, providedBy } from "../base/leaves";
import { createBatchArrays, fillBatch } from "../data/batches";
import { cutTokens } from "../data/tokens";
import type { Executor } from "../executors/executor";
import type { Tokenizer } from "../hub/tokenizer";
import { LABEL_PRIOR, wordAnswers } from "../methods/answerer";
import { softmax } from "../tasks/metrics/classification";
import type { ResolvedMethod } from "./resolve";
import type { Step } from "./step";

/** The buffer that a run's Programs read, which `measure` fills. */
export interface LabelPrior {
  readonly layer: Layer;
  /** By way of the run's own steps: of a step's batch shape nothing else may be in use. */
  measure(step: Step, forward: () => Promise<void>): Promise<void>;
}

type Reading = Pick<Tokenizer, "encode" | "bosId" | "eosId" | "padId">;

/** Null for all that take nothing away. */
export function labelPriorOf(
  executor: Executor,
  tokenizer: Reading,
  { method, options, context, classes }: ResolvedMethod & { readonly classes: number },
  owner: string,
): LabelPrior | null {
  const texts = wordAnswers(method)?.emptyTexts?.(options) ?? [];
  if (texts.length === 0) return null;
  const label = LABEL_PRIOR;
  const values = new Float32Array(classes);
  const buffer = executor.memory.allocate(values.byteLength, { label, category: "runtime", owner });
  return {
    layer: providedBy("empty texts", new Map([[label, buffer]])),
    async measure(step, forward) {
      executor.write(buffer, values.fill(0));
      const sums = new Float64Array(classes);
      for (const text of texts) {
        const { batch } = step;
        const arrays = createBatchArrays(batch.size, batch.tokens, batch.channels);
        const ids = cutTokens(idsOf(text, tokenizer, context.textIds), batch.tokens, 0);
        fillBatch([{ ids }], { rows: [0], bucket: batch.tokens }, tokenizer.padId ?? 0, arrays);
        batch.upload(arrays);
        await forward();
        const logits = new Float32Array(await executor.read(step.logits, classes * 4));
        for (const [index, chance] of softmax(logits, 0, classes).entries()) sums[index]! += chance / texts.length;
      }
      executor.write(
        buffer,
        Float32Array.from(sums, (chance) => -Math.log(chance)),
      );
    },
  };
}

/**
 * As a row has it: a row needs a token, and the first is not repeated behind a text that has it.
 */
function idsOf(text: string, { encode, bosId, eosId, padId }: Reading, before: readonly number[]): Int32Array {
  const ids = Int32Array.from(encode(text));
  if (ids.length === 0) return Int32Array.of(bosId ?? eosId ?? padId ?? 0);
  return bosId !== null && ids.length > 1 && ids[0] === bosId && before[0] === bosId ? ids.subarray(1) : ids;
}
