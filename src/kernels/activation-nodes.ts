/**
 * Activation functions and their derivatives as graph nodes, by the kernels' KIND
 * (`shaders/activation.wgsl`).
 */

import type { Nodes } from "../onnx/writer";
import { add, multiply, scalar, scaleBy, subtract, toNumber } from "./nodes";

/** f(x) and f'(x), each written when it is asked for. */
export interface ActivationNodes {
  value(): string;
  derivative(): string;
}

export function activationNodes(nodes: Nodes, kind: number, x: string): ActivationNodes {
  const times = (a: string, b: string) => multiply(nodes, a, b);
  const plus = (a: string, b: string) => add(nodes, a, b);
  const number = (value: number) => scalar(nodes, value);
  const oneMinus = (a: string) => subtract(nodes, number(1), a);
  const sigmoid = (a: string) => nodes.value("Sigmoid", [a]);
  switch (kind) {
    case 0:
      return {
        value: () => nodes.value("Relu", [x]),
        derivative: () => toNumber(nodes, nodes.value("Greater", [x, number(0)])),
      };
    case 1: {
      const share = scaleBy(nodes, plus(nodes.value("Erf", [scaleBy(nodes, x, Math.SQRT1_2)]), number(1)), 0.5);
      const density = () => {
        const power = nodes.value("Exp", [scaleBy(nodes, times(x, x), -0.5)]);
        return scaleBy(nodes, power, Math.SQRT1_2 / Math.sqrt(Math.PI));
      };
      return { value: () => times(x, share), derivative: () => plus(share, times(x, density())) };
    }
    case 2: {
      // 0.5 (1 + tanh(u)) = sigmoid(2u)
      const slope = 2 * Math.sqrt(2 / Math.PI);
      const square = times(x, x);
      const gate = sigmoid(times(x, plus(scaleBy(nodes, square, 0.044715 * slope), number(slope))));
      return {
        value: () => times(x, gate),
        derivative: () => {
          const inner = plus(scaleBy(nodes, square, 3 * 0.044715 * slope), number(slope));
          return plus(gate, times(times(times(x, gate), oneMinus(gate)), inner));
        },
      };
    }
    case 3: {
      const gate = sigmoid(x);
      return {
        value: () => times(x, gate),
        derivative: () => times(gate, plus(times(x, oneMinus(gate)), number(1))),
      };
    }
    case 4:
      return {
        value: () => nodes.value("Tanh", [x]),
        // 1 − tanh² = 4 σ(2x) σ(−2x), without cancelling.
        derivative: () => scaleBy(nodes, times(sigmoid(scaleBy(nodes, x, 2)), sigmoid(scaleBy(nodes, x, -2))), 4),
      };
    case 5: {
      const gate = sigmoid(x);
      return { value: () => gate, derivative: () => times(gate, oneMinus(gate)) };
    }
    default:
      throw new Error(`There is no activation of KIND ${kind}.`);
  }
}
