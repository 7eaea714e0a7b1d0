/** How far a Gram matrix is from the identity, added to the penalty, and the factor of its gradient. */

import source from "../../shaders/orthogonality.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { defineKernel } from "./kernel";

export const orthogonality = defineKernel({
  name: "orthogonality",
  source: shared + source,
  bindings: { gram: "read-write", metrics: "read-write" },
  sizes: { rank: "u32", weight: "f32" },
  options: { ACCUMULATE: 0, WORKGROUP_WIDTH: 64 },
  workgroups: () => [1, 1, 1],
});
