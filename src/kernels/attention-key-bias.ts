/** Adds what each head gives a key for its position to the attention scores. */

import source from "../../shaders/attention-key-bias.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const attentionKeyBias = defineKernel({
  name: "attention-key-bias",
  source,
  bindings: { bias: "read", scores: "read-write" },
  sizes: { batch: "u32", queries: "u32", keys: "u32", heads: "u32" },
  options: { CAUSAL: 0 },
  workgroups: ({ batch, heads, queries, keys }) => grid(batch * heads * queries * keys, 64),
});
