/** Bends attention scores towards a largest size, in place. */

import source from "../../shaders/attention-soft-cap.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { scaleBy } from "./nodes";

export const attentionSoftCap = defineKernel({
  name: "attention-soft-cap",
  source,
  bindings: { scores: "read-write" },
  sizes: { batch: "u32", queries: "u32", keys: "u32", heads: "u32", cap: "f32" },
  options: { CAUSAL: 0 },
  processor: {
    nodes(nodes, at, { batch, queries, keys, heads, cap }) {
      const count = [batch * heads * queries * keys];
      const bent = nodes.value("Tanh", [scaleBy(nodes, at.read("scores", count), 1 / cap)]);
      at.write("scores", scaleBy(nodes, bent, cap), count);
    },
  },
  workgroups: ({ batch, heads, queries, keys }) => grid(batch * heads * queries * keys, 64),
});
