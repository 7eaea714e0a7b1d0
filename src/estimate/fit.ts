/**
 * Whether a model that is not loaded yet would fit the device, and how large a batch may be: from
 * config.json and the weight files' headers alone. The formula is written out in ARCHITECTURE.md.
 */

import type { ModelFacts } from "../methods/method";
import { approachOf } from "../methods/registry";
import type { RunConfiguration } from "../plan/configuration";
import { type Estimate, type EstimateInput, estimate } from "./estimate";

/** Batches above this are not looked at: the page offers none. */
const LARGEST_BATCH = 1024;

export interface Fit {
  /** With every row as long as the longest allowed. */
  estimate: Estimate;
  batchSize: number;
  /** As asked for, or as long as the model's positions allow beside the virtual tokens. */
  maxLength: number;
  /**
   * The most rows a batch of that length may have on this device; 0 when a weight alone is too
   * large.
   */
  largestBatch: number;
  /** Why it does not fit: the limit, the need, and what would fit. Null when it does. */
  problem: string | null;
}

/**
 * `trainLengths` and `validationLengths` are not needed: every row counts as long as the longest
 * allowed.
 */
type FitInput = Omit<EstimateInput, "trainLengths" | "validationLengths">;

function ofLength(input: FitInput, maxLength: number, batchSize: number): Estimate {
  const lengths = { maxLength, trainLengths: [maxLength], validationLengths: [maxLength] };
  return estimate({ ...input, ...lengths, training: { ...input.training, batchSize } });
}

/**
 * Tokens that a text may have on a model: its positions less the most virtual tokens of a run.
 */
export function longestText(input: FitInput): number {
  const counts = ofLength(input, 1, 1).runs.map(({ virtualTokens }) => virtualTokens);
  return Math.max(1, input.model.config.contextLength - Math.max(0, ...counts));
}

/** Rows count as `maxLength` tokens, or as many as the model reads. */
export function fitDevice(input: FitInput): Fit {
  const { training, allowedBuffer, capacity = Number.POSITIVE_INFINITY } = input;
  const maxLength = Math.min(input.maxLength, longestText(input));
  const at = (batchSize: number) => ofLength(input, maxLength, batchSize);
  const fits = (estimated: Estimate) =>
    estimated.largestBuffer.bytes <= allowedBuffer && estimated.total.total <= capacity;

  const wanted = at(training.batchSize);
  const known = {
    low: fits(wanted) ? training.batchSize : 0,
    high: fits(wanted) ? LARGEST_BATCH + 1 : training.batchSize,
  };
  // Buffers of a step grow in proportion to the batch: one guess is nearly always exact.
  let guess = Math.floor((training.batchSize * allowedBuffer) / wanted.largestBuffer.bytes);
  while (known.high - known.low > 1) {
    const middle = Math.min(known.high - 1, Math.max(known.low + 1, guess));
    if (fits(at(middle))) known.low = middle;
    else known.high = middle;
    guess = known.high - known.low > 2 && guess === middle ? middle + 1 : (known.low + known.high) >> 1;
  }
  return {
    estimate: wanted,
    batchSize: training.batchSize,
    maxLength,
    largestBatch: known.low,
    problem: fits(wanted) ? null : problemOf(wanted, training.batchSize, maxLength, known.low),
  };
}

function problemOf(estimated: Estimate, batchSize: number, maxLength: number, largestBatch: number): string {
  const { tensor, bytes, allowed } = estimated.largestBuffer;
  const { total, capacity } = estimated;
  const need =
    bytes > allowed
      ? `${tensor} needs ${bytes} bytes in one buffer; this device allows ${allowed}`
      : `all together needs ${total.total} bytes; this executor has ${capacity}`;
  if (largestBatch === 0) {
    return `${need}. No batch of ${maxLength} tokens fits: shorten the longest text, or choose a smaller model.`;
  }
  return (
    `With batches of ${batchSize} × ${maxLength} tokens, ${need}. Batches of up to ${largestBatch} × ${maxLength} ` +
    "tokens fit; shorter texts allow more."
  );
}

/**
 * A run's options without those that stand at their method's default for a model: on another they
 * take its default.
 */
export function chosenOptions(run: RunConfiguration, from: ModelFacts): RunConfiguration["options"] {
  const method = approachOf(run.method);
  const defaults = method.options(from).parse({}) as Record<string, unknown>;
  const chosen = Object.entries(run.options).filter(
    ([key, value]) => !(key in defaults) || JSON.stringify(value) !== JSON.stringify(defaults[key]),
  );
  return Object.fromEntries(chosen);
}
