/** The gradient of layer normalisation with respect to its input. */

import source from "../../shaders/layer-norm-backward.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const layerNormBackward = defineKernel({
  name: "layer-norm-backward",
  source: shared + source,
  bindings: { x: "read", weight: "read", outputGradient: "read", out: "read-write" },
  stored: { weight: "Element" },
  sizes: { rows: "u32", width: "u32", epsilon: "f32" },
  options: { ACCUMULATE: 0, WORKGROUP_WIDTH: 64 },
  workgroups: ({ rows }, { WORKGROUP_WIDTH }) => grid(rows, 64 / WORKGROUP_WIDTH),
});
