/** The mean of the labelled rows' losses. */

import source from "../../shaders/mean-loss.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { defineKernel } from "./kernel";

export const meanLoss = defineKernel({
  name: "mean-loss",
  source: shared + source,
  bindings: { rowLoss: "read f32", labels: "read i32", metrics: "read-write f32" },
  sizes: { rows: "u32" },
  options: { WORKGROUP_WIDTH: 64 },
  processor: {
    loop({ rowLoss, labels, metrics }, { rows }) {
      let [sum, count] = [0, 0];
      for (let row = 0; row < rows; row++) {
        sum += rowLoss.f32[row]!;
        if (labels.i32[row]! >= 0) count++;
      }
      metrics.f32[0] = sum / Math.max(count, 1);
    },
  },
  workgroups: () => [1, 1, 1],
});
