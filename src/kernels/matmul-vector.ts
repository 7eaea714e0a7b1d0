/** Matrix product without workgroup memory, with loads of 4 elements. */

import source from "../../shaders/matmul-vector.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { matmulInterface } from "./matmul-interface";

export const matmulVector = defineKernel({
  name: "matmul-vector",
  source,
  ...matmulInterface,
  vectors: true,
  workgroups: ({ rows, columns }) => grid(Math.ceil(rows / 4) * Math.ceil(columns / 8), 16),
});
