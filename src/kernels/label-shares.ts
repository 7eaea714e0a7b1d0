/**
 * What every label counts for in the loss: the same for all that are not ignored, or in proportion
 * to weights.
 */

import source from "../../shaders/label-shares.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { defineKernel } from "./kernel";

export const labelShares = defineKernel({
  name: "label-shares",
  source: shared + source,
  bindings: { labels: "read i32", weights: "read f32", shares: "read-write f32" },
  sizes: { count: "u32", span: "u32" },
  options: { WEIGHTED: 0, WORKGROUP_WIDTH: 64 },
  processor: {
    loop(
      { labels: { i32: labels }, weights: { f32: weights }, shares: { f32: shares } },
      { count, span },
      { WEIGHTED },
    ) {
      let total = 0;
      for (let i = 0; i < count; i++) {
        const weight = WEIGHTED === 1 ? weights[Math.floor(i / span)]! : 1;
        if (labels[i]! >= 0) total += weight;
      }
      for (let i = 0; i < count; i++) {
        const weight = WEIGHTED === 1 ? weights[Math.floor(i / span)]! : 1;
        shares[i] = labels[i]! >= 0 && weight !== 0 ? weight / total : 0;
      }
    },
  },
  workgroups: () => [1, 1, 1],
});
