/** The softmax of attention scores, in place. */

import source from "../../shaders/attention-softmax.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { hideFuture } from "./attention-nodes";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const attentionSoftmax = defineKernel({
  name: "attention-softmax",
  source: shared + source,
  bindings: { scores: "read-write" },
  sizes: {
    batch: "u32",
    queries: "u32",
    keys: "u32",
    heads: "u32",
    keyValueHeads: "u32",
    headSize: "u32",
    scale: "f32",
  },
  options: { CAUSAL: 0, WORKGROUP_WIDTH: 64 },
  processor: {
    nodes(nodes, at, { batch, queries, keys, heads }, { CAUSAL }) {
      const cells = [batch, heads, queries, keys];
      const scores = at.read("scores", cells);
      const seen = CAUSAL === 1 ? hideFuture(nodes, scores, queries, keys) : scores;
      at.write("scores", nodes.value("Softmax", [seen], { axis: -1 }), cells);
    },
  },
  workgroups: ({ batch, heads, queries }, { WORKGROUP_WIDTH }) => grid(batch * heads * queries, 64 / WORKGROUP_WIDTH),
});
