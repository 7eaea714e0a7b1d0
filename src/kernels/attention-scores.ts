/** Scaled products of queries and keys; with gradient and values in their place, the gradient of the probabilities. */

import source from "../../shaders/attention-scores.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const attentionScores = defineKernel({
  name: "attention-scores",
  source,
  bindings: { query: "read", key: "read", scores: "read-write" },
  sizes: {
    batch: "u32",
    queries: "u32",
    keys: "u32",
    heads: "u32",
    keyValueHeads: "u32",
    headSize: "u32",
    scale: "f32",
  },
  options: { CAUSAL: 0 },
  workgroups: ({ batch, heads, queries, keys }) =>
    grid(batch * heads * Math.ceil(queries / 4) * Math.ceil(keys / 4), 64),
});
