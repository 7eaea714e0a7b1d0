/**
 * Cross-entropy through the model's frozen head over its vocabulary, a part of the labelled rows at a time: tokens ×
 * vocabulary logits are never held at once. The same parts give the gradient with respect to the states.
 */

import { gatherRows } from "../kernels/gather-rows";
import { type Dispatch, dispatch } from "../kernels/kernel";
import { languageLoss as partLoss } from "../kernels/language-loss";
import { matmul } from "../kernels/matmul";
import { meanLoss } from "../kernels/mean-loss";
import { scatterRows } from "../kernels/scatter-rows";
import type { Tensor } from "../program/tensor";
import type { Loss, LossPlace } from "./task";

/** Bytes of the logits that are held at once. */
const MOST_BYTES = 32 * 2 ** 20;

/** Rows of one part: at least 1, at most all. */
export function rowsAtOnce(rows: number, vocabulary: number, most = MOST_BYTES): number {
  return Math.max(1, Math.min(rows, Math.floor(most / (4 * vocabulary))));
}

/** `states` [rows, hiddenSize], `head` [vocabulary, hiddenSize]; every row has a label, negative where it is left out. */
export function languageLoss({ shape }: Tensor, head: Tensor, most = MOST_BYTES): Loss {
  const [all, width] = shape as [number, number];
  const vocabulary = head.shape[0]!;
  const atOnce = rowsAtOnce(all, vocabulary, most);
  const at = (kind: Exclude<LossPlace["kind"], "scratch" | "weight">): LossPlace => ({ kind });
  const [states, logits, gradient] = [0, 1, 2].map((index): LossPlace => ({ kind: "scratch", index }));
  const weight: LossPlace = { kind: "weight", tensor: head };
  const indexes = at("labelled");
  const product = (
    a: LossPlace,
    out: LossPlace,
    sizes: { rows: number; columns: number; inner: number },
    TRANSPOSE_B: 0 | 1,
  ): Dispatch<LossPlace> => ({
    ...dispatch(matmul, { a, b: weight, out }, { ...sizes, alpha: 1 }, { TRANSPOSE_B }),
    stored: { a: "Element", b: head.type === "float16" ? "packed" : "f32", out: "Element" },
  });
  const parts = Array.from({ length: Math.ceil(all / atOnce) }, (_, part) => {
    const start = part * atOnce;
    const rows = Math.min(atOnce, all - start);
    return {
      rows,
      dispatches: [
        dispatch(gatherRows, { x: at("output"), indexes, out: states! }, { start, rows, width }),
        product(states!, logits!, { rows, columns: vocabulary, inner: width }, 1),
        dispatch(
          partLoss,
          { logits: logits!, indexes, labels: at("labels"), losses: at("losses"), predictions: at("predictions") },
          { start, rows, vocabulary, tokens: all },
        ),
        product(logits!, gradient!, { rows, columns: width, inner: vocabulary }, 0),
        dispatch(scatterRows, { x: gradient!, indexes, out: at("seed") }, { start, rows, width }),
      ],
    };
  });
  const places = { rowLoss: at("losses"), labels: at("labels"), metrics: at("metrics") };
  return {
    scratch: [atOnce * width, atOnce * vocabulary, atOnce * width],
    parts,
    last: [dispatch(meanLoss, places, { rows: all })],
  };
}
