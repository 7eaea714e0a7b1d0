/** The gradient of attention scores from that of the bent ones, in place. */

import source from "../../shaders/attention-soft-cap-backward.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const attentionSoftCapBackward = defineKernel({
  name: "attention-soft-cap-backward",
  source,
  bindings: { scores: "read", gradient: "read-write" },
  sizes: { batch: "u32", queries: "u32", keys: "u32", heads: "u32", cap: "f32" },
  options: { CAUSAL: 0 },
  workgroups: ({ batch, heads, queries, keys }) => grid(batch * heads * queries * keys, 64),
});
