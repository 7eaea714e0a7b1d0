/** The Euclidean norm: of gradients, of rows of weights, of embeddings. */

/** √Σv², summed in float64 in the values' order. */
export function norm(values: Float32Array | Float64Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}
