/**
 * Classification metrics from logits: what scikit-learn calls accuracy, precision, recall, (macro)
 * F1 and matthews_corrcoef.
 */

export interface ClassMetrics {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly support: number;
}

/** Index of the largest of `classes` logits that begin at `offset`; the first one on a tie. */
export function argmax(logits: ArrayLike<number>, offset: number, classes: number): number {
  let best = 0;
  for (let index = 1; index < classes; index++) {
    if (logits[offset + index]! > logits[offset + best]!) best = index;
  }
  return best;
}

/** Softmax of `classes` logits that begin at `offset`. */
export function softmax(logits: ArrayLike<number>, offset: number, classes: number): number[] {
  const row = Array.from({ length: classes }, (_, index) => logits[offset + index]!);
  const largest = Math.max(...row);
  const powers = row.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** `[true class][predicted class]` counts. */
export function confusionMatrix(truth: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let row = 0; row < truth.length; row++) matrix[truth[row]!]![predicted[row]!]!++;
  return matrix;
}

/** Per class; 0 where a quotient has no denominator, as scikit-learn's `zero_division=0`. */
export function classMetrics(confusion: readonly (readonly number[])[]): ClassMetrics[] {
  return confusion.map((row, index) => {
    const support = sum(row);
    const claimed = sum(confusion.map((other) => other[index]!));
    const right = row[index]!;
    const precision = claimed ? right / claimed : 0;
    const recall = support ? right / support : 0;
    const f1 = precision + recall ? (2 * precision * recall) / (precision + recall) : 0;
    return { precision, recall, f1, support };
  });
}

export function accuracy(confusion: readonly (readonly number[])[]): number {
  const right = sum(confusion.map((row, index) => row[index]!));
  return right / Math.max(1, sum(confusion.flat()));
}

/** Macro precision, recall and F1: means over the classes that occur in truth or prediction. */
export function macroAverage(
  confusion: readonly (readonly number[])[],
): Pick<ClassMetrics, "precision" | "recall" | "f1"> {
  return averageMetrics(
    classMetrics(confusion).filter(({ support }, index) => support > 0 || confusion.some((row) => row[index]! > 0)),
  );
}

/** Plain means over classes; 0 without any. */
export function averageMetrics(perClass: readonly ClassMetrics[]): Pick<ClassMetrics, "precision" | "recall" | "f1"> {
  const mean = (key: "precision" | "recall" | "f1") =>
    sum(perClass.map((own) => own[key])) / Math.max(1, perClass.length);
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1") };
}

/** Matthews' correlation coefficient for any number of classes; 0 where it has no denominator. */
export function matthews(confusion: readonly (readonly number[])[]): number {
  const total = sum(confusion.flat());
  const right = sum(confusion.map((row, index) => row[index]!));
  const truth = confusion.map(sum);
  const predicted = confusion.map((_, index) => sum(confusion.map((row) => row[index]!)));
  const squares = (counts: readonly number[]) => total ** 2 - sum(counts.map((count) => count ** 2));
  const denominator = Math.sqrt(squares(truth) * squares(predicted));
  const both = sum(truth.map((count, index) => count * predicted[index]!));
  return denominator ? (right * total - both) / denominator : 0;
}

/** Of one label that a row has or has not. */
export function binaryCounts(truth: readonly boolean[], predicted: readonly boolean[]): ClassMetrics {
  const both = truth.filter((on, row) => on && predicted[row]).length;
  const support = truth.filter(Boolean).length;
  const claimed = predicted.filter(Boolean).length;
  const precision = claimed ? both / claimed : 0;
  const recall = support ? both / support : 0;
  return { precision, recall, f1: support + claimed ? (2 * both) / (support + claimed) : 0, support };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
