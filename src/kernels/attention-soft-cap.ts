/** Bends attention scores towards a largest size, in place. */

import source from "../../shaders/attention-soft-cap.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const attentionSoftCap = defineKernel({
  name: "attention-soft-cap",
  source,
  bindings: { scores: "read-write" },
  sizes: { batch: "u32", queries: "u32", keys: "u32", heads: "u32", cap: "f32" },
  options: { CAUSAL: 0 },
  workgroups: ({ batch, heads, queries, keys }) => grid(batch * heads * queries * keys, 64),
});
