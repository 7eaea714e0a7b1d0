/** The gradient of attention with respect to its queries. */

import source from "../../shaders/attention-query-gradient.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const attentionQueryGradient = defineKernel({
  name: "attention-query-gradient",
  source,
  bindings: { scoreGradient: "read", key: "read", out: "read-write" },
  sizes: {
    batch: "u32",
    queries: "u32",
    keys: "u32",
    heads: "u32",
    keyValueHeads: "u32",
    headSize: "u32",
    scale: "f32",
  },
  options: { CAUSAL: 0, ACCUMULATE: 0 },
  workgroups: ({ batch, heads, queries, headSize }) =>
    grid(batch * heads * Math.ceil(queries / 4) * Math.ceil(headSize / 4), 64),
});
