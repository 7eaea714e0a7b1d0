/** A matrix product on the processor: onnxruntime's Gemm, the same for every variant of the kernel. */

import type { ProcessorForm } from "./kernel";

export const matmulForm: ProcessorForm<
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
