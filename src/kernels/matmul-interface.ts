/**
 * What the matrix product and its variants have in common: everything but their shaders and
 * workgroups. On the processor all of them are onnxruntime's Gemm.
 */

import type { ProcessorForm } from "./kernel";

const processor: ProcessorForm<
  "a" | "b" | "out",
  "rows" | "columns" | "inner" | "alpha",
  "TRANSPOSE_A" | "TRANSPOSE_B" | "ACCUMULATE"
> = {
  nodes(nodes, at, { rows, columns, inner, alpha }, { TRANSPOSE_A: transA, TRANSPOSE_B: transB, ACCUMULATE }) {
    const a = at.read("a", transA ? [inner, rows] : [rows, inner]);
    const b = at.read("b", transB ? [columns, inner] : [inner, columns]);
    const out = nodes.value("Gemm", [a, b], { transA, transB, alpha: { float: alpha } });
    at.write("out", out, [rows, columns], ACCUMULATE);
  },
};

/** out = alpha · a · b; shapes and options are explained in the shader of `matmul`. */
export const matmulInterface = {
  bindings: { a: "read", b: "read", out: "read-write" },
  stored: { a: "Element", b: "Element", out: "Element" },
  packable: ["b"],
  sizes: { rows: "u32", columns: "u32", inner: "u32", alpha: "f32" },
  options: { TRANSPOSE_A: 0, TRANSPOSE_B: 0, ACCUMULATE: 0 },
  processor,
} as const;
