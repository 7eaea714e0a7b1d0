/** The gradient of prepending rows with respect to the rows behind them. */

import source from "../../shaders/prepend-backward-rows.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { cut } from "./nodes";

export const prependBackwardRows = defineKernel({
  name: "prepend-backward-rows",
  source,
  bindings: { outputGradient: "read", out: "read-write" },
  sizes: { batch: "u32", front: "u32", tokens: "u32", width: "u32" },
  options: { ACCUMULATE: 0 },
  processor: {
    nodes(nodes, at, { batch, front, tokens, width }, { ACCUMULATE }) {
      const all = at.read("outputGradient", [batch, front + tokens, width]);
      at.write("out", cut(nodes, all, 1, front, front + tokens), [batch, tokens, width], ACCUMULATE);
    },
  },
  workgroups: ({ batch, tokens, width }) => grid(batch * tokens * width, 64),
});
