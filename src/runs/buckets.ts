/**
 * The padded lengths that all runs of a comparison share. Not for how lengths become buckets
 * (`data/batches.ts`).
 */

import { bucketLengths } from "../data/batches";
import type { ModelConfig } from "../models/family";
import type { ResolvedMethod } from "./resolve";
import { buildTunedProgram, type TunedSetup } from "./tuned-program";

/**
 * As `bucketLengths`, but where a run's virtual tokens leave no positions for padding, the longest
 * bucket is cut to the longest text: a run fails for what its texts need, never for their padding.
 * `tested`: lengths of test rows. They have no say in how training is padded, so that it is the
 * same without them; where one of them is longer than all else there is one length more.
 */
export function sharedBuckets(
  config: Pick<ModelConfig, "contextLength">,
  lengths: readonly number[],
  maxLength: number,
  runs: readonly ResolvedMethod[],
  head: Pick<TunedSetup, "task" | "classes" | "pooling">,
  tested: readonly number[] = [],
): number[] {
  const shared = bucketsOf(config, lengths, maxLength, runs, head);
  const longer = tested.filter((length) => length > shared.at(-1)!);
  return longer.length === 0 ? shared : [...shared, bucketsOf(config, longer, maxLength, runs, head).at(-1)!];
}

function bucketsOf(
  config: Pick<ModelConfig, "contextLength">,
  lengths: readonly number[],
  maxLength: number,
  runs: readonly ResolvedMethod[],
  head: Pick<TunedSetup, "task" | "classes" | "pooling">,
): number[] {
  const buckets = bucketLengths(lengths, maxLength);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  if (buckets.at(-1) === longest) return buckets;
  const front = Math.max(0, ...runs.map((run) => virtualTokens({ ...run, ...head }, longest)));
  return front + buckets.at(-1)! > config.contextLength ? bucketLengths(lengths, longest) : buckets;
}

/** Of a run; 0 if it cannot be set up: whoever sets it up says why. */
function virtualTokens(setup: TunedSetup, tokens: number): number {
  try {
    return buildTunedProgram(setup, 1, tokens).virtualTokens;
  } catch {
    return 0;
  }
}
