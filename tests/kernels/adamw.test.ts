import { describe, expect, it } from "vitest";
import { adamw } from "../../src/kernels/adamw";
import { ELEMENTWISE, expectClose, random, runKernel } from "./harness";

const count = 131;
const sizes = { count, weightDecay: 0.1, learningRateScale: 2 };
const state = {
  parameter: random(count, 1),
  gradient: random(count, 2),
  firstMoment: random(count, 3),
  secondMoment: random(count, 4).map(Math.abs),
};
const [rate, beta1, beta2, epsilon] = [0.01, 0.9, 0.999, 1e-8];

/** What the kernel reads in its update number `step` (1 is the first). */
function scheduleOf(maxNorm: number, step = 3) {
  const corrections = [1 - beta1 ** step, 1 - beta2 ** step];
  return Float32Array.from([rate, beta2, 1 - beta1, 1 - beta2, epsilon, ...corrections, maxNorm]);
}

/** As PyTorch's documentation of AdamW writes it, every hyperparameter in float64. */
function reference(from: typeof state, clip: number, step = 3) {
  const learningRate = rate * sizes.learningRateScale;
  const firstMoment = Float64Array.from(from.firstMoment, (m, i) => beta1 * m + (1 - beta1) * from.gradient[i]! * clip);
  const secondMoment = Float64Array.from(
    from.secondMoment,
    (v, i) => beta2 * v + (1 - beta2) * (from.gradient[i]! * clip) ** 2,
  );
  const parameter = Float64Array.from(from.parameter, (value, i) => {
    const decayed = value - learningRate * sizes.weightDecay * value;
    const [m, v] = [firstMoment[i]! / (1 - beta1 ** step), secondMoment[i]! / (1 - beta2 ** step)];
    return decayed - (learningRate * m) / (Math.sqrt(v) + epsilon);
  });
  return { parameter, firstMoment, secondMoment };
}

describe("adamw", () => {
  it.each([
    { maxNorm: 0, norm: 8, clip: 1 },
    { maxNorm: 10, norm: 8, clip: 1 },
    { maxNorm: 1, norm: 8, clip: 1 / (8 + 1e-6) },
  ])("norm $norm, clipped to $maxNorm", async ({ maxNorm, norm, clip }) => {
    const stepFigures = Float32Array.from([0.5, norm]);
    const result = await runKernel(adamw, { ...state, schedule: scheduleOf(maxNorm), stepFigures }, sizes);
    const expected = reference(state, clip);
    expectClose(result.parameter, expected.parameter, ELEMENTWISE);
    expectClose(result.firstMoment, expected.firstMoment, ELEMENTWISE);
    expectClose(result.secondMoment, expected.secondMoment, ELEMENTWISE);
  });

  it("loses nothing of 1 − beta2, of which alone the first update's moment is made", async () => {
    const zeros = new Float32Array(count);
    const first = { ...state, firstMoment: zeros, secondMoment: zeros };
    const stepFigures = Float32Array.from([0.5, 1]);
    const result = await runKernel(adamw, { ...first, schedule: scheduleOf(0, 1), stepFigures }, sizes);
    const expected = reference(first, 1, 1);
    expectClose(result.parameter, expected.parameter, ELEMENTWISE);
    expectClose(result.firstMoment, expected.firstMoment, 5e-7);
    expectClose(result.secondMoment, expected.secondMoment, 5e-7);
  });

  it.each([
    { loss: Number.NaN, norm: 1 },
    { loss: Number.POSITIVE_INFINITY, norm: 1 },
    { loss: 1, norm: Number.NaN },
    { loss: 1, norm: Number.POSITIVE_INFINITY },
  ])("changes nothing when the loss is $loss and the norm $norm", async ({ loss, norm }) => {
    const stepFigures = Float32Array.from([loss, norm]);
    const result = await runKernel(adamw, { ...state, schedule: scheduleOf(1), stepFigures }, sizes);
    expect(result.parameter).toEqual(state.parameter);
    expect(result.firstMoment).toEqual(state.firstMoment);
    expect(result.secondMoment).toEqual(state.secondMoment);
  });
});
