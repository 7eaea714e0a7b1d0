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
    weights: "read f32",
    meanShares: "read f32",
    shares: "read-write f32",
    promptShares: "read-write f32",
  },
  sizes: { rows: "u32", tokens: "u32", columns: "u32", count: "u32" },
  options: { WEIGHTED: 0, WORKGROUP_WIDTH: 64 },
  processor: {
    loop(
      { labels: { i32: labels }, weights: { f32: weights }, meanShares, shares, promptShares },
      { rows, tokens, columns, count },
      { WEIGHTED },
    ) {
      const weightOf = (i: number) => (labels[i]! < 0 ? 0 : WEIGHTED === 1 ? weights[i]! : 1);
      let [weight, ofRows] = [0, 0];
      for (let row = 0; row < rows; row++) {
        let [own, labelled] = [0, 0];
        for (let i = row * tokens; i < (row + 1) * tokens; i++) {
          own += weightOf(i);
          if (labels[i]! >= 0) labelled++;
        }
        weight += own;
        ofRows += own / Math.max(labelled, 1);
      }
      const context = ofRows * count;
      const sum = weight + context;
      const all = sum > 0 ? sum : 1;
      for (let i = 0; i < rows * tokens; i++) shares.f32[i] = weightOf(i) / all;
      for (let column = 0; column < columns; column++) {
        promptShares.f32[column] = (meanShares.f32[column]! * context) / all;
      }
    },
  },
  workgroups: () => [1, 1, 1],
});
