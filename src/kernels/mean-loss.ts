/** The mean of the labelled rows' losses. */

import source from "../../shaders/mean-loss.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { defineKernel } from "./kernel";

export const meanLoss = defineKernel({
  name: "mean-loss",
  source: shared + source,
  bindings: { rowLoss: "read", labels: "read", metrics: "read-write" },
  sizes: { rows: "u32" },
  options: { WORKGROUP_WIDTH: 64 },
  workgroups: () => [1, 1, 1],
});
