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
  processor: {
    nodes(_nodes, at, sizes, { ACCUMULATE }) {
      at.writeColumns("out", at.read("x", [sizes.rows, sizes.width]), sizes, ACCUMULATE);
    },
  },
  workgroups: ({ rows, width }) => grid(rows * width, 64),
});
