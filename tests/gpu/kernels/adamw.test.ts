import { describe, expect, it } from "vitest";
import { adamw } from "../../../src/kernels/adamw";
import { ELEMENTWISE, expectClose, random, runKernel } from "../harness";

const count = 131;
const sizes = { count, weightDecay: 0.1, learningRateScale: 2 };
const state = {
  parameter: random(count, 1),
  gradient: random(count, 2),
  firstMoment: random(count, 3),
  secondMoment: random(count, 4).map(Math.abs),
};

/** learningRate, beta1, beta2, epsilon, the bias corrections of step 3, maxNorm. */
function scheduleOf(maxNorm: number) {
  return Float32Array.from([0.01, 0.9, 0.999, 1e-8, 1 - 0.9 ** 3, 1 - 0.999 ** 3, maxNorm]);
}

/** As PyTorch's documentation of AdamW writes it. */
function reference(schedule: Float32Array, clip: number) {
  const [rate, beta1, beta2, epsilon, correction1, correction2] = [...schedule] as number[] & { length: 7 };
  const learningRate = rate! * sizes.learningRateScale;
  const [parameter, firstMoment, secondMoment] = [0, 1, 2].map(() => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < count; i++) {
    const g = state.gradient[i]! * clip;
    const m = beta1! * state.firstMoment[i]! + (1 - beta1!) * g;
    const v = beta2! * state.secondMoment[i]! + (1 - beta2!) * g * g;
    const decayed = state.parameter[i]! - learningRate * sizes.weightDecay * state.parameter[i]!;
    parameter[i] = decayed - (learningRate * (m / correction1!)) / (Math.sqrt(v / correction2!) + epsilon!);
    firstMoment[i] = m;
    secondMoment[i] = v;
  }
  return { parameter, firstMoment, secondMoment };
}

describe("adamw", () => {
  it.each([
    { maxNorm: 0, norm: 8, clip: 1 },
    { maxNorm: 10, norm: 8, clip: 1 },
    { maxNorm: 1, norm: 8, clip: 1 / (8 + 1e-6) },
  ])("norm $norm, clipped to $maxNorm", async ({ maxNorm, norm, clip }) => {
    const schedule = scheduleOf(maxNorm);
    const result = await runKernel(adamw, { ...state, schedule, metrics: Float32Array.from([0.5, norm]) }, sizes);
    const expected = reference(schedule, clip);
    expectClose(result.parameter, expected.parameter, ELEMENTWISE, 0.05);
    expectClose(result.firstMoment, expected.firstMoment, ELEMENTWISE, 0.05);
    expectClose(result.secondMoment, expected.secondMoment, ELEMENTWISE, 0.05);
  });

  it.each([
    { loss: Number.NaN, norm: 1 },
    { loss: Number.POSITIVE_INFINITY, norm: 1 },
    { loss: 1, norm: Number.NaN },
    { loss: 1, norm: Number.POSITIVE_INFINITY },
  ])("changes nothing when the loss is $loss and the norm $norm", async ({ loss, norm }) => {
    const metrics = Float32Array.from([loss, norm]);
    const result = await runKernel(adamw, { ...state, schedule: scheduleOf(1), metrics }, sizes);
    expect(result.parameter).toEqual(state.parameter);
    expect(result.firstMoment).toEqual(state.firstMoment);
    expect(result.secondMoment).toEqual(state.secondMoment);
  });
});
