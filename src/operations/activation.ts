/** Activation functions, alone or gating a second operand. */

import { activationBackward } from "../kernels/activation-backward";
import { gatedActivationBackward } from "../kernels/gated-activation-backward";
import { dispatch } from "../kernels/kernel";
import type { GraphWriter } from "../program/operation";
import type { Program } from "../program/program";
import { elementCount, type Tensor } from "../program/tensor";

/** In the order of the kernels' KIND. */
const kinds = ["relu", "gelu", "gelu-tanh", "silu", "tanh", "sigmoid"] as const;
export type ActivationKind = (typeof kinds)[number];

/** y = f(x), elementwise. */
export function activation(program: Program, name: string, x: Tensor, kind: ActivationKind): Tensor {
  const output = program.activation(name, x.shape);
  program.append({
    kind: "activation",
    inputs: [x],
    outputs: [output],
    forward: (graph) => writeActivation(graph, kind, graph.use(x), output),
    backward: (tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      tape.send(x, (out, ACCUMULATE) =>
        dispatch(
          activationBackward,
          { x: tape.value(x), outputGradient, out },
          { count: elementCount(x.shape) },
          { KIND: kinds.indexOf(kind), ACCUMULATE },
        ),
      );
    },
  });
  return output;
}

/** y = f(gate) · up, elementwise (SwiGLU and its kin). */
export function gatedActivation(
  program: Program,
  name: string,
  gate: Tensor,
  up: Tensor,
  kind: ActivationKind,
): Tensor {
  const output = program.activation(name, gate.shape);
  program.append({
    kind: "gatedActivation",
    inputs: [gate, up],
    outputs: [output],
    forward: (graph) => {
      const activated = writeActivation(graph, kind, graph.use(gate));
      graph.define(output, "Mul", [activated, graph.use(up)]);
    },
    backward: (tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      const count = elementCount(gate.shape);
      const gateGradient = tape.scratch(count);
      const upGradient = tape.scratch(count);
      tape.run(
        dispatch(
          gatedActivationBackward,
          { gate: tape.value(gate), up: tape.value(up), outputGradient, gateGradient, upGradient },
          { count },
          { KIND: kinds.indexOf(kind) },
        ),
      );
      tape.give(gate, gateGradient);
      tape.give(up, upGradient);
    },
  });
  return output;
}

/** QuickGelu with alpha 1 is SiLU. */
function writeActivation(graph: GraphWriter, kind: ActivationKind, x: string, output?: Tensor): string {
  const nodes = {
    relu: ["Relu", {}, ""],
    gelu: ["Gelu", { approximate: "none" }, ""],
    "gelu-tanh": ["Gelu", { approximate: "tanh" }, ""],
    silu: ["QuickGelu", { alpha: { float: 1 } }, "com.microsoft"],
    tanh: ["Tanh", {}, ""],
    sigmoid: ["Sigmoid", {}, ""],
  } as const;
  const [operator, attributes, domain] = nodes[kind];
  if (!output) return graph.value(operator, [x], attributes, domain);
  graph.define(output, operator, [x], attributes, domain);
  return "";
}
