/** Rows brought back into a ball around zero, in place. */

import source from "../../shaders/project-rows.wgsl?raw";
import { defineKernel } from "./kernel";

export const projectRows = defineKernel({
  name: "project-rows",
  source,
  bindings: { x: "read-write f32" },
  sizes: { rows: "u32", width: "u32", limit: "f32" },
  processor: {
    loop({ x: { f32: x } }, { rows, width, limit }) {
      for (let start = 0; start < rows * width; start += width) {
        let squares = 0;
        for (let i = start; i < start + width; i++) squares += x[i]! * x[i]!;
        const norm = Math.sqrt(squares);
        if (norm <= limit) continue;
        for (let i = start; i < start + width; i++) x[i]! *= limit / norm;
      }
    },
  },
  workgroups: ({ rows }) => [Math.ceil(rows / 64), 1, 1],
});
