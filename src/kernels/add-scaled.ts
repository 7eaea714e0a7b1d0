/** A multiple of a tensor, added to another or copied. */

import source from "../../shaders/add-scaled.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { scaleBy } from "./nodes";

export const addScaled = defineKernel({
  name: "add-scaled",
  source,
  bindings: { x: "read", out: "read-write" },
  stored: { out: "Element" },
  sizes: { count: "u32", alpha: "f32" },
  options: { ACCUMULATE: 0 },
  processor: {
    nodes(nodes, at, { count, alpha }, { ACCUMULATE }) {
      at.write("out", scaleBy(nodes, at.read("x", [count]), alpha), [count], ACCUMULATE);
    },
  },
  workgroups: ({ count }) => grid(count, 64),
});
