/** Matrix products with few elements and a long sum on graphics hardware. */

import source from "../../shaders/matmul-split.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { matmulInterface } from "./matmul-interface";

export const matmulSplit = defineKernel({
  name: "matmul-split",
  source,
  ...matmulInterface,
  workgroups: ({ rows, columns }) => grid(Math.ceil(rows / 16) * Math.ceil(columns / 16), 1),
});
