/** The sum of every column. */

import shared from "../../shaders/column-reduction.wgsl?raw";
import source from "../../shaders/column-sum.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { sumOver } from "./nodes";

export const columnSum = defineKernel({
  name: "column-sum",
  source: shared + source,
  bindings: { x: "read", out: "read-write" },
  stored: { out: "Element" },
  sizes: { rows: "u32", width: "u32" },
  options: { ACCUMULATE: 0, WORKGROUP_WIDTH: 64 },
  processor: {
    nodes(nodes, at, { rows, width }, { ACCUMULATE }) {
      at.write("out", sumOver(nodes, at.read("x", [rows, width]), 0), [width], ACCUMULATE);
    },
  },
  workgroups: ({ width }, { WORKGROUP_WIDTH }) => grid(width, WORKGROUP_WIDTH === 1 ? 64 : 16),
});
