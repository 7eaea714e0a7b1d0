/** The sum of every column of an elementwise product. */

import source from "../../shaders/column-product-sum.wgsl?raw";
import shared from "../../shaders/column-reduction.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { multiply, sumOver } from "./nodes";

export const columnProductSum = defineKernel({
  name: "column-product-sum",
  source: shared + source,
  bindings: { x: "read", y: "read", out: "read-write" },
  stored: { out: "Element" },
  sizes: { rows: "u32", width: "u32" },
  options: { ACCUMULATE: 0, WORKGROUP_WIDTH: 64 },
  processor: {
    nodes(nodes, at, { rows, width }, { ACCUMULATE }) {
      const shares = multiply(nodes, at.read("x", [rows, width]), at.read("y", [rows, width]));
      at.write("out", sumOver(nodes, shares, 0), [width], ACCUMULATE);
    },
  },
  workgroups: ({ width }, { WORKGROUP_WIDTH }) => grid(width, WORKGROUP_WIDTH === 1 ? 64 : 16),
});
