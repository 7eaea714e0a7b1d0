/**
 * How a run came to its answers, row by row, over the epochs of a training (dataset cartography;
 * Swayamdipta et al. 2020): confidence is the mean chance of the row's label, variability how that
 * varies, correctness the share of epochs in which nothing was likelier.
 */

export interface TrainingDynamics {
  /** [rows] each; confidence and correctness from 0 to 1. */
  readonly confidence: Float64Array;
  /** Standard deviation over the epochs, of the whole population, as the authors' code has it. */
  readonly variability: Float64Array;
  readonly correctness: Float64Array;
}

export interface EpochScores {
  /** Mean loss of each row's labels, nats. */
  readonly losses: ArrayLike<number>;
  /** Of each row whether its label had rank 1; of many labels the share of those that had. */
  readonly right: ArrayLike<number>;
}

/** Of a row with many labels the chance is exp(−mean loss): the geometric mean of theirs. */
export function trainingDynamics(epochs: readonly EpochScores[]): TrainingDynamics {
  const rows = epochs[0]?.losses.length ?? 0;
  const confidence = new Float64Array(rows);
  const variability = new Float64Array(rows);
  const correctness = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const chances = epochs.map(({ losses }) => Math.exp(-losses[row]!));
    const mean = chances.reduce((sum, chance) => sum + chance, 0) / epochs.length;
    confidence[row] = mean;
    variability[row] = Math.sqrt(chances.reduce((sum, chance) => sum + (chance - mean) ** 2, 0) / epochs.length);
    correctness[row] = epochs.reduce((sum, { right }) => sum + right[row]!, 0) / epochs.length;
  }
  return { confidence, variability, correctness };
}
