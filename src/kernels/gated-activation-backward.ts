/**
 * The gradients of a gated activation with respect to its gate and what it gates. KIND is explained
 * in the shader.
 */

import shared from "../../shaders/activation.wgsl?raw";
import source from "../../shaders/gated-activation-backward.wgsl?raw";
import { activationNodes } from "./activation-nodes";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { multiply } from "./nodes";

export const gatedActivationBackward = defineKernel({
  name: "gated-activation-backward",
  source: shared + source,
  bindings: { gate: "read", up: "read", outputGradient: "read", gateGradient: "read-write", upGradient: "read-write" },
  sizes: { count: "u32" },
  options: { KIND: 0 },
  processor: {
    nodes(nodes, at, { count }, { KIND }) {
      const { value, derivative } = activationNodes(nodes, KIND, at.read("gate", [count]));
      const gradient = at.read("outputGradient", [count]);
      const ofGate = multiply(nodes, multiply(nodes, gradient, at.read("up", [count])), derivative());
      at.write("gateGradient", ofGate, [count]);
      at.write("upGradient", multiply(nodes, gradient, value()), [count]);
    },
  },
  workgroups: ({ count }) => grid(count, 64),
});
