/**
 * Scaled products of queries and keys; with gradient and values in their place, the gradient of the
 * probabilities.
 */

import source from "../../shaders/attention-scores.wgsl?raw";
import { byKeyValueHead } from "./attention-nodes";
import { attentionSizes } from "./attention-sizes";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { product, transpose } from "./nodes";

export const attentionScores = defineKernel({
  name: "attention-scores",
  source,
  bindings: { query: "read", key: "read", scores: "read-write" },
  sizes: attentionSizes,
  options: { CAUSAL: 0 },
  processor: {
    nodes(nodes, at, sizes) {
      const { batch, queries, keys, heads, keyValueHeads, headSize, scale } = sizes;
      const query = byKeyValueHead(nodes, at.read("query", [batch, queries, heads, headSize]), queries, sizes);
      const key = transpose(nodes, at.read("key", [batch, keys, keyValueHeads, headSize]), 0, 2, 1, 3);
      // Cells that are not visible are computed too: nobody reads them.
      const scores = product(nodes, query, key, { transB: 1, alpha: scale });
      at.write("scores", scores, [batch, keyValueHeads, (heads / keyValueHeads) * queries, keys]);
    },
  },
  workgroups: ({ batch, heads, queries, keys }) =>
    grid(batch * heads * Math.ceil(queries / 4) * Math.ceil(keys / 4), 64),
});
