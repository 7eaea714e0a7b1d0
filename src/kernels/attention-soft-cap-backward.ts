/** The gradient of attention scores from that of the bent ones, in place. */

import source from "../../shaders/attention-soft-cap-backward.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { multiply, scalar, scaleBy, subtract } from "./nodes";

export const attentionSoftCapBackward = defineKernel({
  name: "attention-soft-cap-backward",
  source,
  bindings: { scores: "read", gradient: "read-write" },
  sizes: { batch: "u32", queries: "u32", keys: "u32", heads: "u32", cap: "f32" },
  options: { CAUSAL: 0 },
  processor: {
    nodes(nodes, at, { batch, queries, keys, heads, cap }) {
      const count = [batch * heads * queries * keys];
      const bent = nodes.value("Tanh", [scaleBy(nodes, at.read("scores", count), 1 / cap)]);
      const slope = subtract(nodes, scalar(nodes, 1), multiply(nodes, bent, bent));
      at.write("gradient", multiply(nodes, at.read("gradient", count), slope), count);
    },
  },
  workgroups: ({ batch, heads, queries, keys }) => grid(batch * heads * queries * keys, 64),
});
