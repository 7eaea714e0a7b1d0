import { describe, it } from "vitest";
import { normBackward } from "../../src/kernels/norm-backward";
import { accumulated, CANCELLING, expectClose, FITS, onProcessor, REDUCTION, random, runKernel } from "./harness";

/** Derived from the definition of the gradient: dx[j] = Σ_i dy[i] · ∂y[i]/∂x[j]. */
function layerNormGradient(x: Float32Array, weight: Float32Array, dy: Float32Array, rows: number, epsilon: number) {
  const width = weight.length;
  const dx = new Float64Array(rows * width);
  for (let r = 0; r < rows; r++) {
    const row = Float64Array.from(x.subarray(r * width, (r + 1) * width));
    const mean = row.reduce((sum, value) => sum + value, 0) / width;
    const deviation = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width + epsilon);
    for (let j = 0; j < width; j++) {
      for (let i = 0; i < width; i++) {
        const centred = (i === j ? 1 : 0) - 1 / width;
        const spread = ((row[i]! - mean) * (row[j]! - mean)) / (width * deviation ** 2);
        const slope = (weight[i]! * (centred - spread)) / deviation;
        dx[r * width + j] = dx[r * width + j]! + dy[r * width + i]! * slope;
      }
    }
  }
  return dx;
}

describe.each(FITS)("norm-backward of layer norm (%s)", (fit) => {
  it.each([
    { rows: 5, width: 67, accumulate: 1, shift: 0 },
    { rows: 67, width: 19, accumulate: 0, shift: 0 },
    { rows: 3, width: 130, accumulate: 0, shift: 20 },
  ])("$rows × $width, accumulate $accumulate, mean $shift", async ({ rows, width, accumulate, shift }) => {
    const count = rows * width;
    const x = random(count, 1, 2).map((value) => value + shift);
    const [weight, outputGradient, out] = [random(width, 2), random(count, 3), random(count, 4)];
    const epsilon = 1e-5;
    const result = await runKernel(
      normBackward,
      { x, weight, outputGradient, out },
      { rows, width, epsilon },
      { CENTERED: 1, ACCUMULATE: accumulate },
      fit,
    );
    const expected = layerNormGradient(x, weight, outputGradient, rows, epsilon);
    expectClose(result.out, accumulated(out, expected, accumulate), REDUCTION, CANCELLING);
  });
});

/** Derived from the definition of the gradient: dx[j] = Σ_i dy[i] · ∂y[i]/∂x[j]. */
function rmsNormGradient(
  x: Float32Array,
  weight: Float32Array,
  dy: Float32Array,
  rows: number,
  width: number,
  epsilon: number,
) {
  const dx = new Float64Array(rows * width);
  for (let r = 0; r < rows; r++) {
    const row = (values: Float32Array, i: number) => values[r * width + i]!;
    let squares = 0;
    for (let i = 0; i < width; i++) squares += row(x, i) ** 2;
    const rms = Math.sqrt(squares / width + epsilon);
    for (let j = 0; j < width; j++) {
      for (let i = 0; i < width; i++) {
        const direct = i === j ? 1 / rms : 0;
        const derivative = weight[i]! * (direct - (row(x, i) * row(x, j)) / (width * rms ** 3));
        dx[r * width + j] = dx[r * width + j]! + row(dy, i) * derivative;
      }
    }
  }
  return dx;
}

describe.each(FITS)("norm-backward of RMS norm (%s)", (fit) => {
  it.each([
    { rows: 1, width: 1, accumulate: 0 },
    { rows: 5, width: 67, accumulate: 1 },
    { rows: 67, width: 19, accumulate: 0 },
  ])("$rows × $width, accumulate $accumulate", async ({ rows, width, accumulate }) => {
    const count = rows * width;
    const [x, weight, outputGradient, out] = [
      random(count, 1, 2),
      random(width, 2),
      random(count, 3),
      random(count, 4),
    ];
    const epsilon = 1e-5;
    const result = await runKernel(
      normBackward,
      { x, weight, outputGradient, out },
      { rows, width, epsilon },
      { CENTERED: 0, ACCUMULATE: accumulate },
      fit,
    );
    const expected = rmsNormGradient(x, weight, outputGradient, rows, width, epsilon);
    // In a row of one element everything cancels but ε's share; the processor keeps the rounding of
    // what cancels.
    const floor = onProcessor && width === 1 ? 1e-3 / epsilon : CANCELLING;
    expectClose(result.out, accumulated(out, expected, accumulate), REDUCTION, floor);
  });
});
