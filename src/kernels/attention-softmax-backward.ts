/** The gradient of the attention scores from that of the probabilities, in place. */

import source from "../../shaders/attention-softmax-backward.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { attentionSizes } from "./attention-sizes";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { multiply, scaleBy, subtract, sumOver } from "./nodes";

export const attentionSoftmaxBackward = defineKernel({
  name: "attention-softmax-backward",
  source: shared + source,
  bindings: { probabilities: "read", gradient: "read-write" },
  sizes: attentionSizes,
  options: { CAUSAL: 0, WORKGROUP_WIDTH: 64 },
  processor: {
    nodes(nodes, at, { batch, queries, keys, heads, scale }) {
      // Where a key is not visible its probability is 0, and so is the gradient.
      const rows = [batch * heads * queries, keys];
      const probabilities = at.read("probabilities", rows);
      const shares = multiply(nodes, probabilities, at.read("gradient", rows));
      const own = multiply(nodes, probabilities, sumOver(nodes, shares, 1, 1));
      at.write("gradient", scaleBy(nodes, subtract(nodes, shares, own), scale), rows);
    },
  },
  workgroups: ({ batch, heads, queries }, { WORKGROUP_WIDTH }) => grid(batch * heads * queries, 64 / WORKGROUP_WIDTH),
});
