/**
 * What a pass over rows finds: of every label and of every row. Plain data, which can be cloned.
 * Not for how it is computed (`score-rows.ts`).
 */

import { TOKEN_SCORES } from "../kernels/token-scores";

/**
 * Of every label, row after row: of a token that is predicted, of a token's tag, or of the row's
 * one label.
 */
export interface LabelScores {
  /** [rows + 1]: row r has the labels from `offsets[r]` to `offsets[r + 1]`. */
  readonly offsets: Int32Array;
  /** The place in the row at which the label stands, counted from 0. */
  readonly places: Int32Array;
  /** The id of the token, or the class. */
  readonly labels: Int32Array;
  /** −log of the label's probability, nats. */
  readonly losses: Float32Array;
  /** −Σ p log p over all that could be said there, nats. */
  readonly entropies: Float32Array;
  /** 1 where nothing is likelier than the label. */
  readonly ranks: Int32Array;
  /** Of the label, or of the token that was asked for. */
  readonly probabilities: Float32Array;
}

export interface RowScores {
  /** Null where only states were asked for, and where rows have no labels but numbers. */
  readonly labels: LabelScores | null;
  /**
   * Mean over the row's labels, nats; NaN of a row without one. Null where no loss was asked for.
   */
  readonly losses: Float64Array | null;
  /** Mean over the row's labels, nats; null where nothing has a probability. */
  readonly entropies: Float64Array | null;
  /** [rows, width], the state that a head of whole rows reads. */
  readonly states: { readonly width: number; readonly values: Float32Array } | null;
  /**
   * Euclidean norms of the gradient of each row's mean loss with respect to all that is trained.
   */
  readonly gradientNorms: Float64Array | null;
  /**
   * Products of these gradients with the one of the mean loss of other rows: a small step that
   * learns from the row alone lowers that loss by the step's size times this. Null where there are
   * no other rows.
   */
  readonly gradientProducts: Float64Array | null;
}

/** Room for the scores of these rows' labels; negative ones count for nothing. */
export function roomForLabels(rows: readonly { readonly labels: Int32Array }[]): LabelScores {
  const offsets = new Int32Array(rows.length + 1);
  for (const [row, { labels }] of rows.entries()) {
    let count = 0;
    for (const label of labels) if (label >= 0) count++;
    offsets[row + 1] = offsets[row]! + count;
  }
  const total = offsets[rows.length]!;
  const scores = {
    offsets,
    places: new Int32Array(total),
    labels: new Int32Array(total),
    losses: new Float32Array(total),
    entropies: new Float32Array(total),
    ranks: new Int32Array(total),
    probabilities: new Float32Array(total),
  };
  let at = 0;
  for (const { labels } of rows) {
    for (let place = 0; place < labels.length; place++) {
      if (labels[place]! < 0) continue;
      scores.places[at] = place;
      scores.labels[at++] = labels[place]!;
    }
  }
  return scores;
}

/**
 * Takes a row's scores out of what the kernel wrote; `first`: where its first label's are.
 */
export function takeScores(from: Float32Array, first: number, row: number, into: LabelScores): void {
  for (let at = into.offsets[row]!; at < into.offsets[row + 1]!; at++) {
    const place = (first + into.places[at]!) * TOKEN_SCORES;
    into.losses[at] = from[place]!;
    into.entropies[at] = from[place + 1]!;
    into.ranks[at] = from[place + 2]!;
    into.probabilities[at] = from[place + 3]!;
  }
}

/** Of every row the mean of its labels' values, summed in float64; NaN of a row without a label. */
export function rowMeans({ offsets }: Pick<LabelScores, "offsets">, values: Float32Array): Float64Array {
  const means = new Float64Array(offsets.length - 1);
  for (let row = 0; row < means.length; row++) {
    let sum = 0;
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) sum += values[at]!;
    means[row] = sum / (offsets[row + 1]! - offsets[row]!);
  }
  return means;
}
