/** The sum of every column of an elementwise product. */

import source from "../../shaders/column-product-sum.wgsl?raw";
import shared from "../../shaders/column-reduction.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const columnProductSum = defineKernel({
  name: "column-product-sum",
  source: shared + source,
  bindings: { x: "read", y: "read", out: "read-write" },
  stored: { out: "Element" },
  sizes: { rows: "u32", width: "u32" },
  options: { ACCUMULATE: 0, WORKGROUP_WIDTH: 64 },
  workgroups: ({ width }, { WORKGROUP_WIDTH }) => grid(width, WORKGROUP_WIDTH === 1 ? 64 : 16),
});
