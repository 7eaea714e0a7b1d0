/**
 * Cross-entropy over a vocabulary for some of the labelled rows, with the gradient in place of the
 * logits.
 */

import source from "../../shaders/language-loss.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const languageLoss = defineKernel({
  name: "language-loss",
  source: shared + source,
  bindings: {
    logits: "read-write f32",
    indexes: "read i32",
    labels: "read i32",
    shares: "read f32",
    losses: "read-write f32",
    predictions: "read-write f32",
  },
  sizes: { start: "u32", rows: "u32", vocabulary: "u32", cap: "f32" },
  options: { WORKGROUP_WIDTH: 64 },
  processor: {
    loop(at, { start, rows, vocabulary, cap }) {
      const [logits, losses, predictions] = [at.logits.f32, at.losses.f32, at.predictions.f32];
      const [indexes, labels, shares] = [at.indexes.i32, at.labels.i32, at.shares.f32];
      for (let row = 0; row < rows; row++) {
        const position = indexes[start + row]!;
        const [begin, end] = [row * vocabulary, (row + 1) * vocabulary];
        const label = position >= 0 ? labels[position]! : -1;
        if (label < 0) {
          logits.fill(0, begin, end);
          continue;
        }
        let [largest, place] = [Number.NEGATIVE_INFINITY, begin];
        for (let c = begin; c < end; c++) {
          if (logits[c]! > largest) {
            largest = logits[c]!;
            place = c;
          }
        }
        let sum = 0;
        for (let c = begin; c < end; c++) sum += Math.exp(logits[c]! - largest);
        losses[position] = Math.log(sum) + largest - logits[begin + label]!;
        predictions[position] = place - begin;
        const own = logits[begin + label]!;
        const share = shares[position]!;
        const scale = share / sum;
        for (let c = begin; c < end; c++) {
          const bent = cap > 0 ? logits[c]! / cap : 0;
          logits[c] = Math.exp(logits[c]! - largest) * scale * (1 - bent * bent);
        }
        const bent = cap > 0 ? own / cap : 0;
        logits[begin + label]! -= share * (1 - bent * bent);
      }
    },
  },
  workgroups: ({ rows }, { WORKGROUP_WIDTH }) => grid(rows, 64 / WORKGROUP_WIDTH),
});
