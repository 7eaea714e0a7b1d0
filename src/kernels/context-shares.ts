/**
 * What the labels of a prompt and those of the batch after it each count for in their common mean.
 */

import source from "../../shaders/context-shares.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { defineKernel } from "./kernel";

export const contextShares = defineKernel({
  name: "context-shares",
  source: shared + source,
  bindings: {
    labels: "read i32",
    meanShares: "read f32",
    shares: "read-write f32",
    promptShares: "read-write f32",
  },
  sizes: { rows: "u32", tokens: "u32", columns: "u32", count: "u32" },
  options: { WORKGROUP_WIDTH: 64 },
  processor: {
    loop({ labels: { i32: labels }, meanShares, shares, promptShares }, { rows, tokens, columns, count }) {
      let [labelled, labelledRows] = [0, 0];
      for (let row = 0; row < rows; row++) {
        let own = 0;
        for (let token = 0; token < tokens; token++) if (labels[row * tokens + token]! >= 0) own++;
        labelled += own;
        if (own > 0) labelledRows++;
      }
      const context = labelledRows * count;
      const all = Math.max(labelled + context, 1);
      for (let i = 0; i < rows * tokens; i++) shares.f32[i] = labels[i]! >= 0 ? 1 / all : 0;
      for (let column = 0; column < columns; column++) {
        promptShares.f32[column] = (meanShares.f32[column]! * context) / all;
      }
    },
  },
  workgroups: () => [1, 1, 1],
});
