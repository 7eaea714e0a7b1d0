/** Cross-entropy of every row, and the gradient of Σ share · loss with respect to the logits. */

import source from "../../shaders/cross-entropy.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const crossEntropy = defineKernel({
  name: "cross-entropy",
  source: shared + source,
  bindings: {
    logits: "read",
    labels: "read i32",
    shares: "read f32",
    rowLoss: "read-write f32",
    out: "read-write",
  },
  sizes: { rows: "u32", classes: "u32" },
  options: { WORKGROUP_WIDTH: 64 },
  processor: {
    loop({ logits: { f32: logits }, labels: { i32: labels }, shares, rowLoss, out: { f32: out } }, { rows, classes }) {
      for (let row = 0; row < rows; row++) {
        const start = row * classes;
        const label = labels[row]!;
        if (label < 0) {
          rowLoss.f32[row] = 0;
          out.fill(0, start, start + classes);
          continue;
        }
        let largest = Number.NEGATIVE_INFINITY;
        for (let c = start; c < start + classes; c++) if (logits[c]! > largest) largest = logits[c]!;
        let sum = 0;
        for (let c = start; c < start + classes; c++) {
          const power = Math.exp(logits[c]! - largest);
          out[c] = power;
          sum += power;
        }
        rowLoss.f32[row] = Math.log(sum) + largest - logits[start + label]!;
        const share = shares.f32[row]!;
        for (let c = start; c < start + classes; c++) out[c] = (out[c]! / sum) * share;
        out[start + label]! -= share;
      }
    },
  },
  workgroups: ({ rows }, { WORKGROUP_WIDTH }) => grid(rows, 64 / WORKGROUP_WIDTH),
});
