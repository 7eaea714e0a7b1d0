/** The gradient of attention with respect to its keys or its values. */

import source from "../../shaders/attention-key-value-gradient.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const attentionKeyValueGradient = defineKernel({
  name: "attention-key-value-gradient",
  source,
  bindings: { weights: "read", x: "read", out: "read-write" },
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
  workgroups: ({ batch, keyValueHeads, keys, headSize }) =>
    grid(batch * keyValueHeads * Math.ceil(keys / 4) * Math.ceil(headSize / 4), 64),
});
