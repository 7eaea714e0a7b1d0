/** Every column times its own factor. */

import source from "../../shaders/scale-columns.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { multiply } from "./nodes";

export const scaleColumns = defineKernel({
  name: "scale-columns",
  source,
  bindings: { x: "read", weight: "read", out: "read-write" },
  stored: { weight: "Element" },
  sizes: { rows: "u32", width: "u32" },
  options: { ACCUMULATE: 0 },
  processor: {
    nodes(nodes, at, { rows, width }, { ACCUMULATE }) {
      const columns = multiply(nodes, at.read("x", [rows, width]), at.read("weight", [width]));
      at.write("out", columns, [rows, width], ACCUMULATE);
    },
  },
  workgroups: ({ rows, width }) => grid(rows * width, 64),
});
