/** The gradient of attention with respect to its queries. */

import shared from "../../shaders/attention-gradient.wgsl?raw";
import source from "../../shaders/attention-query-gradient.wgsl?raw";
import { byToken } from "./attention-nodes";
import { attentionSizes } from "./attention-sizes";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { product, transpose } from "./nodes";

export const attentionQueryGradient = defineKernel({
  name: "attention-query-gradient",
  source: shared + source,
  bindings: { scoreGradient: "read", key: "read", out: "read-write" },
  sizes: attentionSizes,
  options: { CAUSAL: 0, ACCUMULATE: 0 },
  processor: {
    nodes(nodes, at, sizes, { ACCUMULATE }) {
      const { batch, queries, keys, heads, keyValueHeads, headSize } = sizes;
      const key = transpose(nodes, at.read("key", [batch, keys, keyValueHeads, headSize]), 0, 2, 1, 3);
      const rows = (heads / keyValueHeads) * queries;
      const gradient = product(nodes, at.read("scoreGradient", [batch, keyValueHeads, rows, keys]), key);
      at.write("out", byToken(nodes, gradient, queries, sizes), [batch, queries, heads, headSize], ACCUMULATE);
    },
  },
  workgroups: ({ batch, heads, queries, headSize }) =>
    grid(batch * heads * Math.ceil(queries / 4) * Math.ceil(headSize / 4), 64),
});
