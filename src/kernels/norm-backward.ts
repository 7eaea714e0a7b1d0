/** The gradient of layer or RMS normalisation with respect to its input. */

import source from "../../shaders/norm-backward.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { inverseRms, multiply, rowMean, subtract } from "./nodes";

export const normBackward = defineKernel({
  name: "norm-backward",
  source: shared + source,
  bindings: { x: "read", weight: "read", outputGradient: "read", out: "read-write" },
  stored: { weight: "Element" },
  sizes: { rows: "u32", width: "u32", epsilon: "f32" },
  options: { CENTERED: 0, ACCUMULATE: 0, WORKGROUP_WIDTH: 64 },
  processor: {
    nodes(nodes, at, { rows, width, epsilon }, { CENTERED, ACCUMULATE }) {
      const x = at.read("x", [rows, width]);
      const gradient = multiply(nodes, at.read("outputGradient", [rows, width]), at.read("weight", [width]));
      const centred = CENTERED === 1 ? subtract(nodes, x, rowMean(nodes, x)) : x;
      const inverse = inverseRms(nodes, centred, epsilon);
      const normed = multiply(nodes, centred, inverse);
      const along = multiply(nodes, normed, rowMean(nodes, multiply(nodes, gradient, normed)));
      const own = CENTERED === 1 ? subtract(nodes, gradient, rowMean(nodes, gradient)) : gradient;
      at.write("out", multiply(nodes, subtract(nodes, own, along), inverse), [rows, width], ACCUMULATE);
    },
  },
  workgroups: ({ rows }, { WORKGROUP_WIDTH }) => grid(rows, 64 / WORKGROUP_WIDTH),
});
