/**
 * What logits say of a label, row by row, without a gradient: its loss, the entropy of all, its
 * rank, and the probability of a given one. The logits stay as they are.
 */

import shared from "../../shaders/row-reduction.wgsl?raw";
import source from "../../shaders/token-scores.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

/** Numbers of each label: loss and entropy in nats, rank from 1 on, probability. */
export const TOKEN_SCORES = 4;

export const tokenScores = defineKernel({
  name: "token-scores",
  source: shared + source,
  bindings: { logits: "read f32", indexes: "read i32", labels: "read i32", scores: "read-write f32" },
  /** `given`: the column whose probability is asked for; from `width` on the label's own. */
  sizes: { start: "u32", rows: "u32", width: "u32", given: "u32" },
  /** LISTED 1: the rows are of the labels that `indexes` lists; 0: of all labels, in order. */
  options: { WORKGROUP_WIDTH: 64, LISTED: 0 },
  processor: {
    loop(at, { start, rows, width, given }, { LISTED }) {
      const [logits, scores] = [at.logits.f32, at.scores.f32];
      const [indexes, labels] = [at.indexes.i32, at.labels.i32];
      for (let row = 0; row < rows; row++) {
        const position = LISTED === 1 ? indexes[start + row]! : start + row;
        const label = position >= 0 ? labels[position]! : -1;
        if (label < 0) continue;
        const [begin, end] = [row * width, (row + 1) * width];
        const own = logits[begin + label]!;
        let largest = Number.NEGATIVE_INFINITY;
        let above = 0;
        for (let c = begin; c < end; c++) {
          const logit = logits[c]!;
          if (logit > largest) largest = logit;
          if (logit > own) above++;
        }
        let [sum, weighted] = [0, 0];
        for (let c = begin; c < end; c++) {
          const below = logits[c]! - largest;
          const power = Math.exp(below);
          sum += power;
          // A logit of −∞ has no part in the entropy.
          if (power > 0) weighted += power * below;
        }
        const asked = given < width ? logits[begin + given]! : own;
        scores[position * TOKEN_SCORES] = Math.log(sum) + largest - own;
        scores[position * TOKEN_SCORES + 1] = Math.log(sum) - weighted / sum;
        scores[position * TOKEN_SCORES + 2] = above + 1;
        scores[position * TOKEN_SCORES + 3] = Math.exp(asked - largest) / sum;
      }
    },
  },
  workgroups: ({ rows }, { WORKGROUP_WIDTH }) => grid(rows, 64 / WORKGROUP_WIDTH),
});
