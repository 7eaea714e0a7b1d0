/** Rows of a matrix, picked by a part of a list of their indexes. */

import source from "../../shaders/gather-rows.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const gatherRows = defineKernel({
  name: "gather-rows",
  source,
  bindings: { x: "read", indexes: "read", out: "read-write" },
  sizes: { start: "u32", rows: "u32", width: "u32" },
  workgroups: ({ rows, width }) => grid(rows * width, 64),
});
