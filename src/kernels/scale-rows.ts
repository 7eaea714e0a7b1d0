/** Rows times a factor each, in place: the first ones share theirs. */

import source from "../../shaders/scale-rows.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const scaleRows = defineKernel({
  name: "scale-rows",
  source,
  bindings: { shares: "read f32", x: "read-write" },
  sizes: { own: "u32", rows: "u32", width: "u32" },
  processor: {
    loop({ shares: { f32: shares }, x: { f32: x } }, { own, rows, width }) {
      for (let row = 0; row < rows; row++) {
        const share = shares[row < own ? 0 : 1 + row - own]!;
        for (let i = row * width; i < (row + 1) * width; i++) x[i]! *= share;
      }
    },
  },
  workgroups: ({ rows, width }) => grid(rows * width, 64),
});
