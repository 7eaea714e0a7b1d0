import { describe, it } from "vitest";
import { gatedActivationBackward } from "../../src/kernels/gated-activation-backward";
import { ACTIVATIONS } from "./activation-reference";
import { ELEMENTWISE, expectClose, random, runKernel, TAILS } from "./harness";

describe("gated-activation-backward", () => {
  it.each(ACTIVATIONS.map((activation, KIND) => ({ ...activation, KIND })))(
    "$name",
    async ({ KIND, value, derivative }) => {
      const count = 131;
      const [gate, up, outputGradient] = [random(count, 1, 5), random(count, 2), random(count, 3)];
      const result = await runKernel(
        gatedActivationBackward,
        { gate, up, outputGradient, gateGradient: random(count, 4), upGradient: random(count, 5) },
        { count },
        { KIND },
      );
      const gateGradient = gate.map((x, i) => outputGradient[i]! * up[i]! * derivative(x));
      const upGradient = gate.map((x, i) => outputGradient[i]! * value(x));
      expectClose(result.gateGradient, gateGradient, ELEMENTWISE, TAILS);
      expectClose(result.upGradient, upGradient, ELEMENTWISE, TAILS);
    },
  );
});
