/**
 * Multinomial logistic regression with an L2 penalty on the weights, not on the biases: the minimum
 * of C · Σ share · cross entropy + ½ ‖W‖², as scikit-learn's `LogisticRegression(C, class_weight)`
 * defines it, solved in float64. How rows are kept is theirs to say (`RowMatrix`).
 */

import type { TrainingRows } from "../answerer";
import { choleskyFactor, solveWithFactor } from "./cholesky";
import { type FitOptions, minimise } from "./lbfgs";

/**
 * [rows, width], whose products a fit is made of. Weights of several outputs are in the order that
 * suits the matrix: [outputs, width] or [width, outputs].
 */
export interface RowMatrix {
  readonly rows: number;
  readonly width: number;
  /** Adds a row times every output's weights to `to` [outputs]. */
  multiply(row: number, weights: Float64Array, to: Float64Array): void;
  /** Adds each of the factors [outputs] times a row to that output's weights. */
  add(row: number, factors: Float64Array, weights: Float64Array): void;
  /**
   * About the inverse of Xᵀ · shares · X / rows + decay, symmetric and positive, times every
   * output's weights, in place.
   */
  preconditioner(shares: Float64Array, decay: number): (weights: Float64Array, outputs: number) => void;
}

export interface PenalisedFit extends FitOptions {
  readonly c: number;
}

export interface LinearFit {
  /** [classes, width], row-major, or in its matrix's order. */
  readonly weight: Float64Array;
  readonly bias: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

/** What to know of a fit that has not converged; `sake`: what another one may do better. */
export function unfinished(iterations: number, maxIterations: number, sake: string): string {
  return iterations < maxIterations
    ? `It was stopped after ${iterations} iterations, before the best fit was found. Compare anew to find it.`
    : `The best fit was not found within ${maxIterations} iterations; ${sake} may fit the training rows better. Allow more ` +
        "iterations, or make C smaller.";
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
 * it is sought, which only moves the biases.
 */
export async function fitLogisticRegression(
  { states, width, labels, classes, weights }: TrainingRows,
  options: PenalisedFit,
): Promise<LinearFit> {
  const { centred, means } = centre(states, width);
  const fit = await solveLogisticRegression(denseRows(centred, width), { labels, classes, weights }, options);
  const bias = fit.bias.map((shift, label) => {
    let sum = shift;
    for (let column = 0; column < width; column++) sum -= fit.weight[label * width + column]! * means[column]!;
    return sum;
  });
  return { ...fit, bias };
}

/**
 * The fit to rows as they are, whose labels are 0 … classes − 1, each of them present; `weights`:
 * what each row counts for, by default the same. Of two
 * classes scikit-learn penalises the one vector w = w₁ − w₀, ½ ‖w‖² = ‖W‖², and so does this.
 */
export async function solveLogisticRegression(
  matrix: RowMatrix,
  { labels, classes, weights }: Pick<TrainingRows, "labels" | "classes" | "weights">,
  { c, ...how }: PenalisedFit,
): Promise<LinearFit> {
  const { rows, width } = matrix;
  const decay = (classes === 2 ? 2 : 1) / (c * rows);
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
      chances.set(point.subarray(size));
      matrix.multiply(row, point, chances);
      const counts = weights?.[row] ?? 1;
      loss += counts * softmaxInPlace(chances, labels[row]!);
      spread[row] = (counts * chances.reduce((sum, chance) => sum + chance * (1 - chance), 0)) / (classes - 1);
      chances[labels[row]!]! -= 1;
      for (let label = 0; label < classes; label++) {
        chances[label]! *= counts / rows;
        gradient[size + label]! += chances[label]!;
      }
      matrix.add(row, chances, gradient);
    }
    let squares = 0;
    for (let index = 0; index < size; index++) {
      squares += point[index]! ** 2;
      gradient[index]! += decay * point[index]!;
    }
    return loss / rows + (decay / 2) * squares;
  }

  let preconditionWeights: (weights: Float64Array, outputs: number) => void;
  let turn = 1;
  function measureCurvature(): void {
    preconditionWeights = matrix.preconditioner(spread, decay);
    turn = rows / spread.reduce((sum, share) => sum + share, RIDGE);
  }
  function precondition(vector: Float64Array): void {
    preconditionWeights(vector.subarray(0, size), classes);
    for (let label = 0; label < classes; label++) vector[size + label]! *= turn;
  }

  const found = await minimise({ evaluate, measureCurvature, precondition }, size + classes, {
    tolerance: TOLERANCE,
    ...how,
  });
  const { iterations, converged } = found;
  return { weight: found.point.slice(0, size), bias: found.point.slice(size), iterations, converged };
}

/** Weights are [outputs, width]; the preconditioner is the whole curvature, factored. */
function denseRows(states: Float64Array, width: number): RowMatrix {
  return {
    rows: states.length / width,
    width,
    multiply(row, weights, to) {
      for (let output = 0; output < to.length; output++) {
        to[output]! += product(weights, output * width, states, row * width, width);
      }
    },
    add(row, factors, weights) {
      const from = row * width;
      for (let output = 0; output < factors.length; output++) {
        const factor = factors[output]!;
        const own = output * width;
        for (let column = 0; column < width; column++) weights[own + column]! += factor * states[from + column]!;
      }
    },
    preconditioner(shares, decay) {
      const factor = choleskyFactor(curvature(states, width, shares, decay), width);
      return (weights, outputs) => {
        for (let output = 0; output < outputs; output++) {
          solveWithFactor(factor, width, weights.subarray(output * width, (output + 1) * width));
        }
      };
    },
  };
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
