/** The gradient of RMS normalisation with respect to its input. */

import source from "../../shaders/rms-norm-backward.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { inverseRms, multiply, rowMean, subtract } from "./nodes";

export const rmsNormBackward = defineKernel({
  name: "rms-norm-backward",
  source: shared + source,
  bindings: { x: "read", weight: "read", outputGradient: "read", out: "read-write" },
  stored: { weight: "Element" },
  sizes: { rows: "u32", width: "u32", epsilon: "f32" },
  options: { ACCUMULATE: 0, WORKGROUP_WIDTH: 64 },
  processor: {
    nodes(nodes, at, { rows, width, epsilon }, { ACCUMULATE }) {
      const x = at.read("x", [rows, width]);
      const gradient = multiply(nodes, at.read("outputGradient", [rows, width]), at.read("weight", [width]));
      const inverse = inverseRms(nodes, x, epsilon);
      const normed = multiply(nodes, x, inverse);
      const along = multiply(nodes, normed, rowMean(nodes, multiply(nodes, gradient, normed)));
      at.write("out", multiply(nodes, subtract(nodes, gradient, along), inverse), [rows, width], ACCUMULATE);
    },
  },
  workgroups: ({ rows }, { WORKGROUP_WIDTH }) => grid(rows, 64 / WORKGROUP_WIDTH),
});
