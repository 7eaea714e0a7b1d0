/**
 * Linear regression with an L2 penalty on the weights, not on the bias: the minimum of ‖y − X·w −
 * b‖² + alpha · ‖w‖², as scikit-learn's `Ridge(alpha)` defines it, solved in float64.
 */

import { minimise } from "../fitted-head/lbfgs";
import type { LinearFit, PenalisedFit, RowMatrix } from "../fitted-head/logistic-regression";

/** Of half the mean squared error. */
const TOLERANCE = 1e-14;

/** The fit to one number a row, with alpha = 1 / C; `weights`: of the rows, default: 1 each. */
export async function fitRidge(
  matrix: RowMatrix,
  { numbers, weights }: { readonly numbers: Float32Array; readonly weights?: Float32Array | undefined },
  { c, ...how }: PenalisedFit,
): Promise<LinearFit> {
  const { rows, width } = matrix;
  const decay = 1 / (c * rows);
  const error = new Float64Array(1);
  /** Weights, then the bias. */
  function evaluate(point: Float64Array, gradient: Float64Array): number {
    gradient.fill(0);
    let squares = 0;
    for (let row = 0; row < rows; row++) {
      error[0] = point[width]! - numbers[row]!;
      matrix.multiply(row, point, error);
      const share = (weights?.[row] ?? 1) / rows;
      squares += share * error[0] ** 2;
      error[0] *= share;
      matrix.add(row, error, gradient);
      gradient[width]! += error[0];
    }
    for (let index = 0; index < width; index++) {
      squares += decay * point[index]! ** 2;
      gradient[index]! += decay * point[index]!;
    }
    return squares / 2;
  }
  const preconditionWeights = matrix.preconditioner(
    Float64Array.from(weights ?? new Float64Array(rows).fill(1)),
    decay,
  );
  const { point, iterations, converged } = await minimise(
    {
      evaluate,
      measureCurvature: () => {},
      precondition: (vector) => preconditionWeights(vector.subarray(0, width), 1),
    },
    width + 1,
    { tolerance: TOLERANCE, ...how },
  );
  return { weight: point.slice(0, width), bias: point.slice(width), iterations, converged };
}
