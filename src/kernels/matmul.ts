/** Matrix product, and the choice of its variant. */

import source from "../../shaders/matmul.wgsl?raw";
import shared from "../../shaders/matmul-store.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { matmulInterface } from "./matmul-interface";
import { matmulSplit } from "./matmul-split";
import { matmulTiled } from "./matmul-tiled";
import { matmulVector } from "./matmul-vector";

/** Below this many rows or columns most of a 64 × 64 tile would be empty. */
const NARROW = 32;
/** With fewer 64 × 64 tiles most of a graphics processor would idle. */
const FEW_TILES = 32;

export const matmul = defineKernel({
  name: "matmul",
  source: shared + source,
  ...matmulInterface,
  workgroups: ({ rows, columns }) => grid(Math.ceil(rows / 4) * Math.ceil(columns / 8), 16),
  variant: ({ rows, columns, inner }, { TRANSPOSE_A }, { software }) => {
    if (software) {
      const vectors = [columns, inner, TRANSPOSE_A ? rows : inner].every((size) => size > 0 && size % 4 === 0);
      return vectors ? matmulVector : undefined;
    }
    const tiles = Math.ceil(rows / 64) * Math.ceil(columns / 64);
    return Math.min(rows, columns) < NARROW || tiles < FEW_TILES ? matmulSplit : matmulTiled;
  },
});
