/**
 * The gradient of prepending rows with respect to the rows in front, which every sequence shares.
 */

import source from "../../shaders/prepend-backward-front.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { cut, sumOver } from "./nodes";

export const prependBackwardFront = defineKernel({
  name: "prepend-backward-front",
  source,
  bindings: { outputGradient: "read", out: "read-write" },
  stored: { out: "Element" },
  sizes: { batch: "u32", front: "u32", tokens: "u32", width: "u32" },
  options: { ACCUMULATE: 0 },
  processor: {
    nodes(nodes, at, { batch, front, tokens, width }, { ACCUMULATE }) {
      const all = at.read("outputGradient", [batch, front + tokens, width]);
      at.write("out", sumOver(nodes, cut(nodes, all, 1, 0, front), 0), [front, width], ACCUMULATE);
    },
  },
  workgroups: ({ front, width }) => grid(front * width, 64),
});
