/**
 * How well predicted numbers follow true ones: what scipy calls pearsonr and spearmanr, and mean
 * errors.
 */

/** NaN where either side does not vary, as scipy's. */
export function pearson(x: readonly number[], y: readonly number[]): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  x.forEach((value, index) => {
    const [dx, dy] = [value - meanX, y[index]! - meanY];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  });
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : Number.NaN;
}

/** Pearson's correlation of the ranks; equal values share the mean of their ranks. */
export function spearman(x: readonly number[], y: readonly number[]): number {
  return pearson(ranks(x), ranks(y));
}

export function rootMeanSquaredError(truth: readonly number[], predicted: readonly number[]): number {
  return Math.sqrt(mean(truth.map((value, index) => (value - predicted[index]!) ** 2)));
}

export function meanAbsoluteError(truth: readonly number[], predicted: readonly number[]): number {
  return mean(truth.map((value, index) => Math.abs(value - predicted[index]!)));
}

/** From 1. */
function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  const ranked = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let place = start; place < end; place++) ranked[order[place]!] = (start + end + 1) / 2;
    start = end;
  }
  return ranked;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
