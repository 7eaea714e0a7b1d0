/**
 * Cross-entropy through the model's own head over its vocabulary, a part of the labelled rows at
 * a time: tokens × vocabulary logits are never held at once. The same parts give the gradient with
 * respect to the states.
 */

import { addRow } from "../kernels/add-row";
import { attentionSoftCap } from "../kernels/attention-soft-cap";
import { columnSum } from "../kernels/column-sum";
import { cutColumns } from "../kernels/cut-columns";
import { gatherRows } from "../kernels/gather-rows";
import { type Dispatch, dispatch } from "../kernels/kernel";
import { languageLoss as partLoss } from "../kernels/language-loss";
import { matmul } from "../kernels/matmul";
import { placeColumns } from "../kernels/place-columns";
import { scatterRows } from "../kernels/scatter-rows";
import { tokenScores } from "../kernels/token-scores";
import type { HeadUpdate } from "../models/family";
import type { Place, StepPlace } from "../program/place";
import type { Tensor, Trainable } from "../program/tensor";
import { type PrunedBatches, prune } from "../pruning/prune";
import { LABELS, type LabelWeights, shareLabels, sumLosses } from "./shares";
import type { LanguageHead, Loss } from "./task";

/** Bytes of the logits that are held at once. */
const MOST_BYTES = 32 * 2 ** 20;

/** Rows of one part: at least 1, at most all. */
export function rowsAtOnce(rows: number, vocabulary: number, most = MOST_BYTES): number {
  return Math.max(1, Math.min(rows, Math.floor(most / (4 * vocabulary))));
}

/** Where the logits of some rows are computed. */
interface HeadPlaces {
  /** [rows, hiddenSize] */
  readonly states: Place;
  /** [rows, vocabulary] */
  readonly logits: Place;
  /** [rows, `headColumns`]: working memory. */
  readonly piece: Place;
  /** [rows, rank of the head's update], for a head that has one. */
  readonly inner?: Place;
  readonly place: (weight: Tensor) => Place;
}

/** Columns of the working memory that a head kept in parts takes; none where it is whole. */
export function headColumns({ weight }: LanguageHead): number {
  return Math.max(0, ...(weight.parts ?? []).map(({ shape }) => shape[0]!));
}

/** The logits of some rows as dispatches. */
export function headLogits(
  { weight, bias, cap, update }: LanguageHead,
  rows: number,
  { states, logits, piece, inner, place }: HeadPlaces,
): Dispatch<Place>[] {
  const [vocabulary, width] = weight.shape as [number, number];
  const list = weight.parts
    ? weight.parts.flatMap((part) => {
        const columns = part.shape[0]!;
        const placed = { rows, width: columns, outWidth: vocabulary, start: part.start };
        return [
          product({ a: states, b: place(part), out: piece }, [rows, columns, width], 1, { TRANSPOSE_B: 1 }),
          dispatch(placeColumns, { x: piece, out: logits }, placed),
        ];
      })
    : [product({ a: states, b: place(weight), out: logits }, [rows, vocabulary, width], 1, { TRANSPOSE_B: 1 })];
  if (update && inner) {
    const { down, up, scale } = update;
    const rank = rankOf(update);
    list.push(product({ a: states, b: place(down), out: inner }, [rows, rank, width], 1, { TRANSPOSE_B: 1 }));
    const added = { a: inner, b: place(up), out: logits };
    list.push(product(added, [rows, vocabulary, rank], scale, { TRANSPOSE_B: 1, ACCUMULATE: 1 }));
  }
  if (bias) list.push(dispatch(addRow, { row: place(bias), out: logits }, { rows, width: vocabulary }));
  const bent = { batch: 1, heads: 1, queries: rows, keys: vocabulary };
  if (cap) list.push(dispatch(attentionSoftCap, { scores: logits }, { ...bent, cap }));
  return list;
}

/** The gradient of the states from that of the logits. */
export function headGradient(
  { weight }: LanguageHead,
  rows: number,
  { logits, piece, place, gradient }: Omit<HeadPlaces, "states"> & { gradient: Place },
): Dispatch<Place>[] {
  const [vocabulary, width] = weight.shape as [number, number];
  if (!weight.parts) return [product({ a: logits, b: place(weight), out: gradient }, [rows, width, vocabulary], 1)];
  return weight.parts.flatMap((part, index) => {
    const inner = part.shape[0]!;
    const cut = { rows, width: inner, inWidth: vocabulary, start: part.start };
    return [
      dispatch(cutColumns, { x: logits, out: piece }, cut),
      product({ a: piece, b: place(part), out: gradient }, [rows, width, inner], 1, {
        ACCUMULATE: index === 0 ? 0 : 1,
      }),
    ];
  });
}

export const rankOf = ({ down }: HeadUpdate): number => down.shape[0]!;

/** alpha · a · b as a dispatch; `sizes`: rows, columns, inner. */
function product(
  places: { a: Place; b: Place; out: Place },
  [rows, columns, inner]: readonly [number, number, number],
  alpha: number,
  options: Partial<Record<"TRANSPOSE_A" | "TRANSPOSE_B" | "ACCUMULATE", 0 | 1>> = {},
): Dispatch<Place> {
  return dispatch(matmul, places, { rows, columns, inner, alpha }, options);
}

interface LanguageLossOptions {
  /** Bytes of the logits that are held at once. */
  readonly most?: number;
  /** Default: none. */
  readonly weights?: LabelWeights | undefined;
  /** Default: all is learned from. */
  readonly pruned?: PrunedBatches | undefined;
}

/**
 * Pieces of the loss's working memory by their index, for who adds to the loss (`context-loss.ts`);
 * others follow.
 */
export const PIECES = { states: 0, logits: 1, gradient: 2, shares: 3, piece: 4 } as const;

/**
 * Of states [rows, hiddenSize]; every row has a label, negative where it is left out. What is left
 * out of an update costs the logits twice: every label's share is known before its gradient.
 */
export function languageLoss(
  { shape }: Tensor,
  head: LanguageHead,
  { most = MOST_BYTES, weights, pruned }: LanguageLossOptions = {},
): Loss {
  const [all, width] = shape as [number, number];
  const vocabulary = head.weight.shape[0]!;
  const atOnce = rowsAtOnce(all, vocabulary, most);
  const at = (kind: StepPlace): Place => ({ kind });
  const place = (tensor: Tensor): Place => ({ kind: "value", tensor });
  const columns = headColumns(head);
  const { update } = head;
  const rank = update ? rankOf(update) : 0;
  const trainedHead = [head.weight, head.bias].filter((one): one is Trainable => one?.role === "trainable");
  const scratch: number[] = [];
  const working = (elements: number): Place => ({ kind: "scratch", slot: scratch.push(elements) - 1 });
  const [states, logits, gradient] = [working(atOnce * width), working(atOnce * vocabulary), working(atOnce * width)];
  const shares = working(all);
  // Not there where nothing reads it.
  const piece = columns > 0 ? working(atOnce * columns) : logits;
  const [inner, innerGradient] = update ? [working(atOnce * rank), working(atOnce * rank)] : [logits, logits];
  const indexes = at("labelled");
  /** What the states get from the update; `logits` holds the logits' gradient by now. */
  const throughUpdate = ({ down, up, scale }: HeadUpdate, rows: number) => [
    product({ a: logits, b: place(up), out: innerGradient }, [rows, rank, vocabulary], scale),
    product({ a: innerGradient, b: place(down), out: gradient }, [rows, width, rank], 1, { ACCUMULATE: 1 }),
  ];
  const learnUpdate = ({ down, up, scale }: HeadUpdate, rows: number) => {
    const to = (tensor: Tensor): Place => ({ kind: "gradient", tensor });
    const options = { TRANSPOSE_A: 1, ACCUMULATE: 1 } as const;
    return [
      product({ a: logits, b: inner, out: to(up) }, [vocabulary, rank, rows], scale, options),
      product({ a: innerGradient, b: states, out: to(down) }, [rank, width, rows], 1, options),
    ];
  };
  /** What a head that is trained itself gets. */
  const learnHead = (rows: number) =>
    trainedHead.map((tensor) => {
      const out: Place = { kind: "gradient", tensor };
      return tensor === head.weight
        ? product({ a: logits, b: states, out }, [vocabulary, width, rows], 1, { TRANSPOSE_A: 1, ACCUMULATE: 1 })
        : dispatch(columnSum, { x: logits, out }, { rows, width: vocabulary }, { ACCUMULATE: 1 });
    });
  const spans = Array.from({ length: Math.ceil(all / atOnce) }, (_, part) => {
    const start = part * atOnce;
    return { start, rows: Math.min(atOnce, all - start) };
  });
  const logitsOf = (start: number, rows: number) => [
    dispatch(gatherRows, { x: at("output"), indexes, out: states }, { start, rows, width }),
    ...headLogits(head, rows, { states, logits, piece, inner, place }),
  ];
  const parts = spans.map(({ start, rows }) => {
    return {
      rows,
      dispatches: [
        ...logitsOf(start, rows),
        dispatch(
          partLoss,
          { logits, indexes, labels: LABELS, shares, losses: at("losses"), predictions: at("predictions") },
          { start, rows, vocabulary, cap: head.cap ?? 0 },
        ),
        ...headGradient(head, rows, { logits, piece, place, gradient }),
        ...(update ? throughUpdate(update, rows) : []),
        dispatch(scatterRows, { x: gradient, indexes, out: at("seed") }, { start, rows, width }),
      ],
      learn: [...learnHead(rows), ...(update ? learnUpdate(update, rows) : [])],
    };
  });
  const left =
    pruned &&
    prune(pruned.pruning, {
      rows: pruned.batch,
      perRow: all / pruned.batch,
      shares,
      attention: pruned.attention,
      working,
    });
  const score = (scores: Place) =>
    spans.map(({ start, rows }) => {
      const sizes = { start, rows, width: vocabulary, given: vocabulary };
      const bound = { logits, indexes, labels: LABELS, scores };
      return { rows, dispatches: [...logitsOf(start, rows), dispatch(tokenScores, bound, sizes, { LISTED: 1 })] };
    });
  return {
    scratch,
    first: [shareLabels(all, shares, weights)],
    ...(left && { pruning: { parts: score(left.scores), last: left.dispatches } }),
    parts,
    ...(pruned?.attention && { reads: [pruned.attention.probabilities] }),
    trained: [...trainedHead, ...(update ? [update.down as Trainable, update.up as Trainable] : [])],
    last: [sumLosses(all, shares)],
  };
}
