/**
 * The gradient of prepending rows with respect to the prepended rows, which every sequence shares.
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
  sizes: { batch: "u32", prefixLength: "u32", tokens: "u32", width: "u32" },
  options: { ACCUMULATE: 0 },
  processor: {
    nodes(nodes, at, { batch, prefixLength, tokens, width }, { ACCUMULATE }) {
      const all = at.read("outputGradient", [batch, prefixLength + tokens, width]);
      at.write("out", sumOver(nodes, cut(nodes, all, 1, 0, prefixLength), 0), [prefixLength, width], ACCUMULATE);
    },
  },
  workgroups: ({ prefixLength, width }) => grid(prefixLength * width, 64),
});
