/**
 * Losses against float32 values: binary cross-entropy with logits, whose positive term may have a
 * weight, or the squared error; and the gradient of Σ share · loss.
 */

import source from "../../shaders/value-loss.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const valueLoss = defineKernel({
  name: "value-loss",
  source,
  bindings: {
    logits: "read",
    values: "read f32",
    positiveWeights: "read f32",
    labels: "read i32",
    shares: "read f32",
    rowLoss: "read-write f32",
    out: "read-write",
  },
  sizes: { rows: "u32", classes: "u32" },
  options: { SQUARED: 0, WEIGHTED: 0 },
  processor: {
    loop(at, { rows, classes }, { SQUARED, WEIGHTED }) {
      const [logits, values, out, labels] = [at.logits.f32, at.values.f32, at.out.f32, at.labels.i32];
      for (let row = 0; row < rows; row++) {
        const share = at.shares.f32[row]! / classes;
        let loss = 0;
        for (let i = row * classes; i < (row + 1) * classes; i++) {
          const [logit, value] = [logits[i]!, values[i]!];
          if (SQUARED === 1) {
            loss += (logit - value) ** 2;
            out[i] = 2 * (logit - value) * share;
          } else {
            // log(1 + exp(−|x|)) never overflows.
            const rest = Math.log1p(Math.exp(-Math.abs(logit)));
            const extra = WEIGHTED === 1 ? (at.positiveWeights.f32[i]! - 1) * value : 0;
            loss += Math.max(logit, 0) - logit * value + rest + extra * (Math.max(-logit, 0) + rest);
            out[i] = (1 / (1 + Math.exp(-logit)) - value - extra / (1 + Math.exp(logit))) * share;
          }
        }
        at.rowLoss.f32[row] = labels[row]! >= 0 ? loss / classes : 0;
      }
    },
  },
  workgroups: ({ rows }) => grid(rows, 64),
});
