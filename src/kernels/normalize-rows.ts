/** Rows brought to unit root mean square, with or without their mean taken off first. */

import source from "../../shaders/normalize-rows.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { inverseRms, multiply, rowMean, subtract } from "./nodes";

export const normalizeRows = defineKernel({
  name: "normalize-rows",
  source: shared + source,
  bindings: { x: "read", out: "read-write" },
  sizes: { rows: "u32", width: "u32", epsilon: "f32" },
  options: { CENTERED: 0, WORKGROUP_WIDTH: 64 },
  processor: {
    nodes(nodes, at, { rows, width, epsilon }, { CENTERED }) {
      const x = at.read("x", [rows, width]);
      const centred = CENTERED === 1 ? subtract(nodes, x, rowMean(nodes, x)) : x;
      at.write("out", multiply(nodes, centred, inverseRms(nodes, centred, epsilon)), [rows, width]);
    },
  },
  workgroups: ({ rows }, { WORKGROUP_WIDTH }) => grid(rows, 64 / WORKGROUP_WIDTH),
});
