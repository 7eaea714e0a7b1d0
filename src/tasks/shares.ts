/**
 * What every label of a batch counts for: a loss is Σ share · loss over the labels, and its
 * gradient has the share as a factor. The shares are written once, before whatever reads them.
 * Not for how a batch gets its weights (`data/channels.ts`).
 */

import { labelWeights, rowLabels } from "../data/channels";
import { type Dispatch, dispatch } from "../kernels/kernel";
import { labelShares } from "../kernels/label-shares";
import { meanLoss } from "../kernels/mean-loss";
import type { Place } from "../program/place";

/** A channel of weights, none of them negative. */
export interface LabelWeights {
  readonly channel: string;
  /**
   * How many labels one weight is for: 1, or where every token has a label and every row a weight,
   * the tokens of a row.
   */
  readonly span: number;
}

/** The weights of labels that a loss reads, if any; every label has one of its own. */
export function labelWeightsIn(weighted: ReadonlySet<string> = new Set()): LabelWeights | undefined {
  const { name } = labelWeights(rowLabels);
  return weighted.has(name) ? { channel: name, span: 1 } : undefined;
}

/** The labels of the batch. */
export const LABELS: Place = { kind: "channel", name: "labels" };

/**
 * Writes the shares of so many labels: w / Σ w. Without weights all labels count the same, which is
 * their mean.
 */
export function shareLabels(count: number, shares: Place, weights?: LabelWeights): Dispatch<Place> {
  // Without weights their binding is not read.
  const bound: Place = weights ? { kind: "channel", name: weights.channel } : LABELS;
  const options = { WEIGHTED: weights ? 1 : 0 };
  return dispatch(
    labelShares,
    { labels: LABELS, weights: bound, shares },
    { count, span: weights?.span ?? 1 },
    options,
  );
}

/** Σ share · loss into a place of the step figures: by default the first, which is the loss. */
export function sumLosses(rows: number, shares: Place, losses: Place = { kind: "losses" }, place = 0): Dispatch<Place> {
  const stepFigures: Place = { kind: "stepFigures" };
  return dispatch(meanLoss, { losses, shares, stepFigures }, { rows, place });
}
