/** Puts the change of each label's loss in its place: what it is now less what it was before. */

import source from "../../shaders/loss-change.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { TOKEN_SCORES } from "./token-scores";

/** Of a loss and 1 together: a smaller change is rounding, and counts as none. */
export const LEAST_CHANGE = 1e-5;

export const lossChange = defineKernel({
  name: "loss-change",
  source,
  bindings: { scores: "read-write f32", labels: "read i32", earlier: "read f32" },
  sizes: { count: "u32" },
  processor: {
    loop({ scores: { f32: scores }, labels: { i32: labels }, earlier: { f32: earlier } }, { count }) {
      for (let i = 0; i < count; i++) {
        if (labels[i]! < 0) continue;
        const change = scores[i * TOKEN_SCORES]! - earlier[i]!;
        scores[i * TOKEN_SCORES] = Math.abs(change) < LEAST_CHANGE * (1 + earlier[i]!) ? 0 : change;
      }
    },
  },
  workgroups: ({ count }) => grid(count, 64),
});
