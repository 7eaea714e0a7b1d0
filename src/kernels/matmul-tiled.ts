/** Large matrix products on graphics hardware. */

import shared from "../../shaders/matmul-store.wgsl?raw";
import source from "../../shaders/matmul-tiled.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { matmulInterface } from "./matmul-interface";

export const matmulTiled = defineKernel({
  name: "matmul-tiled",
  source: shared + source,
  ...matmulInterface,
  workgroups: ({ rows, columns }) => grid(Math.ceil(rows / 64) * Math.ceil(columns / 64), 1),
});
