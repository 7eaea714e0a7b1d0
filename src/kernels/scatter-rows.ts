/** Rows written back to where `gather-rows` took them from. */

import source from "../../shaders/scatter-rows.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const scatterRows = defineKernel({
  name: "scatter-rows",
  source,
  bindings: { x: "read", indexes: "read i32", out: "read-write" },
  sizes: { start: "u32", rows: "u32", width: "u32" },
  processor: {
    loop({ x: { f32: x }, indexes: { i32: indexes }, out: { f32: out } }, { start, rows, width }) {
      for (let row = 0; row < rows; row++) {
        const to = indexes[start + row]!;
        if (to >= 0) out.set(x.subarray(row * width, (row + 1) * width), to * width);
      }
    },
  },
  workgroups: ({ rows, width }) => grid(rows * width, 64),
});
