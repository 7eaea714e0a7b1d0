/** Matrix products with few elements and a long sum on graphics hardware. */

import source from "../../shaders/matmul-split.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { matmulForm } from "./matmul-nodes";

export const matmulSplit = defineKernel({
  name: "matmul-split",
  source,
  bindings: { a: "read", b: "read", out: "read-write" },
  stored: { a: "Element", b: "Element", out: "Element" },
  packable: ["b"],
  sizes: { rows: "u32", columns: "u32", inner: "u32", alpha: "f32" },
  options: { TRANSPOSE_A: 0, TRANSPOSE_B: 0, ACCUMULATE: 0 },
  processor: matmulForm,
  workgroups: ({ rows, columns }) => grid(Math.ceil(rows / 16) * Math.ceil(columns / 16), 1),
});
