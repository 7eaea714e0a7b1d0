/**
 * Adds to the attention scores what position, window or padding say, whatever of it sequences,
 * heads and queries share.
 */

import source from "../../shaders/attention-bias.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";
import { add } from "./nodes";

export const attentionBias = defineKernel({
  name: "attention-bias",
  source,
  bindings: { bias: "read f32", scores: "read-write" },
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
  processor: {
    nodes(nodes, at, { batch, queries, keys, heads, batchStep, headStep, queryStep }) {
      const cells = [batch, heads, queries, keys];
      const own = [batchStep ? batch : 1, headStep ? heads : 1, queryStep ? queries : 1, keys];
      // Cells that are not visible get their share too: nobody reads them.
      at.write("scores", add(nodes, at.read("scores", cells), at.read("bias", own)), cells);
    },
  },
  workgroups: ({ batch, heads, queries, keys }) => grid(batch * heads * queries * keys, 64),
});
