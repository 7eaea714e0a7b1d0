/** What calibration goes by: what a run said of rows, and which labels they have. Types only. */

export interface LabelledLogits {
  /** Whether a row may have any number of labels, each by itself; else it has one. */
  readonly several: boolean;
  /** Of every row [labels]. */
  readonly logits: readonly ArrayLike<number>[];
  /** Of every row: the labels that it has, by their places. */
  readonly truth: readonly (readonly number[])[];
}
