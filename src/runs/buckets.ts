/** The padded lengths that all runs of a comparison share. Not for how lengths become buckets (`data/batches.ts`). */

import { bucketLengths } from "../data/batches";
import { methodOf } from "../methods/registry";
import type { RunConfiguration } from "../plan/configuration";
import { methodContext, parseOptions } from "./run";
import { buildTunedProgram, type TunedSetup } from "./tuned-program";

type Model = Parameters<typeof methodContext>[0];

/**
 * As `bucketLengths`, but where a run's virtual tokens leave no positions for padding, the longest bucket is cut to the
 * longest text: a run fails for what its texts need, never for their padding.
 */
export function sharedBuckets(
  model: Model,
  lengths: readonly number[],
  maxLength: number,
  runs: readonly RunConfiguration[],
  head: Pick<TunedSetup, "task" | "classes" | "pooling"> & {
    readonly seed: number;
    readonly labels?: readonly string[];
  },
): number[] {
  const buckets = bucketLengths(lengths, maxLength);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  if (buckets.at(-1) === longest) return buckets;
  const front = Math.max(0, ...runs.map((run) => virtualTokens(model, run, longest, head)));
  return front + buckets.at(-1)! > model.config.contextLength ? bucketLengths(lengths, longest) : buckets;
}

/** Of a run; 0 if it cannot be set up: whoever sets it up says why. */
function virtualTokens(
  model: Model,
  run: RunConfiguration,
  tokens: number,
  { task, classes, labels, pooling, seed }: Parameters<typeof sharedBuckets>[4],
): number {
  try {
    const method = methodOf(run.method);
    const options = parseOptions(model, run);
    const context = methodContext(model, method, options, seed, labels);
    return buildTunedProgram({ method, options, context, task, classes, pooling }, 1, tokens).virtualTokens;
  } catch {
    return 0;
  }
}
