/** Every column times its own factor. */

import source from "../../shaders/scale-columns.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const scaleColumns = defineKernel({
  name: "scale-columns",
  source,
  bindings: { x: "read", weight: "read", out: "read-write" },
  stored: { weight: "Element" },
  sizes: { rows: "u32", width: "u32" },
  options: { ACCUMULATE: 0 },
  workgroups: ({ rows, width }) => grid(rows * width, 64),
});
