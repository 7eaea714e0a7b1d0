/** Puts a matrix into some columns of a wider one. */

import source from "../../shaders/place-columns.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const placeColumns = defineKernel({
  name: "place-columns",
  source,
  bindings: { x: "read", out: "read-write" },
  sizes: { rows: "u32", width: "u32", outWidth: "u32", start: "u32" },
  options: { ACCUMULATE: 0 },
  workgroups: ({ rows, width }) => grid(rows * width, 64),
});
