/** The gradient of the attention scores from that of the probabilities, in place. */

import source from "../../shaders/attention-softmax-backward.wgsl?raw";
import shared from "../../shaders/row-reduction.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const attentionSoftmaxBackward = defineKernel({
  name: "attention-softmax-backward",
  source: shared + source,
  bindings: { probabilities: "read", gradient: "read-write" },
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
  workgroups: ({ batch, heads, queries }, { WORKGROUP_WIDTH }) => grid(batch * heads * queries, 64 / WORKGROUP_WIDTH),
});
