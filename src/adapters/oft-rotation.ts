/**
 * OFT's rotations as PEFT computes them: of the upper triangle of a skew-symmetric Q the first
 * terms of a series for (I − Q)⁻¹ (I + Q), Cayley's map.
 */

/** Of the powers of Q in R − I, from the first on; `terms` counts as PEFT counts. */
export function cayleyFactors(terms: number): readonly number[] {
  if (terms === 2) return [2];
  return [...Array(Math.max(2, terms - 2)).fill(2), 1];
}

/** Numbers above the diagonal of a block. */
export const triangle = (size: number): number => (size * (size - 1)) / 2;

/**
 * Which of them stands at a row and a column of Q, and with which sign; null on the diagonal, where
 * Q is zero.
 */
export function skewPlace(row: number, column: number, size: number): { at: number; sign: 1 | -1 } | null {
  if (row === column) return null;
  const [low, high] = [Math.min(row, column), Math.max(row, column)];
  return { at: low * size - (low * (low + 1)) / 2 + high - low - 1, sign: row < column ? 1 : -1 };
}

/** R of one block, [size, size] row-major. `values`: above the diagonal of its Q. */
export function rotationOf(values: Float32Array, size: number, terms: number): Float64Array {
  const q = Float64Array.from({ length: size * size }, (_, at) => {
    const place = skewPlace(Math.floor(at / size), at % size, size);
    return place ? place.sign * values[place.at]! : 0;
  });
  // c₁ Q + c₂ Q² + … = Q (c₁ + Q (c₂ + …)); the identity is the last of them.
  return [1, ...cayleyFactors(terms)].reduceRight(
    (inner, factor) => {
      const product = new Float64Array(size * size);
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
          let sum = row === column ? factor : 0;
          for (let k = 0; k < size; k++) sum += q[row * size + k]! * inner[k * size + column]!;
          product[row * size + column] = sum;
        }
      }
      return product;
    },
    new Float64Array(size * size),
  );
}
