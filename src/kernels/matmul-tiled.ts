/** Large matrix products on graphics hardware. */

import source from "../../shaders/matmul-tiled.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { matmulForm } from "./matmul-nodes";

export const matmulTiled = defineKernel({
  name: "matmul-tiled",
  source,
  bindings: { a: "read", b: "read", out: "read-write" },
  stored: { a: "Element", b: "Element", out: "Element" },
  packable: ["b"],
  sizes: { rows: "u32", columns: "u32", inner: "u32", alpha: "f32" },
  options: { TRANSPOSE_A: 0, TRANSPOSE_B: 0, ACCUMULATE: 0 },
  processor: matmulForm,
  workgroups: ({ rows, columns }) => grid(Math.ceil(rows / 64) * Math.ceil(columns / 64), 1),
});
