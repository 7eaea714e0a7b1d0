/** The loss: the labels' losses, each times its share. */

import source from "../../shaders/mean-loss.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { defineKernel } from "./kernel";

export const meanLoss = defineKernel({
  name: "mean-loss",
  source: shared + source,
  bindings: { losses: "read f32", shares: "read f32", stepFigures: "read-write f32" },
  sizes: { rows: "u32", place: "u32" },
  options: { WORKGROUP_WIDTH: 64 },
  processor: {
    loop({ losses: { f32: losses }, shares: { f32: shares }, stepFigures }, { rows, place }) {
      let sum = 0;
      for (let row = 0; row < rows; row++) if (shares[row] !== 0) sum += shares[row]! * losses[row]!;
      stepFigures.f32[place] = sum;
    },
  },
  workgroups: () => [1, 1, 1],
});
