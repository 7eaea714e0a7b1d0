/** Rows of a matrix, picked by a part of a list of their indexes. */

import source from "../../shaders/gather-rows.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const gatherRows = defineKernel({
  name: "gather-rows",
  source,
  bindings: { x: "read", indexes: "read i32", out: "read-write" },
  sizes: { start: "u32", rows: "u32", width: "u32" },
  processor: {
    loop({ x: { f32: x }, indexes: { i32: indexes }, out: { f32: out } }, { start, rows, width }) {
      for (let row = 0; row < rows; row++) {
        const from = indexes[start + row]!;
        const [begin, end] = [row * width, (row + 1) * width];
        if (from < 0) out.fill(0, begin, end);
        else out.set(x.subarray(from * width, (from + 1) * width), begin);
      }
    },
  },
  workgroups: ({ rows, width }) => grid(rows * width, 64),
});
