/** Adds to the attention scores what position, window or padding say, whatever of it sequences, heads and queries share. */

import source from "../../shaders/attention-bias.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const attentionBias = defineKernel({
  name: "attention-bias",
  source,
  bindings: { bias: "read", scores: "read-write" },
  sizes: {
    batch: "u32",
    queries: "u32",
    keys: "u32",
    heads: "u32",
    batchStep: "u32",
    headStep: "u32",
    queryStep: "u32",
  },
  options: { CAUSAL: 0 },
  workgroups: ({ batch, heads, queries, keys }) => grid(batch * heads * queries * keys, 64),
});
