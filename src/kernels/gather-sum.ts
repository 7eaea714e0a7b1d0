/**
 * Sums of the numbers that a list of places picks: the gradient of what was taken from there. The
 * place `length` is none.
 */

import source from "../../shaders/gather-sum.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { sumOver } from "./nodes";

export const gatherSum = defineKernel({
  name: "gather-sum",
  source,
  bindings: { x: "read", places: "read i32", out: "read-write" },
  stored: { out: "Element" },
  sizes: { rows: "u32", count: "u32", length: "u32" },
  options: { ACCUMULATE: 0 },
  processor: {
    nodes(nodes, at, { rows, count, length }, { ACCUMULATE }) {
      const x = nodes.value("Concat", [at.read("x", [length]), nodes.literal([0], "float32")], { axis: 0 });
      const picked = nodes.value("Gather", [x, at.integers("places", [rows, count])]);
      at.write("out", sumOver(nodes, picked, 1), [rows], ACCUMULATE);
    },
  },
  workgroups: ({ rows }) => grid(rows, 64),
});
