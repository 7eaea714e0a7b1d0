import { describe, expect, test } from "vitest";
import { type Initializer, type Trainable, tensorBytes } from "../../../src/program/tensor";
import { initialValues, Parameters } from "../../../src/runs/parameters";
import { recordingExecutor } from "./recording-executor";

function trainable(name: string, shape: number[], initializer: Initializer): Trainable {
  return {
    name,
    shape,
    type: "float32",
    role: "trainable",
    initializer,
    weightDecay: true,
    learningRateScale: 1,
    part: "adapter",
  };
}

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: Float32Array) => {
  const middle = mean(values);
  return mean(values.map((value) => (value - middle) ** 2));
};

describe("initial values", () => {
  test("zeros, ones, identity and given values", () => {
    const start = (shape: number[], initializer: Initializer) => [
      ...initialValues(trainable("F", shape, initializer), 0),
    ];
    expect(start([2, 2], { kind: "zeros" })).toEqual([0, 0, 0, 0]);
    expect(start([3], { kind: "ones" })).toEqual([1, 1, 1]);
    expect(start([3, 3], { kind: "identity" })).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect(start([1, 2], { kind: "values", values: Float32Array.of(5, 6) })).toEqual([5, 6]);
  });

  test("normal: mean 0 and the standard deviation asked for", () => {
    const values = initialValues(trainable("W", [100, 200], { kind: "normal", std: 0.02 }), 1);
    // Of 20 000 draws the mean is off by 0.02 / √20000 = 1.4e-4 and the deviation by 1e-4, each a
    // standard error.
    expect(Math.abs(mean(values))).toBeLessThan(5 * 1.42e-4);
    expect(Math.abs(Math.sqrt(variance(values)) - 0.02)).toBeLessThan(5 * 1e-4);
  });

  test("uniform: within its bound on both sides, with variance bound² / 3", () => {
    const values = initialValues(trainable("A", [100, 200], { kind: "uniform", bound: 0.25 }), 1);
    expect(Math.max(...values)).toBeLessThanOrEqual(0.25);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-0.25);
    expect(Math.max(...values)).toBeGreaterThan(0.24);
    expect(Math.min(...values)).toBeLessThan(-0.24);
    expect(variance(values) / (0.25 ** 2 / 3)).toBeCloseTo(1, 1);
  });

  test("the same for the same seed and name, whatever else a run trains; others differ", () => {
    const head = (seed: number, name = "score.weight") =>
      initialValues(trainable(name, [3, 8], { kind: "normal", std: 1 }), seed);
    expect(head(4)).toEqual(head(4));
    expect(head(4)).not.toEqual(head(5));
    expect(head(4)).not.toEqual(head(4, "F.A"));
  });
});

describe("tensors of a run", () => {
  const tensors = [
    trainable("F", [2, 2], { kind: "identity" }),
    trainable("score.weight", [3, 2], { kind: "normal", std: 1 }),
  ];

  test("value, gradient and two moments of each are allocated under their category", () => {
    const { executor, buffers } = recordingExecutor();
    const parameters = new Parameters(executor, tensors, "run a", 0);
    const bytes = (category: string) =>
      buffers.filter((buffer) => buffer.category === category).map((buffer) => buffer.bytes);
    const sizes = tensors.map(tensorBytes);
    expect(sizes).toEqual([16, 24]);
    expect(bytes("adapter")).toEqual(sizes);
    expect(bytes("gradients")).toEqual(sizes);
    expect(bytes("optimizer")).toEqual(sizes.flatMap((size) => [size, size]));
    expect(buffers.every(({ owner }) => owner === "run a")).toBe(true);
    const { first, second } = parameters.moments("F");
    expect(new Set([parameters.value("F"), parameters.gradient("F"), first, second]).size).toBe(4);
    expect((parameters.value("F") as unknown as { written: Float32Array }).written).toEqual(
      Float32Array.of(1, 0, 0, 1),
    );
    expect(() => parameters.value("G")).toThrow('There is no trained tensor "G"');
  });

  test("given values replace initial ones; another size is an error with both", () => {
    const { executor } = recordingExecutor();
    const given = new Map([["F", Float32Array.of(1, 2, 3, 4)]]);
    const parameters = new Parameters(executor, tensors, "run a", 0, given);
    expect((parameters.value("F") as unknown as { written: Float32Array }).written).toEqual(given.get("F"));
    const wrong = new Map([["F", Float32Array.of(1, 2, 3)]]);
    expect(() => new Parameters(executor, tensors, "run a", 0, wrong)).toThrow(
      '"F" has 3 values; its shape [2,2] needs 4.',
    );
  });
});
