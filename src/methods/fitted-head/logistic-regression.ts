/**
 * Multinomial logistic regression with an L2 penalty on the weights, not on the biases: the minimum
 * of C · Σ cross entropy + ½ ‖W‖², as scikit-learn's `LogisticRegression(C)` defines it, solved in
 * float64.
 */

import type { TrainingRows } from "../answerer";
import { choleskyFactor, solveWithFactor } from "./cholesky";
import { minimise } from "./lbfgs";

export interface LinearFit {
  /** [classes, width], row-major. */
  readonly weight: Float64Array;
  readonly bias: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Of the mean loss; probabilities are then good to about the root of it. */
const TOLERANCE = 1e-14;
/**
 * What the preconditioner adds to its diagonal, as a share of the mean of it, so that rounding
 * cannot make it singular.
 */
const RIDGE = 1e-12;

/**
 * The fit to rows whose labels are 0 … classes − 1, each of them present. States are centred while
 * it is sought, which only moves the biases. Of two classes scikit-learn penalises the one vector w
 * = w₁ − w₀, ½ ‖w‖² = ‖W‖², and so does this.
 */
export function fitLogisticRegression(
  { states, width, labels, classes }: TrainingRows,
  { c, maxIterations }: { readonly c: number; readonly maxIterations: number },
): LinearFit {
  const rows = labels.length;
  const decay = (classes === 2 ? 2 : 1) / (c * rows);
  const { centred, means } = centre(states, width);
  const size = classes * width;
  const chances = new Float64Array(classes);
  /**
   * Of every row where it was last evaluated: Σ p (1 − p) / (classes − 1), its share in the
   * curvature.
   */
  const spread = new Float64Array(rows);

  /** Weights, then biases. */
  function evaluate(point: Float64Array, gradient: Float64Array): number {
    gradient.fill(0);
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const from = row * width;
      for (let label = 0; label < classes; label++) {
        chances[label] = point[size + label]! + product(point, label * width, centred, from, width);
      }
      loss += softmaxInPlace(chances, labels[row]!);
      spread[row] = chances.reduce((sum, chance) => sum + chance * (1 - chance), 0) / (classes - 1);
      for (let label = 0; label < classes; label++) {
        const slope = (chances[label]! - (label === labels[row] ? 1 : 0)) / rows;
        const own = label * width;
        for (let column = 0; column < width; column++) gradient[own + column]! += slope * centred[from + column]!;
        gradient[size + label]! += slope;
      }
    }
    let squares = 0;
    for (let index = 0; index < size; index++) {
      squares += point[index]! ** 2;
      gradient[index]! += decay * point[index]!;
    }
    return loss / rows + (decay / 2) * squares;
  }

  let factor: Float64Array;
  let turn = 1;
  function measureCurvature(): void {
    factor = choleskyFactor(curvature(centred, width, spread, decay), width);
    turn = rows / spread.reduce((sum, share) => sum + share, RIDGE);
  }
  function precondition(vector: Float64Array): void {
    for (let label = 0; label < classes; label++) {
      solveWithFactor(factor, width, vector.subarray(label * width, (label + 1) * width));
      vector[size + label]! *= turn;
    }
  }

  const found = minimise({ evaluate, measureCurvature, precondition }, size + classes, {
    tolerance: TOLERANCE,
    maxIterations,
  });
  const weight = found.point.slice(0, size);
  const bias = found.point.slice(size).map((shift, label) => {
    let sum = shift;
    for (let column = 0; column < width; column++) sum -= weight[label * width + column]! * means[column]!;
    return sum;
  });
  return { weight, bias, iterations: found.iterations, converged: found.converged };
}

/** Of two stretches; four sums at once, so that none waits for the last. */
function product(one: Float64Array, at: number, other: Float64Array, from: number, length: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = length - (length % 4);
  for (let index = 0; index < whole; index += 4) {
    a += one[at + index]! * other[from + index]!;
    b += one[at + index + 1]! * other[from + index + 1]!;
    c += one[at + index + 2]! * other[from + index + 2]!;
    d += one[at + index + 3]! * other[from + index + 3]!;
  }
  for (let index = whole; index < length; index++) a += one[at + index]! * other[from + index]!;
  return a + b + (c + d);
}

function centre(states: Float32Array, width: number) {
  const rows = states.length / width;
  const means = new Float64Array(width);
  states.forEach((value, index) => {
    means[index % width]! += value / rows;
  });
  const centred = Float64Array.from(states, (value, index) => value - means[index % width]!);
  return { centred, means };
}

/** Logits become chances; returns the cross entropy of a label. */
function softmaxInPlace(logits: Float64Array, label: number): number {
  const most = logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  const own = logits[label]! - most;
  let sum = 0;
  for (let index = 0; index < logits.length; index++) {
    logits[index] = Math.exp(logits[index]! - most);
    sum += logits[index]!;
  }
  for (let index = 0; index < logits.length; index++) logits[index]! /= sum;
  return Math.log(sum) - own;
}

/**
 * [width, width], its lower half: Xᵀ · spread · X / rows + decay, which is every class's part of
 * the Hessian at zero.
 */
function curvature(centred: Float64Array, width: number, spread: Float64Array, decay: number): Float64Array {
  const matrix = new Float64Array(width * width);
  // Four rows at once, since the matrix is too large to be near at hand; after the last row its
  // share is none.
  for (let row = 0; row < spread.length; row += 4) {
    const share = (next: number) => (spread[row + next] ?? 0) / spread.length;
    const start = (next: number) => Math.min(row + next, spread.length - 1) * width;
    const [p, q, r, s] = [share(0), share(1), share(2), share(3)];
    const [i, j, k, l] = [start(0), start(1), start(2), start(3)];
    for (let one = 0; one < width; one++) {
      const a = p * centred[i + one]!;
      const b = q * centred[j + one]!;
      const c = r * centred[k + one]!;
      const d = s * centred[l + one]!;
      const own = one * width;
      for (let other = 0; other <= one; other++) {
        matrix[own + other]! +=
          a * centred[i + other]! + b * centred[j + other]! + (c * centred[k + other]! + d * centred[l + other]!);
      }
    }
  }
  let trace = 0;
  for (let one = 0; one < width; one++) trace += matrix[one * (width + 1)]!;
  for (let one = 0; one < width; one++) matrix[one * (width + 1)]! += decay + (RIDGE * trace) / width;
  return matrix;
}
