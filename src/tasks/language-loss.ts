/**
 * Cross-entropy through the model's frozen head over its vocabulary, a part of the labelled rows at a time: tokens ×
 * vocabulary logits are never held at once. The same parts give the gradient with respect to the states.
 */

import { addRow } from "../kernels/add-row";
import { attentionSoftCap } from "../kernels/attention-soft-cap";
import { gatherRows } from "../kernels/gather-rows";
import { type Dispatch, dispatch } from "../kernels/kernel";
import { languageLoss as partLoss } from "../kernels/language-loss";
import { matmul } from "../kernels/matmul";
import { meanLoss } from "../kernels/mean-loss";
import { scatterRows } from "../kernels/scatter-rows";
import type { Tensor } from "../program/tensor";
import type { LanguageHead, Loss, LossPlace } from "./task";

/** Bytes of the logits that are held at once. */
const MOST_BYTES = 32 * 2 ** 20;

/** Rows of one part: at least 1, at most all. */
export function rowsAtOnce(rows: number, vocabulary: number, most = MOST_BYTES): number {
  return Math.max(1, Math.min(rows, Math.floor(most / (4 * vocabulary))));
}

/** The logits of some rows as dispatches; `states` [rows, hiddenSize], `logits` [rows, vocabulary], weights by `place`. */
export function headLogits(
  { weight, bias, cap }: LanguageHead,
  rows: number,
  { states, logits, place }: { states: LossPlace; logits: LossPlace; place: (weight: Tensor) => LossPlace },
): Dispatch<LossPlace>[] {
  const [vocabulary, width] = weight.shape as [number, number];
  const sizes = { rows, columns: vocabulary, inner: width };
  const list = [throughHead(weight, { a: states, b: place(weight), out: logits }, sizes, 1)];
  if (bias) list.push(dispatch(addRow, { row: place(bias), out: logits }, { rows, width: vocabulary }));
  const bent = { batch: 1, heads: 1, queries: rows, keys: vocabulary };
  if (cap) list.push(dispatch(attentionSoftCap, { scores: logits }, { ...bent, cap }));
  return list;
}

/** A product with the head's matrix, as it is kept. */
export function throughHead(
  weight: Tensor,
  places: { a: LossPlace; b: LossPlace; out: LossPlace },
  sizes: { rows: number; columns: number; inner: number },
  TRANSPOSE_B: 0 | 1,
): Dispatch<LossPlace> {
  return {
    ...dispatch(matmul, places, { ...sizes, alpha: 1 }, { TRANSPOSE_B }),
    stored: { a: "Element", b: weight.type === "float16" ? "packed" : "f32", out: "Element" },
  };
}

/** `states` [rows, hiddenSize]; every row has a label, negative where it is left out. */
export function languageLoss({ shape }: Tensor, head: LanguageHead, most = MOST_BYTES): Loss {
  const [all, width] = shape as [number, number];
  const vocabulary = head.weight.shape[0]!;
  const atOnce = rowsAtOnce(all, vocabulary, most);
  const at = (kind: Exclude<LossPlace["kind"], "scratch" | "weight">): LossPlace => ({ kind });
  const place = (tensor: Tensor): LossPlace => ({ kind: "weight", tensor });
  const [states, logits, gradient] = [0, 1, 2].map((index): LossPlace => ({ kind: "scratch", index })) as [
    LossPlace,
    LossPlace,
    LossPlace,
  ];
  const indexes = at("labelled");
  const parts = Array.from({ length: Math.ceil(all / atOnce) }, (_, part) => {
    const start = part * atOnce;
    const rows = Math.min(atOnce, all - start);
    return {
      rows,
      dispatches: [
        dispatch(gatherRows, { x: at("output"), indexes, out: states }, { start, rows, width }),
        ...headLogits(head, rows, { states, logits, place }),
        dispatch(
          partLoss,
          { logits, indexes, labels: at("labels"), losses: at("losses"), predictions: at("predictions") },
          { start, rows, vocabulary, tokens: all, cap: head.cap ?? 0 },
        ),
        throughHead(
          head.weight,
          { a: logits, b: place(head.weight), out: gradient },
          { rows, columns: width, inner: vocabulary },
          0,
        ),
        dispatch(scatterRows, { x: gradient, indexes, out: at("seed") }, { start, rows, width }),
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
