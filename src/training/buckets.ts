/** The padded lengths that all runs of a comparison share. Not for how lengths become buckets (`data/batches.ts`). */

import { bucketLengths } from "../data/batches";
import { methodOf } from "../methods/registry";
import type { RunConfiguration } from "./configuration";
import { methodContext, parseOptions } from "./run";
import { buildTunedProgram, type TunedSetup } from "./tuned-program";

type Model = Parameters<typeof methodContext>[0];

/**
 * As `bucketLengths`, but the longest bucket is cut so far as the positions beside the runs' virtual tokens ask for, if all
 * rows still fit: a run whose longest text just fits the model's context must not fail for its padding.
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
  const { contextLength } = model.config;
  const fronts = runs.map((run) => virtualTokens(model, run, longest, head));
  // A run that does not fit at all must not keep the others from fitting.
  const left = contextLength - Math.max(0, ...fronts.filter((front) => front + longest <= contextLength));
  return longest <= left && left < buckets.at(-1)! ? bucketLengths(lengths, left) : buckets;
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
