/** Takes some columns out of a matrix. */

import source from "../../shaders/cut-columns.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const cutColumns = defineKernel({
  name: "cut-columns",
  source,
  bindings: { x: "read", out: "read-write" },
  sizes: { rows: "u32", width: "u32", inWidth: "u32", start: "u32" },
  workgroups: ({ rows, width }) => grid(rows * width, 64),
});
