/** Sets rows or columns of a matrix to zero. */

import source from "../../shaders/mask-matrix.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const maskMatrix = defineKernel({
  name: "mask-matrix",
  source,
  bindings: { mask: "read f32", x: "read-write f32" },
  sizes: { rows: "u32", columns: "u32", start: "u32" },
  options: { BY_COLUMN: 0 },
  processor: {
    loop({ mask: { f32: mask }, x: { f32: x } }, { rows, columns, start }, { BY_COLUMN }) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          if (mask[start + (BY_COLUMN === 1 ? column : row)] === 0) x[row * columns + column] = 0;
        }
      }
    },
  },
  workgroups: ({ rows, columns }) => grid(rows * columns, 64),
});
