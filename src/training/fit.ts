/**
 * Whether a model that is not loaded yet would fit the device, and how large a batch may be: from config.json and the
 * weight files' headers alone. The formula is written out in ARCHITECTURE.md.
 */

import { type Estimate, type EstimateInput, estimate } from "./estimate";

/** Batches above this are not looked at: the page offers none. */
const LARGEST_BATCH = 1024;

export interface Fit {
  /** With every row as long as the longest allowed. */
  estimate: Estimate;
  batchSize: number;
  maxLength: number;
  /** The most rows a batch of that length may have on this device; 0 when a weight alone is too large. */
  largestBatch: number;
  /** Why it does not fit: the limit, the need, and what would fit. Null when it does. */
  problem: string | null;
}

/** `trainLengths` and `validationLengths` are not needed: every row counts as `maxLength` tokens. */
export function fitDevice(input: Omit<EstimateInput, "trainLengths" | "validationLengths">): Fit {
  const { maxLength, training, allowedBuffer } = input;
  const lengths = { trainLengths: [maxLength], validationLengths: [maxLength] };
  const at = (batchSize: number) => estimate({ ...input, ...lengths, training: { ...training, batchSize } });
  const fits = ({ largestBuffer }: Estimate) => largestBuffer.bytes <= allowedBuffer;

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

function problemOf({ largestBuffer }: Estimate, batchSize: number, maxLength: number, largestBatch: number): string {
  const { tensor, bytes, allowed } = largestBuffer;
  const need = `${tensor} needs ${bytes} bytes in one buffer; this device allows ${allowed}`;
  if (largestBatch === 0) {
    return `${need}. No batch of ${maxLength} tokens fits: shorten the longest text, or choose a smaller model.`;
  }
  return (
    `With batches of ${batchSize} × ${maxLength} tokens, ${need}. Batches of up to ${largestBatch} × ${maxLength} ` +
    "tokens fit; shorter texts allow more."
  );
}
