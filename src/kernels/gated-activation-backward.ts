/** The gradients of a gated activation with respect to its gate and what it gates. KIND is explained in the shader. */

import shared from "../../shaders/activation.wgsl?raw";
import source from "../../shaders/gated-activation-backward.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const gatedActivationBackward = defineKernel({
  name: "gated-activation-backward",
  source: shared + source,
  bindings: { gate: "read", up: "read", outputGradient: "read", gateGradient: "read-write", upGradient: "read-write" },
  sizes: { count: "u32" },
  options: { KIND: 0 },
  workgroups: ({ count }) => grid(count, 64),
});
