/** The sum of every column. */

import shared from "../../shaders/column-reduction.wgsl?raw";
import source from "../../shaders/column-sum.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const columnSum = defineKernel({
  name: "column-sum",
  source: shared + source,
  bindings: { x: "read", out: "read-write" },
  stored: { out: "Element" },
  sizes: { rows: "u32", width: "u32" },
  options: { ACCUMULATE: 0, WORKGROUP_WIDTH: 64 },
  workgroups: ({ width }, { WORKGROUP_WIDTH }) => grid(width, WORKGROUP_WIDTH === 1 ? 64 : 16),
});
