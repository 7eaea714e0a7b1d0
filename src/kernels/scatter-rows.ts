/** Rows written back to where `gather-rows` took them from. */

import source from "../../shaders/scatter-rows.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const scatterRows = defineKernel({
  name: "scatter-rows",
  source,
  bindings: { x: "read", indexes: "read", out: "read-write" },
  sizes: { start: "u32", rows: "u32", width: "u32" },
  workgroups: ({ rows, width }) => grid(rows * width, 64),
});
