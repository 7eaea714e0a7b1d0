/** In which precision a base model's frozen matrices are kept in the executor's memory. */

import { LARGEST_FLOAT16 } from "../hub/float16";
import type { SafetensorsEntry } from "../hub/safetensors";
import { elementCount, type Precision } from "../program/tensor";

export type PrecisionChoice = "auto" | Precision;

/** Up to this many bytes as float32, `auto` saves no memory. */
const SMALL = 2 ** 30;

/**
 * `auto`: float16 where most of the file is stored in 16 bits and would take more than 1 GiB as
 * float32. Smaller models stay float32 because float16 costs time: every matrix is cast where it is
 * used, in every step. A file of float32 stays so, since float16 would change what the model
 * computes.
 */
export function choosePrecision(
  wanted: PrecisionChoice,
  entries: readonly Pick<SafetensorsEntry, "type" | "shape">[],
): Precision {
  if (wanted !== "auto") return wanted;
  const elements = (some: typeof entries) => some.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const narrow = elements(entries.filter(({ type }) => type === "F16" || type === "BF16"));
  const all = elements(entries);
  return narrow > all / 2 && all * 4 > SMALL ? "float16" : "float32";
}

/** A weight beyond float16's range. */
export class Float16Overflow extends Error {
  override readonly name = "Float16Overflow";

  constructor(tensor: string, value: number) {
    super(
      `"${tensor}" holds ${value}, but float16 ends at ${LARGEST_FLOAT16}. The weights are kept as float32, which takes ` +
        "twice the memory.",
    );
  }
}
