/** Cross-entropy of every row, and the gradient of their mean with respect to the logits. */

import source from "../../shaders/cross-entropy.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const crossEntropy = defineKernel({
  name: "cross-entropy",
  source: shared + source,
  bindings: { logits: "read", labels: "read", rowLoss: "read-write", out: "read-write" },
  sizes: { rows: "u32", classes: "u32" },
  options: { WORKGROUP_WIDTH: 64 },
  workgroups: ({ rows }, { WORKGROUP_WIDTH }) => grid(rows, 64 / WORKGROUP_WIDTH),
});
