/** The kernels that AdaLoRA's controller and DyLoRA's run between steps. */

import { describe, expect, it } from "vitest";
import { importance } from "../../src/kernels/importance";
import { keepLargest } from "../../src/kernels/keep-largest";
import { maskMatrix } from "../../src/kernels/mask-matrix";
import { orthogonality } from "../../src/kernels/orthogonality";
import { tripletScores } from "../../src/kernels/triplet-scores";
import { CANCELLING, ELEMENTWISE, expectClose, FITS, REDUCTION, random, runKernel } from "./harness";

describe("orthogonality", () => {
  it.each(FITS.flatMap((fit) => [0, 1].map((ACCUMULATE) => ({ fit, ACCUMULATE }))))(
    "$fit, accumulate $ACCUMULATE",
    async ({ fit, ACCUMULATE }) => {
      const [rank, weight] = [13, 0.25];
      const gram = random(rank * rank, 1);
      const stepFigures = Float32Array.of(3, 4, 5);
      const result = await runKernel(orthogonality, { gram, stepFigures }, { rank, weight }, { ACCUMULATE }, fit);
      const distance = Float64Array.from(gram, (value, i) => value - (Math.floor(i / rank) === i % rank ? 1 : 0));
      const norm = Math.hypot(...distance);
      expectClose(
        result.gram,
        distance.map((value) => (value * 2 * weight) / norm),
        REDUCTION,
      );
      expectClose(result.stepFigures, [3, 4, weight * norm + (ACCUMULATE ? 5 : 0)], REDUCTION);
    },
  );

  it("has no gradient at the identity", async () => {
    const gram = Float32Array.of(1, 0, 0, 1);
    const result = await runKernel(orthogonality, { gram, stepFigures: new Float32Array(3) }, { rank: 2, weight: 1 });
    expect([...result.gram, ...result.stepFigures]).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });
});

describe("importance", () => {
  const count = 131;
  const sizes = { count, beta1: 0.85, beta2: 0.75, maxNorm: 0 };
  const [value, gradient] = [random(count, 1), random(count, 2)];
  const [sensitivity, uncertainty] = [random(count, 3).map(Math.abs), random(count, 4).map(Math.abs)];
  const stepFigures = Float32Array.of(0.7, 2, 0);

  it.each([
    [0, 1],
    [0.5, 0.5 / (2 + 1e-6)],
    [5, 1],
  ])("with the gradient clipped to %d", async (maxNorm, clip) => {
    const bindings = { value, gradient, stepFigures, sensitivity, uncertainty };
    const result = await runKernel(importance, bindings, { ...sizes, maxNorm });
    const own = Float64Array.from(value, (x, i) => Math.abs(x * gradient[i]! * clip));
    const smoothed = own.map((s, i) => 0.85 * sensitivity[i]! + 0.15 * s);
    expectClose(result.sensitivity, smoothed, ELEMENTWISE);
    expectClose(
      result.uncertainty,
      own.map((s, i) => 0.75 * uncertainty[i]! + 0.25 * Math.abs(s - smoothed[i]!)),
      ELEMENTWISE,
    );
  });

  it.each([
    [Number.NaN, 1],
    [1, Number.POSITIVE_INFINITY],
  ])("stays as it is where loss %d and norm %d are no numbers", async (loss, norm) => {
    const bindings = { value, gradient, stepFigures: Float32Array.of(loss, norm, 0), sensitivity, uncertainty };
    const result = await runKernel(importance, bindings, sizes);
    expect([result.sensitivity, result.uncertainty]).toEqual([sensitivity, uncertainty]);
  });
});

describe("triplet-scores", () => {
  it("adds up a triplet's row, column and value", async () => {
    const [rank, inputs, outputs, start] = [5, 11, 7, 3];
    const positive = (size: number, seed: number) => random(size, seed).map(Math.abs);
    const bindings = {
      sensitivityA: positive(rank * inputs, 1),
      uncertaintyA: positive(rank * inputs, 2),
      sensitivityE: positive(rank, 3),
      uncertaintyE: positive(rank, 4),
      sensitivityB: positive(outputs * rank, 5),
      uncertaintyB: positive(outputs * rank, 6),
      scores: random(start + rank, 7),
    };
    const result = await runKernel(tripletScores, bindings, { rank, inputs, outputs, start });
    const expected = Float64Array.from(bindings.scores);
    for (let j = 0; j < rank; j++) {
      let score = bindings.sensitivityE[j]! * bindings.uncertaintyE[j]!;
      for (let i = 0; i < inputs; i++) {
        score += (bindings.sensitivityA[j * inputs + i]! * bindings.uncertaintyA[j * inputs + i]!) / inputs;
      }
      for (let i = 0; i < outputs; i++) {
        score += (bindings.sensitivityB[i * rank + j]! * bindings.uncertaintyB[i * rank + j]!) / outputs;
      }
      expected[start + j] = score;
    }
    expectClose(result.scores, expected, REDUCTION, CANCELLING);
  });
});

describe("keep-largest", () => {
  const count = 101;
  // Rounded, so that some are equal.
  const scores = random(count, 1).map((value) => Math.round(value * 20) / 20);
  it.each([1, 17, 50, 100, 101])("drops all up to the %d-th smallest", async (dropped) => {
    const bindings = { scores, dropped: Float32Array.of(dropped), mask: new Float32Array(count) };
    const { mask } = await runKernel(keepLargest, bindings, { count });
    const threshold = [...scores].sort((a, b) => a - b)[dropped - 1]!;
    expect([...mask]).toEqual([...scores].map((score) => (score <= threshold ? 0 : 1)));
  });
});

describe("mask-matrix", () => {
  it.each([0, 1])("by column %i", async (BY_COLUMN) => {
    const [rows, columns, start] = [7, 5, 2];
    const mask = Float32Array.of(9, 9, 1, 0, 1, 1, 0, 1, 0);
    const x = random(rows * columns, 1);
    const result = await runKernel(maskMatrix, { mask, x }, { rows, columns, start }, { BY_COLUMN });
    const expected = x.map((value, i) => {
      const place = BY_COLUMN ? i % columns : Math.floor(i / columns);
      return mask[start + place] === 0 ? 0 : value;
    });
    expect(result.x).toEqual(expected);
  });
});
