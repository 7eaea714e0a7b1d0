/**
 * The trained heads: one state per row, or every token's state, through a linear `score` as Hugging
 * Face names it.
 */

import { crossEntropy } from "../kernels/cross-entropy";
import { type Dispatch, dispatch } from "../kernels/kernel";
import { tokenScores } from "../kernels/token-scores";
import { valueLoss } from "../kernels/value-loss";
import { isMean, type RunPooling } from "../models/family";
import { linear } from "../operations/linear";
import { ownTokens } from "../operations/own-tokens";
import { firstToken, lastToken, meanOfAll, meanToken } from "../operations/pool";
import type { Place } from "../program/place";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import { type PrunedBatches, prune } from "../pruning/prune";
import { LABELS, type LabelWeights, labelWeightsIn, shareLabels, sumLosses } from "./shares";
import type { Loss, ReadOutOptions, States } from "./task";

/**
 * `*ForSequenceClassification`: an encoder's own classifier on the first token, else `score`:
 * bias-free on the last real token, or with a bias on a mean → [size, outputs]. After a suffix the
 * last token is the suffix's; the masked mean is over the row's own tokens.
 */
export function rowHead(program: Program, states: States, options: ReadOutOptions): Tensor {
  const { pooling, classifier, outputs } = options;
  const first = pooling === "first" || pooling === "cls";
  if (first && !classifier) throw new Error("This model has no classifier on the first token.");
  const pooled = pooledState(program, states, pooling);
  return first ? classifier!(pooled, outputs) : trainedLinear(program, "score", pooled, options, isMean(pooling));
}

/** What a head reads of every row: [size, hiddenSize]. */
export function pooledState(program: Program, states: States, pooling: RunPooling): Tensor {
  const { hidden, lengths, size: batch, virtualTokens, suffix } = states;
  switch (pooling) {
    case "first":
    case "cls":
      return firstToken(program, "pooled", hidden, { batch, virtualTokens: pooling === "first" ? 0 : virtualTokens });
    case "last":
      return lastToken(program, "pooled", hidden, lengths, { batch, virtualTokens: virtualTokens + suffix });
    case "mean":
      return meanToken(program, "pooled", hidden, lengths, { batch, virtualTokens });
    case "prompted mean":
      return meanToken(program, "pooled", hidden, lengths, { batch, virtualTokens, countVirtual: true });
    case "unmasked mean":
      return meanOfAll(program, "pooled", hidden, batch);
  }
}

/**
 * `*ForTokenClassification`: on every own token → [size · tokens, outputs]; a linear with a bias,
 * or the family's classifier.
 */
export function tokenHead(program: Program, states: States, options: ReadOutOptions): Tensor {
  const { hidden, size, virtualTokens, tokens } = states;
  const own = ownTokens(program, "own tokens", hidden, { batch: size, virtualTokens, tokens });
  const { tokenHead: head = "score", classifier, outputs } = options;
  if (head !== "classify") return trainedLinear(program, head, own, options, true);
  if (!classifier) throw new Error("This model has no classifier to read every token with.");
  return classifier(own, outputs);
}

function trainedLinear(
  program: Program,
  name: "score" | "classifier",
  x: Tensor,
  { outputs, learningRateScale }: ReadOutOptions,
  biased: boolean,
): Tensor {
  const weight = program.trainable(`${name}.weight`, [outputs, x.shape[1]!], {
    initializer: { kind: "normal", std: 0.02 },
    learningRateScale,
    part: "head",
  });
  const bias = biased
    ? program.trainable(`${name}.bias`, [outputs], {
        initializer: { kind: "zeros" },
        weightDecay: false,
        learningRateScale,
        part: "head",
      })
    : undefined;
  return linear(program, "logits", x, weight, { bias });
}

const VALUES: Place = { kind: "channel", name: "values" };
const shares: Place = { kind: "scratch", slot: 0 };
const places = {
  logits: { kind: "output" },
  labels: LABELS,
  shares,
  rowLoss: { kind: "losses" },
  out: { kind: "seed" },
} as const;

/**
 * Of rows that each have a label: their shares, their losses with the gradient, and the sum of
 * both.
 */
function rowsLoss(rows: number, losses: Dispatch<Place>, weights?: LabelWeights): Loss {
  const last = [losses, sumLosses(rows, shares)];
  return { scratch: [rows], first: [shareLabels(rows, shares, weights)], parts: [], trained: [], last };
}

/** Default of both: none. */
interface ClassWeighing {
  readonly weights?: LabelWeights | undefined;
  readonly pruned?: PrunedBatches | undefined;
}

/**
 * Cross-entropy of logits [rows, classes], as torch's `CrossEntropyLoss(weight)`; rows with a
 * negative label are left out.
 */
export function classLoss({ shape }: Tensor, { weights, pruned }: ClassWeighing = {}): Loss {
  const [rows, classes] = shape as [number, number];
  const loss = rowsLoss(rows, dispatch(crossEntropy, places, { rows, classes }), weights);
  if (!pruned) return loss;
  const scratch = [...loss.scratch];
  const working = (elements: number): Place => ({ kind: "scratch", slot: scratch.push(elements) - 1 });
  const { pruning, batch } = pruned;
  const { scores, dispatches } = prune(pruning, { rows: batch, perRow: rows / batch, shares, working });
  const { logits, labels } = places;
  // Without a list of labels their binding is not read.
  const score = dispatch(tokenScores, { logits, indexes: labels, labels, scores }, all(rows, classes));
  return { ...loss, scratch, pruning: { parts: [], last: [score, ...dispatches] } };
}

/** What a class counts for, as a task is asked for it. */
export function classWeighing(
  { weighted, pruning }: Pick<ReadOutOptions, "weighted" | "pruning">,
  { size }: Pick<States, "size">,
): ClassWeighing {
  return { weights: labelWeightsIn(weighted), pruned: pruning && { pruning, batch: size } };
}

/** Of all rows, the probability of their own label. */
const all = (rows: number, width: number) => ({ start: 0, rows, width, given: width });

/** Default of both: none. */
interface ValueWeights {
  /** Of rows. */
  readonly weights?: LabelWeights | undefined;
  /** A channel of what each value counts for where it is 1; of binary cross-entropy only. */
  readonly positive?: string | undefined;
}

/**
 * Binary cross-entropy with logits, as torch's `BCEWithLogitsLoss(pos_weight)`, or the squared
 * error, against the batch's values.
 */
export function valuesLoss(
  { shape }: Tensor,
  kind: "binary" | "squared",
  { weights, positive }: ValueWeights = {},
): Loss {
  const [rows, classes] = shape as [number, number];
  const options = { SQUARED: kind === "squared" ? 1 : 0, WEIGHTED: positive === undefined ? 0 : 1 };
  // Without weights their binding is not read.
  const positiveWeights: Place = positive === undefined ? VALUES : { kind: "channel", name: positive };
  const losses = dispatch(valueLoss, { ...places, values: VALUES, positiveWeights }, { rows, classes }, options);
  return rowsLoss(rows, losses, weights);
}
