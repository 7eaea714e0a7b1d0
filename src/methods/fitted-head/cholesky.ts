/** Cholesky's factor of a symmetric positive matrix, and equations solved with it, in float64. */

/**
 * L with L·Lᵀ = matrix [size, size], of which only the lower half is read; in place of that half.
 */
export function choleskyFactor(matrix: Float64Array, size: number): Float64Array {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let value = matrix[row * size + column]!;
      for (let inner = 0; inner < column; inner++) {
        value -= matrix[row * size + inner]! * matrix[column * size + inner]!;
      }
      matrix[row * size + column] = row === column ? Math.sqrt(value) : value / matrix[column * (size + 1)]!;
    }
  }
  return matrix;
}

/** (L·Lᵀ)⁻¹ · vector, in place. */
export function solveWithFactor(factor: Float64Array, size: number, vector: Float64Array): void {
  for (let row = 0; row < size; row++) {
    let value = vector[row]!;
    for (let inner = 0; inner < row; inner++) value -= factor[row * size + inner]! * vector[inner]!;
    vector[row] = value / factor[row * (size + 1)]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    vector[row]! /= factor[row * (size + 1)]!;
    for (let inner = 0; inner < row; inner++) vector[inner]! -= factor[row * size + inner]! * vector[row]!;
  }
}
