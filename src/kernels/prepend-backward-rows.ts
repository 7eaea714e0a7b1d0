/** The gradient of prepending rows with respect to the rows after them. */

import source from "../../shaders/prepend-backward-rows.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { cut } from "./nodes";

export const prependBackwardRows = defineKernel({
  name: "prepend-backward-rows",
  source,
  bindings: { outputGradient: "read", out: "read-write" },
  sizes: { batch: "u32", prefixLength: "u32", tokens: "u32", width: "u32" },
  options: { ACCUMULATE: 0 },
  processor: {
    nodes(nodes, at, { batch, prefixLength, tokens, width }, { ACCUMULATE }) {
      const all = at.read("outputGradient", [batch, prefixLength + tokens, width]);
      at.write("out", cut(nodes, all, 1, prefixLength, prefixLength + tokens), [batch, tokens, width], ACCUMULATE);
    },
  },
  workgroups: ({ batch, tokens, width }) => grid(batch * tokens * width, 64),
});
