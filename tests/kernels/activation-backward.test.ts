import { describe, expect, it } from "vitest";
import { activationBackward } from "../../src/kernels/activation-backward";
import { ACTIVATIONS } from "./activation-reference";
import { accumulated, ELEMENTWISE, expectClose, random, runKernel, TAILS } from "./harness";

describe("the reference", () => {
  it.each(ACTIVATIONS.slice(1))("of $name has the derivative of its value", ({ value, derivative }) => {
    for (let x = -8; x <= 8; x += 0.37) {
      expect(derivative(x)).toBeCloseTo((value(x + 1e-5) - value(x - 1e-5)) / 2e-5, 8);
    }
  });
});

describe("activation-backward", () => {
  it.each(ACTIVATIONS.map((activation, KIND) => ({ ...activation, KIND })))("$name", async ({ derivative, KIND }) => {
    const x = Float32Array.from([...random(130, 1, 6), 0, -0, 30, -30, 100, -100, 1e-6]);
    const outputGradient = random(x.length, 2).map((value) => value + Math.sign(value));
    const out = random(x.length, 3);
    const expected = outputGradient.map((gradient, i) => gradient * derivative(x[i]!));
    for (const ACCUMULATE of [0, 1]) {
      const sizes = { count: x.length };
      const result = await runKernel(activationBackward, { x, outputGradient, out }, sizes, { KIND, ACCUMULATE });
      expectClose(result.out, accumulated(out, expected, ACCUMULATE), ELEMENTWISE, KIND === 0 ? undefined : TAILS);
    }
  });

  it("reaches elements beyond 65535 workgroups", async () => {
    const count = 65535 * 64 + 77;
    const [x, outputGradient, out] = [new Float32Array(count), new Float32Array(count), new Float32Array(count)];
    for (const i of [0, 65535 * 64 - 1, 65535 * 64, count - 1]) {
      x[i] = 1;
      outputGradient[i] = i / count + 1;
    }
    const result = await runKernel(activationBackward, { x, outputGradient, out }, { count }, { KIND: 0 });
    expect(result.out.findIndex((value, i) => value !== outputGradient[i])).toBe(-1);
  });
});
