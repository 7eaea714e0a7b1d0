/** The gradient of attention with respect to its keys or its values. */

import shared from "../../shaders/attention-gradient.wgsl?raw";
import source from "../../shaders/attention-key-value-gradient.wgsl?raw";
import { byKeyValueHead } from "./attention-nodes";
import { attentionSizes } from "./attention-sizes";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { product, transpose } from "./nodes";

export const attentionKeyValueGradient = defineKernel({
  name: "attention-key-value-gradient",
  source: shared + source,
  bindings: { weights: "read", x: "read", out: "read-write" },
  sizes: attentionSizes,
  options: { CAUSAL: 0, ACCUMULATE: 0 },
  processor: {
    nodes(nodes, at, sizes, { ACCUMULATE }) {
      const { batch, queries, keys, heads, keyValueHeads, headSize } = sizes;
      const x = byKeyValueHead(nodes, at.read("x", [batch, queries, heads, headSize]), queries, sizes);
      const rows = (heads / keyValueHeads) * queries;
      const weights = at.read("weights", [batch, keyValueHeads, rows, keys]);
      const gradient = transpose(nodes, product(nodes, weights, x, { transA: 1 }), 0, 2, 1, 3);
      at.write("out", gradient, [batch, keys, keyValueHeads, headSize], ACCUMULATE);
    },
  },
  workgroups: ({ batch, keyValueHeads, keys, headSize }) =>
    grid(batch * keyValueHeads * Math.ceil(keys / 4) * Math.ceil(headSize / 4), 64),
});
