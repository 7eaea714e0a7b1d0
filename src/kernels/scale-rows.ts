/** Rows times a factor each, in place: the first ones share theirs. */

import source from "../../shaders/scale-rows.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const scaleRows = defineKernel({
  name: "scale-rows",
  source,
  bindings: { shares: "read", x: "read-write" },
  sizes: { own: "u32", rows: "u32", width: "u32" },
  workgroups: ({ rows, width }) => grid(rows * width, 64),
});
