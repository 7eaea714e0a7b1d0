/** The gradient of an elementwise activation function. KIND is explained in the shader. */

import shared from "../../shaders/activation.wgsl?raw";
import source from "../../shaders/activation-backward.wgsl?raw";
import { activationNodes } from "./activation-nodes";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { multiply } from "./nodes";

export const activationBackward = defineKernel({
  name: "activation-backward",
  source: shared + source,
  bindings: { x: "read", outputGradient: "read", out: "read-write" },
  sizes: { count: "u32" },
  options: { KIND: 0, ACCUMULATE: 0 },
  processor: {
    nodes(nodes, at, { count }, { KIND, ACCUMULATE }) {
      const { derivative } = activationNodes(nodes, KIND, at.read("x", [count]));
      const gradient = multiply(nodes, at.read("outputGradient", [count]), derivative());
      at.write("out", gradient, [count], ACCUMULATE);
    },
  },
  workgroups: ({ count }) => grid(count, 64),
});
