/** The gradient of an elementwise activation function. KIND is explained in the shader. */

import shared from "../../shaders/activation.wgsl?raw";
import source from "../../shaders/activation-backward.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const activationBackward = defineKernel({
  name: "activation-backward",
  source: shared + source,
  bindings: { x: "read", outputGradient: "read", out: "read-write" },
  sizes: { count: "u32" },
  options: { KIND: 0, ACCUMULATE: 0 },
  workgroups: ({ count }) => grid(count, 64),
});
