/** Matrix product without workgroup memory, with loads of 4 elements. */

import source from "../../shaders/matmul-vector.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { matmulForm } from "./matmul-nodes";

export const matmulVector = defineKernel({
  name: "matmul-vector",
  source,
  bindings: { a: "read", b: "read", out: "read-write" },
  stored: { a: "Element", b: "Element", out: "Element" },
  packable: ["b"],
  vectors: true,
  sizes: { rows: "u32", columns: "u32", inner: "u32", alpha: "f32" },
  options: { TRANSPOSE_A: 0, TRANSPOSE_B: 0, ACCUMULATE: 0 },
  processor: matmulForm,
  workgroups: ({ rows, columns }) => grid(Math.ceil(rows / 4) * Math.ceil(columns / 8), 16),
});
