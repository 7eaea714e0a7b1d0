/** The softmax of attention scores, in place. */

import source from "../../shaders/attention-softmax.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { hideFuture } from "./attention-nodes";
import { attentionSizes } from "./attention-sizes";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { multiply } from "./nodes";

export const attentionSoftmax = defineKernel({
  name: "attention-softmax",
  source: shared + source,
  bindings: { scores: "read-write" },
  sizes: attentionSizes,
  options: { CAUSAL: 0, WORKGROUP_WIDTH: 64 },
  processor: {
    nodes(nodes, at, { batch, queries, keys, heads }, { CAUSAL }) {
      const cells = [batch, heads, queries, keys];
      const scores = at.read("scores", cells);
      const seen = CAUSAL === 1 ? hideFuture(nodes, scores, queries, keys) : scores;
      const shares = nodes.value("Softmax", [seen], { axis: -1 });
      // With fewer keys than queries the first queries see none.
      const blind = CAUSAL === 1 ? Math.max(0, queries - keys) : 0;
      const isSeeing = () => {
        const bits = Array.from({ length: queries }, (_, query) => (query < blind ? 0 : 1));
        return nodes.literal(bits, "float32", [queries, 1]);
      };
      at.write("scores", blind === 0 ? shares : multiply(nodes, shares, isSeeing()), cells);
    },
  },
  workgroups: ({ batch, heads, queries }, { WORKGROUP_WIDTH }) => grid(batch * heads * queries, 64 / WORKGROUP_WIDTH),
});
