/** Has a batch's loss be of the labels that are kept alone, and counts what is learned from. */

import source from "../../shaders/prune-shares.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { defineKernel } from "./kernel";

/** Where its step figures begin: rows, tokens, and the share of what all labels count for. */
export const PRUNED_FIGURES = 3;

export const pruneShares = defineKernel({
  name: "prune-shares",
  source: shared + source,
  bindings: { kept: "read f32", tokens: "read i32", shares: "read-write f32", stepFigures: "read-write f32" },
  sizes: { count: "u32", perRow: "u32" },
  /** COUNTED 1: a row is learned from whole, with all its tokens. */
  options: { COUNTED: 0, WORKGROUP_WIDTH: 64 },
  processor: {
    loop({ kept, tokens, shares: { f32: shares }, stepFigures }, { count, perRow }, { COUNTED }) {
      let [sum, labels, rows, counted] = [0, 0, 0, 0];
      for (let row = 0; row < count / perRow; row++) {
        let some = 0;
        for (let i = row * perRow; i < (row + 1) * perRow; i++) {
          shares[i]! *= kept.f32[i]!;
          sum += shares[i]!;
          if (shares[i]! > 0) some++;
        }
        labels += some;
        if (some === 0) continue;
        rows++;
        counted += tokens.i32[row]!;
      }
      for (let i = 0; i < count; i++) shares[i] = sum > 0 ? shares[i]! / sum : 0;
      stepFigures.f32.set([rows, COUNTED === 1 ? counted : labels, sum], PRUNED_FIGURES);
    },
  },
  workgroups: () => [1, 1, 1],
});
